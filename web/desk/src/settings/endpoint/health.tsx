// How an endpoint is doing, from what went through it.

import type { JSX } from "preact";
import { moment } from "../../words.ts";
import { w } from "../words.ts";

export interface Health {
  endpoint: string;
  last_contact_at: number | null;
  last_sent_at: number | null;
  waiting: number;
  unknown: number;
  failed: number;
  last_failure: string | null;
  mailbox_read_at: number | null;
}

const STALE_MS = 15 * 60_000;

export function Doing({ health }: { health: Health }): JSX.Element {
  const isStale = health.mailbox_read_at !== null && Date.now() - health.mailbox_read_at > STALE_MS;
  const bad = health.failed > 0 || isStale;
  return (
    <>
      <span class={`tag ${bad ? "urgent" : health.unknown > 0 ? "high" : "open"}`}>{w(bad ? "hasTrouble" : "works")}</span>
      {health.failed > 0 && <small>{w("failedToday", { count: health.failed })}{health.last_failure && <>: <bdi>{health.last_failure}</bdi></>}</small>}
      {health.unknown > 0 && <small>{w("unknownNow", { count: health.unknown })}</small>}
      {health.waiting > 0 && <small>{w("waitingNow", { count: health.waiting })}</small>}
      {isStale && <small>{w("mailboxStale", { when: moment(health.mailbox_read_at ?? 0) })}</small>}
    </>
  );
}
