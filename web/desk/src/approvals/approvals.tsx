// Requests for approval: what somebody wants to do although a rule forbids it, and saying yes or no to it.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useCommand } from "../keys.ts";
import { get } from "../model/api.ts";
import { holds, waiting, type Approval, type ApprovalState } from "../model/approvals.ts";
import { memberName } from "../model/people.ts";
import { go } from "../model/place.ts";
import { useStore } from "../model/store.ts";
import { oneOf } from "../parts/deeds.ts";
import { usePaged } from "../settings/paged.ts";
import { Head } from "../settings/parts.tsx";
import { moment, t, told } from "../words.ts";
import { Answer } from "./answer.tsx";
import { Asked } from "./asked.tsx";
import { a } from "./words.ts";

const STATES: (ApprovalState | "all")[] = ["pending", "approved", "declined", "expired", "all"];

export function Approvals({ one }: { one: string }): JSX.Element {
  const [answering, setAnswering] = useState<{ approval: Approval; agrees: boolean } | null>(null);
  const [turn, setTurn] = useState(0);
  useCommand("back", () => go(one ? { approvals: "", conversation: null } : { conversation: null }));
  useEffect(() => {
    document.title = `${t("approvals")} · ${t("product")}`;
  }, []);
  const answer = (approval: Approval, agrees: boolean): void => setAnswering({ approval, agrees });
  return (
    <main id="main" class="settings settings-page" tabIndex={-1}>
      {one ? <One key={`${one}-${turn}`} id={one} onAnswer={answer} /> : <All turn={turn} onAnswer={answer} />}
      {answering && <Answer {...answering} onDone={() => setTurn((now) => now + 1)} onClose={() => setAnswering(null)} />}
    </main>
  );
}

type Answering = (approval: Approval, agrees: boolean) => void;

function All({ turn, onAnswer }: { turn: number; onAnswer: Answering }): JSX.Element {
  const [state, setState] = useState<ApprovalState | "all">("pending");
  const list = usePaged<Approval>(`approvals?limit=25${state === "all" ? "" : `&state=${state}`}`);
  const news = useStore(waiting);
  // What others ask and answer meanwhile stands here without a reload.
  const seen = news.map((one) => one.id).join();
  useEffect(() => {
    if (list.state !== "loading") list.reload();
  }, [turn, seen]);
  return (
    <>
      <Head title={t("approvals")} about={a("about")}>
        <select class="choice" aria-label={a("onlyThese")} value={state} onChange={(event) => setState(event.currentTarget.value as ApprovalState)}>
          {STATES.map((each) => <option key={each} value={each}>{a(each)}</option>)}
        </select>
      </Head>
      {list.state === "failed" && (
        <p class="error" role="alert">{list.error} <button type="button" onClick={list.reload}>{t("again")}</button></p>
      )}
      {list.rows.length === 0 && list.state !== "failed" && (
        <div class="empty" role="status">{list.state === "loading" ? t("loading") : a(state === "pending" ? "emptyPending" : "empty")}</div>
      )}
      <ul class="requests">
        {list.rows.map((each) => <li key={each.id}><Request approval={each} onAnswer={onAnswer} /></li>)}
      </ul>
      {list.more && <button type="button" class="wide" disabled={list.state === "loading"} onClick={list.more}>{t(list.state === "loading" ? "loading" : "more")}</button>}
    </>
  );
}

function One({ id, onAnswer }: { id: string; onAnswer: Answering }): JSX.Element {
  const [approval, setApproval] = useState<Approval | null>(null);
  const [error, setError] = useState("");
  const news = useStore(waiting);
  const seen = news.some((one) => one.id === id);
  useEffect(() => {
    get<Approval>(`approvals/${id}`).then(setApproval).catch((problem: unknown) => setError(told(problem)));
  }, [id, seen]);
  return (
    <>
      <p class="crumbs"><button type="button" class="link" onClick={() => go({ approvals: "", conversation: null })}>{a("backToAll")}</button></p>
      <Head title={t("approvals")} about={a("about")} />
      {approval ? (
        <div class="requests"><Request approval={approval} onAnswer={onAnswer} /></div>
      ) : (
        <p class={`empty${error ? " error" : ""}`} role="status">{error || t("loading")}</p>
      )}
    </>
  );
}

function Request({ approval, onAnswer }: { approval: Approval; onAnswer: Answering }): JSX.Element {
  const { state } = approval;
  const by = approval.decided_by_name ?? memberName(approval.decided_by?.split(":")[1]) ?? t("someone");
  return (
    <Asked approval={approval}>
      <span class={`tag ${state === "pending" ? "pending" : state === "approved" ? "open" : ""}`}>{a(state)}</span>
      {state === "pending" && (
        <div class="page-acts">
          {holds(approval.role) ? (
            <>
              <button type="button" onClick={() => onAnswer(approval, false)}>{a("decline")} …</button>
              <button type="button" class="main" onClick={() => onAnswer(approval, true)}>{a("approve")} …</button>
            </>
          ) : (
            <span class="hint">{a("notYours", { role: oneOf(approval.role) })}</span>
          )}
        </div>
      )}
      {approval.decided_at !== null && (
        <p class="hint">
          {a("answered")}: <bdi>{by}</bdi>, {moment(approval.decided_at)}
          {approval.note && <>: <bdi>{approval.note}</bdi></>}
        </p>
      )}
    </Asked>
  );
}
