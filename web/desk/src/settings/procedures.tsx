// Procedures: which there are, each with its text, what the check says about it, and what its tests come to.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get, Problem as Refusal } from "../model/api.ts";
import type { Page } from "../model/types.ts";
import { t, told } from "../words.ts";
import { Head, To } from "./parts.tsx";
import { ProcedurePage } from "./procedures/procedure.tsx";
import type { ProcedureSummary } from "./procedures/types.ts";
import { o } from "./procedures/words.ts";
import { w } from "./words.ts";

export function Procedures({ rest }: { rest: string[] }): JSX.Element {
  const [name] = rest;
  return name ? <ProcedurePage key={name} name={decodeURIComponent(name)} /> : <All />;
}

function All(): JSX.Element {
  const [all, setAll] = useState<ProcedureSummary[] | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    get<Page<ProcedureSummary>>("procedures")
      .then((page) => setAll(page.items))
      .catch((problem: unknown) => setError(why(problem)));
  }, []);
  return (
    <>
      <Head title={w("procedures")} about={o("about")} />
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
                  <th scope="row"><span><To page={`procedures/${encodeURIComponent(one.name)}`}><bdi>{one.title}</bdi></To><small>{one.name}</small></span></th>
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
