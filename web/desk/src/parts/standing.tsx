// Whether the member takes work: always in sight, and changed in a menu.

import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { COMMANDS, shown, useCommand } from "../keys.ts";
import { useStore } from "../model/store.ts";
import { prefer, taste } from "../model/taste.ts";
import { PRESENCES, setPresence, work, type Presence } from "../model/work.ts";
import { clock, t } from "../words.ts";
import { Icon } from "./icons.tsx";
import { useLeave } from "./leave.ts";

export function Standing(): JSX.Element | null {
  const here = useStore(work);
  const { sound } = useStore(taste);
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  useLeave(box, open, () => setOpen(false));
  useCommand("presence", here ? () => setOpen(true) : null);
  useLayoutEffect(() => {
    if (open) menu.current?.querySelector<HTMLElement>("[aria-checked=true]")?.focus();
  }, [open]);
  if (!here) return null;

  const close = (): void => {
    setOpen(false);
    box.current?.querySelector("button")?.focus();
  };
  const walk = (event: KeyboardEvent): void => {
    const items = [...(menu.current?.querySelectorAll<HTMLElement>("button") ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) items[(to + items.length) % items.length]?.focus();
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  };
  const choose = (presence: Presence): void => {
    close();
    if (presence !== here.presence) void setPresence(presence);
  };
  return (
    <section class="standing" ref={box} aria-label={t("presence")}>
      <button
        type="button"
        aria-haspopup="menu"
        aria-expanded={open}
        title={`${t(`presenceHint_${here.presence}`)} (${shown(COMMANDS.presence.keys)})`}
        onClick={() => setOpen(!open)}
      >
        <PresenceDot presence={here.presence} />
        <span><span class="unseen">{t("presence")}: </span>{t(`presence_${here.presence}`)}</span>
      </button>
      {open && (
        <div class="menu" onKeyDown={walk}>
          <div role="menu" aria-label={t("presence")} ref={menu}>
            {PRESENCES.map((one) => (
              <button key={one} type="button" role="menuitemradio" tabIndex={-1} aria-checked={one === here.presence} onClick={() => choose(one)}>
                <PresenceDot presence={one} />
                <span>{t(`presence_${one}`)}<small>{t(`presenceHint_${one}`)}</small></span>
                {one === here.presence && <Icon shape="check" size={16} />}
              </button>
            ))}
            <button type="button" role="menuitemcheckbox" tabIndex={-1} class="apart" aria-checked={sound} onClick={() => prefer({ sound: !sound })}>
              <Icon shape="bell" size={14} />
              <span>{t("sound")}</span>
              {sound && <Icon shape="check" size={16} />}
            </button>
          </div>
          <p class="hint">
            {t("presenceSince", { time: clock(here.presence_since) })}
            {here.capacity > 0 && <> · {t("loadNow", { percent: Math.round((100 * here.load) / here.capacity) })}</>}
          </p>
        </div>
      )}
    </section>
  );
}

export function PresenceDot({ presence }: { presence: Presence }): JSX.Element {
  return <span class="presence-dot" data-presence={presence} aria-hidden="true" />;
}
