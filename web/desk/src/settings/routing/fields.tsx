// Fields that routing needs: lengths of time with their unit, and skills with their levels.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Field } from "../parts.tsx";
import { r } from "./words.ts";

const UNITS = { unit_s: 1000, unit_min: 60_000, unit_h: 3_600_000 } as const;
type Unit = keyof typeof UNITS;

interface LengthProps {
  label: string;
  hint?: string;
  error?: string | undefined;
  value: number | null;
  /** Whether it may be left out. */
  optional?: boolean;
  onValue: (ms: number | null) => void;
}

export function Length({ label, hint, error, value, optional = false, onValue }: LengthProps): JSX.Element {
  const [unit, setUnit] = useState<Unit>(() => largest(value));
  const [text, setText] = useState(value === null ? "" : String(value / UNITS[unit]));
  const say = (next: string, by: Unit): void => {
    setText(next);
    setUnit(by);
    const isEmpty = next.trim() === "" || !Number.isFinite(Number(next));
    onValue(isEmpty ? (optional ? null : 0) : Math.round(Number(next) * UNITS[by]));
  };
  return (
    <Field label={label} {...(hint ? { hint } : {})} {...(error ? { error } : {})}>
      <span class="length">
        <input type="number" step="any" required={!optional} aria-invalid={error ? true : undefined} value={text} onInput={(event) => say(event.currentTarget.value, unit)} />
        <select aria-label={r("unitOf", { name: label })} value={unit} onChange={(event) => say(text, event.currentTarget.value as Unit)}>
          {(Object.keys(UNITS) as Unit[]).map((one) => <option key={one} value={one}>{r(one)}</option>)}
        </select>
      </span>
    </Field>
  );
}

/** The largest unit in which the length is a whole number. */
function largest(ms: number | null): Unit {
  if (!ms) return "unit_min";
  return (["unit_h", "unit_min"] as const).find((one) => ms % UNITS[one] === 0) ?? "unit_s";
}

interface SkillsProps {
  text: string;
  error?: string | undefined;
  onText: (text: string) => void;
}

export function SkillsField({ text, error, onText }: SkillsProps): JSX.Element {
  return (
    <Field label={r("skills")} hint={r("skillsHint")} {...(error ? { error } : {})}>
      <input type="text" maxLength={1000} aria-invalid={error ? true : undefined} value={text} onInput={(event) => onText(event.currentTarget.value)} />
    </Field>
  );
}

interface ChecksProps {
  legend: string;
  options: { value: string; label: string }[];
  chosen: readonly string[];
  error?: string | undefined;
  onChosen: (chosen: string[]) => void;
}

export function Checks({ legend, options, chosen, error, onChosen }: ChecksProps): JSX.Element {
  return (
    <fieldset class="checks">
      <legend>{legend}</legend>
      {options.length === 0 && <span class="hint">–</span>}
      {options.map(({ value, label }) => (
        <label key={value} class="check">
          <input
            type="checkbox"
            checked={chosen.includes(value)}
            onChange={(event) => onChosen(event.currentTarget.checked ? [...chosen, value] : chosen.filter((one) => one !== value))}
          />
          <span><bdi>{label}</bdi></span>
        </label>
      ))}
      {error && <small class="error" role="alert">{error}</small>}
    </fieldset>
  );
}
