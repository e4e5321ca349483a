// Writing: an answer on any of the customer's channels, or a note for colleagues. What is written is kept in this
// browser until it is sent; what is sent can be taken back for a few seconds.

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { COMMANDS, shown, useCommand } from "../keys.ts";
import { download, get, post, upload } from "../model/api.ts";
import { elsewhere } from "../model/elsewhere.ts";
import { read, write } from "../model/kept.ts";
import { openLine, ways } from "../model/lines.ts";
import { asChange, doesSomething, filled, type Macro } from "../model/macros.ts";
import { letGo, outbox, takeBack, type Outgoing } from "../model/outbox.ts";
import { endpoints, session } from "../model/people.ts";
import { useStore } from "../model/store.ts";
import type { Author, Change, Conversation, CustomerView, Entry, Fact, Interaction, Member, Page, StoredFile } from "../model/types.ts";
import { say } from "../notice.ts";
import { bytes, t, told } from "../words.ts";
import { CopilotBox } from "./copilot.tsx";
import { useDrop } from "./drop.ts";
import { authorName } from "./names.ts";
import { ChannelIcon, Icon } from "./icons.tsx";
import { KnowledgeSearch } from "./knowledge.tsx";
import { changeInWords, MacroSearch } from "./macros.tsx";
import { begun, mentioned, MentionList } from "./mentions.tsx";
import { Waiting } from "./waiting.tsx";

type Kind = "reply" | "note";

interface Draft {
  text: string;
  files: StoredFile[];
  /** What a macro does to the case once this is sent. */
  then?: Change | null;
}

const EMPTY: Draft = { text: "", files: [] };
const TYPING_EVERY_MS = 4000;

interface Props {
  conversation: Conversation;
  customer: CustomerView | null;
  lines: Interaction[];
  onLines: (lines: Interaction[]) => void;
  /** The colleague who has answered since this was begun. */
  rival: Author | null;
  onRivalSeen: () => void;
}

