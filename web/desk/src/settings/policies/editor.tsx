// An edit of the rules: what is wrong with them, what they would change, and whether the laws hold.

import type { JSX } from "preact";
import { Editor } from "../editor.tsx";
import { CheckResult, ImpactResult, ProofsResult } from "./results.tsx";
import type { Checked, Examination, Impact, PolicyKind, PolicyVersion, Proofs } from "./types.ts";
import { p } from "./words.ts";

interface Props {
  kind: PolicyKind;
  inForce: PolicyVersion;
  /** The file and line somebody came for. */
  file: string;
  line: number;
  onPublished: () => void;
}

export function PolicyEditor({ kind, inForce, file, line, onPublished }: Props): JSX.Element {
  return (
    <Editor<Exclude<Examination, "replay">>
      kept={`policy.${kind}`}
      inForce={inForce}
      rank={rank}
      file={file}
      line={line}
      words={p}
      examinations={() => (["check", "impact", "prove"] as const).map((what) => ({ what, path: `policies/${kind}/${what}` }))}
      wish={({ files }) => ({ files })}
      results={({ result, show }) => (
        <>
          {result?.what === "check" && <CheckResult checked={result.found as Checked} onLine={(one) => show(one.file, one.line)} />}
          {result?.what === "impact" && <ImpactResult impact={result.found as Impact} />}
          {result?.what === "prove" && <ProofsResult proofs={result.found as Proofs} />}
        </>
      )}
      wrong={({ result, open }) => {
        const problems = result?.what === "check" ? (result.found as Checked).problems : [];
        return problems.filter((one) => one.file === open?.name).map((one) => one.line);
      }}
      ending=".cedar"
      begin={(name) => (/^[^/\\]+\.cedar$/.test(name) ? "" : null)}
      path={`policies/${kind}/publish`}
      then={`policies/${kind}/document`}
      onPublished={onPublished}
    />
  );
}

/** The document first, then the rules, the schema at the end. */
function rank(name: string): number {
  return name.endsWith(".md") ? 0 : name.endsWith(".cedar") ? 1 : 2;
}
