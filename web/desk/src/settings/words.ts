// The words of the settings, loaded with them.

import { vocabulary } from "../words.ts";
import { de } from "./words/de.ts";
import { en, type SettingsWords } from "./words/en.ts";
import { es } from "./words/es.ts";

export type SettingsWord = keyof SettingsWords;

/** `w`: the words for a key. `wn`: those for something the server names, or the name itself where we have none. */
export const [w, wn] = vocabulary<SettingsWord>({ en, de, es });
