// The time, as often as a clock that shows minutes needs it.

import { Store } from "./store.ts";

export const minute = new Store(Date.now());
setInterval(() => minute.set(Date.now()), 30_000);
