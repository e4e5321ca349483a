// `?`: all keys, from the same table that makes them work.

import type { JSX } from "preact";
import { commands, shown } from "../keys.ts";
import { useStore } from "../model/store.ts";
import { prefer, taste } from "../model/taste.ts";
import { t } from "../words.ts";
import { Dialog } from "./dialog.tsx";

const GROUPS = ["keysEverywhere", "keysList", "keysConversation", "keysComposer"] as const;

export function Help({ onClose }: { onClose: () => void }): JSX.Element {
  const { letters } = useStore(taste);
  return (
    <Dialog title={t("help")} kind="help" onClose={onClose}>
      <div class="help-groups">
        {GROUPS.map((group) => (
          <section key={group}>
            <h3>{t(group)}</h3>
            <dl>
              {commands.filter(([, one]) => one.group === group && (one.known?.() ?? true)).map(([name, one]) => (
                <div key={name}>
                  <dt>{t(one.label)}</dt>
                  <dd><kbd>{shown(one.keys)}</kbd></dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label class="check">
        <input type="checkbox" checked={letters} onChange={(event) => prefer({ letters: event.currentTarget.checked })} />
        <span>{t("letters")}</span>
      </label>
    </Dialog>
  );
}
