// Server-sent events. The browser comes back by itself after a break; only a refusal ends a stream for good, and then
// it is opened anew after a while. A stream whose network has gone may look open for minutes: it is given up as soon as
// the browser knows, or when the server's heartbeats stay away.

import { Store } from "./store.ts";

const RETRY_MS = 4000;
/** The server says every 15 seconds that it is still there. */
const SILENCE_MS = 40_000;

/** Whether news arrive now. */
export const connected = new Store(true);

/** Counts what has happened anywhere: whoever shows something that may be concerned listens. */
export const news = new Store(0);

/** Follows a stream until the returned function is called. `address` is asked for every new connection. */
export function follow(address: () => string, events: Record<string, (data: unknown) => void>, main = false): () => void {
  let source: EventSource | null = null;
  let timer = 0;
  let silence = 0;
  const heard = (): void => {
    clearTimeout(silence);
    silence = setTimeout(() => {
      cut();
      back();
    }, SILENCE_MS);
  };
  const open = (): void => {
    source = new EventSource(address());
    heard();
    source.addEventListener("heartbeat", heard);
    source.onopen = () => {
      heard();
      if (main) connected.set(true);
      events["open"]?.(null);
    };
    source.onerror = () => {
      if (main) connected.set(false);
      if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, RETRY_MS);
    };
    for (const [name, take] of Object.entries(events)) {
      if (name === "open") continue;
      source.addEventListener(name, (event) => {
        heard();
        take(JSON.parse((event as MessageEvent<string>).data));
      });
    }
  };
  const cut = (): void => {
    clearTimeout(timer);
    clearTimeout(silence);
    source?.close();
    if (main) connected.set(false);
    timer = setTimeout(open, RETRY_MS);
  };
  const back = (): void => {
    if (source?.readyState === EventSource.OPEN) return;
    clearTimeout(timer);
    source?.close();
    open();
  };
  addEventListener("offline", cut);
  addEventListener("online", back);
  open();
  return () => {
    removeEventListener("offline", cut);
    removeEventListener("online", back);
    clearTimeout(timer);
    clearTimeout(silence);
    source?.close();
    source = null;
  };
}
