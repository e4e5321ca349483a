// The chat of one endpoint: how it looks and behaves, with a preview, and the tag that puts it on a page.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { get, put, remove } from "../../model/api.ts";
import { may } from "../../model/people.ts";
import { say } from "../../notice.ts";
import { t, told } from "../../words.ts";
import { DraftFoot, useDraft } from "../draft.tsx";
import { Ways } from "../endpoint/ways.tsx";
import { Field, Head, Question, To, useFirstWrong } from "../parts.tsx";
import type { Wrong } from "../routing/model.ts";
import { r } from "../routing/words.ts";
import { w } from "../words.ts";
import { AskedFields } from "./asked.tsx";
import { Line, Switch } from "./fields.tsx";
import { AnsweringHours } from "./hours.tsx";
import { draftOf, lookOf, refused, shown, unreadable, WAITING, type Draft, type Setup } from "./model.ts";
import { Preview } from "./preview.tsx";
import { Tag } from "./tag.tsx";
import { TextFields } from "./texts.tsx";
import { l } from "./words.ts";

export function WidgetPage({ name }: { name: string }): JSX.Element {
  const [setup, setSetup] = useState<Setup | null>(null);
  const [turn, setTurn] = useState(0);
  const [error, setError] = useState("");
  const path = `endpoints/${encodeURIComponent(name)}/widget/settings`;
  const load = (): Promise<void> =>
    get<Setup>(path)
      .then((found) => {
        setSetup(found);
        setTurn((now) => now + 1);
        setError("");
      })
      .catch((problem: unknown) => setError(told(problem)));
  useEffect(() => void load(), [name]);
  return (
    <>
      <p class="crumbs"><To page="endpoints">{w("endpoints")}</To></p>
      <Head title={l("widgetOf", { name })} about={setup ? l(setup.set_in === "desk" ? "setAtDesk" : "setInConfiguration") : l("about")} />
      <Ways name={name} at="looks" />
      {error && <p class="error" role="alert">{error} <button type="button" onClick={() => void load()}>{t("again")}</button></p>}
      {!setup && !error && <p class="empty" role="status">{t("loading")}</p>}
      {setup && <Editor key={turn} name={name} path={path} setup={setup} onSetup={setSetup} onBack={load} />}
    </>
  );
}

interface EditorProps {
  name: string;
  path: string;
  setup: Setup;
  onSetup: (setup: Setup) => void;
  onBack: () => Promise<void>;
}

function Editor({ name, path, setup, onSetup, onBack }: EditorProps): JSX.Element {
  const saved = draftOf(setup.settings);
  const drafting = useDraft<Draft>(`widget.${name}`, saved);
  const { draft, change, isChanged, isOutdated } = drafting;
  const [turn, setTurn] = useState(0);
  const [wrong, setWrong] = useState<Wrong>({});
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState<"discard" | "back" | null>(null);
  const form = useRef<HTMLFormElement>(null);
  /** Goes on from what counts now. */
  const begin = (now: Draft): void => {
    drafting.begin(now);
    setWrong({});
  };
  const tell = (found: Wrong): void => setWrong({ "": r("seeFields"), ...found });
  useFirstWrong(form, wrong[""] ? wrong : null);
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const found = unreadable(draft, l("noHours"));
    if (Object.keys(found).length > 0) return tell(found);
    setBusy(true);
    try {
      const now = await put<Setup>(path, lookOf(draft));
      onSetup(now);
      begin(draftOf(now.settings));
      say(l("saved"));
    } catch (problem) {
      tell(refused(problem, draft));
    } finally {
      setBusy(false);
    }
  };
  const discard = async (): Promise<void> => {
    begin(saved);
    // Fields that number what they have begin anew.
    setTurn(turn + 1);
  };
  const back = async (): Promise<void> => {
    await remove(path);
    begin(saved);
    await onBack();
    say(l("backDone"));
  };
  const close = (): void => setAsking(null);
  return (
    <>
      {isOutdated && <p class="warning" role="alert">{w("outdated")}</p>}
      <div class="widget-editor">
        <form class="form" ref={form} noValidate aria-busy={busy} onSubmit={(event) => void save(event)}>
          <fieldset class="whole" disabled={!may("admin")}>
            <Looks draft={draft} wrong={wrong} onDraft={change} />
            <TextFields draft={draft} wrong={wrong} onDraft={change} />
            <AskedFields key={turn} ask={draft.ask} wrong={wrong} onAsk={(ask) => change({ ask })} />
            <AnsweringHours draft={draft} wrong={wrong} onDraft={change} />
            <Behaviour draft={draft} wrong={wrong} onDraft={change} />
          </fieldset>
          {may("admin") && (
            <DraftFoot error={wrong[""]} isChanged={isChanged} busy={busy} onDiscard={() => setAsking("discard")}>
              {setup.set_in === "desk" && <button type="button" onClick={() => setAsking("back")}>{l("back")} …</button>}
            </DraftFoot>
          )}
        </form>
        <Preview name={name} look={lookOf(draft)} />
      </div>
      <Tag name={name} />
      {asking === "discard" && <Question title={w("discard")} text={w("discardText")} done={w("discard")} onYes={discard} onClose={close} />}
      {asking === "back" && <Question title={l("back")} text={l("backText")} done={l("back")} onYes={back} onClose={close} />}
    </>
  );
}

