// An edit of the procedures: what is wrong with them, what their tests come to, and what is different.

import type { JSX } from "preact";
import type { Page } from "../../model/types.ts";
import { Editor, type Draft } from "../editor.tsx";
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

export function ProcedureEditor({ inForce, file, onPublished }: Props): JSX.Element {
  return (
    <Editor<What>
      kept="procedures"
      inForce={inForce}
      rank={rank}
      file={file}
      line={0}
      words={o}
      examinations={({ open }) => {
        const procedure = open && named(open.text);
        const test = procedure ? `procedures/${encodeURIComponent(procedure)}/test` : null;
        return [
          { what: "check", path: "procedures/check" },
          { what: "test", path: test, hint: o("testHint") },
        ];
      }}
      wish={({ files, changed }) => ({
        files: files.filter((one) => changed.includes(one.name)),
        removed: changed.filter((gone) => files.every((one) => one.name !== gone)),
      })}
      results={(draft) => <Results draft={draft} />}
      wrong={({ result, open }) => (problems(result) ?? []).filter((one) => plain(one.file) === open?.name).map((one) => one.line)}
      below={({ open }) => {
        const before = inForce.files.find((one) => one.name === open?.name)?.text;
        if (!open || open.text === before) return null;
        return (
          <details class="different">
            <summary>{o("different")}</summary>
            <Difference name={open.name} before={before ?? ""} now={open.text} />
          </details>
        );
      }}
      ending=".md"
      begin={(name) => {
        const procedure = /^([\w-]+)\.md$/.exec(name)?.[1];
        return procedure ? blank(procedure) : null;
      }}
      path="procedures/publish"
      then="procedures/versions"
      onPublished={onPublished}
    />
  );
}

type What = "check" | "test";

function problems(result: Draft<What>["result"]): ProcedureProblem[] | null {
  return result?.what === "check" ? (result.found as { problems: ProcedureProblem[] }).problems : null;
}

function Results({ draft: { result, open, show } }: { draft: Draft<What> }): JSX.Element {
  const found = problems(result);
  const tests = result?.what === "test" ? (result.found as Page<ProcedureTest>).items : null;
  return (
    <>
      {found && <Problems problems={found} onProblem={(one) => show(plain(one.file), one.line)} />}
      {tests && open && <Tests tests={tests} onLine={(line) => show(open.name, line)} />}
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
