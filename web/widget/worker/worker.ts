// Tells the visitor of an answer while no page of the chat is open, and opens the chat when they press the news. A
// subscription that the browser has given up is made again by the page, the next time it is open: only the page knows
// whose it is.

// Its names are its own.
export {};

declare const self: ServiceWorkerGlobalScope;

/** What the server tells. */
interface News {
  title: string;
  body: string;
  /** The conversation: its later news takes the place of the earlier. */
  tag: string;
  /** The chat's page. */
  url: string;
  language: string;
}

self.addEventListener("install", () => void self.skipWaiting());

self.addEventListener("push", (event) => {
  if (event.data) event.waitUntil(show(event.data.json() as News));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(go(event.notification.data as string));
});

async function show({ title, body, tag, url, language }: News): Promise<void> {
  const isSeen = (await pages(url)).some((page) => page.visibilityState === "visible");
  const options: NotificationOptions & { renotify: boolean } = {
    body,
    tag,
    lang: language,
    // An answer may be in another language than the page.
    dir: "auto",
    data: url,
    silent: isSeen,
    renotify: !isSeen,
  };
  await self.registration.showNotification(title, options);
}

async function go(url: string): Promise<void> {
  const [page] = await pages(url);
  await (page ? page.focus() : self.clients.openWindow(url));
}

/** The windows in which the chat is open, whatever name of the server it was opened by. */
async function pages(url: string): Promise<WindowClient[]> {
  const { pathname } = new URL(url);
  const all = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return all.filter((page) => new URL(page.url).pathname === pathname);
}
