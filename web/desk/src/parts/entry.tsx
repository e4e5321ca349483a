// One line of the timeline.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../model/api.ts";
import { elsewhere } from "../model/elsewhere.ts";
import type { Delivery, Entry, StoredFile } from "../model/types.ts";
import { say } from "../notice.ts";
import { bytes, clock, moment, named, t, told } from "../words.ts";
import { Event } from "./event.tsx";
import { ChannelIcon, Icon } from "./icons.tsx";
import { authorName, initials } from "./names.ts";
import { MailFrame } from "./mail.tsx";
import { Linked } from "./linked.tsx";

interface Props {
  entry: Entry;
  delivery: Delivery | undefined;
  /** What the conversation's customer is called, where an entry has no name. */
  customer: string | null;
}

export function EntryRow({ entry, delivery, customer }: Props): JSX.Element {
  if (entry.kind === "message" || entry.kind === "note" || entry.kind === "call" || entry.kind === "transcript") {
    return <Said entry={entry} delivery={delivery} customer={customer} />;
  }
  return <Event entry={entry} />;
}

function Said({ entry, delivery, customer }: Props): JSX.Element {
  const { author } = entry;
  const name = author.kind === "customer" ? (author.name ?? customer ?? t("customer")) : authorName(author);
  const side = entry.kind === "note" ? "note" : entry.direction === "in" ? "in" : "out";
  const subject = typeof entry.body["subject"] === "string" ? entry.body["subject"] : null;
  return (
    <article class={`entry ${side} by-${author.kind}`} aria-label={`${name}, ${clock(entry.at)}`}>
      <span class="face" aria-hidden="true">
        {author.kind === "ai" ? <Icon shape="spark" /> : author.kind === "system" || author.kind === "api" ? <Icon shape="gear" /> : initials(author.kind === "member" ? (author.name ?? name) : name)}
      </span>
      <div class="bubble">
        <p class="byline">
          <b><bdi>{name}</bdi></b>
          {author.kind === "ai" && author.name && <span class="tag ai">{t("assistant")}</span>}
          {entry.kind === "note" && <span class="tag"><Icon shape="lock" size={12} /> {t("internalNote")}</span>}
          {entry.channel && (
            <span class="via"><ChannelIcon channel={entry.channel} size={14} /> {named("channel", entry.channel)}</span>
          )}
          <time dateTime={new Date(entry.at).toISOString()} title={moment(entry.at)}>{clock(entry.at)}</time>
        </p>
        {subject && <p class="subject">{t("subject", { text: subject })}</p>}
        <Words entry={entry} />
        {entry.files.length > 0 && <Files files={entry.files} />}
        {delivery && entry.direction === "out" && <Way entry={entry} delivery={delivery} />}
      </div>
    </article>
  );
}

function Words({ entry }: { entry: Entry }): JSX.Element {
  const [whole, setWhole] = useState(false);
  const [quoted, setQuoted] = useState(false);
  const html = typeof entry.body["html"] === "string" ? entry.body["html"] : null;
  const full = typeof entry.body["full_text"] === "string" ? entry.body["full_text"] : null;
  const hasQuote = !html && full !== null && full.trim() !== entry.text.trim();
  return (
    <>
      {whole && html ? (
        <MailFrame html={html} files={entry.files} />
      ) : (
        <div class="words" dir="auto">
          {entry.text || full ? <Linked text={quoted && full ? full : entry.text || full || ""} names={mentions(entry)} /> : entry.files.length === 0 && <i>{t("noText")}</i>}
        </div>
      )}
      {html && (
        <button type="button" class="link" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {t(whole ? "hideMail" : "showMail")}
        </button>
      )}
      {hasQuote && (
        <button type="button" class="link" aria-expanded={quoted} onClick={() => setQuoted(!quoted)}>
          {t(quoted ? "hideMail" : "quoted")}
        </button>
      )}
    </>
  );
}

/** The colleagues a note names, as they were called then. */
function mentions(entry: Entry): string[] {
  const all = entry.body["mentions"];
  if (entry.kind !== "note" || !Array.isArray(all)) return [];
  return all.map((one: { name?: unknown }) => (typeof one.name === "string" ? `@${one.name}` : "")).filter(Boolean);
}

function Files({ files }: { files: StoredFile[] }): JSX.Element {
  return (
    <ul class="files">
      {files.map((file) => {
        const address = `/api/v1/files/${file.id}`;
        if (file.state !== "stored") {
          return <li key={file.id} class="file"><Icon shape="clip" size={14} /> {file.name} ({file.reason ?? t("fileMissing")})</li>;
        }
        const isPicture = /^image\/(png|jpeg|gif|webp|avif)$/.test(file.media_type);
        const isShown = isPicture || /^(audio|video)\//.test(file.media_type);
        return (
          <li key={file.id}>
            <a class="file" href={address} {...(isShown ? { target: "_blank", rel: "noopener noreferrer" } : { download: file.name })}>
              {isPicture ? <img src={address} alt="" loading="lazy" /> : <Icon shape="clip" size={14} />}
              <span><bdi>{file.name}</bdi> <small>{bytes(file.size)}</small></span>
            </a>
          </li>
        );
      })}
    </ul>
  );
}

function Way({ entry, delivery }: { entry: Entry; delivery: Delivery }): JSX.Element {
  const isBad = delivery.status === "failed" || delivery.status === "unknown";
  const again = async (): Promise<void> => {
    try {
      await post(`deliveries/${delivery.id}/retry`, {});
    } catch (error) {
      say(told(error), true);
    }
  };
  return (
    <p class={`way${isBad ? " bad" : ""}`}>
      {named("delivery", delivery.status)}
      {isBad && delivery.reason && `: ${delivery.reason}`}
      {isBad && (
        <>
          {" "}<button type="button" class="link" onClick={() => void again()}>{t("retry")}</button>
          {" "}<button type="button" class="link" onClick={() => elsewhere.set(entry)}>{t("elsewhere")}</button>
        </>
      )}
    </p>
  );
}
