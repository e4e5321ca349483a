// Ctrl/Cmd-K: every command that works now, and customers by name.

import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { COMMANDS, isBound, run, shown, type CommandName } from "../keys.ts";
import { get, query } from "../model/api.ts";
import { go } from "../model/place.ts";
import { prefer } from "../model/taste.ts";
import type { InboxRow, Page } from "../model/types.ts";
import { LANGUAGES, t } from "../words.ts";
import { ChannelIcon } from "./icons.tsx";
import { Dialog } from "./dialog.tsx";
import { OptionSearch, type Option } from "./options.tsx";

const LEFT_OUT: CommandName[] = ["palette", "back", "enter"];
const WAIT_MS = 200;

export function Palette({ onClose }: { onClose: () => void }): JSX.Element {
  const [text, setText] = useState("");
  const [found, setFound] = useState<InboxRow[]>([]);
  const wanted = text.trim().toLowerCase();
  useEffect(() => {
    if (wanted.length < 2) {
      setFound([]);
      return;
    }
    const away = new AbortController();
    const timer = setTimeout(() => {
      get<Page<InboxRow>>(`inbox${query({ search: wanted, limit: 8 })}`, away.signal)
        .then((page) => setFound(page.items))
        .catch(() => undefined);
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
      away.abort();
    };
  }, [wanted]);
  const commands = useMemo(() => allCommands(onClose), [onClose]);
  const options: Option[] = [
    ...commands.filter((one) => one.words.toLowerCase().includes(wanted)),
    ...found.map((row) => ({
      key: row.id,
      take: () => {
        onClose();
        go({ conversation: row.id });
      },
      content: (
        <>
          {row.channels[0] && <ChannelIcon channel={row.channels[0]} />}
          <b><bdi>{row.customer_name ?? row.contact ?? t("someone")}</bdi></b>
          <span class="option-text">{row.subject ?? row.latest?.text}</span>
        </>
      ),
    })),
  ];
  return (
    <Dialog title={t("palette")} kind="search-dialog" onClose={onClose}>
      <OptionSearch label={t("palette")} hint={t("paletteHint")} text={text} onText={setText} options={options} empty={t("paletteNone")} />
    </Dialog>
  );
}

function allCommands(onClose: () => void): (Option & { words: string })[] {
  const names = Object.keys(COMMANDS) as CommandName[];
  const able = names.filter((name) => !LEFT_OUT.includes(name) && isBound(name));
  const option = (key: string, words: string, act: () => void, keys = ""): Option & { words: string } => ({
    key,
    words,
    take: () => {
      onClose();
      // The dialog gives the focus back first; the command may then take it elsewhere.
      requestAnimationFrame(act);
    },
    content: (
      <>
        <span class="option-text">{words}</span>
        {keys && <kbd>{keys}</kbd>}
      </>
    ),
  });
  return [
    ...able.map((name) => option(name, t(COMMANDS[name].label), () => run(name), shown(COMMANDS[name].keys))),
    ...(["system", "light", "dark"] as const).map((theme) =>
      option(`theme-${theme}`, `${t("theme")}: ${t(`theme_${theme}`)}`, () => prefer({ theme })),
    ),
    ...Object.entries(LANGUAGES).map(([code, { name }]) =>
      option(`language-${code}`, `${t("language")}: ${name}`, () => prefer({ language: code })),
    ),
  ];
}
