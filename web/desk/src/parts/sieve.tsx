// Which of what the system noted the timeline shows.

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { COMMANDS, shown } from "../keys.ts";
import { useStore } from "../model/store.ts";
import { prefer, taste } from "../model/taste.ts";
import type { EntryKind } from "../model/types.ts";
import { named, t } from "../words.ts";
import { Icon } from "./icons.tsx";
import { useLeave } from "./leave.ts";

const KINDS: EntryKind[] = ["decision", "tool_call", "identity", "routing", "state", "fact"];

export function Sieve(): JSX.Element {
  const { events, without } = useStore(taste);
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useLeave(box, open, () => setOpen(false));
  const set = (kind: EntryKind, isShown: boolean): void =>
    prefer({ events: true, without: isShown ? without.filter((one) => one !== kind) : [...without, kind] });
  return (
    <div
      class="sieve"
      ref={box}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.preventDefault();
        setOpen(false);
        box.current?.querySelector("button")?.focus();
      }}
    >
      <button type="button" class="plain" aria-expanded={open} aria-label={t("showEvents")} title={`${t(events ? "hideEvents" : "showEvents")} (${shown(COMMANDS.events.keys)})`} onClick={() => setOpen(!open)}>
        <Icon shape="gear" />
      </button>
      {open && (
        <fieldset class="menu">
          <legend>{t("showEvents")}</legend>
          <label class="check">
            <input type="checkbox" checked={events} onChange={(event) => prefer({ events: event.currentTarget.checked })} />
            <span>{t("allEvents")}</span>
          </label>
          {KINDS.map((kind) => (
            <label key={kind} class="check">
              <input type="checkbox" checked={events && !without.includes(kind)} onChange={(event) => set(kind, event.currentTarget.checked)} />
              <span>{named("kind", kind)}</span>
            </label>
          ))}
        </fieldset>
      )}
    </div>
  );
}
