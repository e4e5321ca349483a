// What the chat is called, and what else can be done in it.

import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Chat } from "../model/chat.ts";
import { t } from "../words.ts";
import type { Place } from "./app.tsx";
import { Icon } from "./icon.tsx";

interface Props {
  chat: Chat;
  place: Place;
  onPlace: (place: Place) => void;
  onDialog: (dialog: "handover" | "device") => void;
  /** A new conversation begins. */
  onNew: () => void;
}

export function Header({ chat, place, onPlace, onDialog, onNew }: Props): JSX.Element {
  const { settings } = chat;
  return (
    <header>
      {place.kind !== "chat" && (
        <button type="button" class="round" aria-label={t("backToChat")} onClick={() => onPlace({ kind: "chat" })}>
          <Icon shape="back" />
        </button>
      )}
      {settings.logo && <img class="logo" src={settings.logo} alt="" />}
      <h1 dir="auto">{settings.title}</h1>
      <Menu chat={chat} onPlace={onPlace} onDialog={onDialog} onNew={onNew} />
      {chat.isFramed && (
        <button type="button" class="round" aria-label={t("close")} onClick={() => chat.close()}>
          <Icon shape="close" />
        </button>
      )}
    </header>
  );
}

function Menu({ chat, onPlace, onDialog, onNew }: Omit<Props, "place">): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  // Before the screen is drawn: the key right after the one that closed the menu belongs to what it opened.
  useLayoutEffect(() => {
    if (!isOpen) return;
    menu.current?.querySelector("button")?.focus();
    const press = (event: KeyboardEvent): void => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      setOpen(false);
      button.current?.focus();
    };
    const click = (event: MouseEvent): void => {
      if (event.target instanceof Node && !menu.current?.parentElement?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("keydown", press, true);
    document.addEventListener("click", click);
    return () => {
      document.removeEventListener("keydown", press, true);
      document.removeEventListener("click", click);
    };
  }, [isOpen]);
  const { continue_on: ways, articles, sounds, phone } = chat.settings;
  const item = (label: string, act: () => void): JSX.Element => (
    <button
      type="button"
      class="item"
      onClick={() => {
        setOpen(false);
        button.current?.focus();
        act();
      }}
    >
      {label}
    </button>
  );
  const names = ways.map((way) => t(way)).join(t("or"));
  return (
    <div class="more">
      <button
        type="button"
        class="plain"
        aria-expanded={isOpen}
        aria-controls="menu"
        ref={button}
        onClick={() => setOpen(!isOpen)}
      >
        {t("more")}
      </button>
      <div class="menu" id="menu" ref={menu} hidden={!isOpen}>
        {ways.length > 0 && item(t("continueBy", { ways: names }), () => onDialog("handover"))}
        {ways.length === 0 && phone && item(t("continueElsewhere"), () => onDialog("handover"))}
        {chat.conversation && item(t("otherDevice"), () => onDialog("device"))}
        {articles && item(t("searchHelp"), () => onPlace({ kind: "search" }))}
        {sounds && item(t(chat.sounds ? "soundsOff" : "soundsOn"), () => chat.setSounds(!chat.sounds))}
        {chat.push.isOn && item(t("tellNoMore"), () => void chat.push.turnOff())}
        {!chat.push.isOn && chat.push.isPossible && chat.conversation && item(t("tellMe"), () => void chat.push.turnOn())}
        {item(t("startAnew"), () => {
          onPlace({ kind: "chat" });
          chat.startAnew();
          onNew();
        })}
        {item(t("leave"), () => void chat.leave())}
      </div>
    </div>
  );
}
