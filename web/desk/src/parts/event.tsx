// What the system noted, in words: decisions, actions, identity, routing, the case. The record itself is one click away.

import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { askable, asking, type Approval, type Refusal, type Wish } from "../model/approvals.ts";
import { isHandedOn } from "../model/folds.ts";
import { memberName } from "../model/people.ts";
import { go } from "../model/place.ts";
import { queueName, queues } from "../model/queues.ts";
import { useStore } from "../model/store.ts";
import type { Entry } from "../model/types.ts";
import { decisionOf, type Decision } from "../why/decision.ts";
import { clock, moment, named, t } from "../words.ts";
import { deed, oneOf, plain, remedy, spaced } from "./deeds.ts";
import { WhyPlace } from "./doors.ts";
import { Icon, type Shape } from "./icons.tsx";
import { authorName } from "./names.ts";
import { routed } from "./routed.ts";

const SHAPE_OF: Partial<Record<string, Shape>> = {
  identity: "person",
  routing: "people",
  decision: "lock",
  tool_call: "gear",
  state: "inbox",
  fact: "check",
};

type Body = Record<string, unknown>;

export function Event({ entry }: { entry: Entry }): JSX.Element {
  useStore(queues);
  const hasDetails = Object.keys(entry.body).length > 0;
  const { text, mood } = described(entry);
  const line = (
    <>
      <Icon shape={SHAPE_OF[entry.kind] ?? "dots"} size={14} />
      <b>{named("kind", entry.kind)}</b>
      <span class={`event-text ${mood}`}><bdi>{text}</bdi></span>
      <span class="event-who">{authorName(entry.author)}</span>
      <time dateTime={new Date(entry.at).toISOString()} title={moment(entry.at)}>{clock(entry.at)}</time>
    </>
  );
  if (!hasDetails) return <p class="event">{line}</p>;
  const wish = refused(entry);
  const approval = approvalOf(entry.body);
  const decision = decisionOf(entry);
  const record = (
    <details class="event">
      <summary title={text}>{line}</summary>
      {wish && <Refusals rules={wish.rules} />}
      <pre tabIndex={0}>{JSON.stringify(entry.body, null, 2)}</pre>
    </details>
  );
  return (
    <>
      {decision ? <Explained decision={decision} text={text}>{record}</Explained> : record}
      {wish && askable(wish) && (
        <p class="event"><button type="button" class="link" onClick={() => asking.set(wish)}>{t("askApproval")} …</button></p>
      )}
      {approval && (
        <p class="event"><button type="button" class="link" onClick={() => go({ approvals: approval.id, conversation: null })}>{t("toApproval")}</button></p>
      )}
    </>
  );
}

/** A line whose reasons can be asked for. */
function Explained({ decision, text, children }: { decision: Decision; text: string; children: ComponentChildren }): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <div class="event-line">
        {children}
        <button type="button" class="link" aria-expanded={isOpen} aria-label={`${t("why")} ${text}`} onClick={() => setOpen(!isOpen)}>{t("why")}</button>
      </div>
      {isOpen && <WhyPlace decision={decision} />}
    </>
  );
}

/** What stands in the way, and what helps. */
export function Refusals({ rules }: { rules: Refusal[] }): JSX.Element {
  return (
    <ul class="refusals">
      {rules.map((one) => (
        <li key={one.id}>
          <bdi>{one.say}</bdi> <small>{remedy(one.remedy)}.</small>
          {one.agent && <small><bdi>{one.agent}</bdi></small>}
        </li>
      ))}
    </ul>
  );
}

/** What a decision of the policy refused, with all that is needed to ask for it. */
function refused(entry: Entry): Wish | null {
  const request = part(entry.body["request"]);
  const decision = part(entry.body["decision"]);
  if (entry.body["what"] !== "decided" || decision["allowed"] !== false || typeof request["action"] !== "string") return null;
  const rules = Array.isArray(decision["rules"]) ? (decision["rules"] as Refusal[]) : [];
  const tool = String(entry.body["tool"]);
  return { conversation: entry.conversation, tool, action: request["action"], arguments: part(request["arguments"]), rules };
}

function approvalOf(body: Body): Approval | null {
  const found = part(body["approval"]);
  return typeof found["id"] === "string" && typeof found["tool"] === "string" ? (found as unknown as Approval) : null;
}

interface Described {
  text: string;
  mood: "" | "good" | "error" | "handed-on";
}

