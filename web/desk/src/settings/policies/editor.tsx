// An edit of the rules: its files, what is wrong with them, what they would change, whether the laws hold, and
// publishing it.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Problem as Refusal } from "../../model/api.ts";
import { go } from "../../model/place.ts";
import { Field, FormDialog, Question } from "../parts.tsx";
import { useEdit } from "../edit.ts";
import { Numbered } from "../numbered.tsx";
import { Publish } from "../publish.tsx";
import { Running, useRun } from "../run.tsx";
import { CheckResult, ImpactResult, ProofsResult } from "./results.tsx";
import type { Checked, Examination, Impact, PolicyFile, PolicyKind, PolicyVersion, Problem, Proofs } from "./types.ts";
import { p } from "./words.ts";

interface Props {
  kind: PolicyKind;
  inForce: PolicyVersion;
  /** The file and line somebody came for. */
  file: string;
  line: number;
  onPublished: () => void;
}

export function Editor({ kind, inForce, file, line, onPublished }: Props): JSX.Element {
  const { edit, changed, change, discard } = useEdit(`policy.${kind}`, inForce, rank);
  const [name, setName] = useState(decodeURIComponent(file));
  const [goal, setGoal] = useState({ line, turn: 0 });
  const [over, setOver] = useState<"new" | "remove" | "discard" | "publish" | null>(null);
  const run = useRun<Examination>();
  useEffect(() => {
    if (!file) return;
    setName(decodeURIComponent(file));
    setGoal((now) => ({ line, turn: now.turn + 1 }));
  }, [file, line]);
  const { files } = edit;
  const open = files.find((one) => one.name === name) ?? files[0];
  const checked = run.result?.what === "check" ? (run.result.found as Checked) : null;
  const wrong = new Set(checked?.problems.filter((one) => one.file === open?.name).map((one) => one.line));
  const set = (next: PolicyFile[]): void => {
    change(next);
    run.forget();
  };
  const examine = (what: Examination): void => void run.start(what, `policies/${kind}/${what}`, { files });
  const show = (problem: Problem): void => {
    setName(problem.file);
    setGoal((now) => ({ line: problem.line, turn: now.turn + 1 }));
  };
  const close = (): void => setOver(null);
  const isChanged = changed.length > 0;
  return (
    <>
      {isChanged && edit.basedOn !== inForce.number && (
        <p class="warning" role="alert">{p("startedFrom", { number: edit.basedOn, now: inForce.number })}</p>
      )}
      <div class="page-acts">
        {(["check", "impact", "prove"] as const).map((one) => (
          <button key={one} type="button" disabled={run.busy !== null} onClick={() => examine(one)}>{p(one)}</button>
        ))}
        <button type="button" class="main" disabled={!isChanged || run.busy !== null} onClick={() => setOver("publish")}>{p("publish")} …</button>
        {isChanged && <button type="button" class="link" onClick={() => setOver("discard")}>{p("discard")} …</button>}
        <span class="hint" role="status">{isChanged ? `${p("changedFiles", { names: changed.join(", ") })}. ${p("draftKept")}` : p("unchanged")}</span>
      </div>
      <Running run={run} doing={run.busy && p(`running_${run.busy}`)}>
        {checked && <CheckResult checked={checked} onLine={show} />}
        {run.result?.what === "impact" && <ImpactResult impact={run.result.found as Impact} />}
        {run.result?.what === "prove" && <ProofsResult proofs={run.result.found as Proofs} />}
      </Running>
      <div class="files-bar">
        <label class="field">
          <span>{p("files")}</span>
          <select value={open?.name} onChange={(event) => setName(event.currentTarget.value)}>
            {files.map((one) => <option key={one.name} value={one.name}>{one.name}{changed.includes(one.name) ? " *" : ""}</option>)}
          </select>
        </label>
        <button type="button" onClick={() => setOver("new")}>{p("newFile")} …</button>
        {open?.name.endsWith(".cedar") && <button type="button" onClick={() => setOver("remove")}>{p("removeFile", { name: open.name })} …</button>}
      </div>
      {open && (
        <Numbered
          key={open.name}
          label={p("source", { name: open.name })}
          text={open.text}
          onText={(text) => set(files.map((one) => (one.name === open.name ? { ...one, text } : one)))}
          line={goal.line}
          turn={goal.turn}
          marked={wrong}
        />
      )}
      {over === "new" && (
        <NewFile
          files={files}
          onMade={(made) => {
            set([...files, made]);
            setName(made.name);
          }}
          onClose={close}
        />
      )}
      {over === "remove" && open && (
        <Question
          title={p("removeFile", { name: open.name })}
          text={p("removeFileText")}
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
          text={p("publishText")}
          done={p("publish")}
          running={p("running_publish")}
          path={`policies/${kind}/publish`}
          wish={{ files, based_on: edit.basedOn }}
          inForce={inForce.number}
          onDone={() => {
            discard();
            run.forget();
            onPublished();
            go({ settings: `policies/${kind}/document`, conversation: null });
          }}
          onClose={close}
        />
      )}
    </>
  );
}

/** The document first, then the rules, the schema at the end. */
function rank(name: string): number {
  return name.endsWith(".md") ? 0 : name.endsWith(".cedar") ? 1 : 2;
}

function NewFile({ files, onMade, onClose }: { files: PolicyFile[]; onMade: (file: PolicyFile) => void; onClose: () => void }): JSX.Element {
  const [name, setName] = useState("");
  const make = async (): Promise<void> => {
    const wanted = name.trim();
    if (!/^[^/\\]+\.cedar$/.test(wanted)) throw new Refusal(422, p("fileEnding"));
    if (files.some((one) => one.name === wanted)) throw new Refusal(422, p("fileThere"));
    onMade({ name: wanted, text: "" });
    onClose();
  };
  return (
    <FormDialog title={p("newFile")} done={p("newFile")} onSubmit={make} onClose={onClose}>
      <Field label={p("newFileName")} hint={p("newFileHint")}>
        <input autofocus type="text" required maxLength={120} value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </Field>
    </FormDialog>
  );
}
