// What the list shows: our own views, saved ones, and what somebody filters by just now.

import { get, post, put, query, remove } from "./api.ts";
import { hasAgent, me } from "./people.ts";
import { isOurs, VIEWS, type View } from "./place.ts";
import { Store } from "./store.ts";
import { prefer, taste } from "./taste.ts";
import type { Channel, Order, Page, Priority, Status } from "./types.ts";

export interface Filter {
  status?: Status[];
  owner?: "anyone" | "me" | "nobody" | "agent" | "member";
  member?: string;
  channel?: Channel;
  priority?: Priority[];
  tag?: string;
  search?: string;
  order?: Order;
}

export const ORDERS: readonly Order[] = ["latest", "waiting", "due"];

export interface SavedView {
  id: string;
  name: string;
  shared: boolean;
  filter: Filter;
}

const LIVE: Status[] = ["open", "pending"];

const OURS: Record<View, Filter> = {
  mine: { owner: "me", status: LIVE },
  unassigned: { owner: "nobody", status: LIVE },
  agent: { owner: "agent", status: LIVE },
  open: { status: LIVE },
  snoozed: { status: ["snoozed"] },
  done: { status: ["resolved", "closed"] },
};

export const views = new Store<SavedView[]>([]);

/** What is filtered by instead of what the view says; none while the view shows itself. */
export const adHoc = new Store<Filter | null>(null);

export async function loadViews(): Promise<void> {
  views.set((await get<Page<SavedView>>("views")).items);
}

/** Our own views; the AI agent's only where there is one. */
export function ours(): View[] {
  return VIEWS.filter((one) => one !== "agent" || hasAgent());
}

export function viewName(id: string): string | null {
  return views.get().find((one) => one.id === id)?.name ?? null;
}

export function filterOf(view: string): Filter {
  if (isOurs(view)) return OURS[view];
  return views.get().find((one) => one.id === view)?.filter ?? OURS.open;
}

/** In which order a view is listed: as was chosen here, else as it was saved. */
export function orderOf(view: string): Order {
  return taste.get().orders[view] ?? ownOrder(view);
}

export function chooseOrder(view: string, order: Order): void {
  const others = Object.entries(taste.get().orders).filter(([one]) => one !== view);
  prefer({ orders: Object.fromEntries(order === ownOrder(view) ? others : [...others, [view, order]]) });
}

function ownOrder(view: string): Order {
  return filterOf(view).order ?? "latest";
}

/** What a view shows here, while nothing else is filtered by. */
export function shownBy(view: string): Filter {
  return { ...filterOf(view), order: orderOf(view) };
}

/** The filter as the inbox is asked. A search looks everywhere unless the filter itself has one. */
export function asked(filter: Filter, page: { limit: number; cursor: string | null }): string {
  return `inbox${query({
    status: filter.status?.join(","),
    owner: filter.owner === "me" ? me() : filter.owner === "member" ? filter.member : null,
    unassigned: filter.owner === "nobody",
    agent: filter.owner === "agent",
    channel: filter.channel,
    priority: filter.priority?.join(","),
    tag: filter.tag,
    search: filter.search,
    order: filter.order === "latest" ? null : filter.order,
    ...page,
  })}`;
}

export async function saveView(view: Omit<SavedView, "id">, id: string | null): Promise<SavedView> {
  const saved = id ? await put<SavedView>(`views/${id}`, view) : await post<SavedView>("views", view);
  await loadViews();
  return saved;
}

export async function deleteView(id: string): Promise<void> {
  await remove(`views/${id}`);
  await loadViews();
}

/** Filters that are the same say so, whatever the order of their words. */
export function isSame(a: Filter, b: Filter): boolean {
  return asked(a, { limit: 1, cursor: null }) === asked(b, { limit: 1, cursor: null });
}
