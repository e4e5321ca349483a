// The timeline on screen. Only the rows in sight are drawn, whatever the conversation's length; rows are as high as
// they turn out to be, and what the reader looks at stays where it is while rows above it are measured.

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import { Tail } from "../../../shared/tail.ts";
import { useCommand } from "../keys.ts";
import { foldAt, standing } from "../model/folds.ts";
import { Heights } from "../model/heights.ts";
import { useStore } from "../model/store.ts";
import { taste } from "../model/taste.ts";
import type { Timeline } from "../model/timeline.ts";
import { day, t } from "../words.ts";
import { EntryRow } from "./entry.tsx";

const GUESS = 76;
const AROUND_PX = 500;
/** While somebody scrolls fast, what only passes by is not asked for. */
const REST_MS = 60;
const NEAR_END_PX = 60;

interface Props {
  timeline: Timeline;
  customer: string | null;
  onRead: (seq: number) => void;
}

export function TimelineView({ timeline, customer, onRead }: Props): JSX.Element {
  const news = useStore(timeline.news);
  const { events, without } = useStore(taste);
  const [unfolded, setUnfolded] = useState<ReadonlySet<number>>(new Set());
  const heights = useMemo(() => new Heights(GUESS), [timeline]);
  heights.grow(timeline.length);
  const box = useRef<HTMLDivElement>(null);
  const tail = useMemo(() => new Tail(NEAR_END_PX), [timeline]);
  const rest = useRef(0);
  const [, redraw] = useReducer((count: number, _: void) => count + 1, 0);
  const [behind, setBehind] = useState(false);
  const scroll = useRef({ top: Number.MAX_SAFE_INTEGER, height: 800 });

  const { top, height } = scroll.current;
  const shownTop = Math.min(top, Math.max(0, heights.total - height));
  const first = heights.rowAt(Math.max(0, shownTop - AROUND_PX));
  const last = Math.min(timeline.length - 1, heights.rowAt(shownTop + height + AROUND_PX));

  const toEnd = (): void => {
    const element = box.current;
    if (!element) return;
    tail.follow(element);
    scroll.current.top = element.scrollTop;
  };
  /** What the reader opened comes into sight, as far as its beginning stays there. */
  const show = (element: HTMLElement, row: number): void => {
    const start = heights.before(row) - element.scrollTop;
    const hidden = start + heights.heightOf(row) - element.clientHeight;
    element.scrollTop += Math.max(0, Math.min(start, hidden));
  };
  const readIfAtEnd = (): void => {
    if (!tail.isFollowed) return;
    setBehind(false);
    onRead(timeline.length);
  };
  const watch = useMemo(
    () =>
      new ResizeObserver((changes) => {
        const element = box.current;
        if (!element) return;
        let above = 0;
        let changed = false;
        let opened: number | null = null;
        for (const { target } of changes) {
          if (!(target instanceof HTMLElement) || !target.isConnected) continue;
          const row = Number(target.dataset["row"]);
          const before = heights.before(row);
          const difference = heights.set(row, target.offsetHeight);
          if (difference === 0) continue;
          changed = true;
          if (target.contains(document.activeElement)) opened = row;
          if (before < element.scrollTop) above += difference;
        }
        if (!changed) return;
        const list = element.firstElementChild as HTMLElement;
        list.style.height = `${heights.total}px`;
        if (opened !== null) {
          show(element, opened);
          tail.settle(element);
          readIfAtEnd();
        } else if (tail.isFollowed) toEnd();
        else if (above !== 0) element.scrollTop += above;
        scroll.current.top = element.scrollTop;
        redraw();
      }),
    [heights, tail],
  );
  useEffect(() => () => watch.disconnect(), [watch]);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const sized = new ResizeObserver(() => {
      scroll.current.height = element.clientHeight;
      if (tail.isFollowed) toEnd();
      redraw();
    });
    sized.observe(element);
    return () => sized.disconnect();
  }, [tail]);

  useEffect(() => {
    clearTimeout(rest.current);
    const ask = (): void => timeline.want(first, last + 2);
    if (timeline.at(last + 1) && timeline.at(first + 1)) ask();
    else rest.current = setTimeout(ask, news === 0 ? 0 : REST_MS);
  }, [timeline, first, last, news]);

  useLayoutEffect(() => {
    if (box.current) tail.look(box.current);
    if (tail.isFollowed) {
      toEnd();
      onRead(timeline.length);
    } else {
      setBehind(true);
    }
  }, [timeline, timeline.length]);

  const scrolled = (): void => {
    const element = box.current;
    if (!element) return;
    scroll.current.top = element.scrollTop;
    tail.look(element);
    readIfAtEnd();
    redraw();
  };
  useCommand("timeline", () => box.current?.focus());

  const rows: JSX.Element[] = [];
  for (let row = first; row <= last; row++) {
    const entry = timeline.at(row + 1);
    const before = timeline.at(row);
    const isNewDay = entry !== undefined && (row === 0 || (before !== undefined && !sameDay(before.at, entry.at)));
    const stands = standing(entry, events, without);
    const fold = foldAt(row, timeline.length - 1, (at) => standing(timeline.at(at + 1), events, without));
    const isFolded = fold !== null && ![...unfolded].some((at) => at >= fold.start && at <= fold.end);
    const isHidden = stands === null || (isFolded && fold.start !== row);
    rows.push(
      <Slot key={row} row={row} count={timeline.length} top={heights.before(row)} watch={watch} hidden={isHidden}>
        {isNewDay && <h2 class="day"><span>{day(entry.at)}</span></h2>}
        {isFolded && fold.start === row ? (
          <button type="button" class="event fold" onClick={() => setUnfolded(new Set([...unfolded, row]))}>
            {t("folded", { count: fold.count })}
          </button>
        ) : entry ? (
          <EntryRow entry={entry} delivery={timeline.deliveryOf(entry.seq)} customer={customer} />
        ) : (
          <div class="entry waiting" aria-hidden="true" />
        )}
      </Slot>,
    );
  }
  return (
    <div class="timeline">
      <section class="scroll" ref={box} tabIndex={0} aria-label={t("timeline")} onScroll={scrolled}>
        <ol style={{ height: `${heights.total}px` }}>{rows}</ol>
      </section>
      {behind && (
        <button
          type="button"
          class="newer"
          onClick={() => {
            setBehind(false);
            toEnd();
            redraw();
          }}
        >
          {t("newer")}
        </button>
      )}
    </div>
  );
}

interface SlotProps {
  row: number;
  count: number;
  top: number;
  watch: ResizeObserver;
  hidden: boolean;
  children: preact.ComponentChildren;
}

function Slot({ row, count, top, watch, hidden, children }: SlotProps): JSX.Element {
  const element = useRef<HTMLLIElement>(null);
  useLayoutEffect(() => {
    const shown = element.current;
    if (!shown) return;
    watch.observe(shown);
    return () => watch.unobserve(shown);
  }, [watch]);
  return (
    <li
      ref={element}
      data-row={row}
      class={hidden ? "gone" : undefined}
      aria-setsize={count}
      aria-posinset={row + 1}
      style={{ transform: `translateY(${top}px)` }}
    >
      {!hidden && children}
    </li>
  );
}

function sameDay(a: number, b: number): boolean {
  return Math.abs(a - b) < 86_400_000 && new Date(a).getDate() === new Date(b).getDate();
}
