// Messages that have been let go but not sent: for a few seconds they can be taken back. They outlive a reload, and
// carry an id of their own, so that none is ever sent twice.

import { patch, post, Problem } from "./api.ts";
import { read, write } from "./kept.ts";
import { connected } from "./live.ts";
import { Store } from "./store.ts";
import type { Change, StoredFile } from "./types.ts";

export const UNDO_MS = 5000;
/** After how long something is tried again that did not get through although news arrive. */
const AGAIN_MS = 15_000;

export interface Outgoing {
  id: string;
  conversation: string;
  kind: "reply" | "note";
  text: string;
  via: string | null;
  files: StoredFile[];
  /** Colleagues a note is meant for. */
  mentions: string[];
  /** What happens to the case once it is sent. */
  then: Change | null;
  /** When it goes, in milliseconds since 1970. */
  due: number;
  sending?: boolean;
  error?: unknown;
}

/** Whether it waits for nothing but a connection. */
export function isCutOff({ error }: Outgoing): boolean {
  return error instanceof Problem && error.status === 0;
}

export const outbox = new Store<Outgoing[]>(read<Outgoing[]>("outbox", []));
const timers = new Map<string, number>();
let again = 0;

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
      await post(`conversations/${one.conversation}/notes`, { text: one.text, mentions: one.mentions ?? [] }, { ...extra, ...once });
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
    // The words are out; should this fail, the case shows that it stands as before.
    if (one.then) await patch(`conversations/${one.conversation}`, one.then).catch((error: unknown) => changeFailed(error));
  } catch (error) {
    change(id, { sending: false, error });
    clearTimeout(again);
    again = setTimeout(() => {
      // Without a connection it waits until there is one: see `sendAgain`.
      if (connected.get()) void sendAgain();
    }, AGAIN_MS);
  }
}

let changeFailed: (error: unknown) => void = () => undefined;

/** Who is told when a message was sent but the case could not be changed along with it. */
export function onChangeFailed(tell: (error: unknown) => void): void {
  changeFailed = tell;
}

function schedule(one: Outgoing): void {
  timers.set(one.id, setTimeout(() => void send(one.id), Math.max(0, one.due - Date.now())));
}

/** The connection is back: what could not go for want of one goes now, in the order it was written. */
export async function sendAgain(): Promise<void> {
  for (const one of outbox.get()) if (one.error instanceof Problem && one.error.passes) await send(one.id);
}

/** Goes on with what an earlier page left behind. */
export function resume(): void {
  for (const one of outbox.get()) schedule(one);
}

// Who closes the page has not taken back what they sent.
addEventListener("pagehide", () => {
  for (const one of outbox.get()) if (!one.error) void send(one.id, { keepalive: true });
});
