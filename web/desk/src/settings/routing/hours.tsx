// Business hours: when queues are open, by the clock on the wall of a time zone.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { language, t } from "../../words.ts";
import { Field, FormDialog, Question } from "../parts.tsx";
import { w } from "../words.ts";
import { hoursFrom, hoursText, wrongOf, type Calendar, type Editing, type Hours, type RoutingSettings, type Wrong } from "./model.ts";
import { without } from "./queues.tsx";
import { r } from "./words.ts";

const OFFICE: Hours[] = [{ from_min: 540, to_min: 1020 }];
const NEW: Calendar = {
  time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  week: [OFFICE, OFFICE, OFFICE, OFFICE, OFFICE, [], []],
  days: {},
};

/** Calendars have no names of their own: their zone and hours say which one it is. */
export function calendarName(calendar: Calendar | undefined): string {
  if (!calendar) return "–";
  return `${calendar.time_zone} · ${weekText(calendar.week)}`;
}

function weekText(week: Hours[][]): string {
  const parts: string[] = [];
  for (let at = 0; at < week.length; ) {
    const hours = hoursText(week[at] ?? []);
    let end = at;
    while (end + 1 < week.length && hoursText(week[end + 1] ?? []) === hours) end++;
    if (hours) parts.push(`${dayName(at, "short")}${end > at ? `–${dayName(end, "short")}` : ""} ${hours}`);
    at = end + 1;
  }
  return parts.join("; ") || r("neverOpen");
}

export function dayName(at: number, weekday: "short" | "long"): string {
  // The first of January 2024 was a Monday.
  return new Intl.DateTimeFormat(language(), { weekday, timeZone: "UTC" }).format(Date.UTC(2024, 0, 1 + at));
}

