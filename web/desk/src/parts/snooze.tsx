// Putting a conversation aside: for a while, or until a date and a time of one's own.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { moment, t, told, type Word } from "../words.ts";
import { Dialog } from "./dialog.tsx";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The server takes nothing farther away. */
const LIMIT_MS = 365 * DAY_MS;

interface Props {
  /** Puts it aside; whoever throws keeps the dialog open with the reason in it. */
  onSnooze: (until: number) => Promise<void>;
  onClose: () => void;
}

export function SnoozeDialog({ onSnooze, onClose }: Props): JSX.Element {
  const [opened] = useState(Date.now);
  const [text, setText] = useState(() => asField(tomorrow()));
  const [error, setError] = useState<string | null>(null);
  const snooze = async (until: number): Promise<void> => {
    try {
      await onSnooze(until);
      onClose();
    } catch (problem) {
      setError(told(problem));
    }
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    // What the field shows is a time where the member is, and so it is read.
    const until = new Date(text).getTime();
    const wrong = amiss(until);
    setError(wrong && t(wrong));
    if (!wrong) void snooze(until);
  };
  const ready: [Word, number][] = [
    ["snoozeTomorrow", tomorrow()],
    ["snoozeHour", opened + HOUR_MS],
    ["snoozeWeek", opened + 7 * DAY_MS],
  ];
  return (
    <Dialog title={t("snooze")} onClose={onClose}>
      <ul class="snoozes">
        {ready.map(([label, until], at) => (
          <li key={label}>
            <button type="button" autofocus={at === 0} onClick={() => void snooze(until)}>{t(label)} <small>{moment(until)}</small></button>
          </li>
        ))}
      </ul>
      <form class="own-time" noValidate onSubmit={submit}>
        <label>
          <span>{t("snoozeUntil")}</span>
          <input
            type="datetime-local"
            min={asField(opened + MINUTE_MS)}
            max={asField(opened + LIMIT_MS)}
            aria-invalid={error !== null}
            value={text}
            onInput={(event) => {
              setText(event.currentTarget.value);
              setError(null);
            }}
          />
        </label>
        <button type="submit" class="main">{t("snooze")}</button>
      </form>
      <p class="error" role="alert">{error}</p>
    </Dialog>
  );
}

/** What speaks against this time, if anything does. */
function amiss(until: number): Word | null {
  const now = Date.now();
  if (Number.isNaN(until)) return "snoozeNoTime";
  if (until < now + MINUTE_MS) return "snoozeTooSoon";
  return until > now + LIMIT_MS ? "snoozeTooLate" : null;
}

function tomorrow(): number {
  const at = new Date();
  at.setDate(at.getDate() + 1);
  at.setHours(9, 0, 0, 0);
  return at.getTime();
}

/** A time as the field writes it: by the clock on the wall, without seconds. */
export function asField(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * MINUTE_MS);
  return local.toISOString().slice(0, 16);
}
