// The list of conversations. Only what is in sight is drawn; every row is equally high.

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { COMMANDS, shown, useCommand } from "../keys.ts";
import { inbox, isUnread, isWithAgent, seen, standing } from "../model/inbox.ts";
import { memberName } from "../model/people.ts";
import { address, go, isOurs, place } from "../model/place.ts";
import { useStore } from "../model/store.ts";
import { taste } from "../model/taste.ts";
import type { InboxRow, Order } from "../model/types.ts";
import { adHoc, chooseOrder, filterOf, orderOf, ORDERS, ours, viewName, views } from "../model/views.ts";
import { say } from "../notice.ts";
import { brief, named, t, told } from "../words.ts";
import { FilterForm } from "./filter.tsx";
import { ChannelIcon, Icon } from "./icons.tsx";
import { initials } from "./names.ts";
import { Waited } from "./waited.tsx";

const ROW = 84;
const AROUND = 6;
const SEARCH_MS = 200;
/** Whichever row the list begins with. */
const FIRST = "first";

export function InboxList(): JSX.Element {
  const { view, conversation } = useStore(place);
  const listed = useStore(inbox.list);
  useStore(seen);
  const saved = useStore(views);
  const own = useStore(adHoc);
  useStore(taste);
  const order = orderOf(view);
  const filter = { ...(own ?? filterOf(view)), order };
  const [search, setSearch] = useState("");
  const [filtering, setFiltering] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(800);
  const box = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const timer = useRef(0);
  /** The row that gets the focus as soon as it is drawn. */
  const toFocus = useRef<string | null>(null);
  // Where the chosen row stood when it was chosen: whoever works the list off goes on from there, wherever the row has
  // gone because it was answered.
  const spot = useRef(0);
  const stood = useRef<{ id: string; standing: number | null } | null>(null);
  const { rows } = listed;
  const at = rows.findIndex((row) => row.id === (chosen ?? conversation));
  const here = rows[at];
  const moved = here !== undefined && stood.current?.id === here.id && stood.current.standing !== standing(here, order);
  if (here && !moved) {
    spot.current = at;
    stood.current = { id: here.id, standing: standing(here, order) };
  }

  const title = isOurs(view) ? t(view) : (viewName(view) ?? t("loading"));
  // Before the screen is drawn: the next key must not open what another view listed.
  useLayoutEffect(() => adHoc.set(null), [view]);
  useLayoutEffect(() => {
    clearTimeout(timer.current);
    timer.current = 0;
    spot.current = 0;
    stood.current = null;
    show(search);
  }, [view, JSON.stringify(filter)]);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const watch = new ResizeObserver(() => setHeight(element.clientHeight));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);

  const first = Math.max(0, Math.floor(top / ROW) - AROUND);
  const last = Math.min(rows.length, Math.ceil((top + height) / ROW) + AROUND);
  useEffect(() => {
    if (last >= rows.length - AROUND) void inbox.more();
  }, [last, rows.length]);

  // A search looks everywhere, unless somebody filters as well.
  const show = (text: string): void => inbox.show(text.trim() ? { ...own, search: text.trim(), order } : filter);
  const find = (text: string): void => {
    setSearch(text);
    toFocus.current = null;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      timer.current = 0;
      show(text);
    }, SEARCH_MS);
  };
  /** The first row of what is searched for, which may not be there yet. */
  const toFirst = (): void => {
    if (timer.current) {
      clearTimeout(timer.current);
      timer.current = 0;
      show(search);
    }
    toFocus.current = FIRST;
    giveFocus();
  };
  const giveFocus = (): void => {
    const { rows: listedNow, state } = inbox.list.get();
    if (toFocus.current === null || state === "loading") return;
    const id = toFocus.current === FIRST ? listedNow[0]?.id : toFocus.current;
    if (id === undefined || focus(id)) toFocus.current = null;
  };
  const walk = (step: number): void => {
    // Where a row is done and gone, the next one stands in its place.
    const gone = moved && at !== spot.current;
    const to = at < 0 ? spot.current : gone ? spot.current + (step + (at > spot.current ? -1 : 1)) / 2 : at + step;
    const next = rows[Math.max(0, Math.min(rows.length - 1, to))];
    if (!next) return;
    setChosen(next.id);
    reveal(rows.indexOf(next));
    if (conversation) go({ conversation: next.id });
    // Enter is for the row that has the focus: it must not be another one than is open.
    if (conversation && !box.current?.contains(document.activeElement)) return;
    toFocus.current = next.id;
    giveFocus();
  };
  const stopFiltering = (): void => {
    setFiltering(false);
    button.current?.focus();
  };
  const reveal = (at: number): void => {
    const element = box.current;
    if (!element) return;
    if (at * ROW < element.scrollTop) element.scrollTop = at * ROW;
    else if ((at + 1) * ROW > element.scrollTop + element.clientHeight) {
      element.scrollTop = (at + 1) * ROW - element.clientHeight;
    }
    setTop(element.scrollTop);
  };
  useCommand("next", () => walk(1));
  useCommand("previous", () => walk(-1));
  useCommand("search", () => field.current?.focus());
  useCommand("filter", () => setFiltering(!filtering));
  useCommand("order", () => {
    const next = ORDERS[(ORDERS.indexOf(order) + 1) % ORDERS.length] ?? "latest";
    chooseOrder(view, next);
    say(t(`order_${next}`));
  });
  // Whoever goes back goes on from there.
  useLayoutEffect(() => {
    if (conversation) setChosen(conversation);
  }, [conversation]);
  useLayoutEffect(giveFocus);

  return (
    <section class="inbox" aria-label={t("conversations")}>
      <header>
        <div class="inbox-title">
          <h2><bdi>{search ? t("search") : title}</bdi></h2>
          {saved.length > 0 && (
            <select class="choice" aria-label={t("chooseView")} value={view} onChange={(event) => go({ view: event.currentTarget.value, conversation: null })}>
              {ours().map((one) => <option key={one} value={one}>{t(one)}</option>)}
              {[true, false].map((shared) => {
                const these = saved.filter((one) => one.shared === shared);
                if (these.length === 0) return null;
                return (
                  <optgroup key={String(shared)} label={t(shared ? "sharedViews" : "ownViews")}>
                    {these.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
                  </optgroup>
                );
              })}
            </select>
          )}
          <span class={`order${order === "latest" ? "" : " chosen"}`} title={`${t("order")}: ${t(`order_${order}`)} (${shown(COMMANDS.order.keys)})`}>
            <Icon shape="order" />
            {order !== "latest" && <span aria-hidden="true">{t(`order_${order}`)}</span>}
            <select aria-label={t("order")} value={order} onChange={(event) => chooseOrder(view, event.currentTarget.value as Order)}>
              {ORDERS.map((one) => <option key={one} value={one}>{t(`order_${one}`)}</option>)}
            </select>
          </span>
          <button ref={button} type="button" class="plain" aria-expanded={filtering} aria-label={t("filter")} title={`${t("filter")} (${shown(COMMANDS.filter.keys)})`} onClick={() => setFiltering(!filtering)}>
            <Icon shape="filter" />
          </button>
        </div>
        <label class="search">
          <span class="unseen">{t("search")}</span>
          <Icon shape="search" />
          <input
            ref={field}
            type="search"
            value={search}
            placeholder={t("searchHint")}
            onInput={(event) => find(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "Escape") {
                event.preventDefault();
                find("");
                event.currentTarget.blur();
              } else if (event.key === "ArrowDown" || event.key === "Enter") {
                event.preventDefault();
                toFirst();
              }
            }}
          />
        </label>
        {filtering && <FilterForm view={view} filter={filter} onClose={stopFiltering} />}
        {own && !filtering && (
          <p class="hint">{t("filtered")} <button type="button" class="link" onClick={() => adHoc.set(null)}>{t("clearFilter")}</button></p>
        )}
      </header>
      <div class="scroll" ref={box} tabIndex={-1} onScroll={(event) => setTop(event.currentTarget.scrollTop)}>
        {rows.length === 0 ? (
          <Nothing state={listed.state} error={listed.error} search={search} view={view} />
        ) : (
          <ul class="rows" style={{ height: `${rows.length * ROW}px` }}>
            {rows.slice(first, last).map((row, at) => (
              <Row key={row.id} row={row} top={(first + at) * ROW} current={row.id === conversation} order={order} walk={walk} />
            ))}
          </ul>
        )}
      </div>
      <p class="unseen" role="status">
        {listed.state === "ready" ? `${rows.length}${listed.next ? "+" : ""} ${t("conversations")}` : t("loading")}
      </p>
    </section>
  );
}

