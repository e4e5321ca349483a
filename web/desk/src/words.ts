// Which words are shown: the member's choice, else the browser's language, else English.

import { Problem } from "./model/api.ts";
import { taste } from "./model/taste.ts";
import { de } from "./words/de.ts";
import { en, type Words } from "./words/en.ts";
import { es } from "./words/es.ts";

export type Word = keyof Words;

export const LANGUAGES: Record<string, { name: string; words: Words }> = {
  en: { name: "English", words: en },
  de: { name: "Deutsch", words: de },
  es: { name: "Español", words: es },
};

export function language(): string {
  const wanted = [taste.get().language, ...navigator.languages.map((one) => one.slice(0, 2))];
  return wanted.find((one) => one && one in LANGUAGES) ?? "en";
}

/** The words for `key`, with what stands in braces filled in. */
export function t(key: Word, values: Record<string, string | number> = {}): string {
  return filled(LANGUAGES[language()]?.words[key] ?? en[key], values);
}

/** The words for something the server names, or the name itself where we have none. */
export function named(prefix: string, name: string): string {
  const key = `${prefix}_${name}`;
  return key in en ? t(key as Word) : name;
}

/** The words of a part that is loaded by itself: as [`t`] and [`named`] for all others. */
export function vocabulary<K extends string>(all: Record<string, Record<K, string>> & { en: Record<K, string> }) {
  const say = (key: K, values: Record<string, string | number> = {}): string =>
    filled(all[language()]?.[key] ?? all.en[key], values);
  const sayNamed = (prefix: string, name: string, values: Record<string, string | number> = {}): string => {
    const key = `${prefix}_${name}`;
    return key in all.en ? say(key as K, values) : name;
  };
  return [say, sayNamed] as const;
}

function filled(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

/** What went wrong, for people. */
export function told(error: unknown): string {
  if (!(error instanceof Problem)) return String(error);
  if (error.status === 0) return t("noConnection");
  return error.message || t("failed", { status: error.status });
}

const dates = new Map<string, Intl.DateTimeFormat>();

/** As it is usual where the member lives, if that place speaks the language shown: 15:52 in Leeds, 3:52 PM in Boston. */
function locale(): string {
  const spoken = language();
  return navigator.languages.find((one) => one.slice(0, 2) === spoken) ?? spoken;
}

/** No calendar goes farther. */
const LAST_DAY = 8.64e15;

function date(at: number, style: Intl.DateTimeFormatOptions): string {
  if (!(Math.abs(at) <= LAST_DAY)) return "–";
  const where = locale();
  const key = where + JSON.stringify(style);
  let format = dates.get(key);
  if (!format) dates.set(key, (format = new Intl.DateTimeFormat(where, style)));
  return format.format(at);
}

export const clock = (at: number): string => date(at, { timeStyle: "short" });
export const moment = (at: number): string => date(at, { dateStyle: "medium", timeStyle: "short" });

const isToday = (at: number): boolean => new Date().toDateString() === new Date(at).toDateString();

/** The time, with its day where that is another one. */
export const nearby = (at: number): string => (isToday(at) ? clock(at) : moment(at));

/** The day, with words for the nearest ones. */
export function day(at: number): string {
  const start = new Date();
  start.setHours(0, 0, 0, 0);
  if (at >= start.getTime()) return t("today");
  if (at >= start.getTime() - 86_400_000) return t("yesterday");
  const thisYear = new Date(at).getFullYear() === start.getFullYear();
  return date(at, { weekday: "long", day: "numeric", month: "long", ...(thisYear ? {} : { year: "numeric" }) });
}

/** As short as a list needs it. */
export function brief(at: number): string {
  return isToday(at) ? clock(at) : date(at, { day: "numeric", month: "short" });
}

/** A length of time, as short as it can be said. */
export function span(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const minutes = Math.round(ms / 60_000);
  const [count, unit] =
    seconds < 60 ? [seconds, "second"]
    : minutes < 60 ? [minutes, "minute"]
    : minutes < 48 * 60 ? [Math.round(minutes / 60), "hour"]
    : [Math.round(minutes / 1440), "day"];
  const format = new Intl.NumberFormat(language(), { style: "unit", unit: String(unit), unitDisplay: "narrow" });
  return format.format(Number(count));
}

export function bytes(size: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let at = 0;
  let left = size;
  while (left >= 1000 && at < units.length - 1) {
    left /= 1000;
    at++;
  }
  return `${left < 10 && at > 0 ? left.toFixed(1) : Math.round(left)} ${units[at]}`;
}
