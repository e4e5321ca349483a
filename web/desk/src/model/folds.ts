// Runs of what the system noted are folded into one line, until somebody opens them.

import type { Entry, EntryKind } from "./types.ts";

/** Fewer than that are not worth folding. */
const FEWEST = 3;
/** So far a run is looked along: a longer one begins anew. */
const FARTHEST = 200;

export function isEvent(kind: EntryKind): boolean {
  return kind !== "message" && kind !== "note" && kind !== "call" && kind !== "transcript";
}

export interface Fold {
  /** The row the run begins at. */
  start: number;
  end: number;
  count: number;
}

/**
 * The run that the row is part of, when it is long enough. `shown` says of a row whether it is an event that is
 * shown, one that is not (`null`), or something else (`false`).
 */
export function foldAt(row: number, last: number, shown: (row: number) => boolean | null): Fold | null {
  if (shown(row) !== true) return null;
  let start = row;
  let end = row;
  let count = 1;
  for (let at = row - 1; at >= 0 && row - at < FARTHEST; at--) {
    const is = shown(at);
    if (is === false) break;
    if (is) {
      start = at;
      count++;
    }
  }
  for (let at = row + 1; at <= last && at - row < FARTHEST; at++) {
    const is = shown(at);
    if (is === false) break;
    if (is) {
      end = at;
      count++;
    }
  }
  return count >= FEWEST ? { start, end, count } : null;
}

/** Whether a colleague handed the conversation on with a note, or decided who gets it: whoever does should read that. */
export function isHandedOn(entry: Entry): boolean {
  const did = entry.body["routing"] as { what?: string; note?: string } | undefined;
  return entry.kind === "routing" && (did?.what === "transferred" || did?.what === "overridden") && Boolean(did.note);
}

/** Whether an entry is shown among events: see [`foldAt`]. */
export function standing(entry: Entry | undefined, events: boolean, without: EntryKind[]): boolean | null {
  if (!entry || !isEvent(entry.kind) || isHandedOn(entry)) return false;
  return events && !without.includes(entry.kind) ? true : null;
}
