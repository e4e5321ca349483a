// A list that the server gives in pages.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { get } from "../model/api.ts";
import type { Page } from "../model/types.ts";
import { told } from "../words.ts";

export interface Paged<T> {
  rows: T[];
  state: "loading" | "ready" | "failed";
  error: string;
  more: (() => void) | null;
  reload: () => void;
  /** Puts a changed row in its place, or takes one out. */
  put: (row: T) => void;
}

export function usePaged<T extends { id: string }>(path: string): Paged<T> {
  const [rows, setRows] = useState<T[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [state, setState] = useState<Paged<T>["state"]>("loading");
  const [error, setError] = useState("");
  const turn = useRef(0);
  const load = useCallback(
    async (cursor: string | null): Promise<void> => {
      const mine = ++turn.current;
      setState("loading");
      try {
        const glue = path.includes("?") ? "&" : "?";
        const page = await get<Page<T>>(cursor ? `${path}${glue}cursor=${encodeURIComponent(cursor)}` : path);
        if (mine !== turn.current) return;
        setRows((now) => {
          const known = new Set(cursor ? now.map((one) => one.id) : []);
          return [...(cursor ? now : []), ...page.items.filter((one) => !known.has(one.id))];
        });
        setNext(page.next);
        setState("ready");
      } catch (problem) {
        if (mine !== turn.current) return;
        setError(told(problem));
        setState("failed");
      }
    },
    [path],
  );
  useEffect(() => {
    setRows([]);
    void load(null);
    return () => void turn.current++;
  }, [load]);
  return {
    rows,
    state,
    error,
    more: next ? () => void load(next) : null,
    reload: () => void load(null),
    put: (row) => setRows((now) => now.map((one) => (one.id === row.id ? row : one))),
  };
}
