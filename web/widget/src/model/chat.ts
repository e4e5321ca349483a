// The conversation as this browser knows it, and everything that can be done in it.

import { Store } from "../../../shared/store.ts";
import { t } from "../words.ts";
import {
  type Answer,
  Api,
  type Called,
  type ChatFile,
  type ConversationInfo,
  type Entry,
  type Me,
  Problem,
  type Waiting,
  type Welcome,
} from "./api.ts";
import { Host } from "./host.ts";
import { Memory } from "./memory.ts";
import { Outbox } from "./outbox.ts";
import { Push } from "./push.ts";
import type { Settings } from "./settings.ts";
import { ring } from "./sound.ts";
import { Stream } from "./stream.ts";

/** Where the visitor stands, as the stream tells it. */
interface Standing {
  conversation: ConversationInfo | null;
  assurance: number;
}

const TYPING_ENDS_MS = 8_000;
const NOTICE_ENDS_MS = 12_000;
/** A break that is over at once is not worth a word. */
const BREAK_MS = 2_500;
/** What comes so soon after connecting was said before. */
const BACKLOG_MS = 1_500;

export class Chat {
  /** Tells when anything here has changed. */
  readonly changes: Store<Chat>;
  readonly api: Api;
  readonly outbox: Outbox;
  readonly push: Push;
  /** In order; numbers may be missing, for not everything is for the visitor. */
  entries: Entry[] = [];
  conversation: ConversationInfo | null = null;
  /** Who writes at the desk; null in it for somebody without a name. */
  typing: { name: string | null } | null = null;
  /** The visitor waits for a person. */
  waiting: Waiting | null = null;
  /** The call the visitor waits for. */
  called: Called | null = null;
  /** What needs to be said for a while. */
  notice = "";
  isAway = false;
  /** The next message starts a new conversation. */
  newIssue = false;
  /** On a page of its own, the chat is all there is. */
  isShown: boolean;
  /** Nothing of the page around can be seen. */
  isAlone: boolean;
  sounds: boolean;
  private readonly memory: Memory;
  private readonly stream: Stream;
  private readonly host: Host | null;
  private connected = false;
  private connectedAt = 0;
  private readSeq = 0;
  private readonly timers: Record<string, number> = {};

  constructor(
    readonly settings: Settings,
    readonly isFramed: boolean,
  ) {
    this.changes = new Store<Chat>(this);
    this.isShown = !isFramed;
    this.isAlone = !isFramed;
    this.memory = new Memory(settings.endpoint);
    this.sounds = settings.sounds && this.memory.sounds();
    this.api = new Api(settings.endpoint, this.memory.token(), (token) => this.memory.keepToken(token));
    this.push = new Push(this.api, this.memory, settings, isFramed, {
      changed: () => this.changes.tell(),
      say: (text) => this.say(text),
    });
    this.outbox = new Outbox(this.api, this.memory, {
      changed: () => this.changes.tell(),
      stored: (draft, { conversation }) => {
        if (draft.newIssue && conversation !== this.conversation?.id) this.turnTo(conversation);
        this.stream.open();
      },
      ended: () => this.ended(),
    });
    this.stream = new Stream(this.api, {
      event: (name, data) => this.event(name, data),
      connected: (open) => this.setConnected(open),
      ended: () => this.ended(),
    });
    this.host = isFramed
      ? new Host({
          shown: (shown, alone) => this.setShown(shown, alone),
          identify: (token) => this.identify(token),
          reset: () => this.leave(),
        })
      : null;
  }

  start(): void {
    window.addEventListener("online", () => this.wake());
    window.addEventListener("offline", () => this.showConnection());
    window.addEventListener("storage", (event) => {
      if (this.memory.isToken(event)) location.reload();
    });
    document.addEventListener("visibilitychange", () => this.wake());
    window.addEventListener("focus", () => this.read());
    if (!this.api.isVisitor) return;
    this.stream.open();
    this.outbox.flush();
    this.push.resume();
  }

  /** Nothing has been said here yet. */
  get isEmpty(): boolean {
    return this.entries.length === 0 && this.outbox.waiting.length === 0;
  }

  /** Answers that were not seen. */
  get unread(): number {
    return this.entries.filter((entry) => entry.seq > this.readSeq && isAnswer(entry)).length;
  }

  /** Who answers has read what stands before. */
  get readByThem(): number {
    if (this.typing) return Number.POSITIVE_INFINITY;
    return Math.max(0, ...this.entries.filter(isAnswer).map((entry) => entry.seq));
  }

