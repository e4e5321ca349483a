// The words of the settings, loaded with them.

import { vocabulary } from "../words.ts";
import { de } from "./words/de.ts";
import { en, type SettingsWords } from "./words/en.ts";
import { es } from "./words/es.ts";

export type SettingsWord = keyof SettingsWords;

export const [w, wn] = vocabulary<SettingsWord>({ en, de, es });
