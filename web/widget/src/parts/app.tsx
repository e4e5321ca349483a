// The chat: its parts, and how they hang together.

import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useStore } from "../../../shared/store.ts";
import type { ChatFile, Field, Hit } from "../model/api.ts";
import type { Chat } from "../model/chat.ts";
import { soon, t } from "../words.ts";
import { Reader, Search } from "./articles.tsx";
import { Composer, type ComposerHandle } from "./composer.tsx";
import { Fields, filled } from "./fields.tsx";
import { Handover } from "./handover.tsx";
import { Header } from "./header.tsx";
import { Lazy } from "./lazy.tsx";
import { Log } from "./log.tsx";

/** What is shown beside the conversation. */
export type Place = { kind: "chat" } | { kind: "search" } | { kind: "article"; slug: string; locale: string };

const EMAIL: Field = { name: "email", label: "", kind: "email", required: false };

export function App({ chat }: { chat: Chat }): JSX.Element {
  useStore(chat.changes);
  const root = useRef<HTMLElement>(null);
  const composer = useRef<ComposerHandle>(null);
  const before = useRef<HTMLFormElement>(null);
  const [place, setPlace] = useState<Place>({ kind: "chat" });
  const [dialog, setDialog] = useState<"" | "handover" | "device">("");
  const [about, setAbout] = useState<Record<string, string>>({});
  const [dropping, setDropping] = useState(false);
  useFocus(chat, root, composer);

  const asked = chat.isEmpty || chat.newIssue ? askedNow(chat) : [];
  const send = (text: string, files: ChatFile[]): boolean => {
    if (before.current && !before.current.reportValidity()) return false;
    const given = filled(about);
    chat.send(text, files, asked.length > 0 && Object.keys(given).length > 0 ? given : undefined);
    return true;
  };
  const read = ({ slug, locale }: Pick<Hit, "slug" | "locale">): void => setPlace({ kind: "article", slug, locale });
  const { settings } = chat;
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
  return (
    <main
      class={`chat${chat.isFramed ? " framed" : ""}`}
      // The page around has a main of its own.
      aria-label={chat.isFramed ? settings.title : undefined}
      ref={root}
      onDragOver={(event) => {
        event.preventDefault();
        setDropping(hasFiles(event));
      }}
      onDragLeave={() => setDropping(false)}
      onDrop={(event) => {
        event.preventDefault();
        setDropping(false);
        composer.current?.add([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      <Header chat={chat} place={place} onPlace={setPlace} onDialog={setDialog} onNew={() => composer.current?.focus()} />
      <p class="banner" role="status" hidden={!chat.isAway}>
        {chat.isAway ? t("away") : ""}
      </p>
      {place.kind === "search" && (
        <div class="beside">
          <Search chat={chat} onOpen={read} />
        </div>
      )}
      {place.kind === "article" && (
        <div class="beside">
          <Reader chat={chat} slug={place.slug} locale={place.locale} onOpen={read} />
        </div>
      )}
      <div class="talk" hidden={place.kind !== "chat"}>
        <Log chat={chat}>
          {!settings.open && (
            <p class="closed">
              {settings.opens_at ? t("closedUntil", { time: soon(settings.opens_at) }) : t("closedNow")}
            </p>
          )}
          {chat.isEmpty && settings.articles && <Search chat={chat} onOpen={read} />}
          {asked.length > 0 && (
            <form class="before" ref={before} onSubmit={(event) => event.preventDefault()} aria-label={t("aboutYou")}>
              <Fields of="before" fields={asked} values={about} onChange={setAbout} />
            </form>
          )}
        </Log>
        <p class="notice" role="alert" hidden={chat.notice === ""}>
          {chat.notice}
        </p>
        <Composer chat={chat} handle={composer} onSend={send} />
      </div>
      {dropping && <p class="drop" aria-hidden="true">{t("dropHere")}</p>}
      {dialog === "handover" && <Handover chat={chat} onClose={() => setDialog("")} />}
      {dialog === "device" && (
        <Lazy load={() => import("./device.tsx")} chat={chat} onClose={() => setDialog("")} />
      )}
    </main>
  );
}

/** What is filled in before the first message; when nobody is there, the way to answer above all. */
function askedNow({ settings }: Chat): Field[] {
  if (settings.open) return settings.ask;
  const others = settings.ask.filter((field) => field.name !== "email");
  const email = settings.ask.find((field) => field.name === "email") ?? EMAIL;
  return [...others, { ...email, required: true }];
}

/** Where the keys go. Escape gives the focus back to the page; while nothing of it can be seen, Tab stays here. */
function useFocus(
  chat: Chat,
  root: { current: HTMLElement | null },
  composer: { current: ComposerHandle | null },
): void {
  const { isShown, isAlone, isFramed } = chat;
  useLayoutEffect(() => {
    if (!isFramed) {
      composer.current?.focus();
      return;
    }
    const take = (): void => {
      if (document.activeElement === document.body) composer.current?.focus();
    };
    window.addEventListener("focus", take);
    if (isShown && document.hasFocus()) take();
    return () => window.removeEventListener("focus", take);
  }, [isShown]);
  useLayoutEffect(() => {
    if (!isFramed) return;
    const press = (event: KeyboardEvent): void => {
      if (document.querySelector("dialog[open]") || event.defaultPrevented) return;
      if (event.key === "Escape") chat.close();
      else if (event.key === "Tab" && isAlone && root.current) turn(event, root.current);
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [isAlone]);
}

/** From the last element Tab leads to the first. */
function turn(event: KeyboardEvent, root: HTMLElement): void {
  const all = [...root.querySelectorAll<HTMLElement>("a[href], button, input, textarea, select, [tabindex='0']")].filter(
    (one) => one.tabIndex >= 0 && !one.hasAttribute("disabled") && one.checkVisibility(),
  );
  const [first, last] = [all[0], all.at(-1)];
  const { activeElement } = document;
  if (event.shiftKey && (activeElement === first || activeElement === document.body)) {
    event.preventDefault();
    last?.focus();
  } else if (!event.shiftKey && activeElement === last) {
    event.preventDefault();
    first?.focus();
  }
}
