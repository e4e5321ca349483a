// The chat: its parts, and what they tell each other.

import {
  Api,
  type ConversationInfo,
  type Entry,
  type Me,
  type Outlet,
  Problem,
  type Welcome,
} from "./api.ts";
import { Composer } from "./composer.ts";
import { button, el } from "./dom.ts";
import { Handover } from "./handover.ts";
import { Log } from "./log.ts";
import { Memory } from "./memory.ts";
import { Outbox } from "./outbox.ts";
import { Stream } from "./stream.ts";

/** How the page was set up by the server. */
export interface Setup {
  endpoint: string;
  title: string;
  greeting: string;
  outlets: Outlet[];
  mostBytes: number;
}

/** Where the visitor stands, as the stream tells it. */
interface Standing {
  conversation: ConversationInfo | null;
  assurance: number;
}

export class ChatPage {
  private readonly memory: Memory;
  private readonly api: Api;
  private readonly log: Log;
  private readonly outbox: Outbox;
  private readonly stream: Stream;
  private readonly composer: Composer;
  private readonly handover: Handover;
  private readonly banner = el("p", { class: "banner", role: "status", hidden: true });
  private readonly notice = el("p", { class: "notice", role: "alert", hidden: true });
  private readonly menu = el("div", { class: "menu", id: "menu", hidden: true });
  private readonly more: HTMLButtonElement;
  private conversation: string | null = null;
  private readSeq = 0;
  private newIssue = false;
  private connected = false;
  private noticeTimer = 0;
  private bannerTimer = 0;

  constructor(
    private readonly root: HTMLElement,
    private readonly setup: Setup,
  ) {
    this.memory = new Memory(setup.endpoint);
    this.api = new Api(setup.endpoint, this.memory.token(), (token) =>
      this.memory.keepToken(token),
    );
    this.log = new Log(this.api, setup.greeting);
    this.outbox = new Outbox(this.api, this.memory, {
      changed: () => this.showDrafts(),
      stored: (draft, accepted) => this.stored(draft.newIssue, accepted.conversation),
      ended: () => this.ended(),
    });
    this.stream = new Stream(this.api, {
      event: (name, data) => this.event(name, data),
      connected: (open) => this.setConnected(open),
      ended: () => this.ended(),
    });
    this.composer = new Composer(
      this.api,
      {
        send: (text, files) => this.send(text, files),
        typing: (typing) => this.tell("typing", { typing }),
        problem: (text) => this.say(text),
      },
      setup.mostBytes,
    );
    this.handover = new Handover(this.api, setup.outlets, (welcome) => this.proven(welcome));
    this.more = button("More", "plain", () => this.toggleMenu(this.menu.hidden));
  }

  start(): void {
    this.layOut();
    this.listen();
    this.showDrafts();
    if (this.api.isVisitor) {
      this.stream.open();
      this.outbox.flush();
    }
    this.composer.focus();
  }

  private layOut(): void {
    this.more.setAttribute("aria-expanded", "false");
    this.more.setAttribute("aria-controls", "menu");
    if (this.setup.outlets.length > 0) {
      const names = this.setup.outlets.map((outlet) => (outlet === "sms" ? "SMS" : "email"));
      this.menuItem(`Continue by ${names.join(" or ")}`, () => this.handover.open());
    }
    this.menuItem("Start a new conversation", () => this.startAnew());
    this.menuItem("Leave this chat", () => void this.leave());
    const heading = el("h1", { dir: "auto" }, this.setup.title);
    this.root.classList.add("chat");
    this.root.replaceChildren(
      el("header", {}, heading, this.more, this.menu),
      this.banner,
      this.log.element,
      el("div", { class: "jump" }, this.log.jump),
      this.notice,
      this.composer.element,
      this.handover.element,
    );
  }

  private menuItem(label: string, act: () => void): void {
    const item = button(label, "item", () => {
      this.toggleMenu(false);
      act();
    });
    this.menu.append(item);
  }

  private toggleMenu(open: boolean): void {
    this.menu.hidden = !open;
    this.more.setAttribute("aria-expanded", String(open));
    if (open) this.menu.querySelector("button")?.focus();
  }

