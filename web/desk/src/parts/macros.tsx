// Choosing a macro while writing.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { allMacros, doesSomething, type Macro, type MacroActions } from "../model/macros.ts";
import { memberName } from "../model/people.ts";
import { named, t, told } from "../words.ts";
import { Dialog } from "./dialog.tsx";
import { OptionSearch } from "./options.tsx";

interface Props {
  onTake: (macro: Macro) => void;
  onClose: () => void;
}

export function MacroSearch({ onTake, onClose }: Props): JSX.Element {
  const [text, setText] = useState("");
  const [all, setAll] = useState<Macro[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    const away = new AbortController();
    allMacros(away.signal)
      .then(setAll)
      .catch((problem: unknown) => {
        if (!away.signal.aborted) setError(told(problem));
      });
    return () => away.abort();
  }, []);
  const wanted = text.trim().toLowerCase();
  const found = (all ?? []).filter((one) => `${one.name}\n${one.text}`.toLowerCase().includes(wanted));
  const options = found.slice(0, 50).map((one) => ({
    key: one.id,
    take: () => onTake(one),
    content: (
      <>
        <b><bdi>{one.name}</bdi></b>
        {!one.shared && <span class="tag">{t("ownMacro")}</span>}
        {doesSomething(one.actions) && <small class="option-text">{actionsInWords(one.actions)}</small>}
        <span class="passage">{one.text}</span>
      </>
    ),
  }));
  const empty = error ?? (all === null ? t("loading") : all.length === 0 ? t("noMacros") : t("paletteNone"));
  return (
    <Dialog title={t("macros")} kind="search-dialog" onClose={onClose}>
      <OptionSearch label={t("macroSearch")} hint={t("macroSearch")} text={text} onText={setText} options={options} empty={empty} />
    </Dialog>
  );
}

/** What a macro does to the case. */
export function actionsInWords(actions: MacroActions): string {
  const parts: string[] = [];
  if (actions.status) parts.push(`${t("status")}: ${named("status", actions.status)}`);
  if (actions.priority) parts.push(`${t("priority")}: ${named("priority", actions.priority)}`);
  if (actions.owner) parts.push(`${t("owner")}: ${t(actions.owner === "me" ? "you" : "nobody")}`);
  if (actions.add_tags?.length) parts.push(`${t("tags")}: +${actions.add_tags.join(", +")}`);
  if (actions.remove_tags?.length) parts.push(`${t("tags")}: −${actions.remove_tags.join(", −")}`);
  return parts.join(" · ");
}

/** The same of a change that waits for its message. */
export function changeInWords(change: { owner?: string; unassign?: boolean } & Omit<MacroActions, "owner">): string {
  const { owner, unassign, ...rest } = change;
  const who = owner ? `${t("owner")}: ${memberName(owner) ?? t("someone")}` : unassign ? `${t("owner")}: ${t("nobody")}` : "";
  return [actionsInWords(rest), who].filter(Boolean).join(" · ");
}
