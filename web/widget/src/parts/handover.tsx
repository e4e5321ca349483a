// The dialog in which a conversation goes on by mail, text message or phone.

import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import type { Outlet, Welcome } from "../model/api.ts";
import type { Chat } from "../model/chat.ts";
import { t, told } from "../words.ts";
import { Dialog } from "./dialog.tsx";

const ABOUT = {
  email: { name: "emailName", label: "emailLabel", type: "email", complete: "email", example: "name@example.com" },
  sms: { name: "sms", label: "smsLabel", type: "tel", complete: "tel", example: "+49 151 12345678" },
} as const;

export function Handover({ chat, onClose }: { chat: Chat; onClose: () => void }): JSX.Element {
  const outlets = chat.settings.continue_on;
  const [outlet, setOutlet] = useState<Outlet>(outlets[0] ?? "email");
  const [address, setAddress] = useState("");
  const [code, setCode] = useState("");
  /** The address as the server understood it: a code is on its way there. */
  const [asked, setAsked] = useState<string | null>(null);
  const ask = async (): Promise<void> => {
    await chat.api.come();
    const answer = await chat.api.post<{ address: string }>("continue", { channel: outlet, address });
    setAsked(answer.address);
  };
  const verify = async (): Promise<void> => {
    const proof = { channel: outlet, address: asked, code };
    const welcome = chat.api.welcome(await chat.api.post<Welcome>("codes/verify", proof));
    onClose();
    chat.proven(welcome);
  };
  if (asked !== null) {
    const [before = "", after = ""] = t("onItsWay", { address: "\n" }).split("\n");
    const back = (
      <button type="button" class="plain" onClick={() => setAsked(null)}>
        {t("anotherAddress")}
      </button>
    );
    return (
      <Dialog title={t("lookAtMessages")} onClose={onClose} key="code">
        <Steps send={t("confirm")} act={verify} back={back} onClose={onClose}>
          <p>
            {before}
            <bdi class="address">{asked}</bdi>
            {after}
          </p>
          <p>{t("typeCode")}</p>
          <label for="code">{t("code")}</label>
          <input
            id="code"
            inputMode="numeric"
            autoComplete="one-time-code"
            pattern="[0-9 ]{6,8}"
            maxLength={8}
            required
            aria-describedby="handover-problem"
            value={code}
            onInput={(event) => setCode(event.currentTarget.value)}
          />
        </Steps>
      </Dialog>
    );
  }
  const about = ABOUT[outlet];
  return (
    <Dialog title={t("continueElsewhere")} onClose={onClose} key="address">
      <Steps send={t("send")} act={ask} onClose={onClose}>
        <p>{t("weSend")}</p>
        {outlets.length > 1 && (
          <fieldset>
            <legend>{t("where")}</legend>
            {outlets.map((one) => (
              <label class="option" key={one}>
                <input type="radio" name="outlet" checked={one === outlet} onChange={() => setOutlet(one)} />{" "}
                {t(ABOUT[one].name)}
              </label>
            ))}
          </fieldset>
        )}
        <label for="address">{t(about.label)}</label>
        <input
          id="address"
          // An address or a number: both take the same attributes; the types do not know.
          type={about.type as "email"}
          autoComplete={about.complete}
          placeholder={about.example}
          required
          aria-describedby="handover-problem"
          value={address}
          onInput={(event) => setAddress(event.currentTarget.value)}
        />
      </Steps>
      <Phone number={chat.settings.phone} />
    </Dialog>
  );
}

function Phone({ number }: { number: string | null }): JSX.Element | null {
  if (!number) return null;
  const [before = "", after = ""] = t("orCall", { number: "\n" }).split("\n");
  return (
    <p class="call">
      {before}
      <a href={`tel:${number}`} dir="ltr">{number}</a>
      {after}
    </p>
  );
}

interface StepsProps {
  send: string;
  act: () => Promise<void>;
  back?: JSX.Element;
  onClose: () => void;
  children: ComponentChildren;
}

/** A form in a dialog that says what went wrong. */
export function Steps({ send, act, back, onClose, children }: StepsProps): JSX.Element {
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    setBusy(true);
    setProblem("");
    try {
      await act();
    } catch (error) {
      setProblem(told(error));
      form.querySelector<HTMLInputElement>("input[required]")?.focus();
    }
    setBusy(false);
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      {children}
      <p id="handover-problem" class="problem" role="alert">{problem}</p>
      <div class="actions">
        <button type="button" class="plain" onClick={onClose}>
          {t("close")}
        </button>
        {back}
        <button type="submit" class="main" disabled={busy}>
          {send}
        </button>
      </div>
    </form>
  );
}
