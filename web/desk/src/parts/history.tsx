// Everything this customer said and was told, over all conversations, the latest at the end.

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { get, query } from "../model/api.ts";
import { go } from "../model/place.ts";
import { useStore } from "../model/store.ts";
import { taste } from "../model/taste.ts";
import type { Conversation, Entry, Page } from "../model/types.ts";
import { day, named, t, told } from "../words.ts";
import { EntryRow } from "./entry.tsx";

const CHUNK = 50;

interface Props {
  customer: string;
  name: string | null;
  conversation: string;
}

export function History({ customer, name, conversation }: Props): JSX.Element {
  const [entries, setEntries] = useState<Entry[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [state, setState] = useState<"loading" | "ready" | "failed">("loading");
  const [error, setError] = useState("");
  const [cases, setCases] = useState<Map<string, Conversation>>(new Map());
  const { events, without } = useStore(taste);
  const box = useRef<HTMLElement>(null);
  const fromEnd = useRef(0);

  const load = async (cursor: string | null, signal?: AbortSignal): Promise<void> => {
    setState("loading");
    try {
      const path = `customers/${customer}/timeline${query({ limit: CHUNK, cursor })}`;
      const page = await get<Page<Entry>>(path, signal);
      const element = box.current;
      fromEnd.current = cursor && element ? element.scrollHeight - element.scrollTop : 0;
      const older = [...page.items].reverse();
      setEntries((now) => (cursor ? [...older, ...now] : older));
      setNext(page.next);
      setState("ready");
    } catch (problem) {
      if (signal?.aborted) return;
      setError(told(problem));
      setState("failed");
    }
  };
  useEffect(() => {
    const away = new AbortController();
    void load(null, away.signal);
    get<Page<Conversation>>(`customers/${customer}/conversations?limit=100`, away.signal)
      .then((page) => setCases(new Map(page.items.map((one) => [one.id, one]))))
      .catch(() => undefined);
    return () => away.abort();
  }, [customer]);
  // What the reader looks at stays where it is while older entries come in above it.
  useLayoutEffect(() => {
    const element = box.current;
    if (element) element.scrollTop = element.scrollHeight - fromEnd.current;
  }, [entries]);

  const isShown = (entry: Entry): boolean => {
    const isEvent = !["message", "note", "call", "transcript"].includes(entry.kind);
    return !isEvent || (events && !without.includes(entry.kind));
  };
  const rows: JSX.Element[] = [];
  let before: Entry | null = null;
  for (const entry of entries.filter(isShown)) {
    const isNewDay: boolean = before === null || new Date(before.at).toDateString() !== new Date(entry.at).toDateString();
    const isElsewhere: boolean = before?.conversation !== entry.conversation;
    const of = cases.get(entry.conversation);
    rows.push(
      <li key={entry.id} class={entry.conversation === conversation ? "" : "earlier"}>
        {isNewDay && <h2 class="day"><span>{day(entry.at)}</span></h2>}
        {isElsewhere && (
          <h3 class="elsewhere">
            {entry.conversation === conversation ? (
              <span>{t("thisConversation")}</span>
            ) : (
              <button type="button" class="link" onClick={() => go({ conversation: entry.conversation })}>
                <bdi>{of?.subject ?? t("noSubject")}</bdi>{of && ` · ${named("status", of.status)}`}
              </button>
            )}
          </h3>
        )}
        <EntryRow entry={entry} delivery={undefined} customer={name} />
      </li>,
    );
    before = entry;
  }
  return (
    <div class="timeline">
      <section class="scroll history" ref={box} tabIndex={0} aria-label={t("everything")}>
        {next && (
          <button type="button" class="wide" disabled={state === "loading"} onClick={() => void load(next)}>
            {t(state === "loading" ? "loading" : "earlier")}
          </button>
        )}
        {state === "failed" && (
          <p class="empty error" role="alert">{error} <button type="button" onClick={() => void load(next)}>{t("again")}</button></p>
        )}
        <ol>{rows}</ol>
        {state === "loading" && entries.length === 0 && <p class="empty">{t("loading")}</p>}
      </section>
    </div>
  );
}
