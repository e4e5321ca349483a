// What outlives a reload: who this browser is, and what has not been sent.

import type { Answer, ChatFile } from "./api.ts";

/** A message on its way to the server. */
export interface Draft {
  id: string;
  text: string;
  files: ChatFile[];
  newIssue: boolean;
  at: number;
  /** What was chosen or filled in; the text says the same in words. */
  answer?: Answer;
  /** What was filled in before the first message. */
  about?: Record<string, string>;
  /** Why the server will not take it. */
  refused?: string;
}

/** Keeps things under the name of one chat. Where a browser keeps nothing, they last as long as the page. */
export class Memory {
  private readonly fallback = new Map<string, string>();

  constructor(private readonly chat: string) {}

  token(): string | null {
    return this.read("token");
  }

  keepToken(token: string | null): void {
    this.write("token", token);
  }

  drafts(): Draft[] {
    try {
      const kept: unknown = JSON.parse(this.read("drafts") ?? "[]");
      return Array.isArray(kept) ? kept.filter(isDraft) : [];
    } catch {
      return [];
    }
  }

  keepDrafts(drafts: Draft[]): void {
    this.write("drafts", drafts.length === 0 ? null : JSON.stringify(drafts));
  }

  /** Whether the visitor wants to hear answers arrive. */
  sounds(): boolean {
    return this.read("silent") === null;
  }

  keepSounds(on: boolean): void {
    this.write("silent", on ? null : "1");
  }

  /** Whether the visitor wants to be told of answers while the page is closed. */
  push(): boolean {
    return this.read("push") !== null;
  }

  keepPush(on: boolean): void {
    this.write("push", on ? "1" : null);
  }

  /** True for news from another window of this browser about the same token. */
  isToken(event: StorageEvent): boolean {
    return event.key === this.key("token");
  }

  private key(name: string): string {
    return `throughline.chat.${this.chat}.${name}`;
  }

  private read(name: string): string | null {
    try {
      return localStorage.getItem(this.key(name)) ?? this.fallback.get(name) ?? null;
    } catch {
      return this.fallback.get(name) ?? null;
    }
  }

  private write(name: string, value: string | null): void {
    if (value === null) this.fallback.delete(name);
    else this.fallback.set(name, value);
    try {
      if (value === null) localStorage.removeItem(this.key(name));
      else localStorage.setItem(this.key(name), value);
    } catch {
      // Blocked or full: the fallback has it.
    }
  }
}

function isDraft(value: unknown): value is Draft {
  const draft = value as Draft | null;
  return (
    typeof draft?.id === "string" &&
    typeof draft.text === "string" &&
    typeof draft.at === "number" &&
    Array.isArray(draft.files)
  );
}
