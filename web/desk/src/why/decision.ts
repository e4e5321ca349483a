// Why somebody got something, as the router wrote it down.

import type { Entry, Priority } from "../model/types.ts";
import type { Tally } from "../parts/routed.ts";

export type Rule = "best_worker" | "due_first" | "drained" | "override" | "taken";

/** How a worker compares with others; lower goes first, from the top. */
export interface Standing {
  /** Not written down before AI agents were asked first. */
  human?: boolean;
  breadth: number;
  /** In thousandths. */
  load: number;
  missed: number;
  idle_since_ms: number;
  worker: string;
}

/** What a step asks. What is not there is not asked. */
export interface Need {
  worker?: string;
  kind?: "human" | "ai";
  queues?: string[];
  skills?: Record<string, number>;
}

export interface Decision {
  at_ms: number;
  rule: Rule;
  worker: Standing;
  queue: string;
  /** The first is 0. */
  step: number;
  need: Need;
  priority: Priority;
  since_ms: number;
  deadline_ms: number;
  rank_ms: number;
  runners_up: Standing[];
  left_waiting: { rank_ms: number; item: string }[];
  tally: Tally;
  not_again: Record<string, number>;
}

/** The reasons of an offer or an assignment. Who accepted an offer has none of their own: the offer says them. */
export function decisionOf(entry: Entry): Decision | null {
  const did = entry.body["routing"] as { decision?: Decision | null } | undefined;
  return did?.decision ?? null;
}
