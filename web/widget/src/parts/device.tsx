// The conversation goes on on another device of the visitor's: a code to scan, or a link to send to oneself.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { encode } from "uqr";
import type { Chat } from "../model/chat.ts";
import { t, told } from "../words.ts";
import { Dialog } from "./dialog.tsx";

interface Props {
  chat: Chat;
  onClose: () => void;
}

export default function Device({ chat, onClose }: Props): JSX.Element {
  const [url, setUrl] = useState("");
  const [problem, setProblem] = useState("");
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    chat.api.post<{ url: string }>("links", {}).then(
      (made) => setUrl(made.url),
      (error: unknown) => setProblem(told(error)),
    );
  }, []);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(url);
      setCopied(true);
    } catch {
      document.querySelector<HTMLInputElement>("#link")?.select();
    }
  };
  const text = encodeURIComponent(url);
  return (
    <Dialog title={t("otherDevice")} onClose={onClose}>
      <p>{t("scan")}</p>
      {url && (
        <>
          <Code text={url} />
          <label for="link">{t("theLink")}</label>
          <input id="link" readOnly dir="ltr" value={url} onFocus={(event) => event.currentTarget.select()} />
          <p class="ways">
            <button type="button" class="plain" onClick={() => void copy()}>
              {t(copied ? "copied" : "copy")}
            </button>
            <a class="plain" href={`mailto:?subject=${encodeURIComponent(t("linkSubject"))}&body=${text}`}>
              {t("sendByEmail")}
            </a>
            <a class="plain" href={`sms:?&body=${text}`}>
              {t("sendBySms")}
            </a>
          </p>
        </>
      )}
      <p class="problem" role="alert">{problem}</p>
      <div class="actions">
        <button type="button" class="plain" onClick={onClose}>
          {t("close")}
        </button>
      </div>
    </Dialog>
  );
}

/** A QR code in black on white, whatever the page's colours: cameras expect that. */
function Code({ text }: { text: string }): JSX.Element {
  const { data, size } = encode(text, { border: 3 });
  const path = data
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")))
    .join("");
  return (
    <svg class="qr" role="img" aria-label={t("scanLabel")} viewBox={`0 0 ${size} ${size}`} shape-rendering="crispEdges">
      <path fill="#fff" d={`M0 0h${size}v${size}H0z`} />
      <path fill="#000" d={path} />
    </svg>
  );
}
