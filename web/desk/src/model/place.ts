// Where in the desk somebody is: the address of the page.

import { Store } from "./store.ts";

export const VIEWS = ["mine", "unassigned", "open", "snoozed", "done"] as const;
export type View = (typeof VIEWS)[number];

export interface Place {
  view: View;
  conversation: string | null;
}

function here(): Place {
  const [, , view, conversation] = location.pathname.split("/");
  return {
    view: VIEWS.find((one) => one === view) ?? "open",
    conversation: conversation || null,
  };
}

export const place = new Store<Place>(here());

export function go(to: Partial<Place>): void {
  const next = { ...place.get(), ...to };
  const path = `/desk/${next.view}${next.conversation ? `/${next.conversation}` : ""}`;
  if (path === location.pathname) return;
  history.pushState(null, "", path);
  place.set(next);
}

addEventListener("popstate", () => place.set(here()));
