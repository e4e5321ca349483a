// What the AI offers whoever answers: what this is about, an answer with its sources, what to do next, and what the
// policy said. Where there is no such thing, nothing is shown.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useCommand, COMMANDS, shown } from "../keys.ts";
import { get } from "../model/api.ts";
import { askable, asking, type Refusal } from "../model/approvals.ts";
import { brief, t } from "../words.ts";
import { deed } from "./deeds.ts";
import { Refusals } from "./event.tsx";
import { Icon } from "./icons.tsx";

interface Citation {
  /** Article, version and passage, as `id:version:number`. */
  id: string;
  title: string;
  url: string | null;
}

interface Verdict {
  tool: string;
  action?: string;
  arguments?: Record<string, unknown>;
  allowed: boolean;
  reasons: Refusal[];
  at: number;
}

interface Copilot {
  summary: string;
  suggestion: { text: string; citations: Citation[] } | null;
  next_step: { procedure: string; title: string; step: string } | null;
  allowed: Verdict[];
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
  /** The suggestion that was put into the answer: it is not offered again. */
  const taken = useRef("");
  useEffect(() => {
    const leave = new AbortController();
    const timer = setTimeout(() => {
      get<Copilot>(`conversations/${conversation}/copilot`, leave.signal)
        .then((one) => {
          setFound(one);
          setAway(one.suggestion !== null && one.suggestion.text === taken.current);
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
    taken.current = suggestion.text;
    setAway(true);
  };
  useCommand("suggestion", suggestion && !away ? take : null);
  if (!found || away || (!found.summary && !suggestion && !found.next_step && found.allowed.length === 0)) return null;
  const next = found.next_step;
  return (
    <section class="copilot" aria-label={t("copilot")} tabIndex={0}>
      <header>
        <Icon shape="spark" size={14} /> <b>{t("copilot")}</b>
        <button type="button" class="plain" aria-label={t("close")} onClick={() => setAway(true)}><Icon shape="close" size={14} /></button>
      </header>
      {found.summary && (
        <details>
          <summary>{t("copilotSummary")}</summary>
          <p class="copilot-summary" dir="auto">{found.summary}</p>
        </details>
      )}
      {suggestion && (
        <blockquote>
          <p dir="auto">{suggestion.text}</p>
          {suggestion.citations.length > 0 && <Sources citations={suggestion.citations} />}
        </blockquote>
      )}
      {next && <p>{t("nextStep")}: <b><bdi>{next.title}</bdi></b> · <bdi>{next.step}</bdi></p>}
      {found.allowed.length > 0 && (
        <ul class="verdicts" aria-label={t("allowedActions")}>
          {found.allowed.map((one) => <li key={one.tool}><Said verdict={one} conversation={conversation} /></li>)}
        </ul>
      )}
      {suggestion && (
        <button type="button" onClick={take}>{t("useSuggestion")} <kbd>{shown(COMMANDS.suggestion.keys)}</kbd></button>
      )}
    </section>
  );
}

/** Each article once, to be read where customers read it, or else where it is written. */
function Sources({ citations }: { citations: Citation[] }): JSX.Element {
  const places = new Map(citations.map((one) => [one.url ?? `/desk/settings/knowledge/${one.id.split(":")[0]}`, one.title]));
  return (
    <p class="hint">
      {t("sources")}:{" "}
      {[...places].map(([place, title], at) => (
        <span key={place}>
          {at > 0 && ", "}
          <a href={place} target="_blank" rel="noopener noreferrer"><bdi>{title}</bdi></a>
        </span>
      ))}
    </p>
  );
}

/** What the policy said to one action, and what helps where it said no. */
function Said({ verdict, conversation }: { verdict: Verdict; conversation: string }): JSX.Element {
  const { tool, action, allowed, reasons } = verdict;
  const what = (
    <>
      <Icon shape={allowed ? "check" : "lock"} size={12} /> <bdi>{deed(tool, verdict.arguments)}</bdi>: {t(allowed ? "allowed" : "notAllowed")}
      <small>{brief(verdict.at)}</small>
    </>
  );
  if (allowed || reasons.length === 0) return <p class={allowed ? "good" : ""}>{what}</p>;
  const wish = action ? { conversation, tool, action, arguments: verdict.arguments ?? {}, rules: reasons } : null;
  return (
    <>
      <details>
        <summary>{what}</summary>
        <Refusals rules={reasons} />
      </details>
      {wish && askable(wish) && <button type="button" class="link" onClick={() => asking.set(wish)}>{t("askApproval")} …</button>}
    </>
  );
}
