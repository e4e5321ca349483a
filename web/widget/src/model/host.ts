// The page around the frame. Its policy of ancestors lets only pages that may show the chat be there at all.

import { type FromFrame, HELLO, type ToFrame } from "../../../shared/frame.ts";

/** What the page wants. */
export interface Guest {
  shown(shown: boolean, alone: boolean): void;
  identify(token: string): Promise<void>;
  reset(): Promise<void>;
}

export class Host {
  private port: MessagePort | null = null;
  private said = new Map<string, FromFrame>();

  constructor(guest: Guest) {
    window.addEventListener("message", (event) => {
      const [port] = event.ports;
      if (event.source !== window.parent || event.data !== HELLO || !port) return;
      this.port = port;
      port.onmessage = ({ data }: MessageEvent<ToFrame>) => {
        if (data.type === "shown") guest.shown(data.shown, data.alone);
        else if (data.type === "identify") void guest.identify(data.token);
        else if (data.type === "reset") void guest.reset();
      };
      this.tell({ type: "ready" });
      for (const message of this.said.values()) port.postMessage(message);
    });
    // It says nothing, so everybody may hear it.
    window.parent.postMessage(HELLO, "*");
  }

  tell(message: FromFrame): void {
    // What was said before somebody listened is said again; only the last word of each kind.
    if (!this.port) this.said.set(message.type, message);
    this.port?.postMessage(message);
  }
}
