// What an examination found: problems with their lines, decisions that change, laws and what holds of them.

import type { JSX } from "preact";
import { moment } from "../../words.ts";
import { address, go, place } from "../../model/place.ts";
import { spaced } from "../../parts/deeds.ts";
import type { Checked, Impact, Outcome, Problem, Proofs } from "./types.ts";
import { p, pn } from "./words.ts";

interface ProblemsProps {
  checked: Checked;
  onLine: (problem: Problem) => void;
}

export function CheckResult({ checked, onLine }: ProblemsProps): JSX.Element {
  const { problems } = checked;
  if (problems.length === 0) return <p class="good" role="status">{p("checkClean")}</p>;
  return (
    <div role="alert">
      <p class="error">{problems.length === 1 ? p("checkProblem") : p("checkProblems", { count: problems.length })}</p>
      <ul class="problems">
        {problems.map((one, at) => (
          <li key={at}>
            {one.file && one.line > 0 ? (
              <button type="button" class="link" aria-label={p("toLine", { line: one.line, file: one.file })} onClick={() => onLine(one)}>{one.file}:{one.line}</button>
            ) : (
              <b>{one.file || p("allTogether")}</b>
            )}{" "}
            <bdi>{one.message}</bdi>
          </li>
        ))}
      </ul>
    </div>
  );
}

interface ImpactProps {
  impact: Impact;
  /** The version that decided again; none for an edit. */
  replayed?: number;
}

export function ImpactResult({ impact, replayed }: ImpactProps): JSX.Element {
  const { examined, loosened, tightened, explained, changes } = impact;
  const counts = { examined, loosened, tightened, explained, number: replayed ?? 0 };
  const all = loosened + tightened + explained;
  const told =
    examined === 0 ? p("impactEmpty")
    : replayed !== undefined ? p(all === 0 ? "replayNone" : "replaySome", counts)
    : p(all === 0 ? "impactNone" : "impactSome", counts);
  return (
    <>
      <p role="status" class={all === 0 ? "good" : ""}>
        {told}
        {examined > 0 && impact.since !== null && ` ${p("impactSince", { when: moment(impact.since) })}`}
        {impact.unreadable > 0 && ` ${p("impactUnreadable", { count: impact.unreadable })}`}
        {changes.length < all && ` ${p("impactFirst", { count: changes.length })}`}
      </p>
      {changes.length > 0 && (
        <div class="table-box" tabIndex={0} role="region" aria-label={p("change")}>
          <table>
            <caption class="unseen">{p("change")}</caption>
            <thead><tr>{[p("action"), p("change"), p("before"), p("after"), p("where")].map((one) => <th key={one} scope="col">{one}</th>)}</tr></thead>
            <tbody>
              {changes.map((one) => (
                <tr key={`${one.conversation}-${one.seq}-${one.action}`}>
                  <th scope="row"><bdi>{one.action}</bdi></th>
                  <td><span class={`tag ${one.direction === "loosened" ? "open" : one.direction === "tightened" ? "pending" : ""}`}>{pn("direction", one.direction)}</span></td>
                  <td><Said outcome={one.before} /></td>
                  <td><Said outcome={one.after} /></td>
                  <td>
                    <a
                      href={address({ ...place.get(), settings: null, conversation: one.conversation })}
                      aria-label={`${p("toConversation")}, ${moment(one.at)}`}
                      onClick={(event) => {
                        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                        event.preventDefault();
                        go({ conversation: one.conversation });
                      }}
                    >
                      {moment(one.at)}
                    </a>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function Said({ outcome }: { outcome: Outcome }): JSX.Element {
  return <>{p(outcome.allowed ? "yes" : "no")}{outcome.rules.length > 0 && <small><code>{outcome.rules.join(", ")}</code></small>}</>;
}

export function ProofsResult({ proofs }: { proofs: Proofs }): JSX.Element {
  if (proofs.outcome === "skipped") {
    return <div class="warning" role="status"><p><b>{p("proverMissing")}</b></p><p>{p("proverMissingHint")}</p></div>;
  }
  const mood = proofs.outcome === "held" ? "good" : "error";
  return (
    <>
      <p class={mood} role="status">{pn("proof", proofs.outcome)}. <small class="hint"><bdi>{proofs.note}</bdi></small></p>
      {proofs.laws.length > 0 && <h2>{p("laws")}</h2>}
      <ul class="problems laws">
        {proofs.laws.map((law) => {
          const holds = law.proven > 0 && law.refuted.length === 0;
          return (
            <li key={law.claim}>
              <bdi>{law.claim}</bdi>: <b class={holds ? "good" : "error"}>{p(holds ? "lawHolds" : "lawBroken")}</b>
              {law.refuted.map((one) => (
                <details key={one.action}>
                  <summary><bdi>{spaced(one.action)}</bdi>: {p("example")}</summary>
                  <pre tabIndex={0}>{one.counterexample}</pre>
                </details>
              ))}
            </li>
          );
        })}
      </ul>
      {proofs.laws.length > 0 && <h2>{p("shifts")}</h2>}
      {proofs.laws.length > 0 && proofs.shifts.length === 0 && <p>{p("noShifts")}</p>}
      <ul class="problems">
        {proofs.shifts.map((one) => (
          <li key={one.action}>
            <b><bdi>{one.action}</bdi></b>: {pn("shift", one.shift)}
            {one.newly_allowed && <details><summary>{p("newlyAllowed")}</summary><pre tabIndex={0}>{one.newly_allowed}</pre></details>}
            {one.newly_denied && <details><summary>{p("newlyDenied")}</summary><pre tabIndex={0}>{one.newly_denied}</pre></details>}
          </li>
        ))}
      </ul>
    </>
  );
}