  send(text: string, files: ChatFile[], about?: Record<string, string>): void {
    this.say("");
    this.outbox.add(text, files, this.newIssue, about ? { about } : {});
    this.newIssue = false;
    this.knownToHost();
  }

  /** Answers what a line asked; `text` says it in words until the server does. */
  answer(answer: Answer, text: string): void {
    this.outbox.add(text, [], false, { answer });
  }

  /** The answer to what line `seq` asked, stored or on its way. */
  answered(seq: number): boolean {
    const drafts = this.outbox.waiting.some((draft) => draft.answer?.seq === seq && !draft.refused);
    return drafts || this.entries.some((entry) => entry.answer?.seq === seq);
  }

  async rate(score: number, comment: string): Promise<void> {
    const rated = await this.api.post<{ score: number }>("rating", { score, comment });
    if (this.conversation) this.conversation = { ...this.conversation, rating: rated.score };
    this.changes.tell();
  }

  /** Asks to be called on this number; the stream tells what becomes of it. */
  async callBack(phone: string, at: number | null): Promise<void> {
    this.showCalled(await this.api.post<Called>("callback", { phone, at }));
  }

  async doNotCall(): Promise<void> {
    await this.api.post("callback/cancel", {});
    this.showCalled(null);
  }

  setTyping(typing: boolean): void {
    this.tellServer("typing", { typing });
  }

  setSounds(on: boolean): void {
    this.sounds = on;
    this.memory.keepSounds(on);
    if (on) ring();
    this.changes.tell();
  }

  proven(welcome: Welcome): void {
    if (welcome.anew) this.begin(welcome.me);
    this.say(t("confirmed"));
    this.stream.wake();
  }

  startAnew(): void {
    this.entries = [];
    this.newIssue = true;
    this.say(t("newIssue"));
  }

  async leave(): Promise<void> {
    try {
      if (this.api.isVisitor) await this.api.post("sign-out", {});
    } catch (error) {
      if (!(error instanceof Problem && error.status === 401)) {
        this.say(t("notLeft"));
        return;
      }
    }
    this.api.forget();
    this.outbox.clear();
    this.begin(null);
    this.say(t("left"));
  }

  close(): void {
    if (!this.host) return;
    // What arrives before the page has closed it has not been seen.
    this.setShown(false, this.isAlone);
    this.host.tell({ type: "close" });
  }

  /** Says something above the composer for a while. */
  say(text: string): void {
    this.notice = text;
    this.later("notice", NOTICE_ENDS_MS, () => {
      this.notice = "";
    });
    this.changes.tell();
  }

  /** What somebody looks at has been read. */
  read(): void {
    const seq = this.entries.at(-1)?.seq ?? 0;
    const isSeen = document.visibilityState === "visible" && this.isShown && (this.isFramed || document.hasFocus());
    if (!isSeen) return;
    void this.push.seen();
    if (seq <= this.readSeq) return;
    this.readSeq = seq;
    this.tellServer("read", { seq });
    this.tellUnread();
  }

  private async identify(token: string): Promise<void> {
    try {
      await this.api.come();
      const welcome = this.api.welcome(await this.api.post<Welcome>("identify", { token }));
      if (welcome.anew) this.begin(welcome.me);
      this.stream.wake();
      this.host?.tell({ type: "identified", error: null });
    } catch (error) {
      this.host?.tell({ type: "identified", error: error instanceof Error ? error.message : String(error) });
    }
  }

  private setShown(shown: boolean, alone: boolean): void {
    this.isShown = shown;
    this.isAlone = alone;
    this.read();
    this.changes.tell();
  }

  private wake(): void {
    if (document.visibilityState !== "visible") return;
    this.stream.wake();
    this.outbox.flush();
    this.read();
    this.showConnection();
  }

  private event(name: string, data: unknown): void {
    if (name === "entry") this.add(data as Entry);
    else if (name === "state") this.stand(data as Standing);
    else if (name === "deliveries") this.deliveries(data as { seq: number; status: string }[]);
    else if (name === "typing") this.showTyping(data as { typing: boolean; name: string | null });
    else if (name === "waiting") this.showWaiting(data as Waiting | null);
    else if (name === "callback") this.showCalled(data as Called | null);
    else if (name === "end") this.ended();
  }