interface PartProps {
  draft: Draft;
  wrong: Wrong;
  onDraft: (change: Partial<Draft>) => void;
}

function Looks({ draft, wrong, onDraft }: PartProps): JSX.Element {
  return (
    <fieldset>
      <legend>{l("looks")}</legend>
      <div class="columns">
        <Line label={l("color")} hint={l("colorHint")} of="color" wrong={wrong} most={7} required value={draft.color} onValue={(color) => onDraft({ color: color ?? "" })} />
        <Field label={l("colorPick")}>
          <input type="color" value={shown(draft.color).toLowerCase()} onInput={(event) => onDraft({ color: event.currentTarget.value })} />
        </Field>
        <Field label={l("position")} hint={l("positionHint")}>
          <select value={draft.position} onChange={(event) => onDraft({ position: event.currentTarget.value as Draft["position"] })}>
            <option value="end">{l("position_end")}</option>
            <option value="start">{l("position_start")}</option>
          </select>
        </Field>
      </div>
      <Line label={l("logo")} hint={l("logoHint")} of="logo" wrong={wrong} most={2000} placeholder="https://" value={draft.logo} onValue={(logo) => onDraft({ logo })} />
    </fieldset>
  );
}

function Behaviour({ draft, wrong, onDraft }: PartProps): JSX.Element {
  return (
    <fieldset>
      <legend>{l("behaviour")}</legend>
      <Switch label={l("articles")} on={draft.articles} onSwitch={(articles) => onDraft({ articles })} />
      <Switch label={l("rating")} on={draft.rating} onSwitch={(rating) => onDraft({ rating })} />
      <Switch label={l("sounds")} on={draft.sounds} onSwitch={(sounds) => onDraft({ sounds })} />
      <Switch label={l("push")} on={draft.push} onSwitch={(push) => onDraft({ push })} />
      <Field label={l("waiting")} hint={l(`waitingHint_${draft.waiting}`)}>
        <select value={draft.waiting} onChange={(event) => onDraft({ waiting: event.currentTarget.value as Draft["waiting"] })}>
          {WAITING.map((one) => <option key={one} value={one}>{l(`waiting_${one}`)}</option>)}
        </select>
      </Field>
      <Switch label={l("callback")} on={draft.callback} onSwitch={(callback) => onDraft({ callback })} />
      {draft.callback && (
        <Line label={l("callbackCountries")} hint={l("callbackCountriesHint")} of="callback_countries" wrong={wrong} most={200} placeholder="DE AT CH" value={draft.callback_countries} onValue={(text) => onDraft({ callback_countries: text })} />
      )}
      <Line label={l("phone")} hint={l("phoneHint")} of="phone" wrong={wrong} most={16} placeholder="+493012345678" value={draft.phone} onValue={(phone) => onDraft({ phone })} />
    </fieldset>
  );
}
