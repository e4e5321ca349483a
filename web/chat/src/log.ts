// The list of what was said.

import type { Api, ChatFile, Entry } from "./api.ts";
import { button, el } from "./dom.ts";
import type { Draft } from "./memory.ts";
import type { Outbox } from "./outbox.ts";

const CHANNELS: Record<string, string> = { email: "by email", sms: "by SMS" };

/** Shows lines and drafts in order, and keeps the newest in sight. */
export class Log {
  readonly element = el("div", {
    class: "log",
    role: "log",
    "aria-label": "Conversation",
    tabindex: "0",
  });
  private readonly list = el("ol", { class: "lines" });
  private readonly pending = el("ol", { class: "lines pending" });
  private readonly typing = el("p", { class: "typing", hidden: true });
  private readonly newer = button("New messages", "newer", () => this.toEnd());
  private readonly shown = new Map<string, { entry: Entry; item: HTMLLIElement }>();
  private readonly greeting: HTMLElement;
  private typingTimer = 0;

  constructor(
    private readonly api: Api,
    greeting: string,
  ) {
    this.greeting = el("p", { class: "greeting", dir: "auto" }, greeting);
    this.newer.hidden = true;
    this.element.append(this.greeting, this.list, this.pending, this.typing);
    this.element.addEventListener("scroll", () => {
      if (this.isAtEnd()) this.newer.hidden = true;
    });
  }

  /** The button that leads to the newest line, for whoever lays out the page. */
  get jump(): HTMLElement {
    return this.newer;
  }

  get lastSeq(): number {
    return Math.max(0, ...[...this.shown.values()].map(({ entry }) => entry.seq));
  }

  /** Adds a line, or shows it as it is now. */
  add(entry: Entry): void {
    const follow = this.isAtEnd() || entry.from === "you";
    const known = this.shown.get(entry.id);
    const item = this.line(entry);
    this.shown.set(entry.id, { entry, item });
    if (known) known.item.replaceWith(item);
    else this.insert(item, entry);
    if (entry.from === "agent" || entry.from === "assistant") {
      this.stopTyping();
      this.markRead(entry.seq);
    }
    this.follow(follow);
  }

  /** Shows how far answers came. */
  deliveries(told: { seq: number; status: string }[]): void {
    for (const { seq, status } of told) {
      for (const { entry, item } of this.shown.values()) {
        if (entry.seq === seq && status === "failed") item.classList.add("failed");
      }
    }
  }

  /** Shows what is still on its way. */
  drafts(outbox: Outbox, offline: boolean): void {
    const follow = this.isAtEnd();
    this.pending.replaceChildren(
      ...outbox.waiting.map((draft) => this.draft(draft, outbox, offline)),
    );
    this.follow(follow);
  }

