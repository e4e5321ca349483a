// What the check found, and what tests came to.

import type { JSX } from "preact";
import { named } from "../../words.ts";
import { p } from "../policies/words.ts";
import { plain, type ProcedureProblem, type ProcedureTest } from "./types.ts";
import { o } from "./words.ts";

interface ProblemsProps {
  problems: ProcedureProblem[];
  onProblem: (problem: ProcedureProblem) => void;
}

export function Problems({ problems, onProblem }: ProblemsProps): JSX.Element {
  if (problems.length === 0) return <p class="good" role="status">{o("clean")}</p>;
  return (
    <div role="status">
      <ul class="problems">
        {problems.map((one, at) => (
          <li key={at}>
            <span class={`tag ${one.warning ? "pending" : "urgent"}`}>{o(one.warning ? "warning" : "error")}</span>{" "}
            <button type="button" class="link" aria-label={p("toLine", { line: one.line, file: plain(one.file) })} onClick={() => onProblem(one)}>{p("ruleAt", { line: one.line, file: plain(one.file) })}</button>{" "}
            <bdi>{one.what}; {one.advice}</bdi>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function Tests({ tests, onLine }: { tests: ProcedureTest[]; onLine: (line: number) => void }): JSX.Element {
  if (tests.length === 0) return <p role="status">{o("noTests")}</p>;
  const isBad = (one: ProcedureTest): boolean => one.runs.some((run) => run.problems.length > 0);
  const bad = tests.filter(isBad).length;
  return (
    <>
      <p class={bad === 0 ? "good" : "error"} role="status">{bad === 0 ? o("passed", { count: tests.length }) : o("failed", { count: bad, all: tests.length })}</p>
      <ul class="problems">
        {tests.map((one) => (
          <li key={one.line}>
            <details open={isBad(one)}>
              <summary>
                <span class={isBad(one) ? "error" : "good"}>{isBad(one) ? "✗" : "✓"}</span> <bdi>{one.say.join(" … ")}</bdi>{" "}
                <small class="hint">{one.customer === "anonymous" ? o("anonymous") : o("as", { customer: one.customer })}</small>
              </summary>
              <p><button type="button" class="link" aria-label={o("toLine", { line: one.line })} onClick={() => onLine(one.line)}>{o("line", { line: one.line })}</button></p>
              {one.runs.map((run) => (
                <section key={run.channel} aria-label={o("on", { channel: named("channel", run.channel) })}>
                  <p><b>{o("on", { channel: named("channel", run.channel) })}</b></p>
                  {run.problems.map((problem, at) => <p key={at} class="error"><bdi>{problem}</bdi></p>)}
                  <pre tabIndex={0} aria-label={o("conversation")}>{run.said.join("\n")}</pre>
                </section>
              ))}
            </details>
          </li>
        ))}
      </ul>
    </>
  );
}
