// Who works here, and over what: read once, small.

import { get } from "./api.ts";
import { Store } from "./store.ts";
import type { Endpoint, Member, Page, Session } from "./types.ts";

/** The AI agent, where the router names it as a worker. */
export const AI_AGENT = "00000000-0000-7000-8000-00000000a1a1";

export const session = new Store<Session | null>(null);
export const members = new Store<Member[]>([]);
export const endpoints = new Store<Endpoint[]>([]);

export async function loadPeople(): Promise<void> {
  const all: Member[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Member> = await get(`members?limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
    all.push(...page.items);
    cursor = page.next;
  } while (cursor && all.length < 2000);
  members.set(all.sort((a, b) => a.name.localeCompare(b.name)));
  endpoints.set((await get<Page<Endpoint>>("endpoints")).items);
}

export function memberName(id: string | null | undefined): string | null {
  return members.get().find((one) => one.id === id)?.name ?? null;
}

export function me(): string {
  return session.get()?.member.id ?? "";
}

/** Whether an AI agent works here. */
export function hasAgent(): boolean {
  return session.get()?.has_agent ?? false;
}

export function may(permission: string): boolean {
  return session.get()?.permissions.includes(permission) ?? false;
}
