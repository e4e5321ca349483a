// Which colleagues have the same conversation open, and who of them writes. Nothing of it is stored: everybody says it
// now and then. Whose stream ends is gone at once: the server says so, whatever became of their browser. Whoever has
// not said it for a while is gone as well.

import { post } from "./api.ts";
import { me } from "./people.ts";
import { Store } from "./store.ts";
import type { Author } from "./types.ts";

const SAY_EVERY_MS = 20_000;
const GONE_AFTER_MS = 45_000;

interface News {
  type?: string;
  author?: Author;
  viewing?: boolean;
  asks?: boolean;
}

export class Presence {
  /** The colleagues who are here, without oneself. */
  readonly here = new Store<Author[]>([]);
  private readonly seen = new Map<string, { author: Author; at: number }>();
  private timer = 0;

  constructor(private readonly conversation: string) {}

  come(): void {
    clearInterval(this.timer);
    this.say(true);
    this.timer = setInterval(() => {
      this.say();
      this.sweep();
    }, SAY_EVERY_MS);
  }

  leave(): void {
    clearInterval(this.timer);
    this.seen.clear();
    this.here.set([]);
  }

  take(data: unknown): void {
    const news = data as News;
    const { author } = news;
    if (news.type !== "viewing" || author?.kind !== "member" || !author.id) return;
    if (author.id === me()) {
      // Another page of one's own was closed; this one is still here.
      if (!news.viewing) this.say();
      return;
    }
    if (news.viewing) this.seen.set(author.id, { author, at: Date.now() });
    else this.seen.delete(author.id);
    this.sweep();
    if (news.viewing && news.asks) this.say();
  }

  private sweep(): void {
    const since = Date.now() - GONE_AFTER_MS;
    for (const [id, one] of this.seen) if (one.at < since) this.seen.delete(id);
    const now = [...this.seen.values()].map((one) => one.author);
    const before = this.here.get();
    if (now.length !== before.length || now.some((one, at) => one.id !== before[at]?.id)) this.here.set(now);
  }

  private say(asks = false): void {
    post(`conversations/${this.conversation}/viewing`, { viewing: true, asks }).catch(() => undefined);
  }
}
