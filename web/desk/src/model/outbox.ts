// Messages that have been let go but not sent: for a few seconds they can be taken back. They outlive a reload, and
// carry an id of their own, so that none is ever sent twice.

import { post } from "./api.ts";
import { read, write } from "./kept.ts";
import { Store } from "./store.ts";
import type { StoredFile } from "./types.ts";

export const UNDO_MS = 5000;

export interface Outgoing {
  id: string;
  conversation: string;
  kind: "reply" | "note";
  text: string;
  via: string | null;
  files: StoredFile[];
  /** When it goes, in milliseconds since 1970. */
  due: number;
  sending?: boolean;
  error?: unknown;
}

export const outbox = new Store<Outgoing[]>(read<Outgoing[]>("outbox", []));
const timers = new Map<string, number>();

function keep(all: Outgoing[]): void {
  outbox.set(all);
  write("outbox", all.length > 0 ? all.map(({ error: _, sending: __, ...one }) => one) : null);
}

function change(id: string, to: Partial<Outgoing>): void {
  keep(outbox.get().map((one) => (one.id === id ? { ...one, ...to } : one)));
}

export function letGo(message: Omit<Outgoing, "id" | "due">): void {
  const one = { ...message, id: crypto.randomUUID(), due: Date.now() + UNDO_MS };
  keep([...outbox.get(), one]);
  schedule(one);
}

/** Takes a message back, unless it is on its way. */
export function takeBack(id: string): Outgoing | null {
  const found = outbox.get().find((one) => one.id === id);
  if (!found || found.sending) return null;
  clearTimeout(timers.get(id));
  keep(outbox.get().filter((one) => one.id !== id));
  return found;
}

export async function send(id: string, extra: RequestInit = {}): Promise<void> {
  const one = outbox.get().find((other) => other.id === id);
  if (!one || one.sending) return;
  clearTimeout(timers.get(id));
  change(id, { sending: true, error: undefined });
  try {
    if (one.kind === "note") {
      const once = { headers: { "idempotency-key": one.id } };
      await post(`conversations/${one.conversation}/notes`, { text: one.text }, { ...extra, ...once });
    } else {
      await post(
        `conversations/${one.conversation}/messages`,
        {
          text: one.text,
          client_message_id: one.id,
          attachments: one.files.map((file) => file.id),
          ...(one.via ? { via: one.via } : {}),
        },
        extra,
      );
    }
    keep(outbox.get().filter((other) => other.id !== id));
  } catch (error) {
    change(id, { sending: false, error });
  }
}

function schedule(one: Outgoing): void {
  timers.set(one.id, setTimeout(() => void send(one.id), Math.max(0, one.due - Date.now())));
}

/** Goes on with what an earlier page left behind. */
export function resume(): void {
  for (const one of outbox.get()) schedule(one);
}

// Who closes the page has not taken back what they sent.
addEventListener("pagehide", () => {
  for (const one of outbox.get()) if (!one.error) void send(one.id, { keepalive: true });
});
