// The visitor's browser tells them of answers while the page is closed. Only the chat's own page offers it: a frame on
// somebody's page has no place to ask for such a thing.

import { t } from "../words.ts";
import { type Api, Problem } from "./api.ts";
import type { Memory } from "./memory.ts";
import type { Settings } from "./settings.ts";

/** What is told here of it. */
interface Teller {
  changed(): void;
  say(text: string): void;
}

export class Push {
  isOn = false;

  constructor(
    private readonly api: Api,
    private readonly memory: Memory,
    private readonly settings: Settings,
    private readonly isFramed: boolean,
    private readonly teller: Teller,
  ) {}

  /** True where the visitor can turn it on. */
  get isPossible(): boolean {
    return (
      !this.isFramed &&
      this.settings.push_key !== null &&
      "serviceWorker" in navigator &&
      "PushManager" in window &&
      "Notification" in window &&
      Notification.permission !== "denied"
    );
  }

  /** Goes on as the visitor left it; what the browser has given up meanwhile is made again. */
  resume(): void {
    if (!this.isPossible || !this.memory.push() || Notification.permission !== "granted") return;
    this.isOn = true;
    this.subscribe().catch(() => undefined);
  }

  async turnOn(): Promise<void> {
    if ((await Notification.requestPermission()) !== "granted") {
      this.teller.say(t("tellBlocked"));
      return;
    }
    try {
      await this.subscribe();
      this.memory.keepPush(true);
      this.isOn = true;
      this.teller.say(t("tellOn"));
    } catch (error) {
      this.teller.say(error instanceof Problem && error.passes ? error.message : t("tellFailed"));
    }
  }

  async turnOff(): Promise<void> {
    const endpoint = await this.end();
    this.teller.say(t("tellStopped"));
    // Where it cannot be told, the push service says so itself when it is asked next.
    if (endpoint) this.api.post("push/stop", { endpoint }).catch(() => undefined);
  }

  /** Nobody is told in this browser any more. Resolves to the address that counts no longer. */
  async end(): Promise<string | null> {
    if (!this.memory.push()) return null;
    this.memory.keepPush(false);
    this.isOn = false;
    this.teller.changed();
    try {
      const registration = await this.registration();
      await hush(registration);
      const subscription = await registration?.pushManager.getSubscription();
      await subscription?.unsubscribe();
      return subscription?.endpoint ?? null;
    } catch {
      return null;
    }
  }

  /** What is on the screen is no news. */
  async seen(): Promise<void> {
    if (this.isOn) await hush(await this.registration());
  }

  private registration(): Promise<ServiceWorkerRegistration | undefined> {
    return navigator.serviceWorker.getRegistration(this.scope);
  }

  /** Each chat has a worker of its own, so that it is told of apart from others. */
  private get scope(): string {
    return `/chat/${this.settings.endpoint}`;
  }

  private async subscribe(): Promise<void> {
    const { push_key: key, language } = this.settings;
    await navigator.serviceWorker.register("/chat/worker.js", { scope: this.scope });
    const { pushManager } = await navigator.serviceWorker.ready;
    let subscription = await pushManager.getSubscription();
    if (subscription && spelled(subscription.options.applicationServerKey) !== key) {
      await subscription.unsubscribe();
      subscription = null;
    }
    subscription ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    const { endpoint, keys } = subscription.toJSON();
    await this.api.post("push", { endpoint, keys, language });
  }
}

async function hush(registration: ServiceWorkerRegistration | undefined): Promise<void> {
  const shown = await registration?.getNotifications();
  shown?.forEach((notification) => notification.close());
}

/** A key as the server writes it. */
function spelled(key: ArrayBuffer | null): string {
  const letters = btoa(String.fromCharCode(...new Uint8Array(key ?? new ArrayBuffer(0))));
  return letters.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
