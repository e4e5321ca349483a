// All procedures that were ever published, and looking at one version.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get } from "../../model/api.ts";
import { may } from "../../model/people.ts";
import { t, told } from "../../words.ts";
import { differing } from "../edit.ts";
import { To } from "../parts.tsx";
import { p } from "../policies/words.ts";
import { Back, VersionLine, VersionList } from "../published.tsx";
import { Difference } from "./difference.tsx";
import { plain, type ProcedureVersion, type VersionSummary } from "./types.ts";
import { o, on } from "./words.ts";

export function Standing({ version }: { version: VersionSummary }): JSX.Element {
  if (version.number === 0) return <p class="hint">{p("noVersions")}</p>;
  const changes = (["added", "changed", "removed"] as const).filter((one) => version.changes[one].length > 0);
  return (
    <VersionLine version={version} tag={{ text: on("tests", version.tests), bad: version.tests === "failed" }}>
      {version.number > 1 && changes.map((one) => <span key={one}><bdi>{on("files", one)} {version.changes[one].join(", ")}</bdi></span>)}
    </VersionLine>
  );
}

export function Versions({ onPublished }: { onPublished: () => void }): JSX.Element {
  return (
    <VersionList<VersionSummary>
      path="procedures"
      look={o("look")}
      running={o("running_publish")}
      line={(version) => <Standing version={version} />}
      onPublished={onPublished}
    />
  );
}

interface EarlierProps {
  number: number;
  inForce: ProcedureVersion;
  onPublished: () => void;
}

/** One version as it was, and what is different about it. */
export function Earlier({ number, inForce, onPublished }: EarlierProps): JSX.Element {
  const [version, setVersion] = useState<ProcedureVersion | null>(null);
  const [error, setError] = useState("");
  const [back, setBack] = useState(false);
  useEffect(() => {
    get<ProcedureVersion>(`procedures/versions/${number}`).then(setVersion).catch((problem: unknown) => setError(told(problem)));
  }, [number, inForce]);
  if (error) return <p class="empty error" role="alert">{error}</p>;
  if (!version) return <p class="empty" role="status">{t("loading")}</p>;
  const text = (files: ProcedureVersion["files"], name: string): string => files.find((one) => one.name === name)?.text ?? "";
  const names = differing(version.files, inForce.files);
  const failed = version.report?.failed ?? [];
  return (
    <>
      <p class="crumbs"><To page="procedures/versions">{p("versions")}</To></p>
      <Standing version={version} />
      {may("write:policy") && !version.in_force && (
        <div class="page-acts"><button type="button" onClick={() => setBack(true)}>{p("rollBack")} …</button></div>
      )}
      {failed.length > 0 && (
        <section class="results">
          <h2>{o("failedTests")}</h2>
          <ul class="problems">
            {failed.map((one) => <li key={`${one.file}:${one.line}`}><b>{p("ruleAt", { file: plain(one.file), line: one.line })}</b> <bdi>{one.problems.join("; ")}</bdi></li>)}
          </ul>
        </section>
      )}
      {!version.in_force && (
        <section>
          <h2>{o("differentNow")}</h2>
          {names.length === 0 && <p>{o("notDifferent")}</p>}
          {names.map((name) => (
            <details key={name} class="different" open>
              <summary><bdi>{name}</bdi></summary>
              <Difference name={name} before={text(version.files, name)} now={text(inForce.files, name)} />
            </details>
          ))}
        </section>
      )}
      <section>
        <h2>{p("files")}</h2>
        {version.files.map((one) => (
          <details key={one.name} class="different">
            <summary><bdi>{one.name}</bdi></summary>
            <pre tabIndex={0} role="region" aria-label={o("source", { name: one.name })}>{one.text}</pre>
          </details>
        ))}
      </section>
      {back && <Back path="procedures" number={number} running={o("running_publish")} onDone={onPublished} onClose={() => setBack(false)} />}
    </>
  );
}
