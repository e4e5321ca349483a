// Why the AI did what it did, message by message. What it is about stands in the conversation; this is how it came to it.

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { get, query } from "../model/api.ts";
import type { Page } from "../model/types.ts";
import { moment, t, told } from "../words.ts";
import { grouped, turns, type Line, type Trace } from "./turns.ts";
import { x } from "./words.ts";

/** As many as the server gives at once. */
const AT_ONCE = 200;
/** The conversation goes on while it is read. */
const SETTLE_MS = 500;

interface Props {
  conversation: string;
  /** Grows with the conversation. */
  length: number;
}

export function TracePanel({ conversation, length }: Props): JSX.Element {
  const [traces, setTraces] = useState<Trace[]>([]);
  const [state, setState] = useState<"loading" | "ready" | "failed">("loading");
  const [error, setError] = useState("");
  const box = useRef<HTMLElement>(null);
  const load = async (known: Trace[], signal: AbortSignal): Promise<void> => {
    try {
      let all = known;
      for (;;) {
        const after = all.at(-1)?.revision ?? 0;
        const page = await get<Page<Trace>>(`conversations/${conversation}/agent-trace${query({ after })}`, signal);
        all = [...all, ...page.items];
        if (page.items.length < AT_ONCE) break;
      }
      setTraces(all);
      setState("ready");
    } catch (problem) {
      if (signal.aborted) return;
      setError(told(problem));
      setState("failed");
    }
  };
  useEffect(() => {
    const away = new AbortController();
    const timer = setTimeout(() => void load(traces, away.signal), traces.length === 0 ? 0 : SETTLE_MS);
    return () => {
      clearTimeout(timer);
      away.abort();
    };
  }, [conversation, length]);
  // Whoever opens it reads on with the keyboard.
  useLayoutEffect(() => box.current?.focus(), []);
  const read = useMemo(() => turns(traces), [traces]);
  return (
    <div class="timeline">
      <section class="scroll trace" ref={box} tabIndex={0} aria-label={t("trace")}>
        <p class="hint">{x("about")}</p>
        {state === "failed" && (
          <p class="empty error" role="alert">
            {error} <button type="button" onClick={() => void load(traces, new AbortController().signal)}>{t("again")}</button>
          </p>
        )}
        {read.length === 0 && state !== "failed" && <p class="empty" role="status">{state === "loading" ? t("loading") : x("empty")}</p>}
        <ol>
          {read.map((turn) => (
            <li key={turn.revision} class="turn">
              <time dateTime={new Date(turn.at).toISOString()}>{moment(turn.at)}</time>
              <dl>
                {grouped(turn.lines).map(({ kind, lines }, at) => (
                  <div key={at} class={`turn-${kind}`}>
                    <dt>{x(kind)}</dt>
                    <dd>{lines.map((line, place) => <Thought key={place} line={line} />)}</dd>
                  </div>
                ))}
              </dl>
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}

function Thought({ line }: { line: Line }): JSX.Element {
  return (
    <p class={line.mood} dir="auto">
      {line.text}
      {line.more.map((one, at) => <small key={at}>{one}</small>)}
    </p>
  );
}
