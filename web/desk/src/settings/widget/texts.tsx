// What the chat says of itself, in each of the languages it speaks.

import type { JSX } from "preact";
import { Field } from "../parts.tsx";
import type { Wrong } from "../routing/model.ts";
import { Line } from "./fields.tsx";
import { LANGUAGE_CODES, LANGUAGES, type Draft, type Language, type Texts } from "./model.ts";
import { l } from "./words.ts";

interface Props {
  draft: Draft;
  wrong: Wrong;
  onDraft: (change: Partial<Draft>) => void;
}

export function TextFields({ draft, wrong, onDraft }: Props): JSX.Element {
  const set = (language: Language, change: Partial<Texts>): void =>
    onDraft({ texts: { ...draft.texts, [language]: { ...draft.texts[language], ...change } } });
  return (
    <fieldset>
      <legend>{l("texts")}</legend>
      <Field label={l("language")} hint={l("languageHint")} {...(wrong["language"] ? { error: wrong["language"] } : {})}>
        <select value={draft.language} onChange={(event) => onDraft({ language: event.currentTarget.value as Language })}>
          {LANGUAGE_CODES.map((one) => <option key={one} value={one} lang={one}>{LANGUAGES[one]}</option>)}
        </select>
      </Field>
      <Line label={l("title")} dir="auto" of="title" wrong={wrong} required value={draft.title} onValue={(title) => onDraft({ title: title ?? "" })} />
      <Line label={l("greeting")} hint={l("greetingHint")} dir="auto" of="greeting" wrong={wrong} value={draft.greeting} onValue={(greeting) => onDraft({ greeting })} />
      <Line label={l("invitation")} hint={l("invitationHint")} dir="auto" of="invitation" wrong={wrong} value={draft.invitation} onValue={(invitation) => onDraft({ invitation })} />
      <Field label={l("inviteAfter")} {...(wrong["invite_after_seconds"] ? { error: wrong["invite_after_seconds"] } : {})}>
        <input
          type="number"
          required
          min={0}
          max={86_400}
          aria-invalid={wrong["invite_after_seconds"] ? true : undefined}
          value={draft.invite_after_seconds}
          onInput={(event) => onDraft({ invite_after_seconds: Math.trunc(Number(event.currentTarget.value)) })}
        />
      </Field>
      {LANGUAGE_CODES.filter((one) => one !== draft.language).map((one) => {
        const texts = draft.texts[one];
        const isWrong = Object.keys(wrong).some((place) => place.startsWith(`${one}.`));
        const isUsed = Object.values(texts).some((text) => text !== null);
        return (
          <details key={one} open={isWrong || isUsed || undefined}>
            <summary>{l("inLanguage", { language: LANGUAGES[one] })}</summary>
            <div class="form" lang={one}>
              <Line label={l("titleIn", { language: LANGUAGES[one] })} dir="auto" of={`${one}.title`} wrong={wrong} value={texts.title} onValue={(title) => set(one, { title })} />
              <Line label={l("greetingIn", { language: LANGUAGES[one] })} dir="auto" of={`${one}.greeting`} wrong={wrong} value={texts.greeting} onValue={(greeting) => set(one, { greeting })} />
              <Line label={l("invitationIn", { language: LANGUAGES[one] })} dir="auto" of={`${one}.invitation`} wrong={wrong} value={texts.invitation} onValue={(invitation) => set(one, { invitation })} />
            </div>
          </details>
        );
      })}
    </fieldset>
  );
}
