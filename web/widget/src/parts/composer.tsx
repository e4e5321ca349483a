// Where messages are written.

import type { JSX, RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ChatFile } from "../model/api.ts";
import type { Chat } from "../model/chat.ts";
import { size, t, told } from "../words.ts";
import { Icon } from "./icon.tsx";
import { Lazy } from "./lazy.tsx";

const TYPING_EVERY_MS = 4_000;
const HIGHEST = 160;

/** A file on its way. */
interface Upload {
  key: number;
  name: string;
  bytes: number;
  done: ChatFile | null;
}

/** What others can do with the composer. */
export interface ComposerHandle {
  focus(): void;
  add(files: File[]): void;
}

interface Props {
  chat: Chat;
  handle: RefObject<ComposerHandle | null>;
  /** Says whether a message may leave now, with what was filled in before. */
  onSend: (text: string, files: ChatFile[]) => boolean;
}

export function Composer({ chat, handle, onSend }: Props): JSX.Element {
  const text = useRef<HTMLTextAreaElement>(null);
  const chosen = useRef<HTMLInputElement>(null);
  const next = useRef(0);
  const [uploads, setUploads] = useState<Upload[]>([]);
  const [picking, setPicking] = useState(false);
  const typing = useTyping(chat);

  const grow = (): void => {
    const area = text.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight + 2, HIGHEST)}px`;
  };
  const upload = async (file: File): Promise<void> => {
    const key = next.current++;
    const name = file.name || "picture.png";
    setUploads((all) => [...all, { key, name, bytes: file.size, done: null }]);
    try {
      await chat.api.come();
      const done = await chat.api.upload(file);
      setUploads((all) => all.map((one) => (one.key === key ? { ...one, done } : one)));
    } catch (error) {
      setUploads((all) => all.filter((one) => one.key !== key));
      chat.say(t("notUploaded", { name, why: told(error) }));
    }
  };
  const add = (files: File[]): void => {
    const most = chat.settings.max_upload_bytes;
    for (const file of files) {
      if (file.size > most) chat.say(t("tooLarge", { name: file.name, size: size(most) }));
      else void upload(file);
    }
    text.current?.focus();
  };
  const submit = (): void => {
    const area = text.current;
    if (!area) return;
    const words = area.value.trim();
    if (uploads.some((one) => one.done === null)) {
      chat.say(t("stillUploading"));
      return;
    }
    const files = uploads.flatMap((one) => one.done ?? []);
    if (words === "" && files.length === 0) {
      area.focus();
      return;
    }
    if (!onSend(words, files)) return;
    area.value = "";
    setUploads([]);
    setPicking(false);
    grow();
    typing.rest();
    area.focus();
  };
  const insert = (emoji: string): void => {
    text.current?.setRangeText(emoji, text.current.selectionStart, text.current.selectionEnd, "end");
  };
  handle.current = { focus: () => text.current?.focus(), add };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !picking) return;
        event.stopPropagation();
        setPicking(false);
        text.current?.focus();
      }}
    >
      <ul class="uploads" aria-label={t("files")} hidden={uploads.length === 0}>
        {uploads.map(({ key, name, bytes, done }) => (
          <li key={key}>
            <bdi>{name}</bdi>
            <span class="note">{done ? size(bytes) : t("uploading")}</span>
            <button
              type="button"
              class="remove"
              aria-label={t("remove", { name })}
              onClick={() => setUploads((all) => all.filter((one) => one.key !== key))}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      {picking && <Lazy load={() => import("./emoji.tsx")} onPick={insert} />}
      <label for="text" class="hidden">
        {t("yourMessage")}
      </label>
      <div class="row">
        <button type="button" class="round" aria-label={t("attach")} onClick={() => chosen.current?.click()}>
          <Icon shape="clip" />
        </button>
        <button
          type="button"
          class="round"
          aria-label={t("emoji")}
          aria-expanded={picking}
          onClick={() => setPicking(!picking)}
        >
          <Icon shape="smile" />
        </button>
        <input
          type="file"
          multiple
          hidden
          ref={chosen}
          onChange={(event) => {
            add([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = "";
          }}
        />
        <textarea
          id="text"
          rows={1}
          maxLength={20000}
          placeholder={t("writeMessage")}
          dir="auto"
          enterkeyhint="send"
          ref={text}
          onInput={() => {
            grow();
            typing.tell();
          }}
          onKeyDown={(event) => {
            // While a script is being composed, Enter chooses a word.
            if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
              event.preventDefault();
              submit();
            }
          }}
          onPaste={(event) => {
            const files = [...(event.clipboardData?.files ?? [])];
            if (files.length === 0) return;
            event.preventDefault();
            add(files);
          }}
        />
        <button type="submit" class="round send" aria-label={t("send")}>
          <Icon shape="send" />
        </button>
      </div>
    </form>
  );
}

/** Tells people at the desk that the visitor writes, now and then. */
function useTyping(chat: Chat): { tell(): void; rest(): void } {
  const toldAt = useRef(0);
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const rest = (): void => {
    clearTimeout(timer.current);
    if (toldAt.current === 0) return;
    toldAt.current = 0;
    chat.setTyping(false);
  };
  const tell = (): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(rest, TYPING_EVERY_MS);
    if (Date.now() - toldAt.current <= TYPING_EVERY_MS) return;
    toldAt.current = Date.now();
    chat.setTyping(true);
  };
  return { tell, rest };
}
