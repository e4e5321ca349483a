// The queues: what they are called, when they are open, what they promise, and whom they ask.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { span, t } from "../../words.ts";
import { Field, FormDialog, Question } from "../parts.tsx";
import { w } from "../words.ts";
import { Length } from "./fields.tsx";
import { calendarName } from "./hours.tsx";
import { NEW_QUEUE, wrongOf, type Editing, type Queue, type RoutingSettings, type Wrong } from "./model.ts";
import { Steps } from "./steps.tsx";
import { r } from "./words.ts";

export function Queues({ editing, settings }: { editing: Editing; settings: RoutingSettings }): JSX.Element {
  const [open, setOpen] = useState<{ id: string; queue: Queue } | null>(null);
  const [dropping, setDropping] = useState<[string, Queue] | null>(null);
  const all = Object.entries(settings.queues).sort(([, a], [, b]) => a.name.localeCompare(b.name));
  return (
    <>
      <p class="page-acts"><button type="button" class="main" onClick={() => setOpen({ id: crypto.randomUUID(), queue: NEW_QUEUE })}>{r("addQueue")} …</button></p>
      <div class="table-box" tabIndex={0} role="region" aria-label={t("queues")}>
        <table>
          <thead><tr>{[t("name"), r("hours"), r("target"), r("steps"), ""].map((one) => <th key={one} scope="col">{one || <span class="unseen">{w("actions")}</span>}</th>)}</tr></thead>
          <tbody>
            {all.map(([id, queue]) => (
              <tr key={id}>
                <th scope="row"><bdi>{queue.name}</bdi>{id === settings.fallback && <small>{r("isFallback")}</small>}</th>
                <td>{queue.calendar ? calendarName(settings.calendars[queue.calendar]) : r("always")}</td>
                <td>{queue.target_ms === null ? "–" : span(queue.target_ms)}</td>
                <td>{queue.steps.length === 0 ? r("anyone") : queue.steps.length}</td>
                <td class="acts">
                  <button type="button" class="link" aria-label={w("changeNamed", { name: queue.name })} onClick={() => setOpen({ id, queue })}>{w("change")}</button>
                  {all.length > 1 && <button type="button" class="link" aria-label={w("deleteNamed", { name: queue.name })} onClick={() => setDropping([id, queue])}>{w("delete")}</button>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {open && <QueueForm key={open.id} id={open.id} queue={open.queue} settings={settings} editing={editing} onClose={() => setOpen(null)} />}
      {dropping && (
        <Question
          title={w("deleteNamed", { name: dropping[1].name })}
          text={r("deleteQueueText")}
          done={w("delete")}
          onYes={() => editing.change((now) => ({ ...now, queues: without(now.queues, dropping[0]) }))}
          onClose={() => setDropping(null)}
        />
      )}
    </>
  );
}

export function without<T>(all: Record<string, T>, id: string): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([one]) => one !== id));
}

interface FormProps {
  id: string;
  queue: Queue;
  settings: RoutingSettings;
  editing: Editing;
  onClose: () => void;
}

function QueueForm({ id, queue: before, settings, editing, onClose }: FormProps): JSX.Element {
  const [queue, setQueue] = useState(before);
  const [wrong, setWrong] = useState<Wrong>({});
  const set = (change: Partial<Queue>): void => setQueue((now) => ({ ...now, ...change }));
  const others = Object.entries(settings.queues).filter(([one]) => one !== id).map(([value, one]) => ({ value, label: one.name }));
  const closed = typeof queue.when_closed === "string" ? queue.when_closed : "divert";
  const save = async (): Promise<void> => {
    await editing.change((now) => ({ ...now, queues: { ...now.queues, [id]: { ...queue, name: queue.name.trim() } } }));
    onClose();
  };
  const explain = (problem: unknown): string => {
    const found = wrongOf(problem, queue.name.trim());
    setWrong(found);
    return found[""] ?? r("seeFields");
  };
  return (
    <FormDialog kind="wide" title={before.name ? w("changeNamed", { name: before.name }) : r("addQueue")} done={t("save")} onSubmit={save} explain={explain} onClose={onClose}>
      <div class="columns">
        <Field label={t("name")}>
          <input autofocus type="text" required maxLength={80} value={queue.name} onInput={(event) => set({ name: event.currentTarget.value })} />
        </Field>
        <Length label={r("target")} hint={r("targetHint")} optional value={queue.target_ms} error={wrong["target_ms"]} onValue={(target_ms) => set({ target_ms })} />
        <Field label={r("hours")}>
          <select value={queue.calendar ?? ""} onChange={(event) => set({ calendar: event.currentTarget.value || null })}>
            <option value="">{r("always")}</option>
            {Object.entries(settings.calendars).map(([one, calendar]) => <option key={one} value={one}>{calendarName(calendar)}</option>)}
          </select>
        </Field>
        <Field label={r("whenClosed")} hint={r(`closedHint_${closed}`)}>
          <select
            value={closed}
            onChange={(event) => {
              const next = event.currentTarget.value as typeof closed;
              set({ when_closed: next === "divert" ? { divert: others[0]?.value ?? settings.fallback } : next });
            }}
          >
            {(["wait", "hold", "divert", "refuse"] as const).map((one) => <option key={one} value={one} disabled={one === "divert" && others.length === 0}>{r(`closed_${one}`)}</option>)}
          </select>
        </Field>
        {typeof queue.when_closed !== "string" && (
          <Field label={r("divertTo")}>
            <select value={queue.when_closed.divert} onChange={(event) => set({ when_closed: { divert: event.currentTarget.value } })}>
              {others.map((one) => <option key={one.value} value={one.value}>{one.label}</option>)}
            </select>
          </Field>
        )}
        <Length label={r("affinity")} hint={r("affinityHint")} value={queue.affinity_ms} error={wrong["affinity_ms"]} onValue={(ms) => set({ affinity_ms: ms ?? 0 })} />
        <Length label={r("usualHandle")} hint={r("usualHandleHint")} value={queue.usual_handle_ms} error={wrong["usual_handle_ms"]} onValue={(ms) => set({ usual_handle_ms: ms ?? 0 })} />
        <Length label={r("silence")} hint={r("silenceHint")} optional value={queue.silence_ms} error={wrong["silence_ms"]} onValue={(silence_ms) => set({ silence_ms })} />
        <Field label={r("callbackAttempts")}>
          <input type="number" min={0} max={100} required value={queue.callback_attempts} onInput={(event) => set({ callback_attempts: Number(event.currentTarget.value) })} />
        </Field>
        <Length label={r("callbackRetry")} value={queue.callback_retry_ms} error={wrong["callback_retry_ms"]} onValue={(ms) => set({ callback_retry_ms: ms ?? 0 })} />
      </div>
      <Steps steps={queue.steps} others={others} wrong={wrong} onSteps={(steps) => set({ steps })} />
    </FormDialog>
  );
}
