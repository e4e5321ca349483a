// A message that was let go and is not out yet: for a few seconds it can be taken back.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { COMMANDS, shown } from "../keys.ts";
import { isCutOff, send, type Outgoing } from "../model/outbox.ts";
import { t, told } from "../words.ts";

export function Waiting({ one, onBack }: { one: Outgoing; onBack: () => void }): JSX.Element {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.ceil((one.due - now) / 1000));
  return (
    <li class={one.error ? "bad" : ""}>
      <span class="waiting-text">{one.text}</span>
      {one.error ? (
        <>
          <span role="alert">{isCutOff(one) ? t("goesLater") : t("notSent", { why: told(one.error) })}</span>
          <button type="button" class="link" onClick={() => void send(one.id)}>{t("again")}</button>
          <button type="button" class="link" onClick={onBack}>{t("edit")}</button>
        </>
      ) : one.sending || seconds === 0 ? (
        <span>{t("delivery_sending")}</span>
      ) : (
        <>
          <span>{t("sendingIn", { seconds })}</span>
          <button type="button" class="link" onClick={onBack}>{t("undo")} <kbd>{shown(COMMANDS.undo.keys)}</kbd></button>
        </>
      )}
    </li>
  );
}
