// What the AI offers whoever answers: what this is about, an answer with its sources, and what to do next. Where there
// is no such thing, nothing is shown.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useCommand, COMMANDS, shown } from "../keys.ts";
import { get } from "../model/api.ts";
import { t } from "../words.ts";
import { Icon } from "./icons.tsx";

interface Citation {
  title?: string;
  slug?: string;
  article?: string;
  anchor?: string;
}

export interface Copilot {
  summary: string | null;
  suggestion: { text: string; citations: Citation[] } | null;
  next_step: string | null;
  allowed: (string | { tool?: string; allowed?: boolean; say?: string })[];
}

/** The conversation goes on: what was thought of is thought of anew, but not for every letter of it. */
const SETTLE_MS = 600;

interface Props {
  conversation: string;
  /** Grows with the conversation. */
  length: number;
  onInsert: (text: string) => void;
}

export function CopilotBox({ conversation, length, onInsert }: Props): JSX.Element | null {
  const [found, setFound] = useState<Copilot | null>(null);
  const [away, setAway] = useState(false);
  useEffect(() => {
    const leave = new AbortController();
    const timer = setTimeout(() => {
      get<Copilot>(`conversations/${conversation}/copilot`, leave.signal)
        .then((one) => {
          setFound(one);
          setAway(false);
        })
        .catch(() => {
          if (!leave.signal.aborted) setFound(null);
        });
    }, SETTLE_MS);
    return () => {
      clearTimeout(timer);
      leave.abort();
    };
  }, [conversation, length]);
  const suggestion = found?.suggestion;
  const take = (): void => {
    if (!suggestion) return;
    onInsert(suggestion.text);
    setAway(true);
  };
  useCommand("suggestion", suggestion && !away ? take : null);
  if (!found || away || (!found.summary && !suggestion && !found.next_step)) return null;
  return (
    <section class="copilot" aria-label={t("copilot")} tabIndex={0}>
      <header>
        <Icon shape="spark" size={14} /> <b>{t("copilot")}</b>
        <button type="button" class="plain" aria-label={t("close")} onClick={() => setAway(true)}><Icon shape="close" size={14} /></button>
      </header>
      {found.summary && <p><bdi>{found.summary}</bdi></p>}
      {suggestion && (
        <blockquote>
          <p dir="auto">{suggestion.text}</p>
          {suggestion.citations.length > 0 && (
            <p class="hint">{t("sources")}: {suggestion.citations.map((one) => one.title ?? one.slug ?? one.article).filter(Boolean).join(", ")}</p>
          )}
        </blockquote>
      )}
      {found.next_step && <p class="hint">{t("nextStep")}: <bdi>{found.next_step}</bdi></p>}
      {found.allowed.length > 0 && (
        <ul class="copilot-allowed" aria-label={t("allowedActions")}>
          {found.allowed.map((one, at) => {
            const name = typeof one === "string" ? one : (one.tool ?? "");
            const isFree = typeof one === "string" || one.allowed !== false;
            return (
              <li key={at} class={`tag ${isFree ? "open" : ""}`} title={typeof one === "string" ? undefined : one.say}>
                <Icon shape={isFree ? "check" : "lock"} size={12} /> {name.replaceAll("_", " ")}
              </li>
            );
          })}
        </ul>
      )}
      {suggestion && (
        <button type="button" onClick={take}>{t("useSuggestion")} <kbd>{shown(COMMANDS.suggestion.keys)}</kbd></button>
      )}
    </section>
  );
}