export function described(entry: Entry): Described {
  const { body } = entry;
  switch (entry.kind) {
    case "decision":
      return decision(entry, body);
    case "tool_call":
      return action(entry, body);
    case "identity":
      return { text: identity(entry, body), mood: "" };
    case "fact":
      return { text: `${spaced(body["name"])}: ${plain(body["value"])}`, mood: "" };
    case "routing":
      return { text: routed(entry), mood: isHandedOn(entry) ? "handed-on" : "" };
    case "state":
      return { text: caseChange(entry, body), mood: "" };
    default:
      return { text: entry.text || named("kind", entry.kind), mood: "" };
  }
}

/** What the policy said about a tool, with what stood in the way; or what people said to it. */
function decision(entry: Entry, body: Body): Described {
  const approval = approvalOf(body);
  if (approval) return agreement(body, approval);
  const decided = part(body["decision"]);
  const tool = spaced(body["tool"]);
  if (!tool || typeof decided["allowed"] !== "boolean") return { text: entry.text || t("kind_decision"), mood: "" };
  const rules = Array.isArray(decided["rules"]) ? (decided["rules"] as Body[]) : [];
  const why = rules.map((one) => one["say"] ?? one["agent"] ?? one["id"]).filter((one) => typeof one === "string");
  const key = decided["allowed"] ? "decisionAllowed" : "decisionRefused";
  const ahead = body["ahead"] === true ? ` (${t("decisionAhead")})` : "";
  const reasons = why.length > 0 ? `: ${why.join("; ")}` : "";
  return { text: t(key, { tool }) + ahead + reasons, mood: decided["allowed"] ? "good" : "error" };
}

/** What became of a request for approval. */
function agreement(body: Body, approval: Approval): Described {
  const what = deed(approval.tool, approval.arguments);
  if (body["what"] === "approval_asked") {
    const why = approval.reason ? `: ${approval.reason}` : "";
    return { text: t("approvalAsked", { role: oneOf(approval.role), what }) + why, mood: "" };
  }
  const isGiven = body["what"] === "approval_given";
  const name = approval.decided_by_name ?? t("someone");
  const note = approval.note ? `: ${approval.note}` : "";
  return { text: t(isGiven ? "approvalGiven" : "approvalDeclined", { name, what }) + note, mood: isGiven ? "good" : "error" };
}

/** What was done for the customer, and how it went. */
function action(entry: Entry, body: Body): Described {
  const tool = spaced(body["tool"]);
  const answered = part(body["answered"]);
  const outcome = answered["outcome"];
  if (!tool || typeof outcome !== "string") return { text: entry.text || t("kind_tool_call"), mood: "" };
  const what = deed(body["tool"], body["args"]);
  const why = typeof answered["why"] === "string" ? `: ${answered["why"]}` : "";
  if (outcome === "ok") return { text: t(body["writes"] === true ? "actionDone" : "actionRead", { what }), mood: "good" };
  return { text: t(outcome === "unknown" ? "actionUnknown" : "actionNotDone", { what }) + why, mood: "error" };
}

function identity(entry: Entry, body: Body): string {
  if (typeof body["moved_to"] === "string") return t("identityMoved");
  if (body["resumed"] === true) return t("identityResumed");
  return entry.text || t("kind_identity");
}

function caseChange(entry: Entry, body: Body): string {
  const change = part(body["change"]);
  const parts: string[] = [];
  const status = change["status"];
  if (status) parts.push(t("statusChanged", { status: named("status", String(status)) }).replace(/\.$/, ""));
  if (change["snoozed_until"]) parts.push(t("until", { when: moment(Number(change["snoozed_until"])) }));
  if (change["owner"]) parts.push(t("nowOwned", { name: memberName(String(change["owner"])) ?? t("someone") }));
  if (change["unassign"]) parts.push(t("nowUnowned"));
  if (change["priority"]) parts.push(`${t("priority")}: ${named("priority", String(change["priority"]))}`);
  if (change["subject"] !== undefined) parts.push(t("subject", { text: String(change["subject"]) }));
  for (const tag of list(change["add_tags"])) parts.push(t("tagged", { tag }).replace(/\.$/, ""));
  for (const tag of list(change["remove_tags"])) parts.push(t("untagged", { tag }).replace(/\.$/, ""));
  for (const [name, value] of Object.entries(part(change["fields"]))) {
    // A queue may be named by its id: it keeps that under another name.
    const queue = name === "queue" && isId(value) ? queueName(value) : null;
    parts.push(`${spaced(name)}: ${queue ?? plain(value)}`);
  }
  return parts.join(" · ") || entry.text;
}

function isId(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
}

function part(value: unknown): Body {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Body) : {};
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
