// The time, as often as a clock that shows minutes needs it.

import { serverNow } from "./api.ts";
import { Store } from "./store.ts";

export const minute = new Store(serverNow());
setInterval(() => minute.set(serverNow()), 30_000);
