// A decision of the router in sentences, as a colleague would tell it.

import { AI_AGENT, memberName } from "../model/people.ts";
import { queueName } from "../model/queues.ts";
import { tallied } from "../parts/routed.ts";
import { language, named, nearby, span, t } from "../words.ts";
import type { Decision, Need, Standing } from "./decision.ts";
import { y, yn } from "./words.ts";

export interface Reason {
  text: string;
  /** Those whom it is about. */
  list?: Item[];
}

export interface Item {
  text: string;
  /** The conversation it is about: it stands before the text. */
  conversation?: string;
}

export function reasons(decision: Decision): Reason[] {
  const { need, tally } = decision;
  const all: Reason[] = [{ text: rule(decision) }, { text: asked(decision) }, { text: urgency(decision) }];
  all.push({ text: y("behind"), list: decision.runners_up.map((one) => ({ text: behind(one, decision.worker) })) });
  all.push({ text: y("notAgain"), list: passedOver(decision) });
  all.push({ text: y("left", { name: person(decision.worker.worker) }), list: leftWaiting(decision) });
  // Of one who is asked for by name it says nothing new.
  if (!need.worker) all.push({ text: y("tally", { tally: tallied(tally) }) });
  return all.filter(({ list }) => list?.length !== 0);
}

function rule(decision: Decision): string {
  const name = person(decision.worker.worker);
  if (decision.rule !== "best_worker") return yn("rule", decision.rule, { name });
  if (decision.need.worker) return y("first_named", { name });
  const [next] = decision.runners_up;
  return next ? y(`first_${differs(next, decision.worker)}`, { name }) : y("first_alone", { name });
}

/** By what the router tells two workers apart, in its order. */
const FIELDS = ["human", "breadth", "load", "missed", "idle_since_ms"] as const;

/** The first by which they differ. */
function differs(one: Standing, other: Standing): (typeof FIELDS)[number] | "nothing" {
  return FIELDS.find((field) => one[field] !== other[field]) ?? "nothing";
}

function behind(one: Standing, chosen: Standing): string {
  const field = differs(one, chosen);
  const counted = field === "breadth" ? [one.breadth, chosen.breadth] : [percent(one.load), percent(chosen.load)];
  return y(`behind_${field}`, { name: person(one.worker), theirs: counted[0] ?? "", instead: counted[1] ?? "" });
}

function percent(thousandths: number): string {
  return new Intl.NumberFormat(language(), { style: "percent" }).format(thousandths / 1000);
}

function asked({ queue, step, need }: Decision): string {
  return y("asked", { step: step + 1, queue: queueName(queue) ?? t("aQueue"), need: needed(need) });
}

function needed({ worker, kind, queues = [], skills = {} }: Need): string {
  const parts: string[] = [];
  if (worker) parts.push(y("need_worker", { name: person(worker) }));
  if (kind) parts.push(yn("need", kind));
  if (queues.length > 0) {
    const names = queues.map((one) => queueName(one) ?? t("aQueue"));
    parts.push(y("need_queues", { queues: new Intl.ListFormat(language(), { type: "disjunction" }).format(names) }));
  }
  for (const [skill, level] of Object.entries(skills)) parts.push(y("need_skill", { skill: spoken(skill), level }));
  return parts.join("; ") || y("need_nothing");
}

/** A language by its name: `language:de` is German. */
function spoken(skill: string): string {
  if (!skill.startsWith("language:")) return skill;
  const tag = skill.slice("language:".length);
  try {
    return new Intl.DisplayNames(language(), { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

function urgency({ priority, since_ms, at_ms, deadline_ms }: Decision): string {
  const time = span(Math.max(0, at_ms - since_ms));
  return y("urgency", { priority: named("priority", priority), time, when: nearby(deadline_ms) });
}

function passedOver({ not_again }: Decision): Item[] {
  return Object.entries(not_again).map(([worker, until_ms]) => ({ text: y("until", { name: person(worker), when: nearby(until_ms) }) }));
}

function leftWaiting({ left_waiting, rank_ms }: Decision): Item[] {
  return left_waiting.map((one) => ({ text: y("later", { time: span(one.rank_ms - rank_ms) }), conversation: one.item }));
}

/** Every sentence begins with whom it is about. */
function person(id: string): string {
  return id === AI_AGENT ? y("agent") : (memberName(id) ?? y("gone"));
}
