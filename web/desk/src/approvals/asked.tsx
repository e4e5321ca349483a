// One request: what is to be done, with what, for whom, and what stands against it.

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get } from "../model/api.ts";
import type { Approval } from "../model/approvals.ts";
import { memberName } from "../model/people.ts";
import { address, go, place } from "../model/place.ts";
import type { Conversation, Customer } from "../model/types.ts";
import { plain, spaced, statement } from "../parts/deeds.ts";
import { To } from "../settings/parts.tsx";
import { moment, t } from "../words.ts";
import { a } from "./words.ts";

interface Props {
  approval: Approval;
  /** What can be said to it, or what was. */
  children: ComponentChildren;
}

export function Asked({ approval, children }: Props): JSX.Element {
  return (
    <article class="request" aria-label={spaced(approval.tool)}>
      <header>
        <h2><bdi>{spaced(approval.tool)}</bdi></h2>
        {children}
      </header>
      <dl class="facts">
        <div><dt>{a("action")}</dt><dd><bdi>{approval.action}</bdi></dd></div>
        {Object.entries(approval.arguments).map(([name, value]) => (
          <div key={name}><dt><bdi>{spaced(name)}</bdi></dt><dd><bdi>{plain(value)}</bdi></dd></div>
        ))}
      </dl>
      <div>
        <h3>{a("against")}</h3>
        <ul class="refusals">
          {approval.rules.map((one) => (
            <li key={one.id}>
              <bdi>{one.say}</bdi>
              {one.agent && <small><bdi>{one.agent}</bdi></small>}
              {one.doc && <small><To page={statement(one.doc)}>{a("statement")}</To></small>}
            </li>
          ))}
        </ul>
      </div>
      {approval.reason && <p><b>{a("why")}:</b> <bdi>{approval.reason}</bdi></p>}
      <p class="hint">
        {a("askedBy")}: <bdi>{asker(approval)}</bdi>, {moment(approval.asked_at)} · {a("conversation")}: <Case id={approval.conversation} />
        {(approval.state === "pending" || approval.state === "approved") && <> · {a("until")} {moment(approval.expires_at)}</>}
      </p>
    </article>
  );
}

function asker({ asked_by_name, asked_by }: Approval): string {
  const [kind, id] = asked_by.split(":");
  return asked_by_name ?? (kind === "ai" ? t("assistant") : kind === "member" ? (memberName(id) ?? t("someone")) : t("program"));
}

/** What conversations are called, asked for once. */
const cases = new Map<string, Promise<string>>();

function called(id: string): Promise<string> {
  let known = cases.get(id);
  if (!known) {
    known = (async () => {
      const here = await get<Conversation>(`conversations/${id}`);
      const { name } = await get<Customer>(`customers/${here.customer}`);
      return [name ?? t("someone"), here.subject].filter(Boolean).join(" · ");
    })();
    known.catch(() => cases.delete(id));
    cases.set(id, known);
  }
  return known;
}

function Case({ id }: { id: string }): JSX.Element {
  const [name, setName] = useState("");
  useEffect(() => {
    called(id).then(setName).catch(() => undefined);
  }, [id]);
  return (
    <a
      href={address({ ...place.get(), settings: null, approvals: null, conversation: id })}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go({ conversation: id });
      }}
    >
      <bdi>{name || "…"}</bdi>
    </a>
  );
}
