// The page behind a link: nothing happens before a person says so.

import { Problem } from "./api.ts";
import { button, el } from "./dom.ts";
import { Memory } from "./memory.ts";

export function resumePage(root: HTMLElement): void {
  const token = location.pathname.split("/").pop() ?? "";
  const problem = el("p", { class: "problem", role: "alert" });
  const go = button("Continue the conversation", "main", async () => {
    go.disabled = true;
    problem.textContent = "";
    try {
      const { token: visitor, endpoint } = await resume(token);
      const memory = new Memory(endpoint);
      memory.keepDrafts([]);
      memory.keepToken(visitor);
      location.replace(`/chat/${endpoint}`);
    } catch (error) {
      problem.textContent =
        error instanceof Problem ? error.message : "There is no connection. Try again.";
      go.disabled = false;
    }
  });
  root.classList.add("resume");
  root.replaceChildren(
    el("h1", {}, "Continue the conversation"),
    el("p", {}, "This opens your conversation in this browser. The link works once."),
    el("p", {}, "If you did not write to us, close this page."),
    go,
    problem,
  );
}

async function resume(token: string): Promise<{ token: string; endpoint: string }> {
  const answer = await fetch("/chat/v1/resume", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token }),
    credentials: "omit",
  });
  const body = (await answer.json()) as { token: string; endpoint: string; detail?: string };
  if (!answer.ok) throw new Problem(answer.status, body.detail ?? "This link does not work.");
  return body;
}
