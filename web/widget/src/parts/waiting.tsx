// Where somebody stands who waits for a person.

import type { JSX } from "preact";
import type { Waiting } from "../model/api.ts";
import { counted, duration, t } from "../words.ts";

/** Nobody needs to be told of less. */
const MOMENT_MS = 60_000;

export function InLine({ waiting }: { waiting: Waiting | null }): JSX.Element {
  return (
    <p class="in-line" role="status" hidden={waiting === null}>
      {waiting && told(waiting)}
    </p>
  );
}

function told({ ahead, about_ms }: Waiting): string {
  if (about_ms === null) return t("somebodyComes");
  if (ahead === null) return t("comesIn", { time: duration(about_ms) });
  if (ahead === 0 && about_ms <= MOMENT_MS) return t("next");
  return `${ahead === 0 ? t("next") : counted("ahead", ahead)} ${t("about", { time: duration(about_ms) })}`;
}
