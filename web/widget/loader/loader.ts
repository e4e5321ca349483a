// What a page loads: a button, and the chat behind it in a frame once somebody wants it. Everything else is in the
// frame. It asks the page for nothing but leave to load this script, the frame and a few settings.

import { type FromFrame, HELLO, type ToFrame } from "../../shared/frame.ts";
import { LOOK, NARROW, readableOn } from "./look.ts";
import { wordsOf } from "./words.ts";

/** The part of the settings a button needs. */
interface Settings {
  language: string;
  title: string;
  color: string;
  position: string;
  open: boolean;
  invitation: { text: string; after_s: number } | null;
}

type Listener = (detail: unknown) => void;
type Command = (...words: unknown[]) => unknown;

declare global {
  interface Window {
    throughline?: Command & { q?: ArrayLike<unknown>[]; here?: boolean };
  }
}

const READY_WITHIN_MS = 15_000;
const UNKNOWN: Settings = { language: "en", title: "Chat", color: "#1f5fbf", position: "end", open: true, invitation: null };

class Widget {
  private readonly place = document.createElement("div");
  private readonly box = make("div");
  private readonly launcher = make("button", "launcher");
  private readonly badge = make("span", "badge");
  private readonly news = make("span", "news");
  private readonly panel = make("div", "panel");
  private readonly listeners = new Map<string, Set<Listener>>();
  private settings = UNKNOWN;
  private frame: HTMLIFrameElement | null = null;
  private port: MessagePort | null = null;
  private waiting: ToFrame[] = [];
  private invitation: HTMLElement | null = null;
  private isOpen = false;

  constructor(
    private readonly base: string,
    private readonly endpoint: string,
    private readonly language: string,
  ) {}

  async start(): Promise<void> {
    try {
      const query = new URLSearchParams({ language: this.language });
      const answer = await fetch(`${this.base}/chat/v1/settings/${this.endpoint}?${query}`, { credentials: "omit" });
      if (answer.ok) this.settings = (await answer.json()) as Settings;
    } catch {
      // The page's policy may not let us ask. The button works without.
    }
    this.layOut();
    if (read("sessionStorage", this.key("open"))) this.open(false);
    else if (read("localStorage", this.key("known"))) this.load();
    else this.inviteLater();
  }

  run(command: unknown, ...rest: unknown[]): unknown {
    switch (command) {
      case "open":
        return this.open(true);
      case "close":
        return this.close();
      case "toggle":
        return this.isOpen ? this.close() : this.open(true);
      case "show":
      case "hide":
        this.place.hidden = command === "hide";
        return undefined;
      case "identify":
        this.waiting = this.waiting.filter((one) => one.type !== "identify");
        return this.tell({ type: "identify", token: String(rest[0]) });
      case "reset":
        return this.reset();
      case "on":
        return this.on(String(rest[0]), rest[1] as Listener);
      default:
        console.warn(`throughline: there is no command '${String(command)}'`);
        return undefined;
    }
  }

  private key(name: string): string {
    return `throughline.widget.${this.endpoint}.${name}`;
  }

  private layOut(): void {
    const { color, position, language } = this.settings;
    const look = new CSSStyleSheet();
    look.replaceSync(LOOK);
    const root = this.place.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [look];
    this.place.id = "throughline-widget";
    this.place.lang = language;
    this.place.dir = language === "ar" ? "rtl" : "ltr";
    this.place.style.setProperty("--brand", color);
    this.place.style.setProperty("--on-brand", readableOn(color));
    this.box.className = position === "start" ? "start" : "";
    this.launcher.type = "button";
    this.launcher.setAttribute("aria-haspopup", "dialog");
    this.launcher.addEventListener("click", () => this.run("toggle"));
    this.badge.hidden = true;
    this.badge.setAttribute("aria-hidden", "true");
    this.news.setAttribute("role", "status");
    this.panel.hidden = true;
    this.panel.setAttribute("role", "dialog");
    this.panel.setAttribute("aria-label", this.settings.title);
    this.box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
    matchMedia(NARROW).addEventListener("change", () => this.tellShown());
    this.box.append(this.panel, this.launcher, this.news);
    root.append(this.box);
    document.body.append(this.place);
    this.draw();
  }

  private draw(): void {
    const words = wordsOf(this.settings.language);
    this.launcher.setAttribute("aria-expanded", String(this.isOpen));
    this.launcher.setAttribute("aria-label", this.isOpen ? words.close : words.open);
    this.launcher.replaceChildren(drawing(this.isOpen ? "M6 9l6 6 6-6" : "M4 5h16v11H10l-5 4v-4H4z"), this.badge);
    this.box.classList.toggle("open", this.isOpen);
    this.panel.hidden = !this.isOpen;
  }

  private open(byPerson: boolean): void {
    if (this.isOpen) return;
    this.isOpen = true;
    this.dismiss();
    this.load();
    this.draw();
    write("sessionStorage", this.key("open"), "1");
    if (byPerson) this.frame?.focus();
    this.tellShown();
    this.emit("open", {});
  }