export function Composer({ conversation, customer, lines, onLines, rival, onRivalSeen }: Props): JSX.Element {
  const { id } = conversation;
  const [kind, setKind] = useState<Kind>("reply");
  const [draft, setDraft] = useState<Draft>(() => read(`draft.${id}.reply`, EMPTY));
  const [chosen, setChosen] = useState<string | null>(null);
  const [over, setOver] = useState<"knowledge" | "macros" | null>(null);
  const [caret, setCaret] = useState(0);
  const [uploads, setUploads] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  /** Sent before it was known where to: it goes as soon as that is. */
  const [hasty, setHasty] = useState(false);
  const all = useStore(endpoints);
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const focusNext = useRef(false);
  /** Where the next key writes, once the field shows the text that was put into it. */
  const caretNext = useRef<number | null>(null);
  const told_ = useRef(0);
  const possible = ways(conversation, customer, lines, all);
  const way = possible.find((one) => one.key === chosen) ?? possible[0];
  const isNote = kind === "note";
  const isEmpty = draft.text.trim() === "" && (isNote || draft.files.length === 0);

  const keep = (next: Draft): void => {
    setHasty(false);
    latest.current.draft = next;
    setDraft(next);
    write(`draft.${id}.${kind}`, next.text || next.files.length > 0 || next.then ? next : null);
  };
  const latest = useRef({ keep, draft, kind });
  latest.current = { keep, draft, kind };
  const turn = (to: Kind): void => {
    focusNext.current = true;
    setHasty(false);
    setKind(to);
    setDraft(read(`draft.${id}.${to}`, EMPTY));
    if (to === kind) field.current?.focus();
  };
  useLayoutEffect(() => {
    const at = caretNext.current;
    caretNext.current = null;
    if (at !== null) field.current?.setSelectionRange(at, at);
    if (!focusNext.current) return;
    focusNext.current = false;
    field.current?.focus();
  }, [kind, draft]);
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight + 2, innerHeight * 0.4)}px`;
  }, [draft.text, kind]);

  const tell = (typing: boolean): void => {
    const now = Date.now();
    if (isNote || (typing && now - told_.current < TYPING_EVERY_MS) || (!typing && told_.current === 0)) return;
    told_.current = typing ? now : 0;
    post(`conversations/${id}/typing`, { typing }).catch(() => undefined);
  };
  useEffect(() => () => {
    if (told_.current) post(`conversations/${id}/typing`, { typing: false }).catch(() => undefined);
  }, [id]);

  const submit = async (): Promise<void> => {
    if (isEmpty || busy || uploads.length > 0) return;
    if (!isNote && !way) {
      setHasty(customer === null);
      return;
    }
    // What is written from now on is the next message.
    keep(EMPTY);
    let via = isNote ? null : (way?.key ?? null);
    if (!isNote && way?.open) {
      setBusy(true);
      try {
        const line = await openLine(id, way.open);
        onLines([...lines, line]);
        setChosen(line.id);
        via = line.id;
      } catch (error) {
        bring({ ...draft, kind });
        say(told(error), true);
        return;
      } finally {
        setBusy(false);
      }
    }
    letGo({
      conversation: id,
      kind,
      text: draft.text.trim(),
      via,
      files: isNote ? [] : draft.files,
      mentions: isNote ? mentioned(draft.text) : [],
      then: draft.then ?? null,
    });
    onRivalSeen();
    tell(false);
    field.current?.focus();
  };
  useEffect(() => {
    if (!hasty || customer === null) return;
    setHasty(false);
    void submit();
  }, [hasty, customer]);
  /** Puts what was written once before what is being written. */
  const bring = (written: Draft & { kind: Kind }): void => {
    focusNext.current = true;
    setKind(written.kind);
    const before = read<Draft>(`draft.${id}.${written.kind}`, EMPTY);
    const next: Draft = {
      text: [written.text, before.text].filter(Boolean).join("\n\n"),
      files: [...written.files, ...before.files],
      then: written.then ?? before.then ?? null,
    };
    setDraft(next);
    write(`draft.${id}.${written.kind}`, next);
  };
  const back = (one: Outgoing | undefined): void => {
    const taken = one && takeBack(one.id);
    if (!taken) return;
    bring(taken);
    say(t("undone"));
  };
  const lost = useStore(elsewhere);
  const sendElsewhere = async (entry: Entry): Promise<void> => {
    const others = possible.filter((one) => one.key !== entry.interaction);
    const other = others.find((one) => one.channel !== entry.channel) ?? others[0];
    if (!other) {
      say(t("noOtherLine"), true);
      return;
    }
    setChosen(other.key);
    bring({ kind: "reply", text: entry.text, files: [] });
    say(`${t("channel")}: ${other.label}`);
    try {
      await attach(await Promise.all(entry.files.filter((one) => one.state === "stored").map(download)));
    } catch (error) {
      say(told(error), true);
    }
  };
  useEffect(() => {
    if (lost?.conversation !== id || customer === null) return;
    elsewhere.set(null);
    void sendElsewhere(lost);
  }, [lost, customer]);
  const waiting = useStore(outbox).filter((one) => one.conversation === id);

  const attach = async (files: File[]): Promise<void> => {
    const most = session.get()?.max_upload_bytes ?? Infinity;
    const large = files.filter((file) => file.size > most);
    if (large.length > 0) say(t("fileTooLarge", { names: large.map((one) => `${one.name} (${bytes(one.size)})`).join(", "), most: bytes(most) }), true);
    for (const file of files.filter((one) => one.size <= most)) {
      setUploads((names) => [...names, file.name]);
      try {
        const stored = await upload(file);
        const now = latest.current;
        if (now.kind === "reply") now.keep({ ...now.draft, files: [...now.draft.files, stored] });
        else {
          // A note is being written meanwhile; files belong to the answer.
          const reply = read<Draft>(`draft.${id}.reply`, EMPTY);
          write(`draft.${id}.reply`, { ...reply, files: [...reply.files, stored] });
        }
      } catch (error) {
        say(`${file.name}: ${told(error)}`, true);
      } finally {
        setUploads((names) => names.filter((name) => name !== file.name));
      }
    }
  };
  /** Keeps what was put into the draft. Whoever writes goes on behind it with the very next key. */
  const put = (next: Draft, at: number): void => {
    caretNext.current = at;
    focusNext.current = true;
    setCaret(at);
    latest.current.keep(next);
  };
  /** Files that were dropped or pasted. */
  const receive = (files: File[]): void => {
    if (isNote) say(t("noteNoFiles"), true);
    else void attach(files);
  };
  const dropping = useDrop(receive);
  const insert = (text: string, actions?: Change): void => {
    setOver(null);
    const element = field.current;
    // What was written while a macro was filled in stays.
    const { draft: now } = latest.current;
    const at = element?.selectionStart ?? now.text.length;
    const before = now.text.slice(0, at);
    const gap = before && !before.endsWith("\n") ? "\n" : "";
    const upTo = before + (text ? gap : "") + text;
    put({ ...now, then: actions ?? now.then ?? null, text: upTo + now.text.slice(element?.selectionEnd ?? at) }, upTo.length);
  };
  const takeMacro = async (one: Macro): Promise<void> => {
    setOver(null);
    const asksFacts = one.text.includes("{{fact.") || one.text.includes("{{ fact.");
    const facts = asksFacts ? await get<Page<Fact>>(`conversations/${id}/facts`).then((page) => page.items).catch(() => []) : [];
    const { text, missing } = filled(one.text, { conversation, customer, facts });
    insert(text, doesSomething(one.actions) ? asChange(one.actions) : undefined);
    if (missing.length > 0) say(t("macroMissing", { names: missing.join(", ") }), true);
  };
  const mention = isNote ? begun(draft.text, caret) : null;
  const takeMention = (member: Member): void => {
    if (!mention) return;
    const text = `${draft.text.slice(0, mention.from)}@${member.name} `;
    put({ ...draft, text: text + draft.text.slice(caret) }, text.length);
  };
  const nextWay = (): void => {
    const at = possible.findIndex((one) => one.key === way?.key);
    const next = possible[(at + 1) % possible.length];
    if (!next) return;
    setChosen(next.key);
    say(`${t("channel")}: ${next.label}`);
  };
  useCommand("reply", () => turn("reply"));
  useCommand("note", () => turn("note"));
  useCommand("send", () => void submit());
  useCommand("undo", waiting.length > 0 ? () => back(waiting.findLast((one) => !one.sending)) : null);
  useCommand("channel", isNote ? null : nextWay);
  useCommand("knowledge", () => setOver("knowledge"));
  useCommand("macro", () => setOver("macros"));
  useCommand("attach", isNote ? null : () => picker.current?.click());

  return (
    <section class={`composer ${kind}${dropping ? " dropping" : ""}`} aria-label={t("composer")}>
      {waiting.length > 0 && (
        <ul class="waiting-list">
          {waiting.map((one) => <Waiting key={one.id} one={one} onBack={() => back(one)} />)}
        </ul>
      )}
      <div class="composer-top">
        <div class="switch" role="group" aria-label={t("composer")}>
          <button type="button" aria-pressed={!isNote} onClick={() => turn("reply")}>{t("reply")}</button>
          <button type="button" aria-pressed={isNote} onClick={() => turn("note")}>{t("note")}</button>
        </div>
        {!isNote && way && (
          <label class="way-choice">
            <ChannelIcon channel={way.channel} />
            <span class="unseen">{t("channel")}</span>
            <select value={way.key} onChange={(event) => setChosen(event.currentTarget.value)}>
              {possible.map((one) => <option key={one.key} value={one.key}>{one.label}</option>)}
            </select>
          </label>
        )}
        {!isNote && !way && <span class="hint">{t("noLine")}</span>}
      </div>
      {rival && !isEmpty && (
        <p class="warning rival" role="alert">
          {t("rival", { name: authorName(rival) })}
          <button type="button" class="link" onClick={onRivalSeen}>{t("understood")}</button>
        </p>
      )}
      {!isNote && <CopilotBox conversation={id} length={conversation.last_seq} onInsert={insert} />}
      {mention && <MentionList name={mention.name} field={field.current} onTake={takeMention} />}
      <textarea
        ref={field}
        rows={2}
        dir="auto"
        maxLength={20_000}
        aria-label={t(isNote ? "noteLabel" : "messageLabel")}
        placeholder={t(isNote ? "noteHint" : "messageHint")}
        value={draft.text}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
        onInput={(event) => {
          setCaret(event.currentTarget.selectionStart);
          keep({ ...draft, text: event.currentTarget.value });
          tell(event.currentTarget.value !== "");
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            event.preventDefault();
            event.currentTarget.blur();
            document.querySelector<HTMLElement>(".timeline .scroll")?.focus();
          }
        }}
        onPaste={(event) => {
          const files = event.clipboardData?.files;
          if (!files?.length) return;
          event.preventDefault();
          receive([...files]);
        }}
      />
      {!isNote && (draft.files.length > 0 || uploads.length > 0) && (
        <ul class="files">
          {draft.files.map((file) => (
            <li key={file.id} class="file">
              <Icon shape="clip" size={14} /> <bdi>{file.name}</bdi>
              <button type="button" class="plain" aria-label={t("removeFile", { name: file.name })} onClick={() => keep({ ...draft, files: draft.files.filter((one) => one !== file) })}>
                <Icon shape="close" size={14} />
              </button>
            </li>
          ))}
          {uploads.map((name) => <li key={name} class="file">{t("uploading", { name })}</li>)}
        </ul>
      )}
      {draft.then && (
        <p class="then">
          <Icon shape="check" size={14} /> {t("uponSending", { what: changeInWords(draft.then) })}
          <button type="button" class="plain" aria-label={t("removeActions")} onClick={() => keep({ ...draft, then: null })}>
            <Icon shape="close" size={14} />
          </button>
        </p>
      )}
      <div class="composer-foot">
        <input ref={picker} type="file" multiple hidden onChange={(event) => {
          void attach([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }} />
        {!isNote && (
          <button type="button" class="plain" aria-label={t("attach")} title={`${t("attach")} (${shown(COMMANDS.attach.keys)})`} onClick={() => picker.current?.click()}>
            <Icon shape="clip" />
          </button>
        )}
        <button type="button" class="plain" aria-label={t("knowledge")} title={`${t("knowledge")} (${shown(COMMANDS.knowledge.keys)})`} onClick={() => setOver("knowledge")}>
          <Icon shape="book" />
        </button>
        <button type="button" class="plain" aria-label={t("macros")} title={`${t("macros")} (${shown(COMMANDS.macro.keys)})`} onClick={() => setOver("macros")}>
          <Icon shape="bolt" />
        </button>
        <span class="hint">{dropping && !isNote ? t("dropHere") : !isEmpty && t("draftKept")}</span>
        <button type="button" class="main" disabled={isEmpty || busy || uploads.length > 0 || (!isNote && !way)} onClick={() => void submit()}>
          {t(isNote ? "addNote" : "send")} <kbd>{shown(COMMANDS.send.keys)}</kbd>
        </button>
      </div>
      {over === "knowledge" && <KnowledgeSearch onInsert={insert} onClose={() => setOver(null)} />}
      {over === "macros" && <MacroSearch onTake={(one) => void takeMacro(one)} onClose={() => setOver(null)} />}
    </section>
  );
}
