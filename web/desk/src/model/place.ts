// Where in the desk somebody is: the address of the page.

import { Store } from "./store.ts";

export const VIEWS = ["mine", "unassigned", "agent", "open", "snoozed", "done"] as const;
export type View = (typeof VIEWS)[number];

export interface Place {
  /** One of ours, or the id of a saved one. */
  view: string;
  conversation: string | null;
  /** The page of the settings, such as `members` or `knowledge/<id>`. */
  settings: string | null;
  /** The requests for approval: all of them, or the id of one. */
  approvals: string | null;
  /** The board of queues and workers. */
  board: boolean;
}

function here(): Place {
  const [, , first, ...rest] = location.pathname.split("/");
  const elsewhere = { view: "open", conversation: null, settings: null, approvals: null, board: false };
  if (first === "settings") return { ...elsewhere, settings: rest.join("/") };
  if (first === "approvals") return { ...elsewhere, approvals: rest[0] ?? "" };
  if (first === "board") return { ...elsewhere, board: true };
  const isSaved = first === "views" && rest[0] !== undefined;
  const view = isSaved ? (rest.shift() ?? "open") : (VIEWS.find((one) => one === first) ?? "open");
  return { ...elsewhere, view, conversation: rest[0] || null };
}

export function isOurs(view: string): view is View {
  return (VIEWS as readonly string[]).includes(view);
}

export function address(to: Partial<Place> & { view: string }): string {
  if (typeof to.approvals === "string") return `/desk/approvals${to.approvals ? `/${to.approvals}` : ""}`;
  if (typeof to.settings === "string") return `/desk/settings${to.settings ? `/${to.settings}` : ""}`;
  if (to.board) return "/desk/board";
  const view = isOurs(to.view) ? to.view : `views/${to.view}`;
  return `/desk/${view}${to.conversation ? `/${to.conversation}` : ""}`;
}

export const place = new Store<Place>(here());

export function go(to: Partial<Place>): void {
  const next = { ...place.get(), settings: null, approvals: null, board: false, ...to };
  const path = address(next);
  if (path === location.pathname) return;
  history.pushState(null, "", path);
  place.set(next);
}

addEventListener("popstate", () => place.set(here()));
