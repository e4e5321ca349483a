// The settings of the router, as the API has them, and how they are read, changed and refused.

import { useEffect, useState } from "preact/hooks";
import { get, Problem, put } from "../../model/api.ts";
import { told } from "../../words.ts";
import { inFull } from "../parts.tsx";

export const CLASSES = ["call", "visit", "chat", "message", "email"] as const;
export type WorkClass = (typeof CLASSES)[number];
export const KEEPS = ["all", "languages", "nothing"] as const;
export const PRIORITIES = ["low", "normal", "high", "urgent"] as const;
export type Skills = Record<string, number>;

export interface Step {
  lasts_ms: number | null;
  keep: (typeof KEEPS)[number];
  lowered_by: number;
  skills: Skills;
  also: string[];
  kind: "human" | "ai" | null;
}

export interface Queue {
  name: string;
  calendar: string | null;
  when_closed: "wait" | "hold" | "refuse" | { divert: string };
  target_ms: number | null;
  steps: Step[];
  affinity_ms: number;
  silence_ms: number | null;
  callback_attempts: number;
  callback_retry_ms: number;
  usual_handle_ms: number;
}

export interface Hours {
  from_min: number;
  to_min: number;
}

export interface Calendar {
  time_zone: string;
  week: Hours[][];
  days: Record<string, Hours[]>;
}

export interface ClassRule {
  weight: number;
  interrupted_by: WorkClass[];
  offer_ms: number;
  wrap_up_ms: number;
  keep_offline_ms: number | null;
  drain_after_ms: number | null;
}

export interface RoutingSettings {
  queues: Record<string, Queue>;
  fallback: string;
  calendars: Record<string, Calendar>;
  classes: Partial<Record<WorkClass, ClassRule>>;
  head_start_ms: Partial<Record<(typeof PRIORITIES)[number], number>>;
  usual_target_ms: number;
  not_again_ms: number;
  away_after_missed: number;
  transfer_ms: number;
  review_ms: number;
  gone_after_ms: number;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

export const NEW_QUEUE: Queue = {
  name: "",
  calendar: null,
  when_closed: "wait",
  target_ms: null,
  steps: [],
  affinity_ms: 0,
  silence_ms: null,
  callback_attempts: 3,
  callback_retry_ms: 15 * MINUTE_MS,
  usual_handle_ms: 5 * MINUTE_MS,
};

const PLAIN: ClassRule = { weight: 100, interrupted_by: [], offer_ms: 20 * SECOND_MS, wrap_up_ms: 0, keep_offline_ms: null, drain_after_ms: null };

/** What the server does for a kind of work that has no rule of its own; it does not send these. */
export const USUAL: Record<WorkClass, ClassRule> = {
  call: { ...PLAIN, wrap_up_ms: 10 * SECOND_MS, keep_offline_ms: 0, drain_after_ms: MINUTE_MS },
  visit: { ...PLAIN, keep_offline_ms: 0, drain_after_ms: 2 * MINUTE_MS },
  chat: { ...PLAIN, weight: 25, offer_ms: 30 * SECOND_MS, keep_offline_ms: MINUTE_MS },
  message: { ...PLAIN, weight: 20, interrupted_by: ["call", "visit"], offer_ms: MINUTE_MS, keep_offline_ms: 15 * MINUTE_MS },
  email: { ...PLAIN, weight: 50, interrupted_by: ["call", "visit", "chat"], offer_ms: 2 * MINUTE_MS, keep_offline_ms: 8 * HOUR_MS },
};

export interface Editing {
  settings: RoutingSettings | null;
  error: string | null;
  reload: () => void;
  /** Changes what is set now, not what was set when this page was opened: others may edit as well. */
  change: (edit: (now: RoutingSettings) => RoutingSettings) => Promise<void>;
}

export function useRoutingSettings(): Editing {
  const [settings, setSettings] = useState<RoutingSettings | null>(null);
  const [error, setError] = useState<string | null>(null);
  const reload = (): void => {
    setError(null);
    get<RoutingSettings>("routing/settings").then(setSettings).catch((problem: unknown) => setError(told(problem)));
  };
  useEffect(reload, []);
  const change = async (edit: (now: RoutingSettings) => RoutingSettings): Promise<void> => {
    const now = await get<RoutingSettings>("routing/settings");
    setSettings(await put<RoutingSettings>("routing/settings", edit(now)));
  };
  return { settings, error, reload, change };
}

/** What is wrong, by the field it is about; what is about none of them, or about something else, stands under "". */
export type Wrong = Record<string, string>;

/** The settings are sent as a whole and refused with one sentence for each field: they are told apart by its name. */
export function wrongOf(problem: unknown, about: string): Wrong {
  if (!(problem instanceof Problem) || !problem.field) return { "": inFull(problem) };
  const found: Wrong = {};
  const note = (field: string, text: string): void => {
    found[field] = found[field] ? `${found[field]} ${text}` : text;
  };
  for (const one of problem.field === "settings" ? problem.message.split("; ") : [problem.message]) {
    const text = one.replace(/ at line \d+ column \d+$/, "");
    const [, field = "", of] = /^(\w+?)(?: of (.+?))? must/i.exec(text) ?? [];
    const isHere = field.includes("_ms") && (of === undefined || of === about);
    if (of && isClass(of)) note(`${field.toLowerCase()} ${of}`, capital(text.replace(/^.*? must/i, "must")));
    else if (isHere) note(field.toLowerCase(), capital(text.replace(/^.*? must/i, "must")));
    else if (/time zone/i.test(text)) note("time_zone", capital(text));
    else if (/^hours \d+ to \d+/i.test(text)) note("hours", capital(text));
    else if (/name a skill|has level/i.test(text)) note("skills", capital(text));
    else if (/names queue/i.test(text)) note("also", capital(text));
    else if (/fallback/i.test(text)) note("fallback", capital(text));
    else note(["settings", "body"].includes(problem.field) ? "" : problem.field, capital(text));
  }
  return found;
}

function isClass(name: string): name is WorkClass {
  return (CLASSES as readonly string[]).includes(name);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `billing 3, language:de 2`: skills with their levels; without a number the level is 1. */
export function skillsFrom(text: string): Skills {
  const pairs = text.split(",").map((one) => one.trim()).filter(Boolean).map((one): [string, number] => {
    const [, name = one, level = "1"] = /^(.+?)\s+(\d+)$/.exec(one) ?? [];
    return [name, Number(level)];
  });
  return Object.fromEntries(pairs);
}

export function skillsText(skills: Skills): string {
  return Object.entries(skills).map(([name, level]) => `${name} ${level}`).join(", ");
}

/** `09:00-12:00, 13:00-17:30` in minutes of the day; none where it is something else. */
export function hoursFrom(text: string): Hours[] | null {
  const all: Hours[] = [];
  for (const one of text.split(",").map((part) => part.trim()).filter(Boolean)) {
    const [, h1, m1 = "00", h2, m2 = "00"] = /^(\d{1,2})(?::(\d{2}))?\s*[-–]\s*(\d{1,2})(?::(\d{2}))?$/.exec(one) ?? [];
    if (h1 === undefined || h2 === undefined) return null;
    all.push({ from_min: Number(h1) * 60 + Number(m1), to_min: Number(h2) * 60 + Number(m2) });
  }
  return all;
}

export function hoursText(hours: Hours[]): string {
  const time = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
  return hours.map((one) => `${time(one.from_min)}-${time(one.to_min)}`).join(", ");
}
