// A look that nobody has saved yet: the desk shows it in this frame, beside its form. The chat is drawn and not started,
// so nothing of it is said to the server.

import type { Chat } from "./chat.ts";
import type { Settings } from "./settings.ts";
import { paint } from "./theme.ts";

export function tryOn(chat: Chat): void {
  window.addEventListener("message", ({ source, origin, data }: MessageEvent<Partial<Settings> | string>) => {
    if (source !== window.parent || origin !== location.origin || typeof data !== "object") return;
    Object.assign(chat.settings, data);
    paint(chat.settings.color);
    chat.changes.tell();
  });
}
