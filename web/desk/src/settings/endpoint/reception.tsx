// How what comes in over an endpoint is received: where it waits, how urgent it is, its tags, and who answers.

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { put } from "../../model/api.ts";
import { may } from "../../model/people.ts";
import { queues as known } from "../../model/queues.ts";
import { useStore } from "../../model/store.ts";
import type { Priority } from "../../model/types.ts";
import { say } from "../../notice.ts";
import { named, t } from "../../words.ts";
import { DraftFoot, useDraft } from "../draft.tsx";
import { Field, Question, useFirstWrong } from "../parts.tsx";
import { PRIORITIES, type Wrong } from "../routing/model.ts";
import { r } from "../routing/words.ts";
import { Line, Switch } from "../widget/fields.tsx";
import { w } from "../words.ts";
import { draftOf, inWords, isGone, receptionOf, refused, type Draft, type Reception } from "./model.ts";
import { n } from "./words.ts";

interface Props {
  name: string;
  path: string;
  saved: Reception;
  onSaved: (reception: Reception) => void;
}

export function ReceptionForm({ name, path, saved, onSaved }: Props): JSX.Element {
  const { draft, change, begin, isChanged, isOutdated } = useDraft<Draft>(`reception.${name}`, draftOf(saved));
  const queues = useStore(known);
  const [wrong, setWrong] = useState<Wrong>({});
  const [busy, setBusy] = useState(false);
  const [discarding, setDiscarding] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    try {
      const now = await put<Reception>(path, receptionOf(draft));
      onSaved(now);
      begin(draftOf(now));
      setWrong({});
      say(n("saved"));
    } catch (problem) {
      setWrong({ "": r("seeFields"), ...refused(problem, draft) });
    } finally {
      setBusy(false);
    }
  };
  useFirstWrong(form, wrong[""] ? wrong : null);
  const gone = isGone(draft.queue, queues);
  const queueWrong = wrong["queue"] ?? (gone ? n("queueGone") : undefined);
  return (
    <>
      {isOutdated && <p class="warning" role="alert">{w("outdated")}</p>}
      <form class="form" ref={form} noValidate aria-busy={busy} onSubmit={(event) => void save(event)}>
        <fieldset class="whole" disabled={!may("admin")}>
          <fieldset>
            <legend>{n("begins")}</legend>
            <div class="columns">
              <Field label={n("queue")} hint={n("queueHint")} {...(queueWrong ? { error: queueWrong } : {})}>
                <select aria-invalid={queueWrong ? true : undefined} value={draft.queue ?? ""} onChange={(event) => change({ queue: event.currentTarget.value || null })}>
                  <option value="">{n("noQueue")}</option>
                  {gone && <option value={draft.queue ?? ""}>{n("goneQueue")}</option>}
                  {queues.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
                </select>
              </Field>
              <Field label={t("priority")}>
                <select value={draft.priority} onChange={(event) => change({ priority: event.currentTarget.value as Priority })}>
                  {PRIORITIES.map((one) => <option key={one} value={one}>{named("priority", one)}</option>)}
                </select>
              </Field>
              <Line label={t("tags")} hint={w("commas")} of="tags" wrong={wrong} value={draft.tags} dir="auto" onValue={(tags) => change({ tags: tags ?? "" })} />
            </div>
          </fieldset>
          <fieldset>
            <legend>{n("who")}</legend>
            <Switch label={n("agent")} hint={n("agentHint")} on={draft.agent} onSwitch={(agent) => change({ agent })} />
          </fieldset>
        </fieldset>
        <p class="in-words" dir="auto">{inWords(receptionOf(draft), queues)}</p>
        {may("admin") && <DraftFoot error={wrong[""]} isChanged={isChanged} busy={busy} onDiscard={() => setDiscarding(true)} />}
      </form>
      {discarding && (
        <Question
          title={w("discard")}
          text={w("discardText")}
          done={w("discard")}
          onYes={async () => {
            begin(draftOf(saved));
            setWrong({});
          }}
          onClose={() => setDiscarding(false)}
        />
      )}
    </>
  );
}
