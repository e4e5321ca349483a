// Procedures: which there are, an edit of them, and everything that ever was.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get, Problem as Refusal } from "../model/api.ts";
import { may } from "../model/people.ts";
import type { Page } from "../model/types.ts";
import { t, told } from "../words.ts";
import { Head, To } from "./parts.tsx";
import { p } from "./policies/words.ts";
import { ProcedureEditor } from "./procedures/editor.tsx";
import { ProcedurePage } from "./procedures/procedure.tsx";
import type { ProcedureSummary, ProcedureVersion } from "./procedures/types.ts";
import { Earlier, Standing, Versions } from "./procedures/versions.tsx";
import { o } from "./procedures/words.ts";
import { w } from "./words.ts";

const PARTS = ["read", "edit", "versions"] as const;
type Part = (typeof PARTS)[number];

/** `procedures/read/<name>`, `…/edit/<file>`, `…/versions/<number>`. */
export function Procedures({ rest }: { rest: string[] }): JSX.Element {
  const [wanted, at] = rest;
  const [version, setVersion] = useState<ProcedureVersion | null>(null);
  const [error, setError] = useState("");
  const load = (): void => {
    setError("");
    get<ProcedureVersion>("procedures/versions/in-force").then(setVersion).catch((problem: unknown) => setError(why(problem)));
  };
  useEffect(load, []);
  const mayWrite = may("write:policy");
  const part = PARTS.find((one) => one === wanted && (one !== "edit" || mayWrite)) ?? "read";
  const here = at ? decodeURIComponent(at) : "";
  return (
    <>
      <Head title={w("procedures")} about={o("about")} />
      <nav class="tabs" aria-label={w("procedures")}>
        {PARTS.filter((one) => one !== "edit" || mayWrite).map((one) => (
          <span key={one} {...(one === part ? { "aria-current": "page" as const } : {})}><To page={`procedures/${one}`}>{name(one)}</To></span>
        ))}
      </nav>
      {error && <p class="empty" role="status">{error} <button type="button" onClick={load}>{t("again")}</button></p>}
      {!version && !error && <p class="empty" role="status">{t("loading")}</p>}
      {version && part === "read" && here && <ProcedurePage key={`${here} ${version.number}`} name={here} />}
      {version && part === "read" && !here && <All key={version.number} version={version} />}
      {version && part === "edit" && <ProcedureEditor inForce={version} file={here} onPublished={load} />}
      {version && part === "versions" && (here ? <Earlier key={here} number={Number(here)} inForce={version} onPublished={load} /> : <Versions key={version.number} onPublished={load} />)}
    </>
  );
}

function name(part: Part): string {
  return part === "read" ? p("inForce") : p(part);
}

function All({ version }: { version: ProcedureVersion }): JSX.Element {
  const [all, setAll] = useState<ProcedureSummary[] | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    get<Page<ProcedureSummary>>("procedures")
      .then((page) => setAll(page.items))
      .catch((problem: unknown) => setError(why(problem)));
  }, []);
  return (
    <>
      {version.number > 0 && <Standing version={version} />}
      {error && <p class="empty" role="status">{error}</p>}
      {!all && !error && <p class="empty" role="status">{t("loading")}</p>}
      {all?.length === 0 && <p class="empty" role="status">{o("none")}</p>}
      {all && all.length > 0 && (
        <div class="table-box" tabIndex={0} role="region" aria-label={w("procedures")}>
          <table>
            <caption class="unseen">{w("procedures")}</caption>
            <thead><tr>{[o("name"), o("when"), o("version"), o("examples"), o("tests")].map((one) => <th key={one} scope="col">{one}</th>)}</tr></thead>
            <tbody>
              {all.map((one) => (
                <tr key={one.name}>
                  <th scope="row"><span><To page={`procedures/read/${encodeURIComponent(one.name)}`}><bdi>{one.title}</bdi></To><small>{one.name}</small></span></th>
                  <td><bdi>{one.when}</bdi></td>
                  <td>{one.version}</td>
                  <td>{one.examples}</td>
                  <td>{one.tests}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

/** That there is no agent is no failure. */
export function why(problem: unknown): string {
  if (!(problem instanceof Refusal) || problem.status !== 404) return told(problem);
  return problem.message.includes("AI agent") ? o("noAgent") : problem.message;
}
