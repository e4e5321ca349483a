// Somebody who works, on the board: whether they are there, how much of them is taken, and what they look after.

import type { JSX } from "preact";
import { serverNow } from "../model/api.ts";
import type { Channel, InboxRow } from "../model/types.ts";
import { ChannelIcon } from "../parts/icons.tsx";
import { initials } from "../parts/names.ts";
import { PresenceDot } from "../parts/standing.tsx";
import { named, span, t } from "../words.ts";
import { Held } from "./held.tsx";
import type { MemberRow, WorkerRow } from "./model.ts";
import { w } from "./words.ts";

export function Worker({ worker, rows, onChange }: { worker: MemberRow; rows: InboxRow[]; onChange: () => void }): JSX.Element {
  return (
    <li class="worker">
      <div class="worker-who">
        <span class="face" aria-hidden="true">{initials(worker.name)}</span>
        <span>
          <b><bdi>{worker.name}</bdi></b>
          <Standing worker={worker} word={t(`presence_${worker.presence}`)} />
        </span>
      </div>
      <Load worker={worker} name={worker.name} />
      <ul class="worker-channels" aria-label={w("holds")}>
        {byChannel(rows).map(([channel, count]) => (
          <li key={channel} title={named("channel", channel)}><ChannelIcon channel={channel} size={14} /><span class="unseen">{named("channel", channel)}: </span>{count}</li>
        ))}
        {rows.length === 0 && <li class="hint">{w("holds")}: {w("holdsNothing")}</li>}
      </ul>
      {rows.length > 0 && (
        <details>
          <summary>{w("holds")} ({rows.length})</summary>
          <Held rows={rows} owner={worker.member} onChange={onChange} />
        </details>
      )}
    </li>
  );
}

/** The presence in a word, and for how long it has been that. */
export function Standing({ worker, word }: { worker: WorkerRow; word: string }): JSX.Element {
  const { presence, presence_since } = worker;
  return <small><PresenceDot presence={presence} /> {word} {presence_since > 0 && w("since", { time: span(Math.max(0, serverNow() - presence_since)) })}</small>;
}

export function Load({ worker, name }: { worker: WorkerRow; name: string }): JSX.Element {
  const percent = worker.capacity > 0 ? Math.round((100 * worker.load) / worker.capacity) : 0;
  return (
    <label class="worker-load">
      <span>{w("load")} <b>{percent} %</b>{worker.offers > 0 && <> · {w("asked", { count: worker.offers })}</>}</span>
      <meter min={0} max={100} high={99} value={Math.min(100, percent)} aria-label={w("loadOf", { percent, name })} />
    </label>
  );
}

function byChannel(rows: InboxRow[]): [Channel, number][] {
  const counts = new Map<Channel, number>();
  for (const row of rows) {
    const channel = row.latest?.channel ?? row.channels[0];
    if (channel) counts.set(channel, (counts.get(channel) ?? 0) + 1);
  }
  return [...counts];
}
