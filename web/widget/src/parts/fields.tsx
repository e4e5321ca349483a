// Fields to fill in: of a form somebody sent, or before the first message.

import type { JSX } from "preact";
import type { Field } from "../model/api.ts";
import { t } from "../words.ts";

interface Props {
  /** What makes the ids of these fields theirs alone. */
  of: string;
  fields: Field[];
  values: Record<string, string>;
  onChange: (values: Record<string, string>) => void;
}

export function Fields({ of, fields, values, onChange }: Props): JSX.Element {
  return (
    <>
      {fields.map((field) => {
        const id = `${of}-${field.name}`;
        const set = (value: string) => onChange({ ...values, [field.name]: value });
        return (
          <div class="field" key={field.name}>
            <label for={id} dir="auto">
              {labelOf(field)}
              {!field.required && <span class="note"> ({t("optional")})</span>}
            </label>
            <Control id={id} field={field} value={values[field.name] ?? ""} set={set} />
          </div>
        );
      })}
    </>
  );
}

/** Without a label of the shop's, "name" and "email" have our own words. */
export function labelOf(field: Field): string {
  if (field.label) return field.label;
  return field.name === "name" ? t("nameLabel") : t("emailLabel");
}

interface ControlProps {
  id: string;
  field: Field;
  value: string;
  set: (value: string) => void;
}

const INPUTS = { text: "text", email: "email", phone: "tel", number: "text", date: "date" } as const;
const COMPLETE: Record<string, string> = { name: "name", email: "email", phone: "tel" };

function Control({ id, field, value, set }: ControlProps): JSX.Element {
  const { required, kind } = field;
  const common = { id, required, value, dir: "auto" as const };
  if (kind === "choice") {
    return (
      <select {...common} onChange={(event) => set(event.currentTarget.value)}>
        <option value="">{t("choose")}</option>
        {field.choices?.map((choice) => (
          <option key={choice.name} value={choice.name}>
            {choice.label}
          </option>
        ))}
      </select>
    );
  }
  if (kind === "long_text") {
    return <textarea {...common} rows={3} maxLength={1000} onInput={(event) => set(event.currentTarget.value)} />;
  }
  return (
    <input
      {...common}
      // Any of these takes the same attributes; the types do not know.
      type={INPUTS[kind] as "email"}
      maxLength={1000}
      autoComplete={COMPLETE[field.name] ?? COMPLETE[kind] ?? "off"}
      {...(kind === "number" && { inputMode: "decimal" as const, pattern: "-?[0-9]+([.,][0-9]+)?" })}
      onInput={(event) => set(event.currentTarget.value)}
    />
  );
}

/** What was filled in, without what was left empty. */
export function filled(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values)
      .map(([name, value]) => [name, value.trim()] as const)
      .filter(([, value]) => value !== ""),
  );
}
