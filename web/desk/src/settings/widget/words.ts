// The words of the widget's settings.

import { vocabulary } from "../../words.ts";
import { de } from "./words/de.ts";
import { en, type WidgetWords } from "./words/en.ts";
import { es } from "./words/es.ts";

export const [l, ln] = vocabulary<keyof WidgetWords>({ en, de, es });
