// The words of the policies.

import { vocabulary } from "../../words.ts";
import { de } from "./words/de.ts";
import { en, type PolicyWords } from "./words/en.ts";
import { es } from "./words/es.ts";

export const [p, pn] = vocabulary<keyof PolicyWords>({ en, de, es });
