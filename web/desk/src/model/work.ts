// A member's own work, as the router sees it: whether they take any, what they are asked to take, what they have.

import { get, post, Problem, put, serverNow } from "./api.ts";
import { say } from "../notice.ts";
import { me, memberName } from "./people.ts";
import { Store } from "./store.ts";
import type { Channel, Conversation, CustomerView, Entry, Interaction, Page } from "./types.ts";
import { t, told } from "../words.ts";

export const PRESENCES = ["available", "busy", "away", "wrap_up", "offline"] as const;
export type Presence = (typeof PRESENCES)[number];

export interface Offer {
  token: number;
  conversation: string;
  class: string;
  queue: string;
  since: number;
  expires_at: number;
  /** The customer is to be called back. */
  callback: boolean;
}

export interface Work {
  presence: Presence;
  presence_since: number;
  load: number;
  capacity: number;
  offers: Offer[];
  assignments: { conversation: string; class: string; state: string; since: number }[];
}

/** What an offer is about, for people. */
export interface OfferedCase {
  name: string | null;
  /** Its subject, or what the customer said last. */
  about: string | null;
  channel: Channel | null;
}

/** News come in bursts. */
const SETTLE_MS = 150;
/** Not everything that concerns a member is hinted at: now and then it is looked without a hint. */
const LOOK_MS = 20_000;
/** The server ends an offer at its time, not before. */
const GRACE_MS = 400;
/** How far back a conversation is read for what was said and done last. */
const LOOK_BACK = 20;

/** None while it is not known, or where work is not routed. */
export const work = new Store<Work | null>(null);
export const offeredCases = new Store<ReadonlyMap<string, OfferedCase>>(new Map());

let turn = 0;
let timer = 0;
let lapse = 0;
/** Offers this page has answered, or is answering: their end is no news. */
const answered = new Set<number>();

export async function loadWork(): Promise<void> {
  const mine = ++turn;
  try {
    const fresh = await get<Work>("routing/me");
    if (mine === turn) take(fresh);
  } catch (error) {
    // Without a router there is no such page.
    if (error instanceof Problem && error.status === 404 && mine === turn) work.set(null);
  }
}

export function workChanged(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void loadWork(), SETTLE_MS);
}

export function watchWork(): () => void {
  void loadWork();
  const look = setInterval(() => {
    if (work.get()) void loadWork();
  }, LOOK_MS);
  const seen = (): void => {
    if (!document.hidden) workChanged();
  };
  document.addEventListener("visibilitychange", seen);
  return () => {
    clearInterval(look);
    clearTimeout(lapse);
    document.removeEventListener("visibilitychange", seen);
  };
}

export async function setPresence(presence: Presence): Promise<void> {
  try {
    const fresh = await put<Work>("routing/me/presence", { presence });
    // What was asked for meanwhile may be older.
    turn++;
    take(fresh, false);
    say(t("presenceNow", { presence: t(`presence_${presence}`) }));
  } catch (error) {
    say(told(error), true);
  }
}

/** Takes an offer, or does not. True when it was still there to be answered. */
export async function answer(offer: Offer, accepts: boolean): Promise<boolean> {
  answered.add(offer.token);
  try {
    await post(`routing/offers/${offer.token}/${accepts ? "accept" : "decline"}`, {});
    withdraw(offer);
    void loadWork();
    return true;
  } catch (error) {
    const isOver = error instanceof Problem && error.status === 409;
    if (isOver) {
      withdraw(offer);
      void tellEnd(offer);
    } else {
      answered.delete(offer.token);
      say(told(error), true);
    }
    void loadWork();
    return false;
  }
}

function withdraw(offer: Offer): void {
  const now = work.get();
  if (now) work.set({ ...now, offers: now.offers.filter((one) => one.token !== offer.token) });
}

function take(fresh: Work, tellPresence = true): void {
  const before = work.get();
  const offers = fresh.offers.filter((one) => !answered.has(one.token));
  work.set({ ...fresh, offers });
  const live = new Set(fresh.offers.map((one) => one.token));
  for (const token of answered) if (!live.has(token)) answered.delete(token);
  for (const one of before?.offers ?? []) if (!live.has(one.token)) void tellEnd(one);
  for (const one of offers) void describe(one.conversation);
  // Whoever misses offers is set to away, and has to know.
  if (tellPresence && before && before.presence !== fresh.presence) {
    say(t("presenceSet", { presence: t(`presence_${fresh.presence}`) }), fresh.presence === "away");
  }
  clearTimeout(lapse);
  const soonest = Math.min(...offers.map((one) => one.expires_at));
  if (Number.isFinite(soonest)) lapse = setTimeout(() => void loadWork(), Math.max(1000, soonest - serverNow() + GRACE_MS));
}

async function describe(conversation: string): Promise<void> {
  if (offeredCases.get().has(conversation)) return;
  try {
    const found = await get<Conversation>(`conversations/${conversation}`);
    const [person, lines, tail] = await Promise.all([
      get<CustomerView>(`customers/${found.customer}`),
      get<Page<Interaction>>(`conversations/${conversation}/interactions`),
      readTail(found),
    ]);
    const said = tail.findLast((one) => one.kind === "message" && one.direction === "in");
    const latest = lines.items.reduce<Interaction | null>((best, one) => (best && best.last_at >= one.last_at ? best : one), null);
    const known = { name: person.name, about: found.subject ?? said?.text ?? null, channel: latest?.channel ?? null };
    offeredCases.set(new Map(offeredCases.get()).set(conversation, known));
  } catch {
    // The offer can be answered without it, and the next look asks again.
  }
}

/** What became of an offer that this page did not answer: the conversation knows. */
async function tellEnd(offer: Offer): Promise<void> {
  const name = offeredCases.get().get(offer.conversation)?.name ?? t("someone");
  try {
    const found = await get<Conversation>(`conversations/${offer.conversation}`);
    const ends = (await readTail(found)).map((one) => one.body["routing"] as { what?: string; why?: string } | undefined);
    const why = ends.findLast((one) => one?.what === "requeued")?.why;
    // Taken in another tab, or given by a supervisor: the notifications say so.
    if (found.owner === me()) return;
    const owner = memberName(found.owner);
    if (owner) say(t("offerTaken", { name, owner }));
    else if (found.status !== "open") say(t("offerGone", { name }));
    else say(t(why === "missed" ? "offerMissed" : "offerMoved", { name }), why === "missed");
  } catch {
    say(t("offerMoved", { name }));
  }
}

async function readTail({ id, last_seq }: Conversation): Promise<Entry[]> {
  return (await get<Page<Entry>>(`conversations/${id}/entries?after=${Math.max(0, last_seq - LOOK_BACK)}`)).items;
}
