// What the page and the chat in its frame tell each other, over a port that nobody else has.

/** From the page. */
export type ToFrame =
  | { type: "shown"; shown: boolean; alone: boolean }
  | { type: "identify"; token: string }
  | { type: "reset" };

/** From the chat. */
export type FromFrame =
  | { type: "ready" }
  | { type: "close" }
  /** Whether this browser has a conversation worth looking after on the next page. */
  | { type: "known"; known: boolean }
  | { type: "unread"; count: number }
  | { type: "message"; from: string; conversation: string; seq: number }
  | { type: "identified"; error: string | null };

/** The first message: the chat says that it is there, and the page answers with a port. */
export const HELLO = "throughline";

/** From the desk to the chat in its preview: what was not saved yet, and the screen it is looked at on. */
export interface TriedOn {
  look: object;
  scheme: "light" | "dark";
}
