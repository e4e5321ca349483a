// How long the customer has waited for an answer. The clock goes on by itself.

import type { JSX } from "preact";
import { useStore } from "../model/store.ts";
import { minute } from "../model/minute.ts";
import { moment, span, t } from "../words.ts";
import { Icon } from "./icons.tsx";

const SOON_MS = 3_600_000;
const LATE_MS = 4 * SOON_MS;

export function Waited({ since }: { since: number }): JSX.Element | null {
  const now = useStore(minute);
  const waited = now - since;
  if (waited < 60_000) return null;
  const mood = waited >= LATE_MS ? "late" : waited >= SOON_MS ? "soon" : "";
  return (
    <span class={`waited ${mood}`} title={t("waitingSince", { when: moment(since) })}>
      <Icon shape="clock" size={12} /> <span class="unseen">{t("waiting")}: </span>{span(waited)}
    </span>
  );
}
