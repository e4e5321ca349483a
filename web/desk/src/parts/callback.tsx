// A customer who is to be called back: arranging it, and saying what came of it. Who calls does so with a telephone of
// their own, so the number is a link for whatever dials here.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { get, post, remove } from "../model/api.ts";
import { minute } from "../model/minute.ts";
import { useStore } from "../model/store.ts";
import type { Callback, Conversation, CustomerView } from "../model/types.ts";
import { workChanged } from "../model/work.ts";
import { say } from "../notice.ts";
import { moment, t, told, type Word } from "../words.ts";
import { Dialog } from "./dialog.tsx";
import { Icon } from "./icons.tsx";
import { asField } from "./snooze.tsx";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** The server takes nothing farther away. */
const LIMIT_MS = 90 * 24 * HOUR_MS;
const OTHER = "other";

interface DialogProps {
  conversation: Conversation;
  customer: CustomerView | null;
  onChange: (now: Conversation) => void;
  onClose: () => void;
}

export function CallbackDialog({ conversation, customer, onChange, onClose }: DialogProps): JSX.Element {
  const before = conversation.callback?.state === "wanted" ? conversation.callback : null;
  const known = (customer?.identifiers ?? []).filter((one) => one.kind === "phone").map((one) => one.value);
  const phones = [...new Set([...(before ? [before.phone] : []), ...known])];
  const [opened] = useState(Date.now);
  const [phone, setPhone] = useState(phones[0] ?? OTHER);
  const [typed, setTyped] = useState("");
  const [isTimed, setTimed] = useState(before !== null && before.at !== null && before.at > opened);
  const [text, setText] = useState(() => asField(isTimed && before?.at ? before.at : opened + HOUR_MS));
  const [note, setNote] = useState(before?.note ?? "");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const arrange = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    // What the field shows is a time where the member is, and so it is read.
    const at = isTimed ? new Date(text).getTime() : null;
    const wrong = at === null ? null : amiss(at);
    setError(wrong && t(wrong));
    if (wrong) return;
    setBusy(true);
    try {
      const number = phone === OTHER ? typed.trim() : phone;
      const now = await post<Conversation>(`conversations/${conversation.id}/callback`, { phone: number, at, note: note.trim() });
      onChange(now);
      // The server knows when somebody is there.
      if (now.callback) say(t("callArranged", { when: due(now.callback, minute.get()) }));
      workChanged();
      onClose();
    } catch (problem) {
      setError(told(problem));
      setBusy(false);
    }
  };
  return (
    <Dialog title={t("callBack")} onClose={onClose}>
      <form class="form" noValidate aria-busy={busy} onSubmit={(event) => void arrange(event)}>
        {phones.length > 0 && (
          <label>
            <span>{t("callNumber")}</span>
            <select autofocus value={phone} onChange={(event) => setPhone(event.currentTarget.value)}>
              {phones.map((one) => <option key={one} value={one}>{one}</option>)}
              <option value={OTHER}>{t("callOther")}</option>
            </select>
          </label>
        )}
        {phone === OTHER && (
          <label>
            <span>{t(phones.length > 0 ? "callOther" : "callNumber")}</span>
            <input type="tel" autocomplete="off" dir="ltr" placeholder="+49 30 1234567" maxLength={40} autofocus={phones.length === 0} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
          </label>
        )}
        <label>
          <span>{t("callWhen")}</span>
          <select value={isTimed ? "time" : "turn"} onChange={(event) => setTimed(event.currentTarget.value === "time")}>
            <option value="turn">{t("callTurn")}</option>
            <option value="time">{t("callAtTime")}</option>
          </select>
        </label>
        {isTimed && (
          <label>
            <span>{t("callAtTime")}</span>
            <input type="datetime-local" min={asField(opened + MINUTE_MS)} max={asField(opened + LIMIT_MS)} value={text} onInput={(event) => setText(event.currentTarget.value)} />
          </label>
        )}
        <label>
          <span>{t("callNote")}</span>
          <textarea rows={2} maxLength={500} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
        </label>
        <p class="error" role="alert">{error}</p>
        <footer>
          <button type="button" onClick={onClose}>{t("cancel")}</button>
          <button type="submit" class="main" disabled={busy}>{t("callBack")}</button>
        </footer>
      </form>
    </Dialog>
  );
}

interface LineProps {
  conversation: string;
  callback: Callback;
  onChange: (now: Conversation) => void;
}

/** What is to be done, above the timeline, until somebody has said what came of it. */
export function CallbackLine({ conversation, callback, onChange }: LineProps): JSX.Element | null {
  const now = useStore(minute);
  const [busy, setBusy] = useState(false);
  const { state, phone, attempts, note } = callback;
  if (state === "unreachable") {
    return (
      <section class="callback-line" aria-label={t("callBack")}>
        <p><Icon shape="voice" size={16} /> {t("callUnreachable", { phone, count: attempts })}</p>
      </section>
    );
  }
  if (state !== "wanted") return null;
  const path = `conversations/${conversation}/callback`;
  const act = async (does: () => Promise<Conversation>, done: Word): Promise<void> => {
    setBusy(true);
    try {
      onChange(await does());
      say(t(done));
      workChanged();
    } catch (problem) {
      say(told(problem), true);
    }
    setBusy(false);
  };
  const report = (outcome: string): (() => Promise<Conversation>) => () => post<Conversation>(`${path}/outcome`, { outcome });
  const cancel = async (): Promise<Conversation> => {
    await remove(path);
    return get<Conversation>(`conversations/${conversation}`);
  };
  return (
    <section class="callback-line" aria-label={t("callBack")} aria-busy={busy}>
      <p>
        <Icon shape="voice" size={16} /> {t("toCallBack")}, {due(callback, now)}: <a href={`tel:${phone}`} dir="ltr">{phone}</a>
        {attempts > 0 && ` · ${t("callTried", { count: attempts })}`}
        {note && <small><bdi>{note}</bdi></small>}
      </p>
      <div class="acts">
        <button type="button" class="main" disabled={busy} onClick={() => void act(report("reached"), "callSaidReached")}>{t("callReached")}</button>
        <button type="button" disabled={busy} onClick={() => void act(report("unanswered"), "callSaidUnanswered")}>{t("callUnanswered")}</button>
        <button type="button" disabled={busy} onClick={() => void act(cancel, "callSaidCancel")}>{t("callCancel")}</button>
      </div>
    </section>
  );
}

/** When it is to be, for people. */
function due({ at }: Callback, now: number): string {
  if (at === null) return t("callDueTurn");
  return at <= now ? t("callDueNow") : t("callDueAt", { when: moment(at) });
}

/** What speaks against this time, if anything does. */
function amiss(at: number): Word | null {
  const now = Date.now();
  if (Number.isNaN(at)) return "snoozeNoTime";
  if (at < now + MINUTE_MS) return "snoozeTooSoon";
  return at > now + LIMIT_MS ? "callTooLate" : null;
}
