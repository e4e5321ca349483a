// The entries of one conversation. Entries are numbered without gaps, so any part of even a very long conversation
// can be read without what comes before it.

import { get, query } from "./api.ts";
import { Store } from "./store.ts";
import type { Delivery, Entry, Page } from "./types.ts";

const CHUNK = 100;

export class Timeline {
  /** Told whenever entries or deliveries have come. */
  readonly news = new Store(0);
  private readonly entries = new Map<number, Entry>();
  private readonly deliveries = new Map<number, Delivery>();
  private readonly asked = new Set<number>();
  private readonly gone = new AbortController();
  private newest: number;

  constructor(
    readonly conversation: string,
    newest: number,
  ) {
    this.newest = newest;
  }

  get length(): number {
    return this.newest;
  }

  at(seq: number): Entry | undefined {
    return this.entries.get(seq);
  }

  deliveryOf(seq: number): Delivery | undefined {
    return this.deliveries.get(seq);
  }

  /** Sees to it that these entries are here, or on their way. */
  want(from: number, to: number): void {
    const first = Math.floor((Math.max(from, 1) - 1) / CHUNK);
    const last = Math.floor((Math.min(to, this.newest) - 1) / CHUNK);
    for (let chunk = first; chunk <= last; chunk++) {
      if (!this.asked.has(chunk)) void this.fetch(chunk);
    }
  }

  /** Takes an entry from the live stream. */
  take(entry: Entry): void {
    this.entries.set(entry.seq, entry);
    this.newest = Math.max(this.newest, entry.seq);
    if (entry.direction === "out") void this.fetchDeliveries(entry.seq - 1, entry.seq);
    this.tell();
  }

  /** Something about deliveries has changed: the recent ones are asked for again. */
  refreshDeliveries(): void {
    void this.fetchDeliveries(Math.max(0, this.newest - CHUNK), this.newest);
  }

  close(): void {
    this.gone.abort();
  }

  private async fetch(chunk: number): Promise<void> {
    this.asked.add(chunk);
    const after = chunk * CHUNK;
    try {
      const path = `conversations/${this.conversation}/entries${query({ after, limit: CHUNK })}`;
      const page = await get<Page<Entry>>(path, this.gone.signal);
      for (const entry of page.items) {
        this.entries.set(entry.seq, entry);
        this.newest = Math.max(this.newest, entry.seq);
      }
      this.tell();
      if (page.items.some((entry) => entry.direction === "out")) {
        await this.fetchDeliveries(after, after + CHUNK);
      }
    } catch {
      // Asked for again when somebody looks there.
      this.asked.delete(chunk);
    }
  }

  private async fetchDeliveries(after: number, until: number): Promise<void> {
    try {
      const path = `conversations/${this.conversation}/deliveries${query({ after, until })}`;
      const page = await get<Page<Delivery>>(path, this.gone.signal);
      for (const delivery of page.items) this.deliveries.set(delivery.seq, delivery);
      if (page.items.length > 0) this.tell();
    } catch {
      // The state of a delivery is not worth an error: the next change brings it.
    }
  }

  private tell(): void {
    this.news.set(this.news.get() + 1);
  }
}
