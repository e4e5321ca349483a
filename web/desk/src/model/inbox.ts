// The list: one view of it, its search, and how far this member has read.

import { get } from "./api.ts";
import { read, write } from "./kept.ts";
import { me } from "./people.ts";
import { Store } from "./store.ts";
import type { Conversation, Entry, InboxRow, Order, Page } from "./types.ts";
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
      const read = (this.filter.order ?? "latest") === "latest" ? this.below(page) : await this.again(page, turn);
      if (turn !== this.turn) return;
      this.list.set({ rows: read.items, next: read.next, state: "ready", error: null });
    } catch (error) {
      if (turn !== this.turn) return;
      const kept = this.list.get();
      this.list.set({ ...kept, state: kept.rows.length > 0 ? "ready" : "failed", error });
    }
  }

  /** The latest change is on top: what was read further down stays, unless it has moved up or out. */
  private below(page: Page<InboxRow>): Page<InboxRow> {
    const before = this.list.get();
    const fresh = new Set(page.items.map((row) => row.id));
    const floor = page.items.at(-1)?.updated_at ?? 0;
    const rest = page.next ? before.rows.filter((row) => !fresh.has(row.id) && row.updated_at < floor) : [];
    return { items: [...page.items, ...rest], next: rest.length > 0 ? before.next : page.next };
  }

  /** What changed may have gone anywhere: as much as is shown is read again. */
  private async again(first: Page<InboxRow>, turn: number): Promise<Page<InboxRow>> {
    let read = first;
    while (read.next && read.items.length < this.list.get().rows.length && turn === this.turn) {
      read = joined(read.items, await get<Page<InboxRow>>(this.address(read.next)));
    }
    return read;
  }

  async more(): Promise<void> {
    const { next } = this.list.get();
    if (!next || this.fetchingMore) return;
    this.fetchingMore = true;
    const turn = this.turn;
    try {
      const page = await get<Page<InboxRow>>(this.address(next));
      if (turn !== this.turn) return;
      const read = joined(this.list.get().rows, page);
      this.list.set({ rows: read.items, next: read.next, state: "ready", error: null });
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

/** Rows with those of the next page; one that has moved down meanwhile stands there once. */
function joined(rows: InboxRow[], page: Page<InboxRow>): Page<InboxRow> {
  const fresh = new Set(page.items.map((row) => row.id));
  return { items: [...rows.filter((row) => !fresh.has(row.id)), ...page.items], next: page.next };
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

/** Since when the customer waits once this was said too. Nobody waits for an answer to what a program has sent. */
export function waitingAfter(before: number | null, { kind, direction, author, at, body }: Entry): number | null {
  if (kind !== "message") return before;
  if (direction === "in") return body["automatic"] === true ? before : (before ?? at);
  return direction === "out" && author.kind !== "system" ? null : before;
}

/** What changes where a row stands in an order, other than that something happens. */
export function standing(row: InboxRow, order: Order): number | null {
  return { latest: null, waiting: row.waiting_since, due: row.serve_by }[order];
}
