// An edit of files that are published together: which one is open, what an examination found, and publishing it. What
// policies and procedures have of their own, they give along.

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Problem as Refusal } from "../model/api.ts";
import { go } from "../model/place.ts";
import { useEdit, type Published, type SourceFile } from "./edit.ts";
import { Numbered } from "./numbered.tsx";
import { Field, FormDialog, Question } from "./parts.tsx";
import { p } from "./policies/words.ts";
import { Publish } from "./publish.tsx";
import { Running, useRun, type Run } from "./run.tsx";

/** How an edit stands. */
export interface Draft<What extends string> {
  files: SourceFile[];
  changed: string[];
  /** The file that is open. */
  open: SourceFile | undefined;
  result: Run<What>["result"];
  /** Opens a file, and goes to a line of it, counted from 1. */
  show: (file: string, line: number) => void;
}

/** What can be asked about an edit. */
interface Examination<What extends string> {
  what: What;
  /** Where it is asked; none while it cannot be. */
  path: string | null;
  hint?: string;
}

/** The words each kind has for itself. */
type Word = "newFile" | "newFileHint" | "fileEnding" | "source" | "removeFileText" | "publishText" | "running_publish";

interface Props<What extends string> {
  /** The name it is kept under in this browser. */
  kept: string;
  inForce: Published;
  /** Which files come first. */
  rank: (name: string) => number;
  /** The file and line somebody came for. */
  file: string;
  line: number;
  words: (key: Word | What | `running_${What}`, values?: Record<string, string | number>) => string;
  examinations: (draft: Draft<What>) => Examination<What>[];
  /** What is sent to be examined and published. */
  wish: (draft: Draft<What>) => Record<string, unknown>;
  results: (draft: Draft<What>) => ComponentChildren;
  /** Lines of the open file that something is wrong with. */
  wrong: (draft: Draft<What>) => number[];
  /** What stands below the text. */
  below?: (draft: Draft<What>) => ComponentChildren;
  /** Files that end like this can be added and removed. */
  ending: string;
  /** What a new file of this name begins as; nothing can begin under a name that gives null. */
  begin: (name: string) => string | null;
  /** Where it is published, and the page to go to then. */
  path: string;
  then: string;
  onPublished: () => void;
}

export function Editor<What extends string>(props: Props<What>): JSX.Element {
  const { inForce, file, line, words, ending } = props;
  const { edit, changed, change, discard } = useEdit(props.kept, inForce, props.rank);
  const [name, setName] = useState(file);
  const [goal, setGoal] = useState({ line, turn: 0 });
  const [over, setOver] = useState<"new" | "remove" | "discard" | "publish" | null>(null);
  const run = useRun<What>();
  const show = (where: string, to: number): void => {
    setName(where);
    setGoal((now) => ({ line: to, turn: now.turn + 1 }));
  };
  useEffect(() => {
    if (file) show(file, line);
  }, [file, line]);
  const { files } = edit;
  const open = files.find((one) => one.name === name) ?? files[0];
  const draft = { files, changed, open, result: run.result, show };
  const set = (next: SourceFile[]): void => {
    change(next);
    run.forget();
  };
  const startAnew = (): void => {
    discard();
    run.forget();
  };
  const close = (): void => setOver(null);
  const isChanged = changed.length > 0;
  return (
    <>
      {isChanged && edit.basedOn !== inForce.number && (
        <p class="warning" role="alert">{p("startedFrom", { number: edit.basedOn, now: inForce.number })}</p>
      )}
      <div class="page-acts">
        {props.examinations(draft).map(({ what, path, hint }) => (
          <button
            key={what}
            type="button"
            disabled={run.busy !== null || path === null}
            title={hint}
            onClick={() => path !== null && void run.start(what, path, props.wish(draft))}
          >
            {words(what)}
          </button>
        ))}
        <button type="button" class="main" disabled={!isChanged || run.busy !== null} onClick={() => setOver("publish")}>{p("publish")} …</button>
        {isChanged && <button type="button" class="link" onClick={() => setOver("discard")}>{p("discard")} …</button>}
        <span class="hint" role="status">{isChanged ? `${p("changedFiles", { names: changed.join(", ") })}. ${p("draftKept")}` : p("unchanged")}</span>
      </div>
      <Running run={run} doing={run.busy && words(`running_${run.busy}`)}>{props.results(draft)}</Running>
      <div class="files-bar">
        <label class="field">
          <span>{p("files")}</span>
          <select value={open?.name} onChange={(event) => show(event.currentTarget.value, 0)}>
            {files.map((one) => <option key={one.name} value={one.name}>{one.name}{changed.includes(one.name) ? " *" : ""}</option>)}
          </select>
        </label>
        <button type="button" onClick={() => setOver("new")}>{words("newFile")} …</button>
        {open?.name.endsWith(ending) && <button type="button" onClick={() => setOver("remove")}>{p("removeFile", { name: open.name })} …</button>}
      </div>
      {open && (
        <Numbered
          key={open.name}
          label={words("source", { name: open.name })}
          text={open.text}
          onText={(text) => set(files.map((one) => (one.name === open.name ? { ...one, text } : one)))}
          line={goal.line}
          turn={goal.turn}
          marked={new Set(props.wrong(draft))}
        />
      )}
      {props.below?.(draft)}
      {over === "new" && (
        <NewFile
          files={files}
          words={words}
          begin={props.begin}
          onMade={(made) => {
            set([...files, made]);
            show(made.name, 1);
          }}
          onClose={close}
        />
      )}
      {over === "remove" && open && (
        <Question
          title={p("removeFile", { name: open.name })}
          text={words("removeFileText")}
          done={p("removeFile", { name: open.name })}
          onYes={async () => set(files.filter((one) => one !== open))}
          onClose={close}
        />
      )}
      {over === "discard" && (
        <Question title={p("discard")} text={p("discardText")} done={p("discard")} onYes={async () => startAnew()} onClose={close} />
      )}
      {over === "publish" && (
        <Publish
          title={p("publishTitle")}
          text={words("publishText")}
          done={p("publish")}
          running={words("running_publish")}
          path={props.path}
          wish={{ ...props.wish(draft), based_on: edit.basedOn }}
          inForce={inForce.number}
          onDone={() => {
            startAnew();
            props.onPublished();
            go({ settings: props.then, conversation: null });
          }}
          onClose={close}
        />
      )}
    </>
  );
}

interface NewFileProps {
  files: SourceFile[];
  words: (key: Word) => string;
  begin: (name: string) => string | null;
  onMade: (file: SourceFile) => void;
  onClose: () => void;
}

function NewFile({ files, words, begin, onMade, onClose }: NewFileProps): JSX.Element {
  const [name, setName] = useState("");
  const make = async (): Promise<void> => {
    const wanted = name.trim();
    const text = begin(wanted);
    if (text === null) throw new Refusal(422, words("fileEnding"));
    if (files.some((one) => one.name === wanted)) throw new Refusal(422, p("fileThere"));
    onMade({ name: wanted, text });
    onClose();
  };
  return (
    <FormDialog title={words("newFile")} done={words("newFile")} onSubmit={make} onClose={onClose}>
      <Field label={p("newFileName")} hint={words("newFileHint")}>
        <input autofocus type="text" required maxLength={120} value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </Field>
    </FormDialog>
  );
}
