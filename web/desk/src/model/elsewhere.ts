// An answer that did not arrive and is to be sent over another channel: asked for at its line of the timeline, taken up
// by whoever writes in its conversation.

import { Store } from "./store.ts";
import type { Entry } from "./types.ts";

export const elsewhere = new Store<Entry | null>(null);
