// Every key of the desk, in one table: what the help shows is what works.

import { useLayoutEffect, useRef } from "preact/hooks";
import { hasAgent, may } from "./model/people.ts";
import { taste } from "./model/taste.ts";
import type { Word } from "./words.ts";

interface Command {
  /** As it is shown. `Mod` is Ctrl, or Cmd on a Mac. */
  keys: string;
  group: "keysEverywhere" | "keysList" | "keysConversation" | "keysComposer";
  label: Word;
  /** Where it is false, nobody is told of the key. */
  known?: () => boolean;
}

export const COMMANDS = {
  palette: { keys: "Mod+K", group: "keysEverywhere", label: "keyPalette" },
  help: { keys: "?", group: "keysEverywhere", label: "keyHelp" },
  search: { keys: "/", group: "keysEverywhere", label: "keySearch" },
  back: { keys: "Escape", group: "keysEverywhere", label: "keyBack" },
  mine: { keys: "1", group: "keysEverywhere", label: "mine" },
  unassigned: { keys: "2", group: "keysEverywhere", label: "unassigned" },
  open: { keys: "3", group: "keysEverywhere", label: "open" },
  snoozed: { keys: "4", group: "keysEverywhere", label: "snoozed" },
  done: { keys: "5", group: "keysEverywhere", label: "done" },
  board: { keys: "6", group: "keysEverywhere", label: "board", known: () => may("oversee") },
  approvals: { keys: "7", group: "keysEverywhere", label: "approvals" },
  agent: { keys: "8", group: "keysEverywhere", label: "agent", known: hasAgent },
  bell: { keys: "B", group: "keysEverywhere", label: "notifications" },
  settings: { keys: ",", group: "keysEverywhere", label: "settings" },
  presence: { keys: "P", group: "keysEverywhere", label: "presence" },
  accept: { keys: "Alt+O", group: "keysEverywhere", label: "keyAccept" },
  decline: { keys: "Alt+X", group: "keysEverywhere", label: "keyDecline" },
  filter: { keys: "F", group: "keysList", label: "filter" },
  order: { keys: "O", group: "keysList", label: "keyOrder" },
  next: { keys: "J", group: "keysList", label: "keyNext" },
  previous: { keys: "K", group: "keysList", label: "keyPrevious" },
  enter: { keys: "Enter", group: "keysList", label: "keyOpen" },
  reply: { keys: "R", group: "keysConversation", label: "keyReply" },
  note: { keys: "N", group: "keysConversation", label: "keyNote" },
  timeline: { keys: "T", group: "keysConversation", label: "keyTimeline" },
  assign: { keys: "A", group: "keysConversation", label: "assignMe" },
  transfer: { keys: "X", group: "keysConversation", label: "transfer" },
  resolve: { keys: "E", group: "keysConversation", label: "resolve" },
  callBack: { keys: "L", group: "keysConversation", label: "callBack" },
  snooze: { keys: "S", group: "keysConversation", label: "snooze" },
  customer: { keys: "C", group: "keysConversation", label: "keyCustomer" },
  tag: { keys: "G", group: "keysConversation", label: "addTag" },
  history: { keys: "H", group: "keysConversation", label: "everything" },
  events: { keys: "V", group: "keysConversation", label: "keyEvents" },
  trace: { keys: "W", group: "keysConversation", label: "trace" },
  send: { keys: "Mod+Enter", group: "keysComposer", label: "keySend" },
  undo: { keys: "Alt+Z", group: "keysComposer", label: "keyUndo" },
  channel: { keys: "Alt+C", group: "keysComposer", label: "keyChannel" },
  knowledge: { keys: "Alt+K", group: "keysComposer", label: "keyKnowledge" },
  macro: { keys: "Alt+M", group: "keysComposer", label: "macros" },
  suggestion: { keys: "Alt+J", group: "keysComposer", label: "useSuggestion" },
  attach: { keys: "Alt+A", group: "keysComposer", label: "keyAttach" },
} satisfies Record<string, Command>;

export type CommandName = keyof typeof COMMANDS;

/** The rows of the table, with all that a row may say. */
export const commands = Object.entries(COMMANDS) as [CommandName, Command][];

const bound = new Map<CommandName, (() => void)[]>();

/** Lets `act` be what the command does from the moment the part is shown; the part shown last goes first. */
export function useCommand(name: CommandName, act: (() => void) | null): void {
  const latest = useRef(act);
  latest.current = act;
  const active = act !== null;
  useLayoutEffect(() => {
    if (!active) return;
    const call = (): void => latest.current?.();
    bound.set(name, [...(bound.get(name) ?? []), call]);
    if (wished === name) {
      wished = null;
      call();
    }
    return () => bound.set(name, (bound.get(name) ?? []).filter((one) => one !== call));
  }, [name, active]);
}

/** Does what the command does now; false when nothing does it. */
export function run(name: CommandName): boolean {
  const act = bound.get(name)?.at(-1);
  act?.();
  return act !== undefined;
}

let wished: CommandName | null = null;

/** Does it as soon as the part that does it is shown. */
export function wish(name: CommandName): void {
  wished = name;
}

export function isBound(name: CommandName): boolean {
  return (bound.get(name)?.length ?? 0) > 0;
}

const isMac = /Mac|iP(hone|ad)/.test(navigator.platform);

export function shown(keys: string): string {
  return keys.replace("Mod", isMac ? "⌘" : "Ctrl").replace("Escape", "Esc");
}

function pressed(event: KeyboardEvent): string {
  // With Alt, keyboards of many languages give other letters: the place of the key counts.
  const plain = event.altKey ? event.code.replace(/^Key/, "") : event.key;
  const key = plain.length === 1 ? plain.toUpperCase() : plain;
  const mod = isMac ? event.metaKey : event.ctrlKey;
  // The other one is for the system: on a Mac, Ctrl-E is no E.
  if (isMac ? event.ctrlKey : event.metaKey) return "";
  return `${mod ? "Mod+" : ""}${event.altKey ? "Alt+" : ""}${key}`;
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}

export function listen(): void {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const combination = pressed(event);
    const found = Object.entries(COMMANDS).find(([, command]) => command.keys === combination);
    if (!found || combination === "Enter") return;
    const isLetter = combination.length === 1;
    if (isLetter && (isWriting(event.target) || !taste.get().letters || event.repeat && !"JK".includes(combination))) return;
    if (isLetter && document.querySelector("dialog[open]")) return;
    if (combination === "Escape" && document.querySelector("dialog[open]")) return;
    if (run(found[0] as CommandName)) event.preventDefault();
  });
}
