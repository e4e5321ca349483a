// When somebody answers at once.

import type { JSX } from "preact";
import { Field } from "../parts.tsx";
import { dayName } from "../routing/hours.tsx";
import type { Wrong } from "../routing/model.ts";
import { r } from "../routing/words.ts";
import { Line, Switch } from "./fields.tsx";
import type { Draft } from "./model.ts";
import { l } from "./words.ts";

interface Props {
  draft: Draft;
  wrong: Wrong;
  onDraft: (change: Partial<Draft>) => void;
}

export function AnsweringHours({ draft, wrong, onDraft }: Props): JSX.Element {
  const { always, week, closed, time_zone } = draft;
  return (
    <fieldset>
      <legend>{l("hours")}</legend>
      <p class="hint">{l("hoursHint")}</p>
      <Switch label={l("always")} on={always} onSwitch={(on) => onDraft({ always: on })} />
      {wrong["hours"] && <small class="error" role="alert">{wrong["hours"]}</small>}
      {!always && (
        <>
          <p class="hint">{r("hoursHint")}</p>
          <div class="columns">
            {week.map((text, day) => (
              <Line
                key={day}
                label={dayName(day, "long")}
                of={`day${day}`}
                wrong={wrong}
                placeholder={r("closed")}
                value={text}
                onValue={(value) => onDraft({ week: week.map((one, at) => (at === day ? (value ?? "") : one)) })}
              />
            ))}
          </div>
          <Line label={r("timeZone")} hint={r("timeZoneHint")} of="time_zone" wrong={wrong} most={64} required list="time-zones" value={time_zone} onValue={(zone) => onDraft({ time_zone: zone ?? "" })} />
          <datalist id="time-zones">{Intl.supportedValuesOf("timeZone").map((one) => <option key={one} value={one} />)}</datalist>
          <Field label={l("closed")} hint={l("closedHint")} {...(wrong["closed"] ? { error: wrong["closed"] } : {})}>
            <textarea rows={3} aria-invalid={wrong["closed"] ? true : undefined} value={closed} onInput={(event) => onDraft({ closed: event.currentTarget.value })} />
          </Field>
        </>
      )}
    </fieldset>
  );
}
