// The board: what waits in which queue, who is there and with how much, and a way into every conversation.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useCommand } from "../keys.ts";
import { serverNow } from "../model/api.ts";
import { isWithAgent } from "../model/inbox.ts";
import { go } from "../model/place.ts";
import { span, t } from "../words.ts";
import { Agent, AgentPaused } from "./agent.tsx";
import { Held } from "./held.tsx";
import { useBoard, type Board, type QueueRow } from "./model.ts";
import { w } from "./words.ts";
import { Worker } from "./worker.tsx";

export function BoardPage(): JSX.Element {
  const { board, error, reload } = useBoard();
  useCommand("back", () => go({ conversation: null }));
  useEffect(() => {
    document.title = `${t("board")} · ${t("product")}`;
  }, []);
  return (
    <main id="main" class="settings settings-page board" tabIndex={-1}>
      <header class="page-head">
        <div>
          <h1>{t("board")}</h1>
          <p class="hint">{w("about")}</p>
        </div>
      </header>
      {board ? (
        <>
          {error && <p class="error" role="alert">{w("stale", { why: error })}</p>}
          {board.agent && <AgentPaused agent={board.agent} onChange={reload} />}
          <Queues queues={board.queues} />
          <Waiting board={board} onChange={reload} />
          <Workers board={board} onChange={reload} />
        </>
      ) : error ? (
        <p class="empty error" role="alert">{error} <button type="button" onClick={reload}>{t("again")}</button></p>
      ) : (
        <p class="empty" role="status">{t("loading")}</p>
      )}
    </main>
  );
}

function Queues({ queues }: { queues: QueueRow[] }): JSX.Element {
  return (
    <section>
      <h2>{t("queues")}</h2>
      {queues.length === 0 ? <p class="empty">{w("noQueues")}</p> : (
        <div class="table-box" tabIndex={0} role="region" aria-label={t("queues")}>
          <table>
            <thead>
              <tr>{[w("queue"), w("waiting"), w("longest"), w("estimate"), w("target")].map((one) => <th key={one} scope="col">{one}</th>)}</tr>
            </thead>
            <tbody>{queues.map((one) => <Queue key={one.id} queue={one} />)}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Queue({ queue }: { queue: QueueRow }): JSX.Element {
  const { waiting, oldest_since, estimate_ms, target_ms } = queue;
  const longest = oldest_since === null ? null : Math.max(0, serverNow() - oldest_since);
  const isLate = longest !== null && target_ms !== null && longest > target_ms;
  return (
    <tr>
      <th scope="row"><bdi>{queue.name}</bdi></th>
      <td class="figure">{waiting}</td>
      <td>
        <span class={`figure${isLate ? " late" : ""}`}>{longest === null ? "–" : span(longest)}</span>
        {isLate && <small class="late">{w("overTarget")}</small>}
      </td>
      <td>{estimate_ms !== null ? span(estimate_ms) : waiting > 0 ? w("nobodyThere") : "–"}</td>
      <td>{target_ms === null ? "–" : span(target_ms)}</td>
    </tr>
  );
}

function Waiting({ board, onChange }: { board: Board; onChange: () => void }): JSX.Element | null {
  const waiting = board.rows.filter((one) => one.owner === null && !isWithAgent(one) && one.status === "open");
  if (waiting.length === 0) return null;
  return (
    <details class="board-waiting">
      <summary>{w("waitingNow")} ({waiting.length}{!board.isWhole && "+"})</summary>
      <Held rows={waiting} onChange={onChange} />
    </details>
  );
}

function Workers({ board, onChange }: { board: Board; onChange: () => void }): JSX.Element {
  const [all, setAll] = useState(false);
  const { agent, workers } = board;
  const away = workers.filter((one) => one.presence === "offline" && one.assignments === 0);
  const seen = all ? workers : workers.filter((one) => !away.includes(one));
  return (
    <section>
      <div class="board-title">
        <h2>{w("workers")}</h2>
        {away.length > 0 && (
          <label class="check">
            <input type="checkbox" checked={all} onChange={(event) => setAll(event.currentTarget.checked)} />
            <span>{w("showOffline", { count: away.length })}</span>
          </label>
        )}
      </div>
      {(agent || seen.length > 0) && (
        <ul class="workers">
          {agent && <Agent agent={agent} board={board} onChange={onChange} />}
          {seen.map((one) => (
            <Worker key={one.member} worker={one} rows={board.rows.filter((row) => row.owner === one.member)} onChange={onChange} />
          ))}
        </ul>
      )}
      {seen.length === 0 && <p class="empty">{w(workers.length === 0 ? "noWorkers" : "nobodyHere")}</p>}
      {!board.isWhole && <p class="hint">{w("more", { count: board.rows.length })}</p>}
    </section>
  );
}
