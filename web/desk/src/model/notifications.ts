// What the member should know of: counted, listed, and told by the browser to those who want that.

import { get, post } from "./api.ts";
import { go, place } from "./place.ts";
import { Store } from "./store.ts";
import { prefer, taste } from "./taste.ts";
import type { Page } from "./types.ts";
import { say } from "../notice.ts";
import { named, t } from "../words.ts";

export interface Notification {
  id: string;
  kind: "mention" | "assigned" | "message" | "woken" | "undelivered" | "overdue";
  conversation: string;
  seq: number;
  author_name: string | null;
  text: string;
  at: number;
  read_at: number | null;
}

/** News come in bursts. */
const SETTLE_MS = 200;
/** Hints of other processes do not come here: now and then it is looked without one. */
const LOOK_MS = 60_000;

export const notifications = new Store<{ items: Notification[]; unseen: number; next: string | null }>({ items: [], unseen: 0, next: null });
let newest: string | null = null;
let timer = 0;

export async function loadNotifications(): Promise<void> {
  const [page, count] = await Promise.all([
    get<Page<Notification>>("notifications?limit=25"),
    get<{ unseen: number }>("notifications/unseen"),
  ]);
  const fresh = newest === null ? [] : page.items.filter((one) => one.id > (newest ?? "") && !one.read_at);
  newest = page.items[0]?.id ?? newest ?? "";
  notifications.set({ items: page.items, unseen: count.unseen, next: page.next });
  fresh.reverse().forEach(tellAloud);
  const { conversation } = place.get();
  if (conversation) seeConversation(conversation);
}

export async function moreNotifications(): Promise<void> {
  const { next, ...kept } = notifications.get();
  if (!next) return;
  const page = await get<Page<Notification>>(`notifications?limit=25&cursor=${encodeURIComponent(next)}`);
  notifications.set({ ...kept, items: [...kept.items, ...page.items], next: page.next });
}

export function notificationsChanged(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void loadNotifications().catch(() => undefined), SETTLE_MS);
}

export function watchNotifications(): () => void {
  notificationsChanged();
  const look = setInterval(notificationsChanged, LOOK_MS);
  return () => clearInterval(look);
}

export async function see(what: { id?: string; conversation?: string }): Promise<void> {
  const { unseen } = await post<{ unseen: number }>("notifications/seen", what);
  const now = Date.now();
  const isMeant = (one: Notification): boolean =>
    what.id ? one.id === what.id : what.conversation ? one.conversation === what.conversation : true;
  const { items, next } = notifications.get();
  notifications.set({ items: items.map((one) => (isMeant(one) && !one.read_at ? { ...one, read_at: now } : one)), unseen, next });
}

/** What is looked at needs no notification. */
export function seeConversation(conversation: string): void {
  const { items } = notifications.get();
  if (document.hidden || !items.some((one) => one.conversation === conversation && !one.read_at)) return;
  see({ conversation }).catch(() => undefined);
}

export function described(one: Notification): string {
  return t(`notify_${one.kind}`, { name: one.author_name ?? t("someone") });
}

export type Aloud = "on" | "off" | "refused" | "impossible";

/** Whether the browser tells the member while the desk is out of sight. */
export function aloud(): Aloud {
  if (!("Notification" in window)) return "impossible";
  if (window.Notification.permission === "denied") return "refused";
  return taste.get().aloud && window.Notification.permission === "granted" ? "on" : "off";
}

/** Asks the browser for leave, which it gives only to a click. */
export async function turnAloud(on: boolean): Promise<Aloud> {
  if (on && aloud() !== "impossible") await window.Notification.requestPermission();
  prefer({ aloud: on });
  return aloud();
}

function tellAloud(one: Notification): void {
  // Somebody believes that this is answered: it is said wherever they are.
  if (one.kind === "undelivered") say(`${described(one)}: ${one.text}`, true);
  tellOutside(described(one), one.text || named("notify", one.kind), `${one.conversation}-${one.kind}`, () =>
    go({ conversation: one.conversation }),
  );
}

/** Lets the browser tell of something, if the desk is out of sight and the member wants that. */
export function tellOutside(title: string, body: string, tag: string, act: () => void): void {
  if (!document.hidden || aloud() !== "on") return;
  const shown = new window.Notification(title, { body, tag, icon: "/desk/assets/mark.svg" });
  shown.onclick = () => {
    window.focus();
    act();
    shown.close();
  };
}
