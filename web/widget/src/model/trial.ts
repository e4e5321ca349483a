// A look that nobody has saved yet: the desk shows it in this frame, beside its form. The chat is drawn and not started,
// so nothing of it is said to the server.

import type { TriedOn } from "../../../shared/frame.ts";
import type { Chat } from "./chat.ts";
import { paint } from "./theme.ts";

export function tryOn(chat: Chat): void {
  const dark = rulesForDark();
  window.addEventListener("message", ({ source, origin, data }: MessageEvent<TriedOn | string>) => {
    if (source !== window.parent || origin !== location.origin || typeof data !== "object") return;
    Object.assign(chat.settings, data.look);
    paint(chat.settings.color);
    // Whoever tries it on chooses the screen, whatever theirs is.
    document.documentElement.style.colorScheme = data.scheme;
    for (const rule of dark) rule.media.mediaText = data.scheme === "dark" ? "all" : "not all";
    chat.changes.tell();
  });
}

function rulesForDark(): CSSMediaRule[] {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
  return rules.filter((rule) => rule instanceof CSSMediaRule).filter((rule) => rule.conditionText.includes("prefers-color-scheme"));
}
