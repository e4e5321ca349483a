// The list of what was said. It keeps the newest in sight, unless somebody reads further up.

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Tail } from "../../../shared/tail.ts";
import type { ChatFile, Entry } from "../model/api.ts";
import type { Chat } from "../model/chat.ts";
import type { Draft } from "../model/memory.ts";
import { clock, moment, size, t } from "../words.ts";
import { CallBack } from "./callback.tsx";
import { Ask } from "./prompt.tsx";
import { Rating } from "./rating.tsx";
import { InLine } from "./waiting.tsx";

/** So close to the end counts as the end, in pixels. */
const NEAR_END = 80;

export function Log({ chat, children }: { chat: Chat; children: ComponentChildren }): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const tail = useMemo(() => new Tail(NEAR_END), []);
  const [hasNew, setHasNew] = useState(false);
  const { entries, outbox, typing } = chat;
  const toEnd = (): void => {
    if (element.current) tail.follow(element.current);
    setHasNew(false);
  };
  const stay = (): void => {
    if (element.current) tail.look(element.current);
    if (tail.isFollowed) toEnd();
  };
  const newest = entries.at(-1);
  const drafts = outbox.waiting.length;
  const waiting = chat.newIssue ? null : chat.waiting;
  useLayoutEffect(() => {
    if (element.current) tail.look(element.current);
    if (tail.isFollowed || newest?.from === "you") toEnd();
    else setHasNew(true);
  }, [newest?.id, drafts]);
  useLayoutEffect(stay);
  useLayoutEffect(() => {
    const list = element.current;
    if (!list) return;
    const sized = new ResizeObserver(stay);
    sized.observe(list);
    return () => sized.disconnect();
  }, []);
  return (
    <>
      <div
        class="log"
        role="log"
        aria-label={t("conversation")}
        tabIndex={0}
        ref={element}
        onScroll={({ currentTarget }) => {
          tail.look(currentTarget);
          if (tail.isFollowed) setHasNew(false);
        }}
      >
        <p class="greeting" dir="auto">
          {chat.settings.greeting ?? t("greeting")}
        </p>
        {children}
        <ol class="lines">
          {entries.map((entry) => (
            <Line key={entry.id} entry={entry} chat={chat} onGrow={stay} />
          ))}
        </ol>
        <ol class="lines pending">
          {outbox.waiting.map((draft) => (
            <Waiting key={draft.id} draft={draft} chat={chat} />
          ))}
        </ol>
        {/* While nobody answers at once, it says above from when on somebody does. */}
        <InLine waiting={chat.settings.open ? waiting : null} />
        {!chat.newIssue && <CallBack chat={chat} />}
        {(waiting || newest?.from === "you") && chat.push.isPossible && !chat.push.isOn && (
          <p class="tell">
            <button type="button" class="link" onClick={() => void chat.push.turnOn()}>
              {t("tellMe")}
            </button>
          </p>
        )}
        <Rating chat={chat} />
        {typing && <p class="typing">{t("writing", { name: typing.name ?? t("somebody") })}</p>}
      </div>
      <div class="jump">
        {hasNew && (
          <button type="button" class="newer" onClick={toEnd}>
            {t("newMessages")}
          </button>
        )}
      </div>
    </>
  );
}

interface LineProps {
  entry: Entry;
  chat: Chat;
  onGrow: () => void;
}

function Line({ entry, chat, onGrow }: LineProps): JSX.Element {
  const own = entry.from === "you" || entry.from === "you_elsewhere";
  const failed = entry.status === "failed" ? " failed" : "";
  return (
    <li class={`line${own ? " own" : ""}${failed}`}>
      {own ? <p class="hidden">{t("you")}</p> : <p class="who" dir="auto">{author(entry)}</p>}
      <div class="bubble">
        {entry.text && <p dir="auto">{linked(entry.text)}</p>}
        {entry.files.map((file) => (
          <FileLine key={file.id} file={file} chat={chat} onGrow={onGrow} />
        ))}
      </div>
      <p class="foot">
        <time dateTime={new Date(entry.at).toISOString()} title={moment(entry.at)}>
          {clock(entry.at)}
        </time>
        {entry.channel === "email" && ` · ${t("byEmail")}`}
        {entry.channel === "sms" && ` · ${t("bySms")}`}
        {entry.from === "you" && (
          <span class="state"> · {entry.seq < chat.readByThem ? t("read") : t("sent")}</span>
        )}
      </p>
      <Ask entry={entry} chat={chat} />
    </li>
  );
}

function author(entry: Entry): string {
  if (entry.name) return entry.name;
  if (entry.from === "assistant") return t("assistant");
  return entry.from === "system" ? t("notice") : t("support");
}

/** Addresses of pages can be pressed; everything else stays text. */
function linked(text: string): ComponentChildren[] {
  return text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}'])/).map((part, at) =>
    at % 2 === 0 ? part : (
      <a href={part} target="_blank" rel="noopener noreferrer nofollow ugc">
        {part}
      </a>
    ),
  );
}

function Waiting({ draft, chat }: { draft: Draft; chat: Chat }): JSX.Element {
  return (
    <li class={draft.refused ? "line own refused" : "line own waits"}>
      <p class="hidden">{t("you")}</p>
      <div class="bubble">
        {draft.text && <p dir="auto">{draft.text}</p>}
        {draft.files.map((file) => (
          <p class="file" dir="auto" key={file.id}>{file.name}</p>
        ))}
      </div>
      <p class="foot">
        {draft.refused ? (
          <>
            <span class="why">{t("notSent", { why: draft.refused })}</span>
            <button type="button" class="link" onClick={() => chat.outbox.retry(draft)}>
              {t("tryAgain")}
            </button>
            <button type="button" class="link" onClick={() => chat.outbox.drop(draft)}>
              {t("delete")}
            </button>
          </>
        ) : chat.isAway ? (
          t("waits")
        ) : (
          t("sending")
        )}
      </p>
    </li>
  );
}

interface FileProps {
  file: ChatFile;
  chat: Chat;
  onGrow: () => void;
}

function FileLine({ file, chat, onGrow }: FileProps): JSX.Element {
  const [state, setState] = useState<"" | "busy" | "failed">("");
  if (!file.available) {
    return <p class="file" dir="auto">{t("notAvailable", { name: file.name })}</p>;
  }
  if (file.inline && file.media_type.startsWith("image/")) {
    return <Picture file={file} chat={chat} onGrow={onGrow} />;
  }
  const download = async (): Promise<void> => {
    setState("busy");
    try {
      const url = URL.createObjectURL(await chat.api.file(file.id));
      const link = document.createElement("a");
      link.href = url;
      link.download = file.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
      setState("");
    } catch {
      setState("failed");
    }
  };
  return (
    <button type="button" class="file" dir="auto" disabled={state === "busy"} onClick={() => void download()}>
      {state === "failed" ? t("notFetched", { name: file.name }) : `${file.name} (${size(file.size)})`}
    </button>
  );
}

function Picture({ file, chat, onGrow }: FileProps): JSX.Element {
  const [url, setUrl] = useState<string | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let made: string | null = null;
    let gone = false;
    chat.api
      .file(file.id)
      .then((blob) => {
        if (gone) return;
        made = URL.createObjectURL(blob);
        setUrl(made);
      })
      .catch(() => setFailed(true));
    return () => {
      gone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [file.id]);
  return (
    <div class="picture">
      {failed && t("notShown", { name: file.name })}
      {url && !failed && <img src={url} alt={file.name} onLoad={onGrow} onError={() => setFailed(true)} />}
    </div>
  );
}
