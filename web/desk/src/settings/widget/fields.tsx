// A line of text with what is wrong with it.

import type { JSX } from "preact";
import type { Wrong } from "../routing/model.ts";
import { Field } from "../parts.tsx";

interface Props {
  label: string;
  hint?: string;
  /** Its place among what is wrong. */
  of: string;
  wrong: Wrong;
  value: string | null;
  /** Nothing is written as null. */
  onValue: (value: string | null) => void;
  most?: number;
  required?: boolean;
  placeholder?: string;
  list?: string;
  dir?: "auto";
}

export function Line({ label, hint, of, wrong, value, onValue, most = 500, ...rest }: Props): JSX.Element {
  const error = wrong[of];
  return (
    <Field label={label} {...(hint ? { hint } : {})} {...(error ? { error } : {})}>
      <input
        type="text"
        {...rest}
        maxLength={most}
        aria-invalid={error ? true : undefined}
        value={value ?? ""}
        onInput={(event) => onValue(event.currentTarget.value === "" ? null : event.currentTarget.value)}
      />
    </Field>
  );
}

interface SwitchProps {
  label: string;
  hint?: string;
  on: boolean;
  onSwitch: (on: boolean) => void;
}

export function Switch({ label, hint, on, onSwitch }: SwitchProps): JSX.Element {
  return (
    <label class="check">
      <input type="checkbox" checked={on} onChange={(event) => onSwitch(event.currentTarget.checked)} />
      <span>{label}{hint && <small class="hint"> {hint}</small>}</span>
    </label>
  );
}
