// The chat beside its form, as visitors would see it: its own page in a frame that is told what was not saved yet, and
// the button and the invitation as the page around would show them.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { HELLO, type TriedOn } from "../../../../shared/frame.ts";
import { readableOn } from "../../../../widget/loader/look.ts";
import { Field } from "../parts.tsx";
import { Switch } from "./fields.tsx";
import { LANGUAGES, languageName, seen, type Language, type Look } from "./model.ts";
import { l } from "./words.ts";

export function Preview({ name, look }: { name: string; look: Look }): JSX.Element {
  const [wanted, setLanguage] = useState<Language | null>(null);
  const [scheme, setScheme] = useState<"light" | "dark">(() => (getComputedStyle(document.documentElement).colorScheme === "dark" ? "dark" : "light"));
  const [isAway, setAway] = useState(false);
  const frame = useRef<HTMLIFrameElement>(null);
  const language = wanted ?? look.language;
  const now = seen(look, language, !isAway);
  const latest = useRef<TriedOn>({ look: now, scheme });
  latest.current = { look: now, scheme };
  const tell = (): void => frame.current?.contentWindow?.postMessage(latest.current, location.origin);
  const text = JSON.stringify(latest.current);
  useEffect(tell, [text]);
  useEffect(() => {
    // The chat says that it is there.
    const hear = (event: MessageEvent): void => {
      if (event.source === frame.current?.contentWindow && event.origin === location.origin && event.data === HELLO) tell();
    };
    addEventListener("message", hear);
    return () => removeEventListener("message", hear);
  }, []);
  return (
    <section class="widget-preview" aria-label={l("preview")}>
      <h2>{l("preview")}</h2>
      <div class="columns">
        <Field label={l("previewLanguage")}>
          <select value={language} onChange={(event) => setLanguage(event.currentTarget.value as Language)}>
            {LANGUAGES.map((one) => <option key={one} value={one}>{languageName(one)}</option>)}
          </select>
        </Field>
        <Field label={l("previewScheme")}>
          <select value={scheme} onChange={(event) => setScheme(event.currentTarget.value as "light" | "dark")}>
            <option value="light">{l("light")}</option>
            <option value="dark">{l("dark")}</option>
          </select>
        </Field>
      </div>
      <Switch label={l("previewAway")} on={isAway} onSwitch={setAway} />
      <div class={`widget-stage ${scheme} ${look.position}`} dir={language === "ar" ? "rtl" : "ltr"} lang={language}>
        <iframe ref={frame} key={language} title={l("previewFrame")} inert src={`/chat/preview/${encodeURIComponent(name)}?language=${language}`} />
        {now.invitation && !isAway && <p class="said" dir="auto">{now.invitation}</p>}
        <span class="launcher" aria-hidden="true" style={{ background: now.color, color: readableOn(now.color) }}>
          <svg viewBox="0 0 24 24"><path d="M4 5h16v11H10l-5 4v-4H4z" /></svg>
        </span>
      </div>
    </section>
  );
}
