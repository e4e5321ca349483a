// A mail as it was sent. The server has sanitised it; it stands in a frame in which no script runs, under the page's
// own policy, so that nothing is loaded from elsewhere either.

import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { StoredFile } from "../model/types.ts";
import { t } from "../words.ts";

const MOST_PX = 20_000;

interface Props {
  html: string;
  files: StoredFile[];
  /** What the frame is called; the mail itself when left out. */
  title?: string;
}

export function MailFrame({ html, files, title = t("mailFrame") }: Props): JSX.Element {
  const frame = useRef<HTMLIFrameElement>(null);
  const fit = (): void => {
    const element = frame.current;
    const root = element?.contentDocument?.documentElement;
    if (element && root) element.style.height = `${Math.min(root.scrollHeight + 2, MOST_PX)}px`;
  };
  return (
    <iframe
      ref={frame}
      class="mail"
      title={title}
      sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
      srcdoc={page(html, files)}
      onLoad={() => {
        fit();
        for (const image of frame.current?.contentDocument?.images ?? []) image.addEventListener("load", fit);
      }}
    />
  );
}

/** The mail with its own pictures in their places. */
function page(html: string, files: StoredFile[]): string {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  for (const image of parsed.images) {
    const id = image.getAttribute("src")?.replace(/^cid:/i, "").toLowerCase();
    const file = files.find((one) => one.content_id?.replace(/^<|>$/g, "").toLowerCase() === id);
    if (file && file.state === "stored") image.setAttribute("src", `/api/v1/files/${file.id}`);
    else image.removeAttribute("src");
  }
  const style = '<link rel="stylesheet" href="/desk/assets/mail.css">';
  return `<!doctype html><meta charset="utf-8">${style}<body>${parsed.body.innerHTML}</body>`;
}
