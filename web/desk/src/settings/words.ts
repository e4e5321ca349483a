// The words of the settings, loaded with them.

import { language } from "../words.ts";
import { de } from "./words/de.ts";
import { en, type SettingsWords } from "./words/en.ts";
import { es } from "./words/es.ts";

export type SettingsWord = keyof SettingsWords;

const ALL: Record<string, SettingsWords> = { en, de, es };

/** The words for `key`, with what stands in braces filled in. */
export function w(key: SettingsWord, values: Record<string, string | number> = {}): string {
  const text = ALL[language()]?.[key] ?? en[key];
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

/** The words for something the server names, or the name itself where we have none. */
export function wn(prefix: string, name: string): string {
  const key = `${prefix}_${name}`;
  return key in en ? w(key as SettingsWord) : name;
}
