// What one subscriber was told, with every try, and telling it again.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get, post } from "../model/api.ts";
import { Dialog } from "../parts/dialog.tsx";
import { moment, t, told } from "../words.ts";
import { usePaged } from "./paged.ts";
import { attempt, Head, List, To } from "./parts.tsx";
import { WebhookState, type Webhook } from "./webhooks.tsx";
import { w, wn } from "./words.ts";

interface Told {
  id: string;
  event: string;
  status: "pending" | "delivered" | "failed";
  attempts: number;
  next_attempt_at: number | null;
  response_code: number | null;
  last_error: string | null;
  created_at: number;
  payload: unknown;
}

interface Try {
  number: number;
  at: number;
  duration_ms: number;
  response_code: number | null;
  response_start: string | null;
  error: string | null;
}

const STATUSES = ["pending", "delivered", "failed"];
const TONE = { pending: "pending", delivered: "open", failed: "urgent" } as const;
const DAY_MS = 86_400_000;

export function WebhookLog({ id }: { id: string }): JSX.Element {
  const [status, setStatus] = useState("");
  const [webhook, setWebhook] = useState<Webhook | null>(null);
  const [looking, setLooking] = useState<string | null>(null);
  const list = usePaged<Told>(`webhooks/${id}/deliveries?limit=50${status ? `&status=${status}` : ""}`);
  useEffect(() => {
    get<Webhook>(`webhooks/${id}`).then(setWebhook).catch(() => undefined);
  }, [id]);
  const again = (one: Told): Promise<unknown> =>
    attempt(() => post(`webhooks/${id}/deliveries/${one.id}/replay`, {}), w("toldAgain")).then((done) => done && list.reload());
  const allAgain = (): Promise<unknown> =>
    attempt(() => post(`webhooks/${id}/replay`, { since: Date.now() - 30 * DAY_MS }), w("toldAgain")).then((done) => done && list.reload());
  return (
    <>
      <p class="crumbs"><To page="webhooks">{w("webhooks")}</To></p>
      <Head title={webhook?.url ?? w("webhooks")} about={w("logAbout")}>
        {webhook && <WebhookState webhook={webhook} />}
        <select class="choice" aria-label={t("status")} value={status} onChange={(event) => setStatus(event.currentTarget.value)}>
          <option value="">{t("any")}</option>
          {STATUSES.map((one) => <option key={one} value={one}>{wn("told", one)}</option>)}
        </select>
        <button type="button" onClick={list.reload}>{w("refresh")}</button>
        <button type="button" onClick={() => void allAgain()}>{w("replayFailed")}</button>
      </Head>
      <List
        label={w("log")}
        list={list}
        columns={[w("when"), w("event"), t("status"), w("tries"), w("lastAnswer"), ""]}
        empty={w("logEmpty")}
        row={(one) => (
          <tr key={one.id}>
            <td>{moment(one.created_at)}</td>
            <th scope="row"><code>{one.event}</code></th>
            <td><span class={`tag ${TONE[one.status]}`}>{wn("told", one.status)}</span></td>
            <td>{one.attempts}</td>
            <td><bdi>{one.response_code ?? one.last_error ?? ""}</bdi></td>
            <td class="acts">
              <button type="button" class="link" aria-label={w("lookAt", { name: `${one.event}, ${moment(one.created_at)}` })} onClick={() => setLooking(one.id)}>{w("details")}</button>
              <button type="button" class="link" onClick={() => void again(one)}>{w("sendAgain")}</button>
            </td>
          </tr>
        )}
      />
      {looking && <Tries webhook={id} delivery={looking} onClose={() => setLooking(null)} />}
    </>
  );
}

function Tries({ webhook, delivery, onClose }: { webhook: string; delivery: string; onClose: () => void }): JSX.Element {
  const [found, setFound] = useState<(Told & { tries: Try[] }) | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    get<Told & { tries: Try[] }>(`webhooks/${webhook}/deliveries/${delivery}`)
      .then(setFound)
      .catch((problem: unknown) => setError(told(problem)));
  }, [delivery]);
  return (
    <Dialog title={w("details")} onClose={onClose}>
      {error && <p class="error" role="alert">{error}</p>}
      {found && (
        <>
          <ol class="plain-list">
            {found.tries.map((one) => (
              <li key={one.number}>
                <b>{one.number}.</b> {moment(one.at)} · {one.duration_ms} ms · {one.response_code ?? one.error}
                {one.response_start && <pre tabIndex={0}>{one.response_start}</pre>}
              </li>
            ))}
          </ol>
          {found.tries.length === 0 && <p class="hint">{w("noTries")}</p>}
          <h3>{w("payload")}</h3>
          <pre tabIndex={0}>{JSON.stringify(found.payload, null, 2)}</pre>
        </>
      )}
    </Dialog>
  );
}
