// Requests for approval: what the API says of them, and how many wait for somebody like this member.

import { get, post } from "./api.ts";
import { may } from "./people.ts";
import { Store } from "./store.ts";
import type { Page } from "./types.ts";

export type ApprovalState = "pending" | "approved" | "declined" | "expired";

export interface ApprovalRule {
  id: string;
  say: string;
  agent?: string | null;
  doc: string;
}

export interface Approval {
  id: string;
  conversation: string;
  tool: string;
  action: string;
  arguments: Record<string, unknown>;
  role: string;
  rules: ApprovalRule[];
  policy: string;
  reason: string | null;
  asked_by: string;
  asked_by_name: string | null;
  asked_at: number;
  state: ApprovalState;
  expires_at: number;
  decided_by: string | null;
  decided_by_name: string | null;
  decided_at: number | null;
  note: string | null;
}

/** News come in bursts. */
const SETTLE_MS = 400;
/** Hints of other processes do not come here, and requests expire without one. */
const LOOK_MS = 60_000;
/** More than that is simply many. */
const MOST = 100;

/** Those that wait and that this member may answer. */
export const waiting = new Store<Approval[]>([]);
let timer = 0;

/** Whether this member may answer a request that needs `role`; the server decides all the same. */
export function holds(role: string): boolean {
  return may(role === "agent" ? "write:conversations" : role === "supervisor" ? "oversee" : "admin");
}

async function load(): Promise<void> {
  const { items } = await get<Page<Approval>>(`approvals?state=pending&limit=${MOST}`);
  waiting.set(items.filter((one) => holds(one.role)));
}

export function approvalsChanged(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void load().catch(() => undefined), SETTLE_MS);
}

export function watchApprovals(): () => void {
  approvalsChanged();
  const look = setInterval(approvalsChanged, LOOK_MS);
  return () => clearInterval(look);
}

/** Something that rules refuse and that somebody may approve. */
export interface Wish {
  conversation: string;
  tool: string;
  action: string;
  arguments: Record<string, unknown>;
  rules: Refusal[];
}

/** A rule in the way, with what helps. */
export interface Refusal {
  id: string;
  say: string;
  agent?: string | null;
  remedy: string;
}

/** What is being asked for just now. */
export const asking = new Store<Wish | null>(null);

/**
 * What can be asked for after a refusal: only where nothing but approvals and the customer's own yes are missing, since
 * with any other rule in the way an approval would change nothing.
 */
export function askable(wish: Wish): boolean {
  const others = wish.rules.filter((one) => one.remedy !== "confirm");
  return others.length > 0 && others.every((one) => one.remedy.startsWith("approval:"));
}

/** Asks, for each role by itself. Asked again while it waits, it is the same request. */
export async function ask(wish: Wish, reason: string): Promise<Approval[]> {
  const roles = new Set(wish.rules.map((one) => one.remedy).filter((one) => one.startsWith("approval:")));
  const made: Approval[] = [];
  for (const role of roles) {
    const rules = wish.rules.filter((one) => one.remedy === role).map((one) => one.id);
    const { tool, action } = wish;
    made.push(
      await post<Approval>(`conversations/${wish.conversation}/approvals`, {
        tool,
        action,
        arguments: wish.arguments,
        rules,
        ...(reason ? { reason } : {}),
      }),
    );
  }
  return made;
}
