// Everything that was ever published, looking at it, and going back to it.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get } from "../../model/api.ts";
import { may, memberName } from "../../model/people.ts";
import type { Page } from "../../model/types.ts";
import { moment, t, told } from "../../words.ts";
import { To } from "../parts.tsx";
import { Guide } from "./guide.tsx";
import { Publish } from "./publish.tsx";
import { ImpactResult, ProofsResult } from "./results.tsx";
import { Running, useRun } from "./run.tsx";
import type { Impact, PolicyKind, PolicyVersion, VersionSummary } from "./types.ts";
import { p, pn } from "./words.ts";

/** Who published it: `member:…`, `token:…` or `system`. */
function publisher(by: string): string {
  const [kind, id] = by.split(":");
  return kind === "member" ? (memberName(id) ?? by) : t(kind === "system" ? "system" : "program");
}

/** How a version stands, in some lines. */
export function Standing({ version }: { version: VersionSummary }): JSX.Element {
  if (version.number === 0) return <p class="hint">{p("builtIn")}</p>;
  return (
    <p class="version-line">
      {version.in_force && <span class="tag open">{p("inForce")}</span>}
      <span class={`tag ${version.proof === "refuted" ? "urgent" : ""}`}>{pn("proof", version.proof)}</span>
      <span>{p("versionLine", { number: version.number, when: moment(version.at), who: publisher(version.published_by) })}</span>
      {version.restores !== null && <span>({p("restored", { number: version.restores })})</span>}
      {version.note && <q><bdi>{version.note}</bdi></q>}
      {version.overridden && <span class="error"><bdi>{p("overridden", { why: version.overridden })}</bdi></span>}
    </p>
  );
}

export function Versions({ kind, onPublished }: { kind: PolicyKind; onPublished: () => void }): JSX.Element {
  const [versions, setVersions] = useState<VersionSummary[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState("");
  const [back, setBack] = useState<VersionSummary | null>(null);
  const load = async (cursor: string | null): Promise<void> => {
    try {
      const page = await get<Page<VersionSummary>>(`policies/${kind}/versions?limit=25${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
      setVersions((now) => [...(cursor ? (now ?? []) : []), ...page.items]);
      setNext(page.next);
    } catch (problem) {
      setError(told(problem));
    }
  };
  useEffect(() => {
    setVersions(null);
    void load(null);
  }, [kind]);
  if (error) return <p class="empty error" role="alert">{error}</p>;
  if (!versions) return <p class="empty" role="status">{t("loading")}</p>;
  if (versions.length === 0) return <p class="empty" role="status">{p("noVersions")}</p>;
  return (
    <>
      <ul class="gaps version-list" aria-label={p("versions")}>
        {versions.map((one) => (
          <li key={one.number}>
            <Standing version={one} />
            <span class="page-acts">
              <To page={`policies/${kind}/versions/${one.number}`}>{p("document")}</To>
              {may("write:policy") && !one.in_force && (
                <button type="button" class="link" aria-label={p("rollBackTo", { number: one.number })} onClick={() => setBack(one)}>{p("rollBack")} …</button>
              )}
            </span>
          </li>
        ))}
      </ul>
      {next && <button type="button" class="wide" onClick={() => void load(next)}>{t("more")}</button>}
      {back && <Back kind={kind} version={back} onDone={onPublished} onClose={() => setBack(null)} />}
    </>
  );
}

function Back({ kind, version, onDone, onClose }: { kind: PolicyKind; version: VersionSummary; onDone: () => void; onClose: () => void }): JSX.Element {
  return (
    <Publish
      title={p("rollBackTo", { number: version.number })}
      text={p("rollBackText", { number: version.number })}
      done={p("rollBack")}
      path={`policies/${kind}/rollback`}
      wish={{ number: version.number }}
      inForce={null}
      onDone={onDone}
      onClose={onClose}
    />
  );
}

/** One version as it was, and what it would decide today. */
export function Earlier({ kind, number, onPublished }: { kind: PolicyKind; number: number; onPublished: () => void }): JSX.Element {
  const [version, setVersion] = useState<PolicyVersion | null>(null);
  const [error, setError] = useState("");
  const [back, setBack] = useState(false);
  const [turn, setTurn] = useState(0);
  const run = useRun();
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
      <Running run={run}>
        {run.result?.what === "replay" && <ImpactResult impact={run.result.found as Impact} replayed={number} />}
      </Running>
      {version.proofs && version.proofs.outcome !== "skipped" && <ProofsResult proofs={version.proofs} />}
      <Guide kind={kind} version={version} at="" mayWrite={false} />
      {back && (
        <Back
          kind={kind}
          version={version}
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
