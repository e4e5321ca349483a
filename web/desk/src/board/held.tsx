// Conversations on the board: opened to listen in, or taken over.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { patch } from "../model/api.ts";
import { me } from "../model/people.ts";
import { address, go } from "../model/place.ts";
import type { InboxRow } from "../model/types.ts";
import { workChanged } from "../model/work.ts";
import { say } from "../notice.ts";
import { ChannelIcon } from "../parts/icons.tsx";
import { Waited } from "../parts/waited.tsx";
import { t, told } from "../words.ts";
import { w } from "./words.ts";

interface Props {
  rows: InboxRow[];
  owner?: string;
  onChange: () => void;
}

export function Held({ rows, owner, onChange }: Props): JSX.Element {
  const [busy, setBusy] = useState(false);
  const takeOver = async (row: InboxRow): Promise<void> => {
    setBusy(true);
    try {
      await patch(`conversations/${row.id}`, { owner: me() });
      say(w("tookOver"));
      workChanged();
      go({ view: "mine", conversation: row.id });
    } catch (error) {
      say(told(error), true);
      setBusy(false);
      onChange();
    }
  };
  return (
    <ul class="held">
      {rows.map((row) => {
        const name = row.customer_name ?? row.contact ?? t("someone");
        const channel = row.latest?.channel ?? row.channels[0];
        return (
          <li key={row.id}>
            {channel && <ChannelIcon channel={channel} size={14} />}
            <a
              href={address({ view: "open", conversation: row.id, settings: null })}
              title={w("listenIn", { name })}
              onClick={(event) => {
                if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                event.preventDefault();
                go({ view: "open", conversation: row.id });
              }}
            >
              <b><bdi>{name}</bdi></b> <bdi>{row.subject ?? row.latest?.text ?? t("noSubject")}</bdi>
            </a>
            <Waited since={row.waiting_since} by={row.serve_by} />
            {owner !== me() && (
              <button type="button" class="link" disabled={busy} aria-label={w("takeOverNamed", { name })} onClick={() => void takeOver(row)}>{t("takeOver")}</button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
