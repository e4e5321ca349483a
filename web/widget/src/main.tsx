// The chat, on a page of its own or in a frame on somebody's page.

import { render } from "preact";
import { Chat } from "./model/chat.ts";
import type { Settings } from "./model/settings.ts";
import { paint } from "./model/theme.ts";
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
    const chat = new Chat(settings, view === "frame");
    render(<App chat={chat} />, root);
    chat.start();
  }
}
