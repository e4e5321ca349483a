// How long the customer has waited for an answer, or how long is left of what their queue promises. The clock goes on by
// itself.

import type { JSX } from "preact";
import { useStore } from "../model/store.ts";
import { minute } from "../model/minute.ts";
import { moment, nearby, span, t } from "../words.ts";
import { Icon } from "./icons.tsx";

const HOUR_MS = 3_600_000;
const LATE_MS = 4 * HOUR_MS;

interface Props {
  /** None where it is not known, or nobody waits. */
  since: number | null;
  /** By when they are to be served, if that is promised. */
  by: number | null;
  /** Whether how long they have waited counts more than what is left. */
  waitedFirst?: boolean;
}

interface Reading {
  mood: "calm" | "soon" | "late";
  text: string;
}

export function Waited({ since, by, waitedFirst = false }: Props): JSX.Element | null {
  const now = useStore(minute);
  const passed = since !== null ? waited(now, since) : null;
  const reading = by !== null && !(waitedFirst && passed) ? left(now, since, by) : passed;
  if (!reading) return null;
  const told = [since !== null && t("waitingSince", { when: moment(since) }), by !== null && t("serveBy", { when: nearby(by) })];
  return (
    <span class={`waited ${reading.mood}`} title={told.filter(Boolean).join("\n")}>
      <Icon shape={by !== null && reading.mood !== "calm" ? "alarm" : "clock"} size={12} /> <span class="unseen">{t("waiting")}: </span>{reading.text}
    </span>
  );
}

/** What is left of the time promised; it is short when three quarters of it are over. */
function left(now: number, since: number | null, by: number): Reading {
  const rest = by - now;
  if (rest < 0) return { mood: "late", text: t("overdueBy", { time: span(-rest) }) };
  const whole = since === null ? HOUR_MS : by - since;
  return { mood: rest < whole / 4 ? "soon" : "calm", text: t("timeLeft", { time: span(rest) }) };
}

function waited(now: number, since: number): Reading | null {
  const passed = now - since;
  if (passed < 60_000) return null;
  return { mood: passed >= LATE_MS ? "late" : passed >= HOUR_MS ? "soon" : "calm", text: span(passed) };
}
