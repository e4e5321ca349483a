// The hosted chat page.

import type { Outlet } from "./api.ts";
import { ChatPage } from "./page.ts";
import { resumePage } from "./resume.ts";

const root = document.getElementById("chat");
if (root?.dataset.view === "resume") {
  resumePage(root);
} else if (root) {
  const { endpoint = "", title = "", greeting = "", outlets = "", most = "" } = root.dataset;
  const isOutlet = (word: string): word is Outlet => word === "email" || word === "sms";
  new ChatPage(root, {
    endpoint,
    title,
    greeting: greeting || "Hello! Write to us, we answer here.",
    outlets: outlets.split(" ").filter(isOutlet),
    mostBytes: Number(most) || 1_000_000,
  }).start();
}