  private close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.draw();
    write("sessionStorage", this.key("open"), null);
    this.launcher.focus();
    this.tellShown();
    this.emit("close", {});
  }

  /** Nobody who comes after this person may see what they wrote. */
  private reset(): void {
    this.waiting = [];
    this.close();
    const known = read("localStorage", this.key("known"));
    write("localStorage", this.key("known"), null);
    this.setUnread(0);
    if (known) this.load();
    if (this.frame) this.tell({ type: "reset" });
  }

  private load(): void {
    if (this.frame) return;
    const frame = make("iframe");
    this.frame = frame;
    frame.title = this.settings.title;
    frame.allow = "clipboard-write";
    frame.src = `${this.base}/widget/${this.endpoint}?${new URLSearchParams({ language: this.language })}`;
    const origin = new URL(this.base).origin;
    window.addEventListener("message", (event) => {
      if (event.source === frame.contentWindow && event.origin === origin && event.data === HELLO) this.connect(frame);
    });
    const late = setTimeout(() => this.emit("error", { reason: "the chat did not load" }), READY_WITHIN_MS);
    this.on("ready", () => clearTimeout(late));
    this.panel.append(frame);
  }

  private connect(frame: HTMLIFrameElement): void {
    const { port1, port2 } = new MessageChannel();
    this.port?.close();
    this.port = port1;
    port1.onmessage = (event: MessageEvent<FromFrame>) => this.hear(event.data);
    // Only the chat's own origin ever gets the port.
    frame.contentWindow?.postMessage(HELLO, new URL(this.base).origin, [port2]);
    this.tellShown();
    for (const message of this.waiting.splice(0)) this.tell(message);
  }

  private tell(message: ToFrame): void {
    if (this.port) this.port.postMessage(message);
    else this.waiting.push(message);
  }

  private tellShown(): void {
    const alone = matchMedia(NARROW).matches;
    if (this.port) this.tell({ type: "shown", shown: this.isOpen, alone });
  }

  private hear(message: FromFrame): void {
    switch (message.type) {
      case "close":
        return this.close();
      case "known":
        return write("localStorage", this.key("known"), message.known ? "1" : null);
      case "unread":
        this.setUnread(message.count);
        return this.emit("unread", { count: message.count });
      default: {
        const { type, ...detail } = message;
        return this.emit(type, detail);
      }
    }
  }

  private setUnread(count: number): void {
    const text = count > 99 ? "99+" : String(count);
    this.badge.textContent = text;
    this.badge.hidden = count === 0;
    this.news.textContent = count === 0 ? "" : `${wordsOf(this.settings.language).unread}: ${text}`;
  }

  private inviteLater(): void {
    const { invitation, open } = this.settings;
    if (!invitation || !open || read("sessionStorage", this.key("invited"))) return;
    setTimeout(() => {
      if (this.frame || this.place.hidden) return;
      const box = make("div", "invitation");
      const say = make("button", "say");
      const no = make("button", "no");
      say.type = no.type = "button";
      say.textContent = invitation.text;
      no.textContent = "×";
      no.setAttribute("aria-label", wordsOf(this.settings.language).dismiss);
      say.addEventListener("click", () => this.open(true));
      no.addEventListener("click", () => this.dismiss());
      box.append(say, no);
      this.invitation = box;
      this.box.insertBefore(box, this.launcher);
      this.news.textContent = invitation.text;
    }, invitation.after_s * 1000);
  }

  private dismiss(): void {
    if (!this.invitation) return;
    const hadFocus = this.invitation.contains((this.place.shadowRoot as ShadowRoot).activeElement);
    this.invitation.remove();
    this.invitation = null;
    this.news.textContent = "";
    write("sessionStorage", this.key("invited"), "1");
    if (hadFocus) this.launcher.focus();
  }

  private on(event: string, listener: Listener): () => void {
    const all = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, all.add(listener));
    return () => all.delete(listener);
  }

  private emit(event: string, detail: unknown): void {
    for (const listener of this.listeners.get(event) ?? []) {
      try {
        listener(detail);
      } catch (error) {
        console.error(error);
      }
    }
  }
}

function make<K extends keyof HTMLElementTagNameMap>(tag: K, name = ""): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (name) element.className = name;
  return element;
}

function drawing(path: string): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

// A browser that keeps nothing is a new one on every page.
type Kept = "localStorage" | "sessionStorage";

function read(where: Kept, key: string): string | null {
  try {
    return window[where].getItem(key);
  } catch {
    return null;
  }
}

function write(where: Kept, key: string, value: string | null): void {
  try {
    if (value === null) window[where].removeItem(key);
    else window[where].setItem(key, value);
  } catch {
    // See above.
  }
}

const script = document.currentScript as HTMLScriptElement | null;
const endpoint = script?.dataset["endpoint"];
const early = window.throughline;
if (!script || !endpoint) {
  console.error("throughline: the script tag needs data-endpoint");
} else if (!early?.here) {
  const languages = [script.dataset["language"], document.documentElement.lang, ...navigator.languages];
  const base = script.src.replace(/\/widget(\/[^/]*)?\.js.*$/, "");
  const widget = new Widget(base, endpoint, languages.filter(Boolean).join(","));
  const ready = new Promise<void>((go) => {
    if (document.body) go();
    else document.addEventListener("DOMContentLoaded", () => go());
  }).then(() => widget.start());
  const run: Window["throughline"] = (...words) => {
    // Listeners can be set at once; what is shown waits for the button.
    if (words[0] === "on") return widget.run(...(words as [unknown]));
    void ready.then(() => widget.run(...(words as [unknown])));
    return undefined;
  };
  run.here = true;
  window.throughline = run;
  for (const words of early?.q ?? []) run(...Array.from(words));
}
