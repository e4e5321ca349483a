// Server-sent events over fetch, which can send the visitor's token in a header as EventSource cannot.

import { type Api, Problem } from "./api.ts";

/** What a stream tells. */
export interface Listener {
  event(name: string, data: unknown): void;
  /** Whether the stream is open now. */
  connected(open: boolean): void;
  /** The token counts no more. */
  ended(): void;
}

const SILENCE_MS = 50_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 20_000;

/** Follows the conversation, and comes back after every break where it was. */
export class Stream {
  private abort: AbortController | null = null;
  private lastId: string | null = null;
  private waitMs = FIRST_WAIT_MS;
  private timer = 0;
  private silence = 0;

  constructor(
    private readonly api: Api,
    private readonly listener: Listener,
  ) {}

  get isOpen(): boolean {
    return this.abort !== null;
  }

  /** Connects, if it is not connected. */
  open(): void {
    if (this.abort || !this.api.isVisitor) return;
    clearTimeout(this.timer);
    const abort = new AbortController();
    this.abort = abort;
    this.run(abort)
      .then(() => this.closed(abort, false))
      .catch((error: unknown) => {
        const refused = error instanceof Problem && error.status === 401;
        this.closed(abort, refused);
      });
  }

  /** Connects now: the network is back. */
  wake(): void {
    this.waitMs = FIRST_WAIT_MS;
    this.open();
  }

  /** Closes, and forgets where it was. */
  reset(): void {
    clearTimeout(this.timer);
    const abort = this.abort;
    this.abort = null;
    this.lastId = null;
    abort?.abort();
  }

  private closed(abort: AbortController, refused: boolean): void {
    clearTimeout(this.silence);
    if (this.abort !== abort) return;
    this.abort = null;
    this.listener.connected(false);
    if (refused) {
      this.listener.ended();
      return;
    }
    // Not all clients of a server that restarted come back at once.
    this.timer = setTimeout(() => this.open(), this.waitMs * (0.5 + Math.random()));
    this.waitMs = Math.min(this.waitMs * 2, LONGEST_WAIT_MS);
  }

  private async run(abort: AbortController): Promise<void> {
    const headers: Record<string, string> = { accept: "text/event-stream" };
    if (this.lastId) headers["last-event-id"] = this.lastId;
    const answer = await this.api.ask("events", { headers, signal: abort.signal });
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    if (!reader) return;
    this.waitMs = FIRST_WAIT_MS;
    this.listener.connected(true);
    let rest = "";
    for (;;) {
      this.watchSilence(abort);
      const { value, done } = await reader.read();
      if (done || this.abort !== abort) return;
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) this.take(block);
    }
  }

  /** A connection that died without a word is noticed by the heartbeats that stay away. */
  private watchSilence(abort: AbortController): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => abort.abort(), SILENCE_MS);
  }

  private take(block: string): void {
    let name = "message";
    let id: string | null = null;
    const data: string[] = [];
    for (const line of block.split("\n")) {
      const [field, value] = split(line);
      if (field === "event") name = value;
      else if (field === "id") id = value;
      else if (field === "data") data.push(value);
    }
    if (data.length === 0) return;
    this.listener.event(name, JSON.parse(data.join("\n")));
    // Only what was taken in need not come again.
    if (id) this.lastId = id;
  }
}

function split(line: string): [string, string] {
  const at = line.indexOf(":");
  if (at < 0) return [line, ""];
  return [line.slice(0, at), line.slice(at + 1).replace(/^ /, "")];
}
