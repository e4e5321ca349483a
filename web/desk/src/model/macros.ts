// Macros: answers written once. Their variables are filled in here, from what the conversation shows.

import { get, patch } from "./api.ts";
import { me, session } from "./people.ts";
import type { Change, Conversation, CustomerView, Fact, Page, Priority, Status } from "./types.ts";

export interface MacroActions {
  status?: Status;
  priority?: Priority;
  owner?: "me" | "nobody";
  add_tags?: string[];
  remove_tags?: string[];
}

export interface Macro {
  id: string;
  name: string;
  shared: boolean;
  text: string;
  actions: MacroActions;
  updated_at: number;
}

export async function allMacros(signal?: AbortSignal): Promise<Macro[]> {
  const all: Macro[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Macro> = await get(`macros?limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`, signal);
    all.push(...page.items);
    cursor = page.next;
  } while (cursor && all.length < 2000);
  return all;
}

export interface Circumstances {
  conversation: Conversation;
  customer: CustomerView | null;
  facts: Fact[];
}

/** The text with its variables filled in. What is not known and has no words instead stays visible, in brackets. */
export function filled(text: string, from: Circumstances): { text: string; missing: string[] } {
  const missing: string[] = [];
  const done = text.replace(/\{\{([^{}|]*)(?:\|([^{}]*))?\}\}/g, (_, variable: string, instead: string | undefined) => {
    const name = variable.trim();
    const known = valueOf(name, from);
    if (known) return known;
    if (instead !== undefined) return instead.trim();
    missing.push(name);
    return `[${name}]`;
  });
  return { text: done, missing };
}

function valueOf(name: string, { conversation, customer, facts }: Circumstances): string {
  const address = (kind: string): string => customer?.identifiers.find((one) => one.kind === kind)?.value ?? "";
  const first = (whole: string): string => whole.trim().split(/\s+/)[0] ?? "";
  const customerName = customer?.profile.name ?? customer?.name ?? "";
  const agentName = session.get()?.member.name ?? "";
  if (name.startsWith("fact.")) return plain(facts.find((one) => one.name === name.slice(5))?.value);
  if (name.startsWith("field.")) return plain(conversation.fields[name.slice(6)]);
  const values: Record<string, string> = {
    "customer.name": customerName,
    "customer.first_name": first(customerName),
    "customer.email": address("email"),
    "customer.phone": address("phone"),
    "agent.name": agentName,
    "agent.first_name": first(agentName),
    "conversation.subject": conversation.subject ?? "",
    "conversation.brand": conversation.brand,
  };
  return values[name] ?? "";
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** What a macro does to the case, as the API takes it. */
export function asChange(actions: MacroActions): Change {
  const { owner, ...rest } = actions;
  return { ...rest, ...(owner === "me" ? { owner: me() } : owner === "nobody" ? { unassign: true } : {}) };
}

export function doesSomething(actions: MacroActions): boolean {
  return Object.values(actions).some((one) => (Array.isArray(one) ? one.length > 0 : one !== undefined && one !== null));
}

export function apply(conversation: string, actions: MacroActions): Promise<Conversation> {
  return patch<Conversation>(`conversations/${conversation}`, asChange(actions));
}
