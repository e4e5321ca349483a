// The tags of a conversation: seen, added and removed in place.

import type { JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useCommand } from "../keys.ts";
import { get } from "../model/api.ts";
import type { Change, Page } from "../model/types.ts";
import { t } from "../words.ts";
import { Icon } from "./icons.tsx";

interface Props {
  tags: string[];
  /** False when the change was refused. */
  onChange: (change: Change, done: string) => Promise<boolean>;
}

export function Tags({ tags, onChange }: Props): JSX.Element {
  const [adding, setAdding] = useState(false);
  const [known, setKnown] = useState<string[]>([]);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  // Before anything else is heard: who types on at once types into the field.
  useLayoutEffect(() => {
    if (adding) field.current?.focus();
  }, [adding]);
  useEffect(() => {
    if (!adding) return;
    get<Page<string>>("tags").then((page) => setKnown(page.items)).catch(() => undefined);
  }, [adding]);
  useCommand("tag", () => setAdding(true));
  const add = async (): Promise<void> => {
    const wanted = (field.current?.value ?? "").split(",").map((one) => one.trim()).filter(Boolean);
    // What is refused stays to be corrected.
    if (wanted.length > 0 && !(await onChange({ add_tags: wanted }, t("tagged", { tag: wanted.join(", ") })))) return;
    close();
  };
  const close = (): void => {
    const { current } = field;
    const hadFocus = document.activeElement === current;
    if (current) current.value = "";
    setAdding(false);
    // The field goes; single letters are commands again.
    if (hadFocus) document.getElementById("main")?.focus();
  };
  return (
    <div class="tags">
      <ul aria-label={t("tags")}>
        {tags.map((one) => (
          <li key={one} class="tag own">
            <bdi>{one}</bdi>
            <button type="button" class="plain" aria-label={t("removeTag", { tag: one })} onClick={() => void onChange({ remove_tags: [one] }, t("untagged", { tag: one }))}>
              <Icon shape="close" size={12} />
            </button>
          </li>
        ))}
      </ul>
      {adding ? (
        <>
          <input
            ref={field}
            type="text"
            class="tag-field"
            list={id}
            maxLength={200}
            aria-label={t("addTag")}
            onBlur={() => void add()}
            onKeyDown={(event) => {
              if (event.key === "Enter") {
                event.preventDefault();
                void add();
              } else if (event.key === "Escape") {
                event.preventDefault();
                close();
              }
            }}
          />
          <datalist id={id}>{known.filter((one) => !tags.includes(one)).map((one) => <option key={one} value={one} />)}</datalist>
        </>
      ) : (
        <button type="button" class="link" onClick={() => setAdding(true)}>{t("addTag")}</button>
      )}
    </div>
  );
}
