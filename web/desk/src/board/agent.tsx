// The AI agent on the board: how much it has, and whether it takes more, which is for supervisors to say.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { put } from "../model/api.ts";
import { address, go } from "../model/place.ts";
import { say } from "../notice.ts";
import { Icon } from "../parts/icons.tsx";
import { Question } from "../settings/parts.tsx";
import { t, told } from "../words.ts";
import type { AgentRow, Board } from "./model.ts";
import { Load, Standing } from "./worker.tsx";
import { w } from "./words.ts";

interface Props {
  agent: AgentRow;
  onChange: () => void;
}

const takesWork = (agent: AgentRow): boolean => agent.presence === "available";

async function pause(): Promise<void> {
  await put("routing/agent/presence", { presence: "away" });
  say(w("agentPausedNow"));
}

async function letWork(): Promise<void> {
  try {
    await put("routing/agent/presence", { presence: "available" });
    say(w("agentWorksNow"));
  } catch (problem) {
    say(told(problem), true);
  }
}

/** Nobody should have to wonder why everything comes to people. */
export function AgentPaused({ agent, onChange }: Props): JSX.Element | null {
  if (takesWork(agent)) return null;
  return (
    <p class="warning agent-paused" role="status">
      <span><b>{w("agentPaused")}</b> {w("agentPausedText", { count: agent.assignments })}</span>
      <button type="button" onClick={() => void letWork().then(onChange)}>{w("agentLetWork")}</button>
    </p>
  );
}

export function Agent({ agent, board, onChange }: Props & { board: Board }): JSX.Element {
  const [pausing, setPausing] = useState(false);
  const takes = takesWork(agent);
  const serves = board.queues.filter((one) => agent.queues.includes(one.id)).map((one) => one.name);
  const isAnybodyThere = board.workers.some((one) => one.presence === "available");
  return (
    <li class="worker">
      <div class="worker-who">
        <span class="face ai" aria-hidden="true"><Icon shape="spark" /></span>
        <span>
          <b>{t("aiAgent")}</b>
          <Standing worker={agent} word={takes ? t("presence_available") : w("paused")} />
        </span>
      </div>
      <Load worker={agent} name={t("aiAgent")} />
      <p class="worker-note">
        <a
          href={address({ view: "agent" })}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            go({ view: "agent", conversation: null });
          }}
        >
          {w("holds")}: <b class="figure">{agent.assignments}</b>
        </a>
      </p>
      <p class="worker-note">{t("queues")}: <bdi>{serves.join(", ") || w("holdsNothing")}</bdi></p>
      <label class="check">
        <input
          type="checkbox"
          role="switch"
          checked={takes}
          onClick={(event) => {
            // It moves once it is so.
            event.preventDefault();
            if (takes) setPausing(true);
            else void letWork().then(onChange);
          }}
        />
        <span>{w("agentTakes")}</span>
      </label>
      {pausing && (
        <Question
          title={w("agentPause")}
          text={[w("agentPauseText", { count: agent.assignments }), isAnybodyThere ? "" : w("agentPauseNobody")].join(" ").trim()}
          done={w("agentPauseYes")}
          onYes={() => pause().then(onChange)}
          onClose={() => setPausing(false)}
        />
      )}
    </li>
  );
}
