// The page behind a link: nothing happens before a person says so.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Problem } from "../model/api.ts";
import { Memory } from "../model/memory.ts";
import { t, told } from "../words.ts";

export function Resume(): JSX.Element {
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const go = async (): Promise<void> => {
    setBusy(true);
    setProblem("");
    try {
      const { token, endpoint } = await resume(location.pathname.split("/").pop() ?? "");
      const memory = new Memory(endpoint);
      memory.keepDrafts([]);
      memory.keepToken(token);
      location.replace(`/chat/${endpoint}`);
    } catch (error) {
      setProblem(error instanceof Problem ? told(error) : t("noConnection"));
      setBusy(false);
    }
  };
  return (
    <main class="resume">
      <h1>{t("resumeTitle")}</h1>
      <p>{t("resumeText")}</p>
      <p>{t("resumeNot")}</p>
      <button type="button" class="main" disabled={busy} onClick={() => void go()}>
        {t("resumeTitle")}
      </button>
      <p class="problem" role="alert">{problem}</p>
    </main>
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
  if (!answer.ok) throw new Problem(answer.status, body.detail ?? t("resumeFailed"));
  return body;
}