export function HoursPage({ editing, settings }: { editing: Editing; settings: RoutingSettings }): JSX.Element {
  const [open, setOpen] = useState<{ id: string; calendar: Calendar; isNew: boolean } | null>(null);
  const [dropping, setDropping] = useState<string | null>(null);
  const all = Object.entries(settings.calendars);
  const users = (id: string): string[] => Object.values(settings.queues).filter((one) => one.calendar === id).map((one) => one.name);
  return (
    <>
      <p class="page-acts"><button type="button" class="main" onClick={() => setOpen({ id: crypto.randomUUID(), calendar: NEW, isNew: true })}>{r("addHours")} …</button></p>
      {all.length === 0 ? (
        <p class="empty">{r("noHours")}</p>
      ) : (
        <div class="table-box" tabIndex={0} role="region" aria-label={r("hours")}>
          <table>
            <thead><tr>{[r("timeZone"), r("week"), r("otherDays"), t("queues"), ""].map((one) => <th key={one} scope="col">{one || <span class="unseen">{w("actions")}</span>}</th>)}</tr></thead>
            <tbody>
              {all.map(([id, calendar]) => (
                <tr key={id}>
                  <th scope="row">{calendar.time_zone}</th>
                  <td>{weekText(calendar.week)}</td>
                  <td>{Object.keys(calendar.days).length || "–"}</td>
                  <td><bdi>{users(id).join(", ") || "–"}</bdi></td>
                  <td class="acts">
                    <button type="button" class="link" aria-label={w("changeNamed", { name: calendarName(calendar) })} onClick={() => setOpen({ id, calendar, isNew: false })}>{w("change")}</button>
                    {users(id).length === 0 && <button type="button" class="link" aria-label={w("deleteNamed", { name: calendarName(calendar) })} onClick={() => setDropping(id)}>{w("delete")}</button>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {open && <HoursForm key={open.id} {...open} editing={editing} onClose={() => setOpen(null)} />}
      {dropping && (
        <Question
          title={w("deleteNamed", { name: calendarName(settings.calendars[dropping]) })}
          text={r("deleteHoursText")}
          done={w("delete")}
          onYes={() => editing.change((now) => ({ ...now, calendars: without(now.calendars, dropping) }))}
          onClose={() => setDropping(null)}
        />
      )}
    </>
  );
}

interface FormProps {
  id: string;
  calendar: Calendar;
  isNew: boolean;
  editing: Editing;
  onClose: () => void;
}

function HoursForm({ id, calendar, isNew, editing, onClose }: FormProps): JSX.Element {
  const [zone, setZone] = useState(calendar.time_zone);
  const [week, setWeek] = useState(calendar.week.map(hoursText));
  const [days, setDays] = useState(Object.entries(calendar.days).map(([day, hours]) => `${day} ${hoursText(hours)}`.trim()).join("\n"));
  const [wrong, setWrong] = useState<Wrong>({});

  const read = (): Calendar | null => {
    const found: Wrong = {};
    const hours = week.map((text, at) => {
      const one = hoursFrom(text);
      if (!one) found[`day${at}`] = r("hoursUnread");
      return one ?? [];
    });
    const others: Calendar["days"] = {};
    for (const line of days.split("\n").map((one) => one.trim()).filter(Boolean)) {
      const [, day, rest = ""] = /^(\d{4}-\d{2}-\d{2})\s*(.*)$/.exec(line) ?? [];
      const one = hoursFrom(rest);
      if (day && one) others[day] = one;
      else found["days"] = r("dayUnread", { line });
    }
    setWrong(found);
    return Object.keys(found).length > 0 ? null : { time_zone: zone.trim(), week: hours, days: others };
  };
  const save = async (): Promise<void> => {
    const made = read();
    if (!made) throw new Error(r("seeFields"));
    await editing.change((now) => ({ ...now, calendars: { ...now.calendars, [id]: made } }));
    onClose();
  };
  const explain = (problem: unknown): string => {
    if (problem instanceof Error && problem.message === r("seeFields")) return problem.message;
    const found = wrongOf(problem, "");
    const [, from, to] = /(\d+) to (\d+)/.exec(found["hours"] ?? "") ?? [];
    // The server names the minutes; the day that has them is the one that is wrong.
    const at = week.findIndex((text) => hoursFrom(text)?.some((one) => one.from_min === Number(from) && one.to_min === Number(to)));
    if (found["hours"]) found[at >= 0 ? `day${at}` : "days"] = r("hoursRefused");
    setWrong(found);
    return found[""] ?? r("seeFields");
  };
  return (
    <FormDialog title={isNew ? r("addHours") : w("changeNamed", { name: calendarName(calendar) })} done={t("save")} onSubmit={save} explain={explain} onClose={onClose}>
      <Field label={r("timeZone")} hint={r("timeZoneHint")} {...(wrong["time_zone"] ? { error: wrong["time_zone"] } : {})}>
        <input autofocus type="text" required maxLength={64} list="time-zones" aria-invalid={wrong["time_zone"] ? true : undefined} value={zone} onInput={(event) => setZone(event.currentTarget.value)} />
      </Field>
      <datalist id="time-zones">{Intl.supportedValuesOf("timeZone").map((one) => <option key={one} value={one} />)}</datalist>
      <p class="hint">{r("hoursHint")}</p>
      <div class="columns">
        {week.map((text, at) => {
          const error = wrong[`day${at}`];
          return (
            <Field key={at} label={dayName(at, "long")} {...(error ? { error } : {})}>
              <input
                type="text"
                placeholder={r("closed")}
                aria-invalid={error ? true : undefined}
                value={text}
                onInput={(event) => {
                  const { value } = event.currentTarget;
                  setWeek((now) => now.map((one, place) => (place === at ? value : one)));
                }}
              />
            </Field>
          );
        })}
      </div>
      <Field label={r("otherDays")} hint={r("otherDaysHint")} {...(wrong["days"] ? { error: wrong["days"] } : {})}>
        <textarea rows={4} aria-invalid={wrong["days"] ? true : undefined} value={days} onInput={(event) => setDays(event.currentTarget.value)} />
      </Field>
    </FormDialog>
  );
}
