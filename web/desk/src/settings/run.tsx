// One examination at a time: what runs, what came of it, or why nothing did.

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { post } from "../model/api.ts";
import { told } from "../words.ts";
import { p } from "./policies/words.ts";

export interface Run<What extends string> {
  busy: What | null;
  result: { what: What; found: unknown } | null;
  error: string;
  /** Gives what was found, or null when it failed. */
  start: <T>(what: What, path: string, body: unknown) => Promise<T | null>;
  /** The edit has changed: what was found is no longer about it. */
  forget: () => void;
}

export function useRun<What extends string>(): Run<What> {
  const [busy, setBusy] = useState<What | null>(null);
  const [result, setResult] = useState<Run<What>["result"]>(null);
  const [error, setError] = useState("");
  const turn = useRef(0);
  useEffect(() => () => void turn.current++, []);
  const start = async <T,>(what: What, path: string, body: unknown): Promise<T | null> => {
    const mine = ++turn.current;
    setBusy(what);
    setError("");
    setResult(null);
    try {
      const found = await post<T>(path, body);
      if (mine !== turn.current) return null;
      setResult({ what, found });
      return found;
    } catch (problem) {
      if (mine === turn.current) setError(told(problem));
      return null;
    } finally {
      if (mine === turn.current) setBusy(null);
    }
  };
  const forget = (): void => {
    turn.current++;
    setBusy(null);
    setResult(null);
    setError("");
  };
  return { busy, result, error, start, forget };
}

interface RunningProps {
  run: Pick<Run<string>, "error">;
  /** What is said while it runs. */
  doing: string | null;
  children: ComponentChildren;
}

export function Running({ run, doing, children }: RunningProps): JSX.Element {
  return (
    <section class="results" aria-label={p("results")}>
      <p class="hint" role="status">{doing && <><progress aria-label={doing} /> {doing}</>}</p>
      {run.error && <pre class="error" role="alert">{run.error}</pre>}
      {children}
    </section>
  );
}
