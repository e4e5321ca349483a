// Words in the language the server chose for the reader. English is here; the others come when they are needed.

import { Problem } from "./model/api.ts";
import { type Counted, en, type Word, type Words } from "./words/en.ts";

export type { Word };

let words: Words = en;
const language = document.documentElement.lang || "en";

const OTHERS: Record<string, () => Promise<{ words: Words }>> = {
  de: () => import("./words/de.ts"),
  es: () => import("./words/es.ts"),
  ar: () => import("./words/ar.ts"),
};

/** Fetches the words; English does when they do not come. */
export async function learn(): Promise<void> {
  try {
    words = (await OTHERS[language]?.())?.words ?? en;
  } catch {
    words = en;
  }
}

/** The words for `key`, with what stands in braces filled in. */
export function t(key: Word, values: Record<string, string | number> = {}): string {
  return words[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

/** The words for `count` of something, in the form that the language has for so many. */
export function counted(key: Counted, count: number): string {
  const form = words[`${key}_${new Intl.PluralRules(language).select(count)}`] ?? words[`${key}_other`];
  return form.replace("{count}", new Intl.NumberFormat(language).format(count));
}

/** What went wrong, for people. */
export function told(error: unknown): string {
  if (!(error instanceof Problem)) return String(error);
  return error.status === 0 ? t("noConnection") : error.message;
}

const format = (at: number, style: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat(language, style).format(at);

/** As short as a line needs it. */
export function clock(at: number): string {
  const today = new Date(at).toDateString() === new Date().toDateString();
  const time = format(at, { hour: "2-digit", minute: "2-digit" });
  return today ? time : `${format(at, { day: "numeric", month: "short" })}, ${time}`;
}

/** All of it. */
export const moment = (at: number): string => format(at, { dateStyle: "medium", timeStyle: "short" });

/** A day and an hour not far away. */
export const soon = (at: number): string => format(at, { weekday: "long", hour: "2-digit", minute: "2-digit" });

/** Minutes, and hours where that is said more easily. */
export function duration(ms: number): string {
  const [unit, value] = ms > 3_600_000 ? ["hour", ms / 3_600_000] : ["minute", ms / 60_000];
  const style = { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(language, style).format(value);
}

export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
