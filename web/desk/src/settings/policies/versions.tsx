// Every policy that was ever published, and looking at one.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get } from "../../model/api.ts";
import { may } from "../../model/people.ts";
import { t, told } from "../../words.ts";
import { To } from "../parts.tsx";
import { Back, VersionLine, VersionList } from "../published.tsx";
import { Running, useRun } from "../run.tsx";
import { Guide } from "./guide.tsx";
import { ImpactResult, ProofsResult } from "./results.tsx";
import type { Examination, Impact, PolicyKind, PolicyVersion, VersionSummary } from "./types.ts";
import { p, pn } from "./words.ts";

export function Standing({ version }: { version: VersionSummary }): JSX.Element {
  if (version.number === 0) return <p class="hint">{p("builtIn")}</p>;
  return <VersionLine version={version} tag={{ text: pn("proof", version.proof), bad: version.proof === "refuted" }} />;
}

export function Versions({ kind, onPublished }: { kind: PolicyKind; onPublished: () => void }): JSX.Element {
  return (
    <VersionList<VersionSummary>
      path={`policies/${kind}`}
      look={p("document")}
      running={p("running_publish")}
      line={(version) => <Standing version={version} />}
      onPublished={onPublished}
    />
  );
}

/** One version as it was, and what it would decide today. */
export function Earlier({ kind, number, onPublished }: { kind: PolicyKind; number: number; onPublished: () => void }): JSX.Element {
  const [version, setVersion] = useState<PolicyVersion | null>(null);
  const [error, setError] = useState("");
  const [back, setBack] = useState(false);
  const [turn, setTurn] = useState(0);
  const run = useRun<Examination>();
  useEffect(() => {
    get<PolicyVersion>(`policies/${kind}/versions/${number}`).then(setVersion).catch((problem: unknown) => setError(told(problem)));
  }, [kind, number, turn]);
  if (error) return <p class="empty error" role="alert">{error}</p>;
  if (!version) return <p class="empty" role="status">{t("loading")}</p>;
  const mayWrite = may("write:policy");
  return (
    <>
      <p class="crumbs"><To page={`policies/${kind}/versions`}>{p("versions")}</To></p>
      <Standing version={version} />
      {mayWrite && (
        <div class="page-acts">
          <button type="button" title={p("replayHint")} disabled={run.busy !== null} onClick={() => void run.start("replay", `policies/${kind}/versions/${number}/replay`, {})}>{p("replayVersion", { number })}</button>
          {!version.in_force && <button type="button" onClick={() => setBack(true)}>{p("rollBack")} …</button>}
        </div>
      )}
      <Running run={run} doing={run.busy && p(`running_${run.busy}`)}>
        {run.result?.what === "replay" && <ImpactResult impact={run.result.found as Impact} replayed={number} />}
      </Running>
      {version.proofs && version.proofs.outcome !== "skipped" && <ProofsResult proofs={version.proofs} />}
      <Guide kind={kind} version={version} at="" mayWrite={false} />
      {back && (
        <Back
          path={`policies/${kind}`}
          number={number}
          running={p("running_publish")}
          onDone={() => {
            setTurn((now) => now + 1);
            onPublished();
          }}
          onClose={() => setBack(false)}
        />
      )}
    </>
  );
}
