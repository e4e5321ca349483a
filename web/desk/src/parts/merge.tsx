// Merging customers and undoing it, each with a look at what would happen first.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get, post, query } from "../model/api.ts";
import { may } from "../model/people.ts";
import type { Customer, Identifier, MergePreview, Moving, UnmergePreview } from "../model/types.ts";
import { say } from "../notice.ts";
import { moment, named, t, told } from "../words.ts";
import { Dialog } from "./dialog.tsx";

const REASON_LIMIT = 500;

interface DecisionProps {
  customer: Customer;
  onDone: () => void;
  onClose: () => void;
}

export function MergeDialog({ customer, other, onDone, onClose }: DecisionProps & { other: Customer }): JSX.Element {
  const [preview, problem] = useAnswer<MergePreview>(`customers/${customer.id}/merge-preview${query({ with: other.id })}`);
  const [reason, setReason] = useState("");
  const decide = useDecision(customer, onDone, onClose);
  const body = { with: other.id, reason };
  return (
    <Dialog title={t("mergeTitle")} onClose={onClose}>
      <Waiting problem={problem} ready={preview !== null} />
      {preview && (
        <>
          <p>{t("mergeText", { other: nameOf(preview.redirected), kept: nameOf(preview.kept) })}</p>
          {preview.warnings.map((text) => <p key={text} class="warning">{t("warning", { text })}</p>)}
          <Identifiers title={t("identifiers")} all={preview.identifiers} />
          <Conversations all={preview.conversations} />
          <Reason value={reason} onChange={setReason} />
          <footer>
            <button type="button" onClick={onClose}>{t("cancel")}</button>
            <button type="button" disabled={!may("write:identity")} onClick={() => void decide("not-same", body, t("keptApart"))}>{t("notSame")}</button>
            <button type="button" class="main" disabled={!may("write:identity")} onClick={() => void decide("merge", body, t("merged"))}>{t("merge")}</button>
          </footer>
        </>
      )}
    </Dialog>
  );
}

export function UnmergeDialog({ customer, onDone, onClose }: DecisionProps): JSX.Element {
  const [preview, problem] = useAnswer<UnmergePreview>(`customers/${customer.id}/unmerge-preview`);
  const [reason, setReason] = useState("");
  const decide = useDecision(customer, onDone, onClose);
  return (
    <Dialog title={t("unmergeTitle")} onClose={onClose}>
      <Waiting problem={problem} ready={preview !== null} />
      {preview && (
        <>
          <p>{t("unmergeText", { when: moment(preview.merge.at) })} {preview.merge.reason && `“${preview.merge.reason}”`}</p>
          <Identifiers title={t("staying", { name: nameOf(preview.customer) })} all={preview.staying} />
          <Identifiers title={t("leaving")} all={preview.leaving} />
          <Conversations all={preview.conversations} />
          <Reason value={reason} onChange={setReason} />
          <footer>
            <button type="button" onClick={onClose}>{t("cancel")}</button>
            <button type="button" class="main" onClick={() => void decide("unmerge", { reason }, t("unmerged"))}>{t("unmerge")}</button>
          </footer>
        </>
      )}
    </Dialog>
  );
}

function useAnswer<T>(path: string): [T | null, string | null] {
  const [answer, setAnswer] = useState<T | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const away = new AbortController();
    get<T>(path, away.signal)
      .then(setAnswer)
      .catch((error: unknown) => {
        if (!away.signal.aborted) setProblem(told(error));
      });
    return () => away.abort();
  }, [path]);
  return [answer, problem];
}

function useDecision(customer: Customer, onDone: () => void, onClose: () => void) {
  return async (verb: string, body: unknown, done: string): Promise<void> => {
    try {
      await post(`customers/${customer.id}/${verb}`, body);
      say(done);
      onClose();
      onDone();
    } catch (error) {
      say(told(error), true);
    }
  };
}

function nameOf(customer: Customer): string {
  return customer.name ?? t("someone");
}

function Waiting({ problem, ready }: { problem: string | null; ready: boolean }): JSX.Element | null {
  if (problem) return <p class="error" role="alert">{problem}</p>;
  return ready ? null : <p>{t("loading")}</p>;
}

function Identifiers({ title, all }: { title: string; all: Identifier[] }): JSX.Element {
  return (
    <section>
      <h3>{title}</h3>
      <ul>{all.map((one) => <li key={one.id}>{named("kind", one.kind)}: <bdi>{one.value}</bdi></li>)}</ul>
    </section>
  );
}

function Conversations({ all }: { all: Moving[] }): JSX.Element | null {
  if (all.length === 0) return null;
  return (
    <section>
      <h3>{t("moving")} ({all.length})</h3>
      <ul>{all.slice(0, 8).map((one) => <li key={one.id}><bdi>{one.subject ?? t("noSubject")}</bdi></li>)}</ul>
    </section>
  );
}

function Reason({ value, onChange }: { value: string; onChange: (text: string) => void }): JSX.Element {
  return (
    <label>
      <span>{t("reasonLabel")}</span>
      <input type="text" maxLength={REASON_LIMIT} value={value} onInput={(event) => onChange(event.currentTarget.value)} />
    </label>
  );
}
