// The queues work waits in: read when somebody first asks for one, and again when one is named that is not known.

import { get } from "./api.ts";
import { Store } from "./store.ts";
import type { Page } from "./types.ts";

export interface Queue {
  id: string;
  name: string;
}

export const queues = new Store<Queue[]>([]);
/** Looked for already: a queue may be gone for good. */
const missed = new Set<string>();

export async function loadQueues(): Promise<void> {
  queues.set((await get<Page<Queue>>("routing/queues")).items);
}

export function queueName(id: string): string | null {
  const found = queues.get().find((one) => one.id === id);
  if (!found && !missed.has(id)) {
    missed.add(id);
    loadQueues().catch(() => undefined);
  }
  return found?.name ?? null;
}
