// Messages leave one after the other, each under its own id, until the server has stored them.

import { type Accepted, type Answer, type Api, type ChatFile, Problem } from "./api.ts";
import type { Draft, Memory } from "./memory.ts";

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** What a message carries beside its text. */
export interface Beside {
  answer?: Answer;
  about?: Record<string, string>;
}

/** What becomes of messages. */
export interface Courier {
  /** The messages that wait, or their states, have changed. */
  changed(): void;
  /** One is stored. */
  stored(draft: Draft, accepted: Accepted): void;
  /** The token counts no more. */
  ended(): void;
}

export class Outbox {
  private drafts: Draft[];
  private sending = false;
  private waitMs = FIRST_WAIT_MS;
  private timer = 0;

  constructor(
    private readonly api: Api,
    private readonly memory: Memory,
    private readonly courier: Courier,
  ) {
    this.drafts = memory.drafts();
  }

  get waiting(): readonly Draft[] {
    return this.drafts;
  }

  /** Puts a message on its way. */
  add(text: string, files: ChatFile[], newIssue: boolean, beside: Beside = {}): void {
    this.drafts.push({ id: crypto.randomUUID(), text, files, newIssue, at: Date.now(), ...beside });
    this.keepAndSend();
  }

  /** Tries a refused message once more, under the same id. */
  retry(draft: Draft): void {
    delete draft.refused;
    this.keepAndSend();
  }

  /** Gives a message up. */
  drop(draft: Draft): void {
    this.drafts = this.drafts.filter((one) => one !== draft);
    this.keep();
  }

  /** Forgets everything: the browser is somebody else's now. */
  clear(): void {
    this.drafts = [];
    this.keep();
  }

  /** A message came back as part of the conversation: it is stored, whether the answer came or not. */
  arrived(id: string): void {
    if (this.drafts.some((draft) => draft.id === id)) {
      this.drafts = this.drafts.filter((draft) => draft.id !== id);
      this.keep();
    }
  }

  /** Sends what waits, now. */
  flush(): void {
    clearTimeout(this.timer);
    if (this.sending) return;
    this.sending = true;
    this.sendAll().finally(() => {
      this.sending = false;
    });
  }

  private async sendAll(): Promise<void> {
    for (;;) {
      const draft = this.drafts.find((one) => one.refused === undefined);
      if (!draft) return;
      try {
        if (!this.api.isVisitor) await this.api.come();
        const accepted = await this.api.post<Accepted>("messages", {
          client_message_id: draft.id,
          text: draft.text,
          files: draft.files.map((file) => file.id),
          new_issue: draft.newIssue,
          ...(draft.answer && { answer: draft.answer }),
          ...(draft.about && { about: draft.about }),
        });
        this.waitMs = FIRST_WAIT_MS;
        this.drafts = this.drafts.filter((one) => one !== draft);
        this.courier.stored(draft, accepted);
        this.keep();
      } catch (error) {
        if (!this.failed(draft, error)) return;
      }
    }
  }

  /** Says whether to go on with the next message. */
  private failed(draft: Draft, error: unknown): boolean {
    const problem = error instanceof Problem ? error : new Problem(0, String(error));
    if (problem.status === 401) {
      this.courier.ended();
      return true;
    }
    if (problem.passes) {
      const wait = problem.retryAfterMs ?? this.waitMs;
      this.waitMs = Math.min(this.waitMs * 2, LONGEST_WAIT_MS);
      this.timer = setTimeout(() => this.flush(), wait);
      this.courier.changed();
      return false;
    }
    draft.refused = problem.message;
    this.keep();
    return true;
  }

  /** What is kept leaves before the page is drawn anew, which takes a while in a long conversation. */
  private keepAndSend(): void {
    this.memory.keepDrafts(this.drafts);
    this.flush();
    this.courier.changed();
  }

  private keep(): void {
    this.memory.keepDrafts(this.drafts);
    this.courier.changed();
  }
}