  private add(entry: Entry): void {
    if (this.conversation?.id !== entry.conversation) this.turnTo(entry.conversation);
    if (entry.client_message_id) this.outbox.arrived(entry.client_message_id);
    const known = this.entries.some((one) => one.id === entry.id);
    // Lines nearly always come in order; what a proof opens comes later and stands earlier.
    const others = this.entries.filter((one) => one.id !== entry.id);
    const place = others.findLastIndex((one) => one.seq < entry.seq) + 1;
    this.entries = [...others.slice(0, place), entry, ...others.slice(place)];
    if (isAnswer(entry)) {
      this.typing = null;
      if (!known) this.announce(entry);
    }
    this.read();
    this.tellUnread();
    this.changes.tell();
  }

  /** Somebody who looks elsewhere hears of an answer that is new. */
  private announce(entry: Entry): void {
    const { conversation, seq, from } = entry;
    const isOld = seq <= this.readSeq || performance.now() - this.connectedAt < BACKLOG_MS;
    if (isOld) return;
    this.host?.tell({ type: "message", from, conversation, seq });
    const isSeen = this.isShown && document.visibilityState === "visible" && document.hasFocus();
    if (this.sounds && !isSeen) ring();
  }

  private deliveries(told: { seq: number; status: string }[]): void {
    const status = new Map(told.map((one) => [one.seq, one.status]));
    this.entries = this.entries.map((entry) => {
      const now = status.get(entry.seq);
      return now === undefined || now === entry.status ? entry : { ...entry, status: now };
    });
    this.changes.tell();
  }

  private showTyping({ typing, name }: { typing: boolean; name: string | null }): void {
    this.typing = typing ? { name } : null;
    this.later("typing", TYPING_ENDS_MS, () => {
      this.typing = null;
    });
    this.changes.tell();
  }

  private showWaiting(waiting: Waiting | null): void {
    this.waiting = waiting;
    this.changes.tell();
  }

  private showCalled(called: Called | null): void {
    this.called = called;
    this.changes.tell();
  }

  private stand({ conversation }: Standing): void {
    if (conversation && conversation.id !== this.conversation?.id) this.turnTo(conversation.id);
    this.conversation = conversation;
    this.readSeq = Math.max(this.readSeq, conversation?.read_seq ?? 0);
    this.knownToHost();
    this.tellUnread();
    this.changes.tell();
  }

  /** Another conversation is on: what is shown of the former one goes. */
  private turnTo(id: string): void {
    if (this.conversation !== null) this.entries = [];
    this.conversation = { id, status: "open", read_seq: 0, rating: null };
    this.waiting = null;
    this.called = null;
    this.readSeq = 0;
    this.changes.tell();
  }

  /** The token counts no more: somebody left in another window, or it is too old. */
  private ended(): void {
    this.api.forget();
    this.begin(null);
    this.say(t("ended"));
  }

  private begin(me: Me | null): void {
    this.stream.reset();
    void this.push.end();
    this.entries = [];
    this.typing = null;
    this.waiting = null;
    this.called = null;
    this.conversation = me?.conversation ?? null;
    this.readSeq = 0;
    this.knownToHost();
    this.tellUnread();
    this.changes.tell();
    this.stream.open();
  }

  private setConnected(open: boolean): void {
    this.connected = open;
    this.connectedAt = performance.now();
    this.showConnection();
    if (open) this.outbox.flush();
  }

  private showConnection(): void {
    const away = !navigator.onLine || (this.api.isVisitor && !this.connected);
    if (!away) {
      clearTimeout(this.timers["away"]);
      this.isAway = false;
      this.changes.tell();
      return;
    }
    this.later("away", navigator.onLine ? BREAK_MS : 0, () => {
      this.isAway = true;
    });
  }

  private knownToHost(): void {
    this.host?.tell({ type: "known", known: this.conversation !== null || this.outbox.waiting.length > 0 });
  }

  private tellUnread(): void {
    this.host?.tell({ type: "unread", count: this.isShown ? 0 : this.unread });
  }

  /** Tells something that may get lost. */
  private tellServer(path: string, body: unknown): void {
    if (this.api.isVisitor) this.api.post(path, body).catch(() => undefined);
  }

  private later(what: string, ms: number, act: () => void): void {
    clearTimeout(this.timers[what]);
    this.timers[what] = setTimeout(() => {
      act();
      this.changes.tell();
    }, ms);
  }
}

/** Somebody of the business says something. */
export function isAnswer(entry: Entry): boolean {
  return entry.from === "agent" || entry.from === "assistant" || entry.from === "system";
}
