// How the server is asked. One member, one session: the cookie goes by itself, the token against forgery is kept here.

import type { Session, StoredFile } from "./types.ts";

/** What is wrong with one field. */
export interface FieldProblem {
  field: string;
  detail: string;
}

/** What went wrong, as the server puts it. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    detail: string,
    readonly field: string | null = null,
    /** All that is wrong, where more than one field may be. */
    readonly problems: readonly FieldProblem[] = [],
  ) {
    super(detail);
  }

  /** True when the same request may work later. */
  get passes(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** The server says that the session counts no more, or may: whoever shows the desk looks. */
export function sessionMayHaveEnded(): void {
  get<Session>("session").catch((error: unknown) => {
    if (error instanceof Problem && error.status === 401 && csrf) whenEnded();
  });
}

/** By how much the server's clock is ahead of ours. Its answers say the time in whole seconds. */
let ahead_ms = 0;
const SKEW_MS = 2000;

/** What the server's clock shows: what ends at a time of the server's ends by its clock. */
export function serverNow(): number {
  return Date.now() + ahead_ms;
}

let csrf = "";
let whenEnded: () => void = () => undefined;

/** Takes over a session. `ended` is called when the server says that it counts no more. */
export function useSession(session: Session, ended: () => void): void {
  csrf = session.csrf;
  whenEnded = ended;
}

/** Query parameters without those that are not set. */
export function query(values: Record<string, string | number | boolean | null | undefined>): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== null && value !== undefined && value !== "" && value !== false) {
      pairs.set(name, String(value));
    }
  }
  const text = pairs.toString();
  return text ? `?${text}` : "";
}

export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return ask<T>(path, signal ? { signal } : {});
}

export function post<T>(path: string, body: unknown, extra: RequestInit = {}): Promise<T> {
  return change<T>("POST", path, body, extra);
}

export function patch<T>(path: string, body: unknown): Promise<T> {
  return change<T>("PATCH", path, body);
}

export function put<T>(path: string, body: unknown): Promise<T> {
  return change<T>("PUT", path, body);
}

export function remove(path: string): Promise<void> {
  return ask<void>(path, { method: "DELETE", headers: { "x-csrf-token": csrf } });
}

export async function upload(file: File): Promise<StoredFile> {
  const form = new FormData();
  form.append("file", file, file.name || "picture.png");
  return ask<StoredFile>("files", { method: "POST", body: form, headers: { "x-csrf-token": csrf } });
}

/** A file that is stored already, to be sent once more: every message has files of its own. */
export async function download(stored: StoredFile): Promise<File> {
  try {
    const answer = await fetch(`/api/v1/files/${stored.id}`);
    if (!answer.ok) throw await told(answer);
    return new File([await answer.blob()], stored.name, { type: stored.media_type });
  } catch (error) {
    throw error instanceof Problem ? error : new Problem(0, "");
  }
}

function change<T>(method: string, path: string, body: unknown, extra: RequestInit = {}): Promise<T> {
  const headers = { "content-type": "application/json", "x-csrf-token": csrf, ...extra.headers };
  return ask<T>(path, { ...extra, method, headers, body: JSON.stringify(body) });
}

async function ask<T>(path: string, request: RequestInit): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(`/api/v1/${path}`, { cache: "no-store", ...request });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, "");
  }
  const ahead = Date.parse(answer.headers.get("date") ?? "") - Date.now();
  ahead_ms = Math.abs(ahead) > SKEW_MS ? ahead : 0;
  if (answer.ok) return (answer.status === 204 ? undefined : await answer.json()) as T;
  const problem = await told(answer);
  if (problem.status === 401 && csrf && path !== "session") whenEnded();
  throw problem;
}

async function told(answer: Response): Promise<Problem> {
  try {
    const body = (await answer.json()) as { detail?: unknown; field?: unknown; problems?: unknown };
    const detail = typeof body.detail === "string" ? body.detail : "";
    const field = typeof body.field === "string" ? body.field : null;
    // A sentence, but for one that begins with a file and its line.
    const sentence = /^\S+:\d/.test(detail) ? detail : detail.charAt(0).toUpperCase() + detail.slice(1);
    const problems = Array.isArray(body.problems) ? (body.problems as FieldProblem[]) : [];
    return new Problem(answer.status, sentence, field, problems);
  } catch {
    // Whatever stands between us and the server may answer in its own way.
    return new Problem(answer.status, "");
  }
}
