// The settings: a way to every page that this member may see, and the page.

import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useCommand } from "../keys.ts";
import { may } from "../model/people.ts";
import { go } from "../model/place.ts";
import { t } from "../words.ts";
import { To } from "./parts.tsx";
import { GROUPS, SECTIONS, type Section } from "./sections.ts";
import { w } from "./words.ts";

export function Settings({ page }: { page: string }): JSX.Element {
  const open = SECTIONS.filter((one) => may(one.permission));
  const [name, ...rest] = page.split("/");
  const section = open.find((one) => one.name === name) ?? (name ? undefined : open[0]);
  useCommand("back", () => go({ settings: rest.length > 0 && section ? section.name : null, conversation: null }));
  useEffect(() => {
    document.title = `${section ? w(section.title) : t("settings")} · ${t("product")}`;
  }, [section]);
  return (
    <div class="settings">
      <nav aria-label={t("settings")}>
        <h2>{t("settings")}</h2>
        {GROUPS.map((group) => {
          const these = open.filter((one) => one.group === group);
          return these.length === 0 ? null : (
            <section key={group}>
              <h3>{w(group)}</h3>
              <ul>
                {these.map((one) => (
                  <li key={one.name} class={one === section ? "current" : ""}>
                    <To page={one.name}>{w(one.title)}</To>
                  </li>
                ))}
              </ul>
            </section>
          );
        })}
      </nav>
      <main id="main" class="settings-page" tabIndex={-1}>
        {section ? <Shown key={section.name} section={section} rest={rest} /> : <div class="empty"><h1>{t("settings")}</h1><p>{w("notForYou")}</p></div>}
      </main>
    </div>
  );
}

function Shown({ section, rest }: { section: Section; rest: string[] }): JSX.Element {
  const { Page } = section;
  return <Page rest={rest} />;
}
