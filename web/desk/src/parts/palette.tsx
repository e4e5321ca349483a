// Ctrl/Cmd-K: every command that works now, and a search over everything.

import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { COMMANDS, isBound, run, shown, type CommandName } from "../keys.ts";
import { get, query } from "../model/api.ts";
import { go, place } from "../model/place.ts";
import { chooseOrder, ORDERS, views } from "../model/views.ts";
import { prefer, taste } from "../model/taste.ts";
import type { Conversation, Customer, InboxRow, Page, Passage, Said, SearchResults } from "../model/types.ts";
import { PRESENCES, setPresence, work } from "../model/work.ts";
import { say } from "../notice.ts";
import { brief, LANGUAGES, t, told } from "../words.ts";
import { ChannelIcon, Icon } from "./icons.tsx";
import { Dialog } from "./dialog.tsx";
import { authorName } from "./names.ts";
import { OptionSearch, type Option } from "./options.tsx";

const LEFT_OUT: CommandName[] = ["palette", "back", "enter"];
const WAIT_MS = 200;

export function Palette({ onClose }: { onClose: () => void }): JSX.Element {
  const [text, setText] = useState("");
  const [found, setFound] = useState<{ of: string; results: SearchResults } | null>(null);
  const wanted = text.trim().toLowerCase();
  useEffect(() => {
    if (wanted.length < 2) {
      setFound(null);
      return;
    }
    const away = new AbortController();
    const timer = setTimeout(() => {
      get<SearchResults>(`search${query({ q: wanted, limit: 6 })}`, away.signal)
        .then((all) => setFound({ of: wanted, results: all }))
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
    // Enter must not open what was found for less of the text.
    ...(found?.of === wanted ? results(found.results, onClose) : []),
  ];
  return (
    <Dialog title={t("palette")} kind="search-dialog" onClose={onClose}>
      <OptionSearch label={t("palette")} hint={t("paletteHint")} text={text} onText={setText} options={options} empty={t("paletteNone")} />
    </Dialog>
  );
}

/** What was found, by kind. A conversation that both is named so and has it said in it stands there once. */
function results(found: SearchResults, onClose: () => void): Option[] {
  const open = (conversation: string) => () => {
    onClose();
    go({ conversation });
  };
  const named = new Set(found.conversations.map((one) => one.id));
  return [
    ...found.conversations.map((one) => ({ key: one.id, group: t("conversations"), take: open(one.id), content: <Case row={one} /> })),
    ...found.said
      .filter((one) => !named.has(one.conversation))
      .map((one) => ({ key: `said-${one.conversation}`, group: t("foundSaid"), take: open(one.conversation), content: <Words said={one} /> })),
    ...found.customers.map((one) => ({
      key: `customer-${one.id}`,
      group: t("foundCustomers"),
      take: () => {
        onClose();
        void openLatest(one);
      },
      content: (
        <>
          <Icon shape="person" size={16} />
          <b><bdi>{one.name ?? t("someone")}</bdi></b>
        </>
      ),
    })),
    ...found.articles.map((one) => ({
      key: `article-${one.article}-${one.passage}`,
      group: t("knowledge"),
      take: () => {
        onClose();
        go({ settings: `knowledge/${one.article}`, conversation: null });
      },
      content: <Article passage={one} />,
    })),
  ];
}

function Case({ row }: { row: InboxRow }): JSX.Element {
  return (
    <>
      {row.channels[0] && <ChannelIcon channel={row.channels[0]} />}
      <b><bdi>{row.customer_name ?? row.contact ?? t("someone")}</bdi></b>
      <span class="option-text"><bdi>{row.subject ?? row.latest?.text}</bdi></span>
    </>
  );
}

function Words({ said }: { said: Said }): JSX.Element {
  return (
    <>
      {said.channel && <ChannelIcon channel={said.channel} />}
      <b><bdi>{said.customer_name ?? t("someone")}</bdi></b>
      <span class="option-text"><bdi>{authorName(said.author)}: {said.text}</bdi></span>
      <small>{brief(said.at)}</small>
    </>
  );
}

function Article({ passage }: { passage: Passage }): JSX.Element {
  return (
    <>
      <Icon shape="book" size={16} />
      <b><bdi>{passage.title}</bdi></b>
      <span class="option-text"><bdi>{passage.text}</bdi></span>
    </>
  );
}

/** A customer is looked at in their latest conversation. */
async function openLatest(customer: Customer): Promise<void> {
  try {
    const latest = await get<Page<Conversation>>(`customers/${customer.id}/conversations?limit=1`);
    const [first] = latest.items;
    if (first) go({ conversation: first.id });
    else say(t("noConversations"), true);
  } catch (error) {
    say(told(error), true);
  }
}

function allCommands(onClose: () => void): (Option & { words: string })[] {
  const names = Object.keys(COMMANDS) as CommandName[];
  const able = names.filter((name) => !LEFT_OUT.includes(name) && isBound(name));
  const option = (key: string, words: string, act: () => void, keys = ""): Option & { words: string } => ({
    key,
    words,
    take: () => {
      onClose();
      // The dialog gives the focus back first; the command may then take it elsewhere, before the next key.
      queueMicrotask(act);
    },
    content: (
      <>
        <span class="option-text">{words}</span>
        {keys && <kbd>{keys}</kbd>}
      </>
    ),
  });
  return [
    ...views.get().map((one) => option(`view-${one.id}`, `${t("views")}: ${one.name}`, () => go({ view: one.id, conversation: null }))),
    ...able.map((name) => option(name, t(COMMANDS[name].label), () => run(name), shown(COMMANDS[name].keys))),
    ...(isBound("order") ? ORDERS.map((one) => option(`order-${one}`, `${t("order")}: ${t(`order_${one}`)}`, () => chooseOrder(place.get().view, one))) : []),
    ...(work.get()
      ? [
          ...PRESENCES.map((one) => option(`presence-${one}`, `${t("presence")}: ${t(`presence_${one}`)}`, () => void setPresence(one))),
          option("sound", t(taste.get().sound ? "soundOff" : "soundOn"), () => prefer({ sound: !taste.get().sound })),
        ]
      : []),
    ...(["system", "light", "dark"] as const).map((theme) =>
      option(`theme-${theme}`, `${t("theme")}: ${t(`theme_${theme}`)}`, () => prefer({ theme })),
    ),
    ...Object.entries(LANGUAGES).map(([code, { name }]) =>
      option(`language-${code}`, `${t("language")}: ${name}`, () => prefer({ language: code })),
    ),
  ];
}
