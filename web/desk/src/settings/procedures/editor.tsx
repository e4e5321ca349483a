// An edit of the procedures: its files, what is wrong with them, what their tests come to, what is different, and
// publishing it.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Problem as Refusal } from "../../model/api.ts";
import { go } from "../../model/place.ts";
import type { Page } from "../../model/types.ts";
import { useEdit, type SourceFile } from "../edit.ts";
import { Numbered } from "../numbered.tsx";
import { Field, FormDialog, Question } from "../parts.tsx";
import { p } from "../policies/words.ts";
import { Publish } from "../publish.tsx";
import { Running, useRun } from "../run.tsx";
import { Difference } from "./difference.tsx";
import { Problems, Tests } from "./results.tsx";
import { plain, type ProcedureProblem, type ProcedureTest, type ProcedureVersion } from "./types.ts";
import { o } from "./words.ts";

interface Props {
  inForce: ProcedureVersion;
  /** The file somebody came for. */
  file: string;
  onPublished: () => void;
}

export function Editor({ inForce, file, onPublished }: Props): JSX.Element {
  const { edit, changed, change, discard } = useEdit("procedures", inForce, rank);
  const [name, setName] = useState(file);
  const [goal, setGoal] = useState({ line: 0, turn: 0 });
  const [over, setOver] = useState<"new" | "remove" | "discard" | "publish" | null>(null);
  const run = useRun<"check" | "test">();
  useEffect(() => setName(file), [file]);
  const { files } = edit;
  const open = files.find((one) => one.name === name) ?? files[0];
  const before = inForce.files.find((one) => one.name === open?.name);
  const differs = {
    files: files.filter((one) => changed.includes(one.name)),
    removed: changed.filter((gone) => files.every((one) => one.name !== gone)),
  };
  const problems = run.result?.what === "check" ? (run.result.found as { problems: ProcedureProblem[] }).problems : null;
  const tests = run.result?.what === "test" ? (run.result.found as Page<ProcedureTest>).items : null;
  const wrong = new Set(problems?.filter((one) => plain(one.file) === open?.name).map((one) => one.line));
  const procedure = open && named(open.text);
  const set = (next: SourceFile[]): void => {
    change(next);
    run.forget();
  };
  const show = (where: string, line: number): void => {
    setName(where);
    setGoal((now) => ({ line, turn: now.turn + 1 }));
  };
  const close = (): void => setOver(null);
  const isChanged = changed.length > 0;
  return (
    <>
      {isChanged && edit.basedOn !== inForce.number && (
        <p class="warning" role="alert">{p("startedFrom", { number: edit.basedOn, now: inForce.number })}</p>
      )}
      <div class="page-acts">
        <button type="button" disabled={run.busy !== null} onClick={() => void run.start("check", "procedures/check", differs)}>{o("check")}</button>
        <button type="button" disabled={run.busy !== null || !procedure} title={o("testHint")} onClick={() => void run.start("test", `procedures/${encodeURIComponent(procedure ?? "")}/test`, differs)}>{o("test")}</button>
        <button type="button" class="main" disabled={!isChanged || run.busy !== null} onClick={() => setOver("publish")}>{p("publish")} …</button>
        {isChanged && <button type="button" class="link" onClick={() => setOver("discard")}>{p("discard")} …</button>}
        <span class="hint" role="status">{isChanged ? `${p("changedFiles", { names: changed.join(", ") })}. ${p("draftKept")}` : p("unchanged")}</span>
      </div>
      <Running run={run} doing={run.busy && o(`running_${run.busy}`)}>
        {problems && <Problems problems={problems} onProblem={(one) => show(plain(one.file), one.line)} />}
        {tests && open && <Tests tests={tests} onLine={(line) => show(open.name, line)} />}
      </Running>
      <div class="files-bar">
        <label class="field">
          <span>{p("files")}</span>
          <select value={open?.name} onChange={(event) => show(event.currentTarget.value, 0)}>
            {files.map((one) => <option key={one.name} value={one.name}>{one.name}{changed.includes(one.name) ? " *" : ""}</option>)}
          </select>
        </label>
        <button type="button" onClick={() => setOver("new")}>{o("newFile")} …</button>
        {open?.name.endsWith(".md") && <button type="button" onClick={() => setOver("remove")}>{p("removeFile", { name: open.name })} …</button>}
      </div>
      {open && (
        <Numbered
          key={open.name}
          label={o("source", { name: open.name })}
          text={open.text}
          onText={(text) => set(files.map((one) => (one.name === open.name ? { ...one, text } : one)))}
          line={goal.line}
          turn={goal.turn}
          marked={wrong}
        />
      )}
      {open && open.text !== before?.text && (
        <details class="different">
          <summary>{o("different")}</summary>
          <Difference name={open.name} before={before?.text ?? ""} now={open.text} />
        </details>
      )}
      {over === "new" && (
        <NewFile
          files={files}
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
          text={o("removeText")}
          done={p("removeFile", { name: open.name })}
          onYes={async () => set(files.filter((one) => one !== open))}
          onClose={close}
        />
      )}
      {over === "discard" && (
        <Question
          title={p("discard")}
          text={p("discardText")}
          done={p("discard")}
          onYes={async () => {
            discard();
            run.forget();
          }}
          onClose={close}
        />
      )}
      {over === "publish" && (
        <Publish
          title={p("publishTitle")}
          text={o("publishText")}
          done={p("publish")}
          running={o("running_publish")}
          path="procedures/publish"
          wish={{ ...differs, based_on: edit.basedOn }}
          inForce={inForce.number}
          onDone={() => {
            discard();
            run.forget();
            onPublished();
            go({ settings: "procedures/versions", conversation: null });
          }}
          onClose={close}
        />
      )}
    </>
  );
}

/** Procedures first, then where their candidates come from. */
function rank(name: string): number {
  return name.endsWith(".md") ? 0 : 1;
}

/** The name of the procedure that stands in a file. */
function named(text: string): string | undefined {
  return /^procedure:\s*["']?([\w-]+)/m.exec(text)?.[1];
}

/** What a new procedure begins as: its parts are there to be filled in, and the check says what is missing. */
function blank(name: string): string {
  return `---
procedure: ${name}
title: ""
when: ""
examples: []
slots: {}
tools: []
policy: []
version: 1
---
# ${name}

1. … {#begin}
   @say "…"

## Escalate
- The customer asks for a person, or is upset twice -> @handoff

## Tests
`;
}

function NewFile({ files, onMade, onClose }: { files: SourceFile[]; onMade: (file: SourceFile) => void; onClose: () => void }): JSX.Element {
  const [name, setName] = useState("");
  const make = async (): Promise<void> => {
    const wanted = name.trim();
    const procedure = /^([\w-]+)\.md$/.exec(wanted)?.[1];
    if (!procedure) throw new Refusal(422, o("fileEnding"));
    if (files.some((one) => one.name === wanted)) throw new Refusal(422, p("fileThere"));
    onMade({ name: wanted, text: blank(procedure) });
    onClose();
  };
  return (
    <FormDialog title={o("newFile")} done={o("newFile")} onSubmit={make} onClose={onClose}>
      <Field label={p("newFileName")} hint={o("newFileHint")}>
        <input autofocus type="text" required maxLength={120} value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </Field>
    </FormDialog>
  );
}