  /** Somebody at the desk writes. */
  startTyping(name: string | null): void {
    this.typing.textContent = `${name ?? "Somebody"} is writing …`;
    this.typing.hidden = false;
    this.markRead(Number.POSITIVE_INFINITY);
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => this.stopTyping(), 8_000);
    this.follow(this.isAtEnd());
  }

  stopTyping(): void {
    this.typing.hidden = true;
  }

  clear(): void {
    this.shown.clear();
    this.list.replaceChildren();
    this.pending.replaceChildren();
    this.stopTyping();
    this.newer.hidden = true;
  }

  toEnd(): void {
    this.element.scrollTop = this.element.scrollHeight;
    this.newer.hidden = true;
  }

  private isAtEnd(): boolean {
    const { scrollTop, scrollHeight, clientHeight } = this.element;
    return scrollHeight - scrollTop - clientHeight < 80;
  }

  private follow(follow: boolean): void {
    if (follow) this.toEnd();
    else this.newer.hidden = false;
  }

  /** Lines nearly always come in order; what a proof opens comes later and stands earlier. */
  private insert(item: HTMLLIElement, entry: Entry): void {
    item.dataset.seq = String(entry.seq);
    let before: Element | null = null;
    for (let at = this.list.lastElementChild; at; at = at.previousElementSibling) {
      if (Number((at as HTMLElement).dataset.seq) < entry.seq) break;
      before = at;
    }
    this.list.insertBefore(item, before);
  }

  private line(entry: Entry): HTMLLIElement {
    const own = entry.from === "you" || entry.from === "you_elsewhere";
    const item = el("li", { class: own ? "line own" : "line" });
    item.dataset.seq = String(entry.seq);
    const bubble = el("div", { class: "bubble" });
    if (entry.text) bubble.append(el("p", { dir: "auto" }, entry.text));
    for (const file of entry.files) bubble.append(this.file(file));
    item.append(author(entry, own), bubble, this.foot(entry));
    return item;
  }

  private foot(entry: Entry): HTMLElement {
    const at = new Date(entry.at);
    const foot = el("p", { class: "foot" });
    const time = el("time", { datetime: at.toISOString() }, clock(at));
    time.title = at.toLocaleString();
    foot.append(time);
    const channel = CHANNELS[entry.channel ?? ""];
    if (channel) foot.append(` · ${channel}`);
    if (entry.from === "you") foot.append(el("span", { class: "state" }, " · Sent"));
    return foot;
  }

  /** Who answers has read what stands before. */
  private markRead(seq: number): void {
    for (const { entry, item } of this.shown.values()) {
      const state = item.querySelector(".state");
      if (state && entry.seq < seq) state.textContent = " · Read";
    }
  }

  private draft(draft: Draft, outbox: Outbox, offline: boolean): HTMLLIElement {
    const item = el("li", { class: draft.refused ? "line own refused" : "line own waits" });
    const bubble = el("div", { class: "bubble" });
    if (draft.text) bubble.append(el("p", { dir: "auto" }, draft.text));
    for (const file of draft.files)
      bubble.append(el("p", { class: "file", dir: "auto" }, file.name));
    const foot = el("p", { class: "foot" });
    if (draft.refused) {
      foot.append(el("span", { class: "why" }, `Not sent. ${draft.refused}`));
      foot.append(button("Try again", "link", () => outbox.retry(draft)));
      foot.append(button("Delete", "link", () => outbox.drop(draft)));
    } else {
      foot.append(offline ? "Waits for a connection" : "Sending …");
    }
    item.append(el("p", { class: "hidden" }, "You:"), bubble, foot);
    return item;
  }

  private file(file: ChatFile): HTMLElement {
    if (!file.available) {
      return el("p", { class: "file", dir: "auto" }, `${file.name} is not available`);
    }
    if (file.inline && file.media_type.startsWith("image/")) return this.picture(file);
    const label = `${file.name} (${size(file.size)})`;
    const download = button(label, "file", () => void this.download(file, download));
    download.dir = "auto";
    return download;
  }

  private picture(file: ChatFile): HTMLElement {
    const frame = el("div", { class: "picture" });
    const fallback = () => frame.replaceChildren(`${file.name} cannot be shown`);
    this.api
      .file(file.id)
      .then((blob) => {
        const follow = this.isAtEnd();
        const url = URL.createObjectURL(blob);
        const image = el("img", { src: url, alt: file.name });
        image.addEventListener("load", () => this.follow(follow || this.isAtEnd()));
        image.addEventListener("error", fallback);
        frame.replaceChildren(image);
      })
      .catch(fallback);
    return frame;
  }

  private async download(file: ChatFile, pressed: HTMLButtonElement): Promise<void> {
    pressed.disabled = true;
    try {
      const url = URL.createObjectURL(await this.api.file(file.id));
      el("a", { href: url, download: file.name }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    } catch {
      pressed.textContent = `${file.name} could not be fetched; try again`;
    }
    pressed.disabled = false;
  }
}

function author(entry: Entry, own: boolean): HTMLElement {
  if (own) return el("p", { class: "hidden" }, "You:");
  const who = { assistant: "Assistant", system: "Notice", agent: "Support" }[entry.from as "agent"];
  return el("p", { class: "who", dir: "auto" }, entry.name ?? who ?? "Support");
}

function clock(at: Date): string {
  const today = at.toDateString() === new Date().toDateString();
  const time = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return today ? time : `${at.toLocaleDateString([], { day: "numeric", month: "short" })}, ${time}`;
}

export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
