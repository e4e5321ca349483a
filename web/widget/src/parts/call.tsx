// The dialog in which a visitor leaves a number and says when.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Chat } from "../model/chat.ts";
import { t } from "../words.ts";
import { Dialog } from "./dialog.tsx";
import { Steps } from "./handover.tsx";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** The server takes nothing farther away. */
const LIMIT_MS = 90 * 24 * HOUR_MS;

interface Props {
  chat: Chat;
  onClose: () => void;
}

export default function Call({ chat, onClose }: Props): JSX.Element {
  const [opened] = useState(Date.now);
  const [phone, setPhone] = useState("");
  const [isTimed, setTimed] = useState(false);
  const [time, setTime] = useState(() => asField(opened + HOUR_MS));
  const ask = async (): Promise<void> => {
    // What the field shows is a time where the visitor is, and so it is read.
    await chat.callBack(phone, isTimed ? new Date(time).getTime() : null);
    onClose();
  };
  return (
    <Dialog title={t("callMe")} onClose={onClose}>
      <Steps send={t("callMeSend")} act={ask} onClose={onClose}>
        <p>{t("callMeText")}</p>
        <label for="phone">{t("smsLabel")}</label>
        <input
          id="phone"
          type="tel"
          autoComplete="tel"
          dir="ltr"
          placeholder="+49 151 12345678"
          required
          maxLength={40}
          aria-describedby="handover-problem"
          value={phone}
          onInput={(event) => setPhone(event.currentTarget.value)}
        />
        <fieldset>
          <legend>{t("callMeWhen")}</legend>
          {[false, true].map((timed) => (
            <label class="option" key={String(timed)}>
              <input type="radio" name="when" checked={timed === isTimed} onChange={() => setTimed(timed)} />{" "}
              {t(timed ? "callMeTime" : "callMeTurn")}
            </label>
          ))}
        </fieldset>
        {isTimed && (
          <input
            type="datetime-local"
            aria-label={t("callMeTime")}
            required
            min={asField(opened + MINUTE_MS)}
            max={asField(opened + LIMIT_MS)}
            value={time}
            onInput={(event) => setTime(event.currentTarget.value)}
          />
        )}
      </Steps>
    </Dialog>
  );
}

/** A time as the field writes it: by the clock on the wall, without seconds. */
function asField(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * MINUTE_MS);
  return local.toISOString().slice(0, 16);
}
