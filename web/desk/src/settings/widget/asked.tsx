// What a visitor fills in before the first message.

import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Field } from "../parts.tsx";
import type { Wrong } from "../routing/model.ts";
import { Line, Switch } from "./fields.tsx";
import { KINDS, KNOWN, MOST_ASKED, type Asked } from "./model.ts";
import { l, ln } from "./words.ts";

const NEW: Asked = { name: "", label: null, kind: "text", required: false };

interface Props {
  ask: Asked[];
  wrong: Wrong;
  onAsk: (ask: Asked[]) => void;
}

export function AskedFields({ ask, wrong, onAsk }: Props): JSX.Element {
  // Numbered by when they were added, so that a field keeps its inputs when it is moved.
  const [keys, setKeys] = useState(() => ask.map((_, at) => at));
  const box = useRef<HTMLFieldSetElement>(null);
  /** What gets the focus once the fields are drawn as they are now. */
  const toFocus = useRef("");
  const focusOn = (selector: string): void => {
    toFocus.current = selector;
  };
  useLayoutEffect(() => {
    const selector = toFocus.current;
    toFocus.current = "";
    if (selector) box.current?.querySelector<HTMLElement>(selector)?.focus();
  }, [keys]);
  const set = (at: number, change: Partial<Asked>): void => onAsk(ask.map((one, place) => (place === at ? { ...one, ...change } : one)));
  const move = (at: number, by: -1 | 1): void => {
    onAsk(swapped(ask, at, at + by));
    setKeys(swapped(keys, at, at + by));
    // At the end of the way only the other way is left.
    focusOn(`[data-key="${keys[at]}"] [data-by="${by}"]:not(:disabled), [data-key="${keys[at]}"] [data-by]:not(:disabled)`);
  };
  const take = (at: number): void => {
    onAsk(ask.filter((_, place) => place !== at));
    setKeys(keys.filter((_, place) => place !== at));
    focusOn(".add");
  };
  const add = (): void => {
    const key = Math.max(-1, ...keys) + 1;
    onAsk([...ask, NEW]);
    setKeys([...keys, key]);
    focusOn(`[data-key="${key}"] input`);
  };
  return (
    <fieldset ref={box}>
      <legend>{l("ask")}</legend>
      <p class="hint">{l("askHint")}</p>
      {ask.map((one, at) => {
        const named = { name: one.label || one.name || String(at + 1) };
        return (
          <fieldset key={keys[at]} class="step" data-key={keys[at]}>
            <legend>{l("field", { number: at + 1 })}</legend>
            <div class="columns">
              <Line label={l("fieldName")} hint={l("fieldNameHint")} of={`ask${at}.name`} wrong={wrong} most={64} required value={one.name} onValue={(name) => set(at, { name: name ?? "" })} />
              <Line label={l("fieldLabel")} {...(KNOWN.includes(one.name) ? { hint: l("fieldLabelOwn") } : {})} dir="auto" of={`ask${at}.label`} wrong={wrong} most={200} value={one.label} onValue={(label) => set(at, { label })} />
              {one.name !== "email" && (
                <Field label={l("kind")}>
                  <select value={one.kind} onChange={(event) => set(at, { kind: event.currentTarget.value as Asked["kind"] })}>
                    {KINDS.map((kind) => <option key={kind} value={kind}>{ln("kind", kind)}</option>)}
                  </select>
                </Field>
              )}
            </div>
            <Switch label={l("required")} on={one.required} onSwitch={(required) => set(at, { required })} />
            <p class="page-acts">
              <button type="button" class="link" data-by="-1" disabled={at === 0} aria-label={l("moveUpNamed", named)} onClick={() => move(at, -1)}>{l("moveUp")}</button>
              <button type="button" class="link" data-by="1" disabled={at === ask.length - 1} aria-label={l("moveDownNamed", named)} onClick={() => move(at, 1)}>{l("moveDown")}</button>
              <button type="button" class="link" aria-label={l("removeNamed", named)} onClick={() => take(at)}>{l("remove")}</button>
            </p>
          </fieldset>
        );
      })}
      {wrong["ask"] && <small class="error" role="alert">{wrong["ask"]}</small>}
      {ask.length < MOST_ASKED && <p><button type="button" class="add" onClick={add}>{l("addField")}</button></p>}
    </fieldset>
  );
}

function swapped<T>(all: T[], one: number, other: number): T[] {
  return all.map((value, at) => (at === one ? all[other] : at === other ? all[one] : value) as T);
}
