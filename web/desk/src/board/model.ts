// What the board shows: queues, workers, and the conversations that are open, read together and again as things happen.

import { useEffect, useState } from "preact/hooks";
import { get } from "../model/api.ts";
import { news } from "../model/live.ts";
import type { InboxRow, Page } from "../model/types.ts";
import type { Presence } from "../model/work.ts";
import { told } from "../words.ts";

/** News come in bursts. */
const SETTLE_MS = 400;
/** Waits grow and presences change without news. */
const LOOK_MS = 5000;
const PAGE = 100;
const PAGES = 3;

export interface QueueRow {
  id: string;
  name: string;
  waiting: number;
  oldest_since: number | null;
  estimate_ms: number | null;
  /** Within how much time a customer should be served; what the queue itself does not set is not shown. */
  target_ms: number | null;
}

export interface WorkerRow {
  presence: Presence;
  presence_since: number;
  load: number;
  capacity: number;
  queues: string[];
  offers: number;
  assignments: number;
}

export interface MemberRow extends WorkerRow {
  kind: "human";
  member: string;
  name: string;
}

export interface AgentRow extends WorkerRow {
  kind: "ai";
  member: null;
}

export interface Board {
  queues: QueueRow[];
  /** None where there is no AI agent. */
  agent: AgentRow | null;
  workers: MemberRow[];
  rows: InboxRow[];
  isWhole: boolean;
}

interface Target {
  id: string;
  target_ms: number | null;
}

export function useBoard(): { board: Board | null; error: string | null; reload: () => void } {
  const [board, setBoard] = useState<Board | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let gone = false;
    let timer = 0;
    const load = async (): Promise<void> => {
      try {
        const fresh = await readBoard();
        if (gone) return;
        setBoard(fresh);
        setError(null);
      } catch (problem) {
        if (!gone) setError(told(problem));
      }
    };
    void load();
    const deaf = news.listen(() => {
      clearTimeout(timer);
      timer = setTimeout(() => void load(), SETTLE_MS);
    });
    const look = setInterval(() => {
      if (!document.hidden) void load();
    }, LOOK_MS);
    return () => {
      gone = true;
      deaf();
      clearTimeout(timer);
      clearInterval(look);
    };
  }, [turn]);
  return { board, error, reload: () => setTurn((count) => count + 1) };
}

async function readBoard(): Promise<Board> {
  const [seen, targets, open] = await Promise.all([
    get<{ queues: Omit<QueueRow, "target_ms">[]; workers: (MemberRow | AgentRow)[] }>("routing/board"),
    get<Page<Target>>("routing/queues"),
    readOpen(),
  ]);
  const target = new Map(targets.items.map((one) => [one.id, one.target_ms]));
  return {
    queues: seen.queues.map((one) => ({ ...one, target_ms: target.get(one.id) ?? null })).sort((a, b) => a.name.localeCompare(b.name)),
    agent: seen.workers.find((one) => one.kind === "ai") ?? null,
    workers: seen.workers.filter((one) => one.kind === "human").sort((a, b) => a.name.localeCompare(b.name)),
    ...open,
  };
}

async function readOpen(): Promise<{ rows: InboxRow[]; isWhole: boolean }> {
  const rows: InboxRow[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES; page++) {
    const read: Page<InboxRow> = await get(`inbox?status=open,pending&limit=${PAGE}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
    rows.push(...read.items);
    cursor = read.next;
    if (!cursor) break;
  }
  return { rows, isWhole: cursor === null };
}
