// Where in the desk somebody is: the address of the page.

import { Store } from "./store.ts";

export const VIEWS = ["mine", "unassigned", "open", "snoozed", "done"] as const;
export type View = (typeof VIEWS)[number];

export interface Place {
  /** One of ours, or the id of a saved one. */
  view: string;
  conversation: string | null;
  /** The page of the settings, such as `members` or `knowledge/<id>`. */
  settings: string | null;
  /** The requests for approval: all of them, or the id of one. */
  approvals: string | null;
}

function here(): Place {
  const [, , first, ...rest] = location.pathname.split("/");
  if (first === "settings") return { view: "open", conversation: null, settings: rest.join("/"), approvals: null };
  if (first === "approvals") return { view: "open", conversation: null, settings: null, approvals: rest[0] ?? "" };
  const isSaved = first === "views" && rest[0] !== undefined;
  const view = isSaved ? (rest.shift() ?? "open") : (VIEWS.find((one) => one === first) ?? "open");
  return { view, conversation: rest[0] || null, settings: null, approvals: null };
}

export function isOurs(view: string): view is View {
  return (VIEWS as readonly string[]).includes(view);
}

export function address(to: Partial<Place> & { view: string }): string {
  if (typeof to.approvals === "string") return `/desk/approvals${to.approvals ? `/${to.approvals}` : ""}`;
  if (typeof to.settings === "string") return `/desk/settings${to.settings ? `/${to.settings}` : ""}`;
  const view = isOurs(to.view) ? to.view : `views/${to.view}`;
  return `/desk/${view}${to.conversation ? `/${to.conversation}` : ""}`;
}

export const place = new Store<Place>(here());

export function go(to: Partial<Place>): void {
  const next = { ...place.get(), settings: null, approvals: null, ...to };
  const path = address(next);
  if (path === location.pathname) return;
  history.pushState(null, "", path);
  place.set(next);
}

addEventListener("popstate", () => place.set(here()));
