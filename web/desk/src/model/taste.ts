// How a member likes the desk: light or dark, language, keys, what is shown.

import { read, write } from "./kept.ts";
import { Store } from "./store.ts";
import type { EntryKind, Order } from "./types.ts";

export interface Taste {
  theme: "system" | "light" | "dark";
  language: string | null;
  /** Whether single letters are commands. */
  letters: boolean;
  /** Whether the timeline shows what the system noted. */
  events: boolean;
  /** What of it is left out all the same. */
  without: EntryKind[];
  /** Whether the browser tells of news while the desk is out of sight. */
  aloud: boolean;
  /** Whether offers are heard. */
  sound: boolean;
  /** Whether the customer is shown beside the conversation. */
  customer: boolean;
  /** In which order views are listed that have another one here than their own, by view. */
  orders: Record<string, Order>;
}

const USUAL: Taste = { theme: "system", language: null, letters: true, events: true, without: [], aloud: false, sound: true, customer: true, orders: {} };

/** Below this the customer lies over the conversation, so they come only when asked for. */
const NARROW = "(max-width: 1180px)";

const kept = { ...USUAL, ...read<Partial<Taste>>("taste.all", {}) };
export const taste = new Store<Taste>(matchMedia(NARROW).matches ? { ...kept, customer: false } : kept);

export function prefer(change: Partial<Taste>): void {
  taste.set({ ...taste.get(), ...change });
  write("taste.all", taste.get());
}

function paint(): void {
  const { theme } = taste.get();
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

taste.listen(paint);
paint();
