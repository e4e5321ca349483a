// The list: one view of it, its search, and how far this member has read.

import { get } from "./api.ts";
import { read, write } from "./kept.ts";
import { me } from "./people.ts";
import { Store } from "./store.ts";
import type { Conversation, InboxRow, Page } from "./types.ts";
import { asked, type Filter } from "./views.ts";

const PAGE = 50;
/** News come in bursts; the list is read once for all of them. */
const SETTLE_MS = 150;
const REMEMBERED = 2000;

export interface Listed {
  rows: InboxRow[];
  next: string | null;
  state: "loading" | "ready" | "failed";
  error: unknown;
}

const EMPTY: Listed = { rows: [], next: null, state: "loading", error: null };

export class Inbox {
  readonly list = new Store<Listed>(EMPTY);
  private filter: Filter = {};
  private timer = 0;
  private turn = 0;
  private fetchingMore = false;

  show(filter: Filter): void {
    this.filter = filter;
    this.list.set(EMPTY);
    void this.reload();
  }

  /** Something changed somewhere. */
  changed(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.reload(), SETTLE_MS);
  }

  async reload(): Promise<void> {
    const turn = ++this.turn;
    try {
      const page = await get<Page<InboxRow>>(this.address(null));
      if (turn !== this.turn) return;
      const fresh = new Set(page.items.map((row) => row.id));
      const floor = page.items.at(-1)?.updated_at ?? 0;
      // What was read further down stays, unless it has moved up or out.
      const rest = page.next ? this.list.get().rows.filter((row) => !fresh.has(row.id) && row.updated_at < floor) : [];
      const next = rest.length > 0 ? this.list.get().next : page.next;
      this.list.set({ rows: [...page.items, ...rest], next, state: "ready", error: null });
    } catch (error) {
      if (turn !== this.turn) return;
      const kept = this.list.get();
      this.list.set({ ...kept, state: kept.rows.length > 0 ? "ready" : "failed", error });
    }
  }

  async more(): Promise<void> {
    const { next } = this.list.get();
    if (!next || this.fetchingMore) return;
    this.fetchingMore = true;
    const turn = this.turn;
    try {
      const page = await get<Page<InboxRow>>(this.address(next));
      if (turn !== this.turn) return;
      const known = new Set(this.list.get().rows.map((row) => row.id));
      const rows = [...this.list.get().rows, ...page.items.filter((row) => !known.has(row.id))];
      this.list.set({ rows, next: page.next, state: "ready", error: null });
    } catch {
      // Scrolling on asks again.
    } finally {
      this.fetchingMore = false;
    }
  }

  private address(cursor: string | null): string {
    return asked(this.filter, { limit: PAGE, cursor });
  }
}

export const inbox = new Inbox();

/** How far each conversation was read here. */
export const seen = new Store<Record<string, number>>(read("seen", {}));

export function markSeen(conversation: string, seq: number): void {
  const all = seen.get();
  if ((all[conversation] ?? 0) >= seq) return;
  const entries = Object.entries({ ...all, [conversation]: seq });
  seen.set(Object.fromEntries(entries.slice(-REMEMBERED)));
  write("seen", seen.get());
}

export function isUnread(row: InboxRow): boolean {
  const { latest } = row;
  if (!latest || (latest.author.kind === "member" && latest.author.id === me())) return false;
  const known = seen.get()[row.id];
  return known === undefined ? latest.direction === "in" : latest.seq > known;
}

/** Whether the AI agent looks after it. Whoever takes it over has it at once, before the router has heard. */
export function isWithAgent({ owner, with_agent }: Conversation): boolean {
  return owner === null && with_agent;
}

/** Since when the customer waits for an answer. What the AI says as it hands over is none. */
export function waitingSince({ latest, owner, fields }: InboxRow): number | null {
  if (!latest) return null;
  const handedOver = latest.author.kind === "ai" && owner === null && typeof fields["handoff"] === "string";
  return latest.direction === "in" || handedOver ? latest.at : null;
}
