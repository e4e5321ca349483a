// Who waits for a person can be called back instead, keeps the place in line or chooses a time, and can take it back.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Chat } from "../model/chat.ts";
import { moment, t, told } from "../words.ts";
import { Lazy } from "./lazy.tsx";

export function CallBack({ chat }: { chat: Chat }): JSX.Element | null {
  const [isAsking, setAsking] = useState(false);
  const { called, waiting } = chat;
  if (called) {
    const values = { digits: called.ends_in ?? "", time: called.at === null ? "" : moment(called.at) };
    const later = called.at !== null && called.at > Date.now();
    const words = called.ends_in === null ? (later ? "weCallAt" : "weCallTurn") : later ? "calledAt" : "calledTurn";
    const cancel = (): void => void chat.doNotCall().catch((error: unknown) => chat.say(told(error)));
    return (
      <p class="to-be-called" role="status">
        {t(words, values)}{" "}
        {called.own && (
          <button type="button" class="link" onClick={cancel}>
            {t("calledNot")}
          </button>
        )}
      </p>
    );
  }
  if (!waiting || !chat.settings.callback) return null;
  return (
    <>
      <p class="to-be-called">
        <button type="button" class="link" onClick={() => setAsking(true)}>
          {t("callMe")}
        </button>
      </p>
      {isAsking && <Lazy load={() => import("./call.tsx")} chat={chat} onClose={() => setAsking(false)} />}
    </>
  );
}