  private listen(): void {
    window.addEventListener("online", () => this.wake());
    window.addEventListener("offline", () => this.showConnection());
    window.addEventListener("storage", (event) => {
      if (this.memory.isToken(event)) location.reload();
    });
    document.addEventListener("visibilitychange", () => this.wake());
    window.addEventListener("focus", () => this.read());
    this.root.addEventListener("dragover", (event) => event.preventDefault());
    this.root.addEventListener("drop", (event) => {
      event.preventDefault();
      this.composer.add([...(event.dataTransfer?.files ?? [])]);
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.menu.hidden) {
        this.toggleMenu(false);
        this.more.focus();
      }
    });
    document.addEventListener("click", (event) => {
      const inside =
        event.target instanceof Node && this.more.parentElement?.contains(event.target);
      if (!inside) this.toggleMenu(false);
    });
  }

  private wake(): void {
    if (document.visibilityState !== "visible") return;
    this.stream.wake();
    this.outbox.flush();
    this.read();
    this.showConnection();
  }

  private send(text: string, files: Parameters<Outbox["add"]>[1]): void {
    this.say("");
    this.outbox.add(text, files, this.newIssue);
    this.newIssue = false;
    this.log.toEnd();
  }

  private stored(newIssue: boolean, conversation: string): void {
    if (newIssue && conversation !== this.conversation) this.turnTo(conversation);
    this.stream.open();
  }

  private event(name: string, data: unknown): void {
    if (name === "entry") {
      const entry = data as Entry;
      if (this.conversation !== entry.conversation) this.turnTo(entry.conversation);
      if (entry.client_message_id) this.outbox.arrived(entry.client_message_id);
      this.log.add(entry);
      this.read();
    } else if (name === "state") {
      this.stand(data as Standing);
    } else if (name === "deliveries") {
      this.log.deliveries(data as { seq: number; status: string }[]);
    } else if (name === "typing") {
      const { typing, name: who } = data as { typing: boolean; name: string | null };
      if (typing) this.log.startTyping(who);
      else this.log.stopTyping();
    } else if (name === "end") {
      this.ended();
    }
  }

  private stand(standing: Standing): void {
    const { conversation } = standing;
    if (conversation && conversation.id !== this.conversation) this.turnTo(conversation.id);
    this.readSeq = Math.max(this.readSeq, conversation?.read_seq ?? 0);
  }

  /** Another conversation is on: what is shown of the former one goes. */
  private turnTo(conversation: string): void {
    if (this.conversation !== null) this.log.clear();
    this.conversation = conversation;
    this.readSeq = 0;
    this.showDrafts();
  }

  /** What is on a page somebody looks at has been read. */
  private read(): void {
    const seq = this.log.lastSeq;
    if (document.visibilityState !== "visible" || !document.hasFocus() || seq <= this.readSeq)
      return;
    this.readSeq = seq;
    this.tell("read", { seq });
  }

  /** Tells something that may get lost. */
  private tell(path: string, body: unknown): void {
    if (this.api.isVisitor) this.api.post(path, body).catch(() => undefined);
  }

  private proven(welcome: Welcome): void {
    if (welcome.anew) this.begin(welcome.me);
    this.say("Confirmed. You see everything you have written to us in this conversation.");
    this.stream.wake();
  }

  private startAnew(): void {
    this.log.clear();
    this.newIssue = true;
    this.say("Your next message starts a new conversation.");
    this.composer.focus();
  }

  private async leave(): Promise<void> {
    try {
      if (this.api.isVisitor) await this.api.post("sign-out", {});
    } catch (error) {
      if (!(error instanceof Problem && error.status === 401)) {
        this.say("There is no connection, so you are still in the chat. Try again.");
        return;
      }
    }
    this.api.forget();
    this.outbox.clear();
    this.begin(null);
    this.say("You have left. Nobody can read your messages in this browser.");
  }

  /** The token counts no more: somebody left in another window, or it is too old. */
  private ended(): void {
    this.api.forget();
    this.begin(null);
    this.say("This chat has ended. Write to start a new one.");
  }

  private begin(me: Me | null): void {
    this.stream.reset();
    this.log.clear();
    this.conversation = me?.conversation?.id ?? null;
    this.readSeq = 0;
    this.showDrafts();
    this.stream.open();
  }

  private setConnected(open: boolean): void {
    this.connected = open;
    this.showConnection();
    if (open) this.outbox.flush();
  }

  /** A break that is over at once is not worth a word. */
  private showConnection(): void {
    clearTimeout(this.bannerTimer);
    const away = !navigator.onLine || (this.api.isVisitor && !this.connected);
    if (!away) {
      this.banner.hidden = true;
      this.showDrafts();
      return;
    }
    this.bannerTimer = setTimeout(
      () => {
        this.banner.textContent = "No connection. What you write is sent as soon as there is one.";
        this.banner.hidden = false;
        this.showDrafts();
      },
      navigator.onLine ? 2_500 : 0,
    );
  }

  private showDrafts(): void {
    this.log.drafts(this.outbox, !this.banner.hidden);
  }

  private say(text: string): void {
    clearTimeout(this.noticeTimer);
    this.notice.textContent = text;
    this.notice.hidden = text === "";
    this.noticeTimer = setTimeout(() => {
      this.notice.hidden = true;
    }, 12_000);
  }
}
