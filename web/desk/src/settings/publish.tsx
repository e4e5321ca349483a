// The gate: what is published is examined first, and when it is refused, it says why in its own words.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post, Problem } from "../model/api.ts";
import { may } from "../model/people.ts";
import { say } from "../notice.ts";
import { Dialog } from "../parts/dialog.tsx";
import { t, told } from "../words.ts";
import { Field } from "./parts.tsx";
import { p } from "./policies/words.ts";

interface Props {
  title: string;
  text: string;
  done: string;
  /** What is said while it runs. */
  running: string;
  path: string;
  /** What is asked for, beside the note and the reason. */
  wish: Record<string, unknown>;
  /** The number in force, to tell when nothing changed. */
  inForce: number | null;
  onDone: () => void;
  onClose: () => void;
}

export function Publish({ title, text, done, running, path, wish, inForce, onDone, onClose }: Props): JSX.Element {
  const [note, setNote] = useState("");
  const [despite, setDespite] = useState("");
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<{ text: string; mayBeOverruled: boolean } | null>(null);
  const publish = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setRefusal(null);
    try {
      const why = despite.trim();
      const said = note.trim();
      const version = await post<{ number: number }>(path, { ...wish, ...(said ? { note: said } : {}), ...(why ? { despite: why } : {}) });
      say(version.number === inForce ? p("publishedNothing") : p("published", { number: version.number }));
      onDone();
      onClose();
    } catch (problem) {
      // Of all conflicts, only a broken law or a failed test can be overruled; that it can is what the server says.
      const mayBeOverruled = problem instanceof Problem && problem.status === 409 && problem.message.includes("administrator");
      setRefusal({ text: told(problem), mayBeOverruled });
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} kind="wide" onClose={onClose}>
      <form class="form" aria-busy={busy} onSubmit={(event) => void publish(event)}>
        <p>{text}</p>
        <Field label={p("note")} hint={p("noteHint")}>
          <textarea autofocus rows={2} maxLength={2000} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
        </Field>
        {refusal && (
          <div role="alert">
            <p class="error"><b>{p("refusedTitle")}</b></p>
            <pre tabIndex={0}>{refusal.text}</pre>
            {refusal.mayBeOverruled && !may("admin") && <p class="hint">{p("onlyAdmin")}</p>}
          </div>
        )}
        {(refusal?.mayBeOverruled || despite) && may("admin") && (
          <Field label={p("despiteWhy")} hint={p("despiteHint")}>
            <textarea rows={2} maxLength={2000} value={despite} onInput={(event) => setDespite(event.currentTarget.value)} />
          </Field>
        )}
        <p class="hint" role="status">{busy && <><progress aria-label={running} /> {running}</>}</p>
        <footer>
          <button type="button" onClick={onClose}>{t("cancel")}</button>
          <button type="submit" class="main" disabled={busy}>{despite.trim() ? p("despite") : done}</button>
        </footer>
      </form>
    </Dialog>
  );
}
