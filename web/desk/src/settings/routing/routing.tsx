// How work is handed out: queues, hours and rules for administrators, and who takes what for supervisors.

import type { JSX } from "preact";
import { may } from "../../model/people.ts";
import { t } from "../../words.ts";
import { Head, To } from "../parts.tsx";
import { w } from "../words.ts";
import { HoursPage } from "./hours.tsx";
import { useRoutingSettings, type Editing, type RoutingSettings } from "./model.ts";
import { Queues } from "./queues.tsx";
import { Rules } from "./rules.tsx";
import { r } from "./words.ts";
import { Workers } from "./workers.tsx";

const PAGES = ["queues", "hours", "rules", "workers"] as const;

export function Routing({ rest }: { rest: string[] }): JSX.Element {
  const open = PAGES.filter((one) => one === "workers" || may("admin"));
  const at = open.find((one) => one === rest[0]) ?? open[0];
  return (
    <>
      <Head title={w("routing")} about={r("routingAbout")} />
      <nav class="tabs" aria-label={w("routing")}>
        {open.map((one) => (
          <span key={one} {...(one === at ? { "aria-current": "page" as const } : {})}>
            <To page={`routing/${one}`}>{one === "queues" ? t("queues") : r(one)}</To>
          </span>
        ))}
      </nav>
      {at === "workers" || !at ? <Workers /> : <Set page={at} />}
    </>
  );
}

function Set({ page }: { page: "queues" | "hours" | "rules" }): JSX.Element {
  const editing: Editing = useRoutingSettings();
  const { settings, error, reload } = editing;
  if (error) return <p class="empty error" role="alert">{error} <button type="button" onClick={reload}>{t("again")}</button></p>;
  if (!settings) return <p class="empty" role="status">{t("loading")}</p>;
  const Page: (props: { editing: Editing; settings: RoutingSettings }) => JSX.Element = { queues: Queues, hours: HoursPage, rules: Rules }[page];
  return <Page editing={editing} settings={settings} />;
}
