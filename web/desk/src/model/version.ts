// A tab may be older than the server: after a break in the connection the desk looks whether it is still the one that
// would be loaded now.

import { Store } from "./store.ts";

/** True when the server has another desk than this page is. */
export const outdated = new Store(false);
let ours: string | null = null;

export async function checkVersion(): Promise<void> {
  try {
    const answer = await fetch("/desk/assets/desk.js", { method: "HEAD", cache: "no-store" });
    const tag = answer.ok ? answer.headers.get("etag") : null;
    if (!tag) return;
    ours ??= tag;
    if (tag !== ours) outdated.set(true);
  } catch {
    // Without a connection nobody knows; the next one asks again.
  }
}
