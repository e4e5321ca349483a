// What the router did, in words. Its record is the entry's body; what is not known here is told as the server tells it.

import { AI_AGENT, memberName } from "../model/people.ts";
import { queueName } from "../model/queues.ts";
import type { Callback, Entry } from "../model/types.ts";
import { moment, named, nearby, t, type Word } from "../words.ts";

/** To whom it is handed on: one of these, or `"ai"`. */
interface Target {
  worker?: string;
  queue?: string;
  /** A person of this queue, or of the one it is in. */
  human?: string | null;
}

const STATES = ["free", "full", "ringing", "draining", "busy", "wrap_up", "away", "offline"] as const;
/** How many workers of those who fit were in which state when it was looked at. */
export type Tally = Partial<Record<(typeof STATES)[number], number>>;

interface Routing {
  what: string;
  worker?: string;
  by?: string;
  to?: string | Target;
  why?: string;
  note?: string;
  waits?: boolean;
  /** The queue is closed. */
  held?: boolean;
  tally?: Tally;
  deadline_ms?: number;
  until_ms?: number;
  callback?: boolean;
  attempts?: number;
  most?: number;
}

export function routed(entry: Entry): string {
  const did = entry.body["routing"] as Routing | undefined;
  const asked = entry.body["callback"] as Callback | undefined;
  return (did && line(did)) ?? (asked && called(asked)) ?? (entry.text || t("kind_routing"));
}

/** What people said of a call back. */
function called({ state, phone, at, note }: Callback): string | null {
  if (state === "wanted") {
    const text = at === null ? t("routed_call_asked", { phone }) : t("routed_call_asked_at", { phone, when: moment(at) });
    return noted(text, note);
  }
  if (state === "done") return t("routed_call_reached", { phone });
  return state === "cancelled" ? t("routed_call_cancelled", { phone }) : null;
}

function line(did: Routing): string | null {
  const name = person(did.worker);
  const why = named("why", did.why ?? "");
  switch (did.what) {
    case "queued":
      return did.held ? t("routed_queued_held") : t("routed_queued", { tally: tallied(did.tally, true) });
    case "offered":
    case "assigned":
      return t(`routed_${did.what}`, { name });
    case "withdrawn":
    case "released":
      return t(`routed_${did.what}`, { name, why });
    case "requeued":
      return t("routed_requeued", { why });
    case "transferred":
      return noted(t("routed_transferred", { name: target(did.to) }), did.note);
    case "overridden": {
      const key: Word = did.waits ? "routed_overridden_waits" : "routed_overridden";
      return noted(t(key, { by: person(did.by), name }), did.note);
    }
    case "diverted":
      return t("routed_diverted", { name: target(typeof did.to === "string" ? { queue: did.to } : undefined), why });
    case "put_off":
      return did.callback && did.until_ms !== undefined ? t("routed_call_due", { when: moment(did.until_ms) }) : null;
    case "callback_kept":
      return t("routed_call_kept");
    case "callback_unanswered":
      return t("routed_call_unanswered", { attempts: did.attempts ?? "", most: did.most ?? "" });
    case "gone":
      if (did.why === "unreachable") return t("routed_call_unreachable");
      return did.why === "silent" ? t("routed_gone_silent") : null;
    case "refused":
      return t("routed_refused");
    case "overdue":
      return did.deadline_ms === undefined ? null : t("routed_overdue", { when: nearby(did.deadline_ms) });
    default:
      return null;
  }
}

function noted(text: string, note: string | undefined): string {
  return note ? `${text}: ${note}` : text;
}

/** Who there is, such as "full: 2, away: 1". Whoever is free beside work that waits was passed over. */
export function tallied(tally: Tally = {}, waits = false): string {
  const name = (one: keyof Tally): string => t(waits && one === "free" ? "tally_passed_over" : `tally_${one}`);
  const these = STATES.filter((one) => tally[one]).map((one) => `${name(one)}: ${tally[one]}`);
  return these.join(", ") || t("tally_nobody");
}

function person(id: string | undefined): string {
  return id === AI_AGENT ? t("aiAgent") : (memberName(id) ?? t("someone"));
}

function target(to: string | Target | undefined): string {
  if (to === "ai") return t("aiAgent");
  if (!to || typeof to === "string") return t("someone");
  if (to.worker) return person(to.worker);
  const queue = to.queue ?? to.human;
  return queue ? (queueName(queue) ?? t("aQueue")) : t("aPerson");
}
