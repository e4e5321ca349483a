// The pages of the settings. A new page is one line here: the way to it is drawn from this table.

import type { ComponentType } from "preact";
import { later } from "../parts/later.tsx";
import { Audit } from "./audit.tsx";
import { Endpoints } from "./endpoints.tsx";
import { Jobs } from "./jobs.tsx";
import { Knowledge } from "./knowledge.tsx";
import { Macros } from "./macros.tsx";
import { Members } from "./members.tsx";
import { Routing } from "./routing/routing.tsx";
import { Tokens } from "./tokens.tsx";
import { Webhooks } from "./webhooks.tsx";
import type { SettingsWord } from "./words.ts";

/** In the order they are shown. */
export const GROUPS = ["groupTeam", "groupAnswers", "groupConnections", "groupOperation"] as const;

export interface Section {
  name: string;
  title: SettingsWord;
  group: (typeof GROUPS)[number];
  /** Who has not this permission does not see the page; the server decides all the same. */
  permission: string;
  Page: ComponentType<{ rest: string[] }>;
}

const Procedures = later(() => import("./procedures.tsx").then((found) => found.Procedures));
const Policies = later(() => import("./policies.tsx").then((found) => found.Policies));

export const SECTIONS: Section[] = [
  { name: "members", title: "members", group: "groupTeam", permission: "read", Page: Members },
  { name: "routing", title: "routing", group: "groupTeam", permission: "oversee", Page: Routing },
  { name: "macros", title: "macros", group: "groupAnswers", permission: "read", Page: Macros },
  { name: "knowledge", title: "knowledge", group: "groupAnswers", permission: "read", Page: Knowledge },
  { name: "procedures", title: "procedures", group: "groupAnswers", permission: "read", Page: Procedures },
  { name: "policies", title: "policies", group: "groupAnswers", permission: "read", Page: Policies },
  { name: "endpoints", title: "endpoints", group: "groupConnections", permission: "read", Page: Endpoints },
  { name: "webhooks", title: "webhooks", group: "groupConnections", permission: "admin", Page: Webhooks },
  { name: "tokens", title: "tokens", group: "groupConnections", permission: "admin", Page: Tokens },
  { name: "audit", title: "audit", group: "groupOperation", permission: "oversee", Page: Audit },
  { name: "jobs", title: "jobs", group: "groupOperation", permission: "oversee", Page: Jobs },
];
