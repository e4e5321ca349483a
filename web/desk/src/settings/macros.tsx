// Macros: written, changed, deleted; with the variables they may ask for and what they do to the case.

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { post, put, remove } from "../model/api.ts";
import type { Macro, MacroActions } from "../model/macros.ts";
import { may } from "../model/people.ts";
import type { Priority, Status } from "../model/types.ts";
import { actionsInWords } from "../parts/macros.tsx";
import { moment, named, t } from "../words.ts";
import { usePaged } from "./paged.ts";
import { Field, FormDialog, Head, List, Question } from "./parts.tsx";
import { w } from "./words.ts";

const VARIABLES = [
  "customer.first_name | there", "customer.name", "customer.email", "customer.phone", "agent.first_name", "agent.name",
  "conversation.subject", "conversation.brand", "fact.order_number", "field.kind",
];
const STATUSES: Status[] = ["open", "pending", "resolved", "closed"];
const PRIORITIES: Priority[] = ["low", "normal", "high", "urgent"];

export function Macros(): JSX.Element {
  const list = usePaged<Macro>("macros?limit=50");
  const [writing, setWriting] = useState<Macro | "new" | null>(null);
  const [dropping, setDropping] = useState<Macro | null>(null);
  const mayChange = (one: Macro): boolean => !one.shared || may("oversee");
  return (
    <>
      <Head title={w("macros")} about={w("macrosAbout")}>
        <button type="button" class="main" onClick={() => setWriting("new")}>{w("writeMacro")} …</button>
      </Head>
      <List
        label={w("macros")}
        list={list}
        columns={[t("name"), w("whose"), w("does"), w("changed"), ""]}
        empty={w("macrosEmpty")}
        row={(one) => (
          <tr key={one.id}>
            <th scope="row"><span><bdi>{one.name}</bdi><small class="cut"><bdi>{one.text}</bdi></small></span></th>
            <td>{w(one.shared ? "everybodys" : "mine")}</td>
            <td>{actionsInWords(one.actions)}</td>
            <td>{moment(one.updated_at)}</td>
            <td class="acts">
              {mayChange(one) && (
                <>
                  <button type="button" class="link" aria-label={w("changeNamed", { name: one.name })} onClick={() => setWriting(one)}>{w("change")}</button>
                  <button type="button" class="link" aria-label={w("deleteNamed", { name: one.name })} onClick={() => setDropping(one)}>{w("delete")}</button>
                </>
              )}
            </td>
          </tr>
        )}
      />
      {writing && (
        <MacroForm
          one={writing === "new" ? null : writing}
          onClose={() => setWriting(null)}
          onDone={() => {
            setWriting(null);
            list.reload();
          }}
        />
      )}
      {dropping && (
        <Question
          title={w("deleteNamed", { name: dropping.name })}
          text={w("deleteMacroText")}
          done={w("delete")}
          onYes={async () => {
            await remove(`macros/${dropping.id}`);
            list.reload();
          }}
          onClose={() => setDropping(null)}
        />
      )}
    </>
  );
}

interface FormProps {
  one: Macro | null;
  onDone: () => void;
  onClose: () => void;
}

function MacroForm({ one, onDone, onClose }: FormProps): JSX.Element {
  const [name, setName] = useState(one?.name ?? "");
  const [text, setText] = useState(one?.text ?? "");
  const [shared, setShared] = useState(one?.shared ?? may("oversee"));
  const [actions, setActions] = useState<MacroActions>(one?.actions ?? {});
  const field = useRef<HTMLTextAreaElement>(null);
  const save = async (): Promise<void> => {
    const wish = { name: name.trim(), text, shared, actions: tidy(actions) };
    await (one ? put(`macros/${one.id}`, wish) : post("macros", wish));
    onDone();
  };
  const insert = (variable: string): void => {
    const element = field.current;
    if (!variable || !element) return;
    const [from, to] = [element.selectionStart, element.selectionEnd];
    setText(`${text.slice(0, from)}{{${variable}}}${text.slice(to)}`);
    element.focus();
  };
  const set = (change: { [key in keyof MacroActions]?: MacroActions[key] | undefined }): void => setActions({ ...actions, ...change } as MacroActions);
  const tags = (value: string): string[] => value.split(",").map((tag) => tag.trim()).filter(Boolean);
  return (
    <FormDialog title={w(one ? "changeMacro" : "writeMacro")} done={t("save")} kind="wide" onSubmit={save} onClose={onClose}>
      <Field label={t("name")}>
        <input autofocus type="text" required maxLength={80} value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </Field>
      <Field label={w("text")}>
        <textarea ref={field} rows={7} dir="auto" maxLength={20_000} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </Field>
      <Field label={w("insertVariable")} hint={w("variableHint")}>
        <select
          value=""
          onChange={(event) => {
            insert(event.currentTarget.value);
            event.currentTarget.value = "";
          }}
        >
          <option value="">{w("choose")}</option>
          {VARIABLES.map((variable) => <option key={variable} value={variable}>{variable}</option>)}
        </select>
      </Field>
      <fieldset class="columns">
        <legend>{w("uponSending")}</legend>
        <Field label={t("status")}>
          <select value={actions.status ?? ""} onChange={(event) => set({ status: (event.currentTarget.value || undefined) as Status | undefined })}>
            <option value="">{w("asItIs")}</option>
            {STATUSES.map((status) => <option key={status} value={status}>{named("status", status)}</option>)}
          </select>
        </Field>
        <Field label={t("priority")}>
          <select value={actions.priority ?? ""} onChange={(event) => set({ priority: (event.currentTarget.value || undefined) as Priority | undefined })}>
            <option value="">{w("asItIs")}</option>
            {PRIORITIES.map((priority) => <option key={priority} value={priority}>{named("priority", priority)}</option>)}
          </select>
        </Field>
        <Field label={t("owner")}>
          <select value={actions.owner ?? ""} onChange={(event) => set({ owner: (event.currentTarget.value || undefined) as "me" | "nobody" | undefined })}>
            <option value="">{w("asItIs")}</option>
            <option value="me">{w("whoeverUsesIt")}</option>
            <option value="nobody">{t("nobody")}</option>
          </select>
        </Field>
        <Field label={w("addTags")} hint={w("commas")}>
          <input type="text" defaultValue={actions.add_tags?.join(", ") ?? ""} onInput={(event) => set({ add_tags: tags(event.currentTarget.value) })} />
        </Field>
        <Field label={w("removeTags")} hint={w("commas")}>
          <input type="text" defaultValue={actions.remove_tags?.join(", ") ?? ""} onInput={(event) => set({ remove_tags: tags(event.currentTarget.value) })} />
        </Field>
      </fieldset>
      {may("oversee") && (
        <label class="check">
          <input type="checkbox" checked={shared} onChange={(event) => setShared(event.currentTarget.checked)} />
          <span>{t("forEverybody")}</span>
        </label>
      )}
    </FormDialog>
  );
}

function tidy(actions: MacroActions): MacroActions {
  return Object.fromEntries(Object.entries(actions).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0))) as MacroActions;
}
