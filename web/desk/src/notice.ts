// Short words about what has just happened, seen and heard.

import { Store } from "./model/store.ts";

export interface Notice {
  text: string;
  bad: boolean;
}

const SHOWN_MS = 6000;

export const notice = new Store<Notice | null>(null);
let timer = 0;

export function say(text: string, bad = false): void {
  notice.set({ text, bad });
  clearTimeout(timer);
  timer = setTimeout(() => notice.set(null), SHOWN_MS);
}
