// Naming colleagues in a note: "@" and some letters offer them.

import type { JSX } from "preact";
import { useId, useLayoutEffect, useState } from "preact/hooks";
import { me, members } from "../model/people.ts";
import type { Member } from "../model/types.ts";
import { t } from "../words.ts";

const MOST = 6;

/** The name being written right before the caret, without its "@". */
export function begun(text: string, caret: number): { from: number; name: string } | null {
  const found = /(^|[\s(])@([^\s@][^@\n]{0,40})?$/u.exec(text.slice(0, caret));
  if (!found) return null;
  const name = found[2] ?? "";
  return { from: caret - name.length - 1, name };
}

/** Whom a finished note mentions. The longer name goes first, so that "Ana Maria" is not "Ana". */
export function mentioned(text: string): string[] {
  let rest = text;
  const found: string[] = [];
  const all = members.get().filter((one) => one.enabled).sort((a, b) => b.name.length - a.name.length);
  for (const one of all) {
    const mark = `@${one.name}`;
    if (!rest.includes(mark)) continue;
    found.push(one.id);
    rest = rest.replaceAll(mark, "");
  }
  return found;
}

interface Props {
  name: string;
  field: HTMLTextAreaElement | null;
  onTake: (member: Member) => void;
}

/** The colleagues who may be meant. The keys are taken from the field, which keeps the focus. */
export function MentionList({ name, field, onTake }: Props): JSX.Element | null {
  const [at, setAt] = useState(0);
  const [hidden, setHidden] = useState(false);
  const id = useId();
  const wanted = name.toLowerCase();
  const found = members
    .get()
    .filter((one) => one.enabled && one.id !== me() && (one.name.toLowerCase().includes(wanted)))
    .slice(0, MOST);
  const chosen = found[Math.min(at, found.length - 1)];
  useLayoutEffect(() => {
    setAt(0);
    setHidden(false);
  }, [name]);
  useLayoutEffect(() => {
    if (!field || !chosen || hidden) return;
    field.setAttribute("aria-controls", id);
    field.setAttribute("aria-activedescendant", `${id}-${chosen.id}`);
    const press = (event: KeyboardEvent): void => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) setAt((Math.min(at, found.length - 1) + step + found.length) % found.length);
      else if ((event.key === "Enter" || event.key === "Tab") && !event.ctrlKey && !event.metaKey) onTake(chosen);
      else if (event.key === "Escape") setHidden(true);
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    field.addEventListener("keydown", press, true);
    return () => {
      field.removeEventListener("keydown", press, true);
      field.removeAttribute("aria-controls");
      field.removeAttribute("aria-activedescendant");
    };
  });
  if (found.length === 0 || hidden) return null;
  return (
    <div id={id} class="mentions" role="listbox" aria-label={t("mention")}>
      {found.map((one) => (
        <div
          key={one.id}
          id={`${id}-${one.id}`}
          role="option"
          aria-selected={one === chosen}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onTake(one)}
        >
          <bdi>{one.name}</bdi>
        </div>
      ))}
    </div>
  );
}