function Nothing({ state, error, search, view }: { state: string; error: unknown; search: string; view: string }): JSX.Element {
  if (state === "loading") return <p class="empty">{t("loading")}</p>;
  if (state === "failed") {
    return (
      <div class="empty">
        <p class="error">{told(error)}</p>
        <button type="button" onClick={() => void inbox.reload()}>{t("again")}</button>
      </div>
    );
  }
  const text = search ? t("noMatches", { text: search }) : view === "mine" ? t("nothingMine") : view === "agent" ? t("nothingAgent") : t("noConversations");
  return <p class="empty">{text}</p>;
}

interface RowProps {
  row: InboxRow;
  top: number;
  current: boolean;
  order: Order;
  walk: (step: number) => void;
}

function Row({ row, top, current, order, walk }: RowProps): JSX.Element {
  const unread = !current && isUnread(row);
  const { view } = place.get();
  const { latest } = row;
  const owner = memberName(row.owner);
  return (
    <li style={{ transform: `translateY(${top}px)` }}>
      <a
        id={`row-${row.id}`}
        href={address({ view, conversation: row.id, settings: null })}
        class={`row${current ? " current" : ""}${unread ? " unread" : ""}`}
        aria-current={current ? "page" : undefined}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          go({ conversation: row.id });
        }}
        onKeyDown={(event) => {
          const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (!step) return;
          event.preventDefault();
          const beside = event.currentTarget.parentElement;
          const next = step > 0 ? beside?.nextElementSibling : beside?.previousElementSibling;
          if (next) next.querySelector("a")?.focus();
          else walk(step);
        }}
      >
        <span class="row-who">
          {unread && <span class="dot"><span class="unseen">{t("unread")}: </span></span>}
          <bdi>{row.customer_name ?? row.contact ?? t("someone")}</bdi>
          {(row.status === "open" || row.status === "pending") && <Waited since={row.waiting_since} by={row.serve_by} waitedFirst={order === "waiting"} />}
          <time dateTime={new Date(latest?.at ?? row.updated_at).toISOString()}>{brief(latest?.at ?? row.updated_at)}</time>
        </span>
        <span class="row-subject"><bdi>{row.subject ?? latest?.text ?? t("noSubject")}</bdi></span>
        <span class="row-foot">
          {row.channels.map((channel) => (
            <span key={channel} class="row-channel" title={named("channel", channel)}>
              <ChannelIcon channel={channel} size={14} />
              <span class="unseen">{named("channel", channel)}</span>
            </span>
          ))}
          {row.callback?.state === "wanted" && (
            <span class="row-callback" title={t("toCallBack")}>
              <Icon shape="voice" size={14} />
              <span class="unseen">{t("toCallBack")}</span>
            </span>
          )}
          {row.priority !== "normal" && <span class={`tag ${row.priority}`}>{named("priority", row.priority)}</span>}
          {row.tags.slice(0, 2).map((one) => <span key={one} class="tag own"><bdi>{one}</bdi></span>)}
          {row.status !== "open" && <span class="tag">{named("status", row.status)}</span>}
          {latest && row.subject && (
            <span class="row-text">
              {latest.kind === "note" && <b>{t("note")}: </b>}
              {latest.text}
            </span>
          )}
          {owner && <span class="row-owner" title={`${t("owner")}: ${owner}`}>{initials(owner)}<span class="unseen"> {t("owner")}: {owner}</span></span>}
          {isWithAgent(row) && (
            <span class="row-owner ai" title={t("withAgent")}>
              <Icon shape="spark" size={14} />
              <span class="unseen">{t("withAgent")}</span>
            </span>
          )}
        </span>
      </a>
    </li>
  );
}

/** False when the row is not drawn yet. */
function focus(id: string): boolean {
  const found = document.getElementById(`row-${id}`);
  found?.focus();
  return found !== null;
}
