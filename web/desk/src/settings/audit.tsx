// The audit trail: who did what, and when.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { memberName } from "../model/people.ts";
import { moment, t } from "../words.ts";
import { usePaged } from "./paged.ts";
import { Head, List } from "./parts.tsx";
import { w } from "./words.ts";

interface Act {
  id: string;
  at: number;
  actor: string;
  action: string;
  object: string;
  details: Record<string, unknown>;
}

/** What is offered; the list asks the server for whatever is written. */
const ACTIONS = [
  "approval.approved", "approval.declined", "article.archive", "article.change", "article.create", "article.publish", "article.rollback", "customer.merge",
  "customer.not_same", "customer.profile", "customer.unmerge", "delivery.retry", "invite.accept", "invite.create",
  "job.replay", "knowledge.close_gaps", "knowledge.import", "macro.change", "macro.create", "macro.delete",
  "member.add", "member.change", "password.change", "policy.publish", "policy.rollback", "session.end", "session.start", "token.create", "token.revoke",
  "webhook.change", "webhook.create", "webhook.delete", "webhook.rotate_secret",
];

export function Audit(): JSX.Element {
  const [action, setAction] = useState("");
  const list = usePaged<Act>(`audit?limit=50${action ? `&action=${encodeURIComponent(action)}` : ""}`);
  return (
    <>
      <Head title={w("audit")} about={w("auditAbout")}>
        <input
          class="choice"
          type="text"
          list="audit-actions"
          aria-label={w("onlyAction")}
          placeholder={w("onlyAction")}
          onChange={(event) => setAction(event.currentTarget.value.trim())}
        />
        <datalist id="audit-actions">{ACTIONS.map((one) => <option key={one} value={one} />)}</datalist>
        <button type="button" onClick={list.reload}>{w("refresh")}</button>
      </Head>
      <List
        label={w("audit")}
        list={list}
        columns={[w("when"), w("who"), w("what"), w("to")]}
        empty={w("auditEmpty")}
        row={(one) => (
          <tr key={one.id}>
            <td>{moment(one.at)}</td>
            <td><bdi>{actorName(one.actor)}</bdi></td>
            <th scope="row"><code>{one.action}</code></th>
            <td class="audit-details">
              <bdi>{memberName(one.object) ?? one.object}</bdi>
              {Object.keys(one.details).length > 0 && (
                <details>
                  <summary>{w("details")}</summary>
                  <pre tabIndex={0}>{JSON.stringify(one.details, null, 2)}</pre>
                </details>
              )}
            </td>
          </tr>
        )}
      />
    </>
  );
}

/** `member:<id>`, `token:<id>` or `system`. */
function actorName(actor: string): string {
  const [kind, id] = actor.split(":");
  if (kind === "member") return memberName(id) ?? actor;
  if (kind === "token") return `${t("program")} …${id?.slice(-6) ?? ""}`;
  return kind === "system" ? t("system") : actor;
}
