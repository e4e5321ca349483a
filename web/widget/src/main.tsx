// The chat, on a page of its own, in a frame on somebody's page, or at the desk, where a look is tried on.

import { render } from "preact";
import { Chat } from "./model/chat.ts";
import type { Settings } from "./model/settings.ts";
import { paint } from "./model/theme.ts";
import { tryOn } from "./model/trial.ts";
import { App } from "./parts/app.tsx";
import { Resume } from "./parts/resume.tsx";
import { learn, t } from "./words.ts";

const root = document.getElementById("chat");
if (root) {
  await learn();
  root.replaceChildren();
  const { view, settings: text = "{}" } = root.dataset;
  if (view === "resume") {
    document.title = t("resumeTitle");
    render(<Resume />, root);
  } else {
    const settings = JSON.parse(text) as Settings;
    paint(settings.color);
    const isTriedOn = view === "preview";
    // What is tried on knows nothing of conversations this browser had.
    const chat = new Chat(isTriedOn ? { ...settings, endpoint: "" } : settings, view !== "page");
    render(<App chat={chat} />, root);
    if (isTriedOn) tryOn(chat);
    else chat.start();
  }
}
