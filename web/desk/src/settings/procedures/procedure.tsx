// One procedure: its text with the numbers of its lines, the check, and its tests.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get, post } from "../../model/api.ts";
import { may } from "../../model/people.ts";
import type { Page } from "../../model/types.ts";
import { named, t } from "../../words.ts";
import { Numbered } from "../numbered.tsx";
import { Head, inFull, To } from "../parts.tsx";
import { why } from "../procedures.tsx";
import { w } from "../words.ts";
import type { Procedure, ProcedureProblem, ProcedureTest } from "./types.ts";
import { o } from "./words.ts";

export function ProcedurePage({ name }: { name: string }): JSX.Element {
  const [procedure, setProcedure] = useState<Procedure | null>(null);
  const [text, setText] = useState("");
  const [problems, setProblems] = useState<ProcedureProblem[] | null>(null);
  const [tests, setTests] = useState<ProcedureTest[] | null>(null);
  const [busy, setBusy] = useState<"check" | "test" | null>(null);
  const [error, setError] = useState("");
  const [goal, setGoal] = useState({ line: 0, turn: 0 });
  const path = `procedures/${encodeURIComponent(name)}`;
  useEffect(() => {
    get<Procedure>(path)
      .then((found) => {
        setProcedure(found);
        setText(found.source ?? "");
        setProblems(found.problems);
      })
      .catch((problem: unknown) => setError(why(problem)));
  }, [path]);
  const run = async (what: "check" | "test", act: () => Promise<void>): Promise<void> => {
    setBusy(what);
    setError("");
    try {
      await act();
    } catch (problem) {
      setError(inFull(problem));
    } finally {
      setBusy(null);
    }
  };
  const crumbs = <p class="crumbs"><To page="procedures">{w("procedures")}</To></p>;
  if (!procedure) {
    return (
      <>
        {crumbs}
        <Head title={name} about={o("about")} />
        <p class={`empty${error ? " error" : ""}`} role="status">{error || t("loading")}</p>
      </>
    );
  }
  const file = procedure.file.split("/").at(-1) ?? procedure.file;
  const check = (): Promise<void> =>
    run("check", async () => {
      const found = await post<{ problems: ProcedureProblem[] }>("procedures/check", { files: [{ name: file, text }] });
      setProblems(found.problems);
    });
  const test = (): Promise<void> => run("test", async () => setTests((await post<Page<ProcedureTest>>(`${path}/test`, {})).items));
  const mayTry = may("oversee");
  const wrong = new Set(problems?.filter((one) => one.file === procedure.file).map((one) => one.line));
  return (
    <>
      {crumbs}
      <Head title={procedure.title} about={procedure.when}>
        {mayTry && procedure.source !== null && <button type="button" disabled={busy !== null} onClick={() => void check()}>{o("check")}</button>}
        {mayTry && <button type="button" class="main" disabled={busy !== null || procedure.tests === 0} title={o("testHint")} onClick={() => void test()}>{o("test")}</button>}
      </Head>
      <dl class="facts">
        <div><dt>{o("version")}</dt><dd>{procedure.version}</dd></div>
        <div><dt>{o("tools")}</dt><dd><bdi>{procedure.tools.join(", ") || "–"}</bdi></dd></div>
        <div><dt>{o("policy")}</dt><dd><bdi>{procedure.policy.join(", ") || "–"}</bdi></dd></div>
      </dl>
      {procedure.source === null ? <p class="warning">{o("gone")}</p> : procedure.changed && <p class="warning">{o("changed")}</p>}
      <section class="results">
        <p class="hint" role="status">{busy && <><progress aria-label={o(`running_${busy}`)} /> {o(`running_${busy}`)}</>}</p>
        {error && <pre class="error" role="alert">{error}</pre>}
        {tests && !busy && <Tests tests={tests} onLine={(line) => setGoal((now) => ({ line, turn: now.turn + 1 }))} />}
        {problems && !busy && <Problems problems={problems} file={procedure.file} onLine={(line) => setGoal((now) => ({ line, turn: now.turn + 1 }))} />}
      </section>
      {procedure.source !== null && (
        <>
          {mayTry && <p class="hint">{o("tried")}</p>}
          <Numbered label={o("source", { name: file })} text={text} {...(mayTry ? { onText: setText } : {})} line={goal.line} turn={goal.turn} marked={wrong} />
        </>
      )}
    </>
  );
}

interface ProblemsProps {
  problems: ProcedureProblem[];
  /** The file that is shown. */
  file: string;
  onLine: (line: number) => void;
}

function Problems({ problems, file, onLine }: ProblemsProps): JSX.Element {
  if (problems.length === 0) return <p class="good" role="status">{o("clean")}</p>;
  return (
    <div role="status">
      <ul class="problems">
        {problems.map((one, at) => (
          <li key={at}>
            <span class={`tag ${one.warning ? "pending" : "urgent"}`}>{o(one.warning ? "warning" : "error")}</span>{" "}
            {one.file === file ? (
              <button type="button" class="link" aria-label={o("toLine", { line: one.line })} onClick={() => onLine(one.line)}>{o("line", { line: one.line })}</button>
            ) : (
              <span>{o("line", { line: one.line })} {o("elsewhere", { file: one.file })}</span>
            )}{" "}
            <bdi>{one.what}; {one.advice}</bdi>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Tests({ tests, onLine }: { tests: ProcedureTest[]; onLine: (line: number) => void }): JSX.Element {
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
