// What a line asks for: answers to press, or a form.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Entry, Field } from "../model/api.ts";
import type { Chat } from "../model/chat.ts";
import { t } from "../words.ts";
import { Fields, filled } from "./fields.tsx";

export function Ask({ entry, chat }: { entry: Entry; chat: Chat }): JSX.Element | null {
  const { prompt, seq } = entry;
  if (!prompt || chat.answered(seq)) return null;
  if (prompt.fields?.length) return <Form entry={entry} fields={prompt.fields} chat={chat} />;
  return (
    <ul class="choices" aria-label={t("answers")}>
      {prompt.choices?.map(({ name, label }) => (
        <li key={name}>
          <button type="button" dir="auto" onClick={() => chat.answer({ seq, choice: name }, label)}>
            {label}
          </button>
        </li>
      ))}
    </ul>
  );
}

function Form({ entry, fields, chat }: { entry: Entry; fields: Field[]; chat: Chat }): JSX.Element {
  const [values, setValues] = useState<Record<string, string>>({});
  const send = (event: Event): void => {
    event.preventDefault();
    const given = filled(values);
    if (Object.keys(given).length === 0) return;
    const text = fields
      .filter((field) => given[field.name])
      .map((field) => `${field.label}: ${shown(field, given[field.name] ?? "")}`)
      .join("\n");
    chat.answer({ seq: entry.seq, values: given }, text);
  };
  return (
    <form class="form" aria-label={t("form")} onSubmit={send}>
      <Fields of={`form-${entry.seq}`} fields={fields} values={values} onChange={setValues} />
      <button type="submit" class="main">
        {t("sendForm")}
      </button>
    </form>
  );
}

const shown = (field: Field, value: string): string =>
  field.choices?.find((choice) => choice.name === value)?.label ?? value;
