// What the chat says of itself, in each of the languages it speaks.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Field } from "../parts.tsx";
import type { Wrong } from "../routing/model.ts";
import { Line } from "./fields.tsx";
import { isSaid, LANGUAGES, languageName, type Draft, type Language, type Texts } from "./model.ts";
import { l } from "./words.ts";

interface Props {
  draft: Draft;
  wrong: Wrong;
  onDraft: (change: Partial<Draft>) => void;
}

export function TextFields({ draft, wrong, onDraft }: Props): JSX.Element {
  const set = (language: Language, change: Partial<Texts>): void =>
    onDraft({ texts: { ...draft.texts, [language]: { ...draft.texts[language], ...change } } });
  /** What was written in a language stays in it. */
  const speak = (language: Language): void => {
    const { title, greeting, invitation, texts } = draft;
    const others = texts[language];
    if (!isSaid(others)) return onDraft({ language });
    onDraft({ language, ...others, title: others.title ?? title, texts: { ...texts, [draft.language]: { title, greeting, invitation } } });
  };
  return (
    <fieldset>
      <legend>{l("texts")}</legend>
      <Field label={l("language")} hint={l("languageHint")} {...(wrong["language"] ? { error: wrong["language"] } : {})}>
        <select value={draft.language} onChange={(event) => speak(event.currentTarget.value as Language)}>
          {LANGUAGES.map((one) => <option key={one} value={one}>{languageName(one)}</option>)}
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
      {LANGUAGES.filter((one) => one !== draft.language).map((one) => (
        <OtherTexts key={one} language={one} texts={draft.texts[one]} wrong={wrong} onTexts={(change) => set(one, change)} />
      ))}
    </fieldset>
  );
}

interface OtherProps {
  language: Language;
  texts: Texts;
  wrong: Wrong;
  onTexts: (change: Partial<Texts>) => void;
}

function OtherTexts({ language, texts, wrong, onTexts }: OtherProps): JSX.Element {
  const [isOpen, setOpen] = useState(() => isSaid(texts));
  const isWrong = Object.keys(wrong).some((place) => place.startsWith(`${language}.`));
  const named = { language: languageName(language) };
  return (
    <details open={isOpen || isWrong} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{l("inLanguage", named)}</summary>
      <div class="form">
        <Line label={l("titleIn", named)} dir="auto" of={`${language}.title`} wrong={wrong} value={texts.title} onValue={(title) => onTexts({ title })} />
        <Line label={l("greetingIn", named)} dir="auto" of={`${language}.greeting`} wrong={wrong} value={texts.greeting} onValue={(greeting) => onTexts({ greeting })} />
        <Line label={l("invitationIn", named)} dir="auto" of={`${language}.invitation`} wrong={wrong} value={texts.invitation} onValue={(invitation) => onTexts({ invitation })} />
      </div>
    </details>
  );
}
