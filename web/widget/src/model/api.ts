// What the server says, and how it is asked.

/** A channel a conversation can go on over. */
export type Outlet = "email" | "sms";

/** The visitor's conversation. */
export interface ConversationInfo {
  id: string;
  status: string;
  read_seq: number;
  /** How the customer said they were served, 1 to 5. */
  rating: number | null;
}

/** How it stands with the line for a person. */
export interface Waiting {
  /** How many are before the visitor; null where the chat keeps that to itself. */
  ahead: number | null;
  /** How long it may take; null while nobody is there who could say. */
  about_ms: number | null;
}

/** A call that the visitor waits for. */
export interface Called {
  /** The last digits of the number. */
  /** Null unless it is their own. */
  ends_in: string | null;
  /** When; null for when it is their turn. */
  at: number | null;
  /** Asked for here, and taken back here. */
  own: boolean;
}

/** Where the visitor stands. */
export interface Me {
  name: string | null;
  assurance: number;
  conversation: ConversationInfo | null;
  max_upload_bytes: number;
}

/** A file of a line. */
export interface ChatFile {
  id: string;
  name: string;
  media_type: string;
  size: number;
  inline: boolean;
  available: boolean;
}

/** One answer to choose. */
export interface Choice {
  name: string;
  label: string;
}

/** One field of a form. */
export interface Field {
  name: string;
  label: string;
  kind: "text" | "long_text" | "email" | "phone" | "number" | "date" | "choice";
  required: boolean;
  choices?: Choice[];
}

/** What a line asks for: choices or fields. */
export interface Prompt {
  choices?: Choice[];
  fields?: Field[];
}

/** What was chosen or filled in. */
export interface Answer {
  /** The number of the line that asked. */
  seq: number;
  choice?: string;
  values?: Record<string, string>;
}

/** An article that may answer. */
export interface Hit {
  slug: string;
  locale: string;
  title: string;
  anchor: string;
  excerpt: string;
}

/** An article to read; its HTML is safe to show. */
export interface Article {
  slug: string;
  locale: string;
  title: string;
  html: string;
}

/** One line of the conversation. */
export interface Entry {
  conversation: string;
  seq: number;
  id: string;
  at: number;
  from: "you" | "you_elsewhere" | "agent" | "assistant" | "system";
  name: string | null;
  channel: string | null;
  text: string;
  files: ChatFile[];
  client_message_id?: string;
  status?: string;
  prompt?: Prompt;
  answer?: Answer;
}

/** Who this browser is from now on. */
export interface Welcome {
  token?: string;
  anew: boolean;
  me: Me;
}

/** A message that is stored. */
export interface Accepted {
  conversation: string;
  seq: number;
}

/** What went wrong, as the server puts it. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    detail: string,
    readonly retryAfterMs: number | null = null,
  ) {
    super(detail);
  }

  /** True when the same request may work later: no connection, or a server that cannot now. */
  get passes(): boolean {
    return this.status === 0 || this.status >= 500 || this.status === 429;
  }
}

/** Speaks to the server for one visitor. */
export class Api {
  private coming: Promise<void> | null = null;

  constructor(
    private readonly endpoint: string,
    private token: string | null,
    private readonly keep: (token: string | null) => void,
  ) {}

  get isVisitor(): boolean {
    return this.token !== null;
  }

  /** The header that names the visitor. */
  authorization(): Record<string, string> {
    return this.token === null ? {} : { authorization: `Bearer ${this.token}` };
  }

  /** Makes this browser a visitor, if it is none yet. Who asks meanwhile waits for the same visitor: what two of them
   * bring must belong to one. */
  async come(): Promise<void> {
    if (this.token !== null) return;
    this.coming ??= this.post<Welcome>("visitors", { endpoint: this.endpoint })
      .then((answer) => void this.welcome(answer))
      .finally(() => {
        this.coming = null;
      });
    await this.coming;
  }

  /** The token counts no more. */
  forget(): void {
    this.token = null;
    this.keep(null);
  }

  /** Keeps the token an answer brings. */
  welcome(answer: Welcome): Welcome {
    if (answer.token) {
      this.token = answer.token;
      this.keep(answer.token);
    }
    return answer;
  }

  get<T>(path: string): Promise<T> {
    return this.ask(path, { method: "GET" }).then((answer) => answer.json() as Promise<T>);
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    const answer = await this.ask(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }

  async upload(file: File): Promise<ChatFile> {
    const form = new FormData();
    form.append("file", file, file.name || "picture.png");
    const answer = await this.ask("files", { method: "POST", body: form });
    return (await answer.json()) as ChatFile;
  }

  async file(id: string): Promise<Blob> {
    return (await this.ask(`files/${id}`, { method: "GET" })).blob();
  }

  async ask(path: string, request: RequestInit): Promise<Response> {
    let answer: Response;
    try {
      answer = await fetch(`/chat/v1/${path}`, {
        ...request,
        headers: { ...request.headers, ...this.authorization() },
        credentials: "omit",
        cache: "no-store",
      });
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw new Problem(0, "There is no connection.");
    }
    if (answer.ok) return answer;
    throw await problem(answer);
  }
}

async function problem(answer: Response): Promise<Problem> {
  const wait = Number(answer.headers.get("retry-after"));
  const retryAfterMs = Number.isFinite(wait) && wait > 0 ? wait * 1000 : null;
  let detail = "";
  try {
    const body = (await answer.json()) as { detail?: unknown };
    if (typeof body.detail === "string") {
      detail = body.detail.charAt(0).toUpperCase() + body.detail.slice(1);
    }
  } catch {
    // Whatever stands between us and the server may answer in its own way.
  }
  return new Problem(
    answer.status,
    detail || `The server answered ${answer.status}.`,
    retryAfterMs,
  );
}
