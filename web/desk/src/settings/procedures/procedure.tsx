// One procedure as it is in force: its text with the numbers of its lines, what the check says, and its tests.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get } from "../../model/api.ts";
import { may } from "../../model/people.ts";
import type { Page } from "../../model/types.ts";
import { t } from "../../words.ts";
import { Numbered } from "../numbered.tsx";
import { To } from "../parts.tsx";
import { p } from "../policies/words.ts";
import { why } from "../procedures.tsx";
import { Running, useRun } from "../run.tsx";
import { w } from "../words.ts";
import { Problems, Tests } from "./results.tsx";
import { plain, type Procedure, type ProcedureTest } from "./types.ts";
import { o } from "./words.ts";

export function ProcedurePage({ name }: { name: string }): JSX.Element {
  const [procedure, setProcedure] = useState<Procedure | null>(null);
  const [error, setError] = useState("");
  const [goal, setGoal] = useState({ line: 0, turn: 0 });
  const run = useRun<"test">();
  const path = `procedures/${encodeURIComponent(name)}`;
  useEffect(() => {
    get<Procedure>(path)
      .then(setProcedure)
      .catch((problem: unknown) => setError(why(problem)));
  }, [path]);
  const crumbs = <p class="crumbs"><To page="procedures">{w("procedures")}</To></p>;
  if (!procedure) {
    return (
      <>
        {crumbs}
        <p class={`empty${error ? " error" : ""}`} role="status">{error || t("loading")}</p>
      </>
    );
  }
  const file = plain(procedure.file);
  const tests = run.result ? (run.result.found as Page<ProcedureTest>).items : null;
  const toLine = (line: number): void => setGoal((now) => ({ line, turn: now.turn + 1 }));
  return (
    <>
      {crumbs}
      <h2>{procedure.title}</h2>
      <p class="hint"><bdi>{procedure.when}</bdi></p>
      <dl class="facts">
        <div><dt>{o("version")}</dt><dd>{procedure.version}</dd></div>
        <div><dt>{o("tools")}</dt><dd><bdi>{procedure.tools.join(", ") || "–"}</bdi></dd></div>
        <div><dt>{o("policy")}</dt><dd><bdi>{procedure.policy.join(", ") || "–"}</bdi></dd></div>
      </dl>
      {may("write:policy") && (
        <div class="page-acts">
          <button type="button" disabled={run.busy !== null || procedure.tests === 0} title={o("testHint")} onClick={() => void run.start("test", `${path}/test`, {})}>{o("test")}</button>
          <To page={`procedures/edit/${encodeURIComponent(file)}`} label={o("editFile", { name: file })}>{p("edit")}</To>
        </div>
      )}
      <Running run={run} doing={run.busy && o("running_test")}>
        {tests && <Tests tests={tests} onLine={toLine} />}
        {!run.busy && <Problems problems={procedure.problems} onProblem={(one) => toLine(one.line)} />}
      </Running>
      <Numbered label={o("source", { name: file })} text={procedure.source} line={goal.line} turn={goal.turn} marked={new Set(procedure.problems.map((one) => one.line))} />
    </>
  );
}
