// What the API says, as far as the desk reads it. docs/openapi.json is the whole of it.

export type Channel =
  | "webchat" | "in_app" | "email" | "sms" | "voice" | "video"
  | "whatsapp" | "messenger" | "instagram" | "telegram" | "in_store";
export type Status = "open" | "pending" | "snoozed" | "resolved" | "closed";
export type Priority = "low" | "normal" | "high" | "urgent";
export type EntryKind =
  | "message" | "call" | "transcript" | "note" | "decision" | "tool_call"
  | "routing" | "state" | "identity" | "fact" | "rating";

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface Member {
  id: string;
  name: string;
  email: string;
  role: string;
  enabled: boolean;
}

export interface Session {
  member: Member;
  permissions: string[];
  csrf: string;
  expires_at: number;
  max_upload_bytes: number;
  /** Whether an AI agent works here. */
  has_agent: boolean;
}

export interface Author {
  kind: "customer" | "member" | "ai" | "system" | "api";
  id?: string | null;
  name?: string | null;
}

export interface Conversation {
  id: string;
  customer: string;
  identifier: string;
  brand: string;
  status: Status;
  subject: string | null;
  priority: Priority;
  owner: string | null;
  fields: Record<string, unknown>;
  last_seq: number;
  created_at: number;
  updated_at: number;
  snoozed_until: number | null;
  tags: string[];
  /** By when the customer is to be served, if that is promised and no person has answered yet. */
  serve_by: number | null;
  /** Since when the customer waits for an answer; none where nobody does. */
  waiting_since: number | null;
  /** Whether the router has given it to the AI agent. */
  with_agent: boolean;
  callback?: Callback;
}

/** How a customer is to be called back, or what came of it. */
export interface Callback {
  state: "wanted" | "done" | "cancelled" | "unreachable";
  phone: string;
  /** None for when it is their turn. */
  at: number | null;
  /** How often nobody answered. */
  attempts: number;
  asked_by: Author["kind"];
  note?: string;
}

/** What comes first in the list: what changed last, who has waited longest, or the promise that runs out first. */
export type Order = "latest" | "waiting" | "due";

export interface InboxRow extends Conversation {
  customer_name: string | null;
  contact: string | null;
  channels: Channel[];
  latest: {
    seq: number;
    at: number;
    kind: EntryKind;
    direction: "in" | "out" | "internal";
    author: Author;
    channel: Channel | null;
    text: string;
  } | null;
}

export interface StoredFile {
  id: string;
  name: string;
  media_type: string;
  size: number;
  state: string;
  reason?: string | null;
  content_id?: string | null;
}

export interface Entry {
  id: string;
  conversation: string;
  seq: number;
  at: number;
  kind: EntryKind;
  direction: "in" | "out" | "internal";
  author: Author;
  interaction: string | null;
  channel: Channel | null;
  public: boolean;
  text: string;
  body: Record<string, unknown>;
  files: StoredFile[];
}

export interface Interaction {
  id: string;
  endpoint: string;
  channel: Channel;
  identifier: string;
  last_at: number;
  read_seq: number;
}

export interface Endpoint {
  id: string;
  name: string;
  channel: Channel;
  address: string;
  brand: string;
}

export interface Delivery {
  id: string;
  seq: number;
  status: "queued" | "sending" | "unknown" | "sent" | "delivered" | "read" | "failed";
  reason?: string | null;
}

export interface Identifier {
  id: string;
  kind: "phone" | "email" | "account" | "device" | "visitor" | "social";
  value: string;
  name: string | null;
  first_seen_at: number;
  last_seen_at: number;
  customer: string;
}

export interface Customer {
  id: string;
  name: string | null;
  created_at: number;
}

export interface CustomerView extends Customer {
  identifiers: Identifier[];
  profile: { name: string | null; attributes: Record<string, unknown> };
}

export interface Standing {
  identifier: string;
  verified: { assurance: number; source: string; at: number } | null;
  assurance: number;
  until: number | null;
}

export interface Fact {
  name: string;
  value: unknown;
  seq: number;
  at: number;
}

export interface Suggestion {
  a: string;
  b: string;
  score: number;
  reasons: string[];
}

export interface Moving {
  id: string;
  subject: string | null;
}

export interface MergePreview {
  kept: Customer;
  redirected: Customer;
  identifiers: Identifier[];
  conversations: Moving[];
  warnings: string[];
}

export interface UnmergePreview {
  customer: Customer;
  merge: { at: number; reason: string; author: string };
  staying: Identifier[];
  leaving: Identifier[];
  conversations: Moving[];
}

/** A conversation in which the words looked for were said. */
export interface Said {
  conversation: string;
  subject: string | null;
  status: Status;
  customer_name: string | null;
  seq: number;
  at: number;
  author: Author;
  channel: Channel | null;
  text: string;
}

export interface SearchResults {
  customers: Customer[];
  conversations: InboxRow[];
  said: Said[];
  articles: Passage[];
}

export interface Passage {
  article: string;
  passage: number;
  title: string;
  heading: string;
  text: string;
  audience: string;
}

/** What a member may change about a conversation. */
export interface Change {
  status?: Status;
  snoozed_until?: number;
  owner?: string;
  unassign?: boolean;
  priority?: Priority;
  subject?: string;
  add_tags?: string[];
  remove_tags?: string[];
}

/** What one system knows about one account of a customer. */
export interface CustomerRecords {
  title: string;
  account: string;
  /** The first text of a row is its name. */
  rows: string[][];
  problem: string | null;
}
