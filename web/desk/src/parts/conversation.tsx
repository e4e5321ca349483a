// One conversation: who and where it stands, its timeline, the composer.

import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { COMMANDS, shown, useCommand } from "../keys.ts";
import { get, patch } from "../model/api.ts";
import { asking } from "../model/approvals.ts";
import { inbox, isWithAgent, markSeen, waitingAfter } from "../model/inbox.ts";
import { follow } from "../model/live.ts";
import { me, members, memberName } from "../model/people.ts";
import { seeConversation } from "../model/notifications.ts";
import { go } from "../model/place.ts";
import { Presence } from "../model/presence.ts";
import { useStore } from "../model/store.ts";
import { prefer, taste } from "../model/taste.ts";
import { Timeline } from "../model/timeline.ts";
import type { Author, Change, Conversation, CustomerView, Entry, Interaction, Page, Priority } from "../model/types.ts";
import { say } from "../notice.ts";
import { moment, named, t, told } from "../words.ts";
import { CallbackDialog, CallbackLine } from "./callback.tsx";
import { Composer } from "./composer.tsx";
import { CustomerPanel } from "./customer.tsx";
import { AskPlace, TracePlace } from "./doors.ts";
import { History } from "./history.tsx";
import { Icon } from "./icons.tsx";
import { authorName, initials } from "./names.ts";
import { Sieve } from "./sieve.tsx";
import { SnoozeDialog } from "./snooze.tsx";
import { Tags } from "./tags.tsx";
import { TransferDialog } from "./transfer.tsx";
import { TimelineView } from "./timeline.tsx";
import { Waited } from "./waited.tsx";

const TYPING_MS = 6000;
/** Changes come in company: what hangs on them is read once for all. */
const SETTLE_MS = 300;

export function ConversationView({ id }: { id: string }): JSX.Element {
  const row = inbox.list.get().rows.find((one) => one.id === id);
  const [here, setHere] = useState<Conversation | null>(row ?? null);
  /** Counts what has been heard: a reading that was on its way meanwhile is older. */
  const heardOf = useRef(0);
  const take = (now: Conversation): void => {
    heardOf.current += 1;
    setHere(now);
  };
  const [problem, setProblem] = useState<string | null>(null);
  const [customer, setCustomer] = useState<CustomerView | null>(null);
  const [lines, setLines] = useState<Interaction[]>([]);
  const [turn, setTurn] = useState(0);
  const liked = useStore(taste);
  const ready = here !== null;
  const timeline = useMemo(() => (here ? new Timeline(id, here.last_seq) : null), [id, ready]);
  const typing = useTyping(id);
  const presence = useMemo(() => new Presence(id), [id]);
  const colleagues = useStore(presence.here);
  // The choice of the owner is drawn with its options: a browser chooses the first of those that come later.
  useStore(members);
  const [rival, setRival] = useState<Author | null>(null);
  const [transferring, setTransferring] = useState(false);
  const [snoozing, setSnoozing] = useState(false);
  const [calling, setCalling] = useState(false);
  const [instead, setInstead] = useState<"everything" | "trace" | null>(null);
  const wish = useStore(asking);

  useEffect(() => {
    const away = new AbortController();
    const load = async (): Promise<void> => {
      const before = heardOf.current;
      const found = await get<Conversation>(`conversations/${id}`, away.signal);
      if (before === heardOf.current) setHere(found);
      const [person, all] = await Promise.all([
        get<CustomerView>(`customers/${found.customer}`, away.signal),
        get<Page<Interaction>>(`conversations/${id}/interactions`, away.signal),
      ]);
      setCustomer(person);
      setLines(all.items);
    };
    load().catch((error: unknown) => {
      if (!away.signal.aborted) setProblem(told(error));
    });
    return () => away.abort();
  }, [id, turn]);

  useEffect(() => {
    if (!timeline) return;
    timeline.want(timeline.length - 1, timeline.length);
    let timer = 0;
    let isBack = false;
    const catchUp = (): void => {
      timeline.refreshDeliveries();
      setTurn((count) => count + 1);
    };
    let stop: (() => void) | null = null;
    const start = (): void => {
      stop ??= follow(() => `/api/v1/conversations/${id}/events?after=${timeline.length}`, {
        open: () => {
          // Whoever asks who is here has to hear the answers.
          presence.come();
          // Entries come again after a break; how the case and its deliveries stand does not.
          if (isBack) catchUp();
          isBack = true;
        },
        entry: (data) => {
          const entry = data as Entry;
          timeline.take(entry);
          setHere((before) => before && { ...before, last_seq: Math.max(before.last_seq, entry.seq), waiting_since: waitingAfter(before.waiting_since, entry) });
          if (entry.kind === "message") {
            typing.quiet(entry.author);
            const { author } = entry;
            if (entry.direction === "out" && author.kind === "member" && author.id !== me()) setRival(author);
          }
          // Neither the case nor what is proven of the customer comes with the entry that tells of its change.
          if (entry.kind === "state" || entry.kind === "identity") setTurn((count) => count + 1);
          seeConversation(id);
          if (entry.direction === "in") say(`${authorName(entry.author)}: ${entry.text.slice(0, 120)}`);
        },
        conversation: (data) => {
          take(data as Conversation);
          clearTimeout(timer);
          timer = setTimeout(catchUp, SETTLE_MS);
        },
        fleeting: (data) => {
          typing.take(data);
          presence.take(data);
        },
      });
      seeConversation(id);
    };
    // A page nobody looks at leaves its line to others: browsers open only a few to one server.
    const seenAgain = (): void => {
      if (document.hidden) {
        stop?.();
        stop = null;
        presence.leave();
      } else start();
    };
    seenAgain();
    document.addEventListener("visibilitychange", seenAgain);
    return () => {
      document.removeEventListener("visibilitychange", seenAgain);
      clearTimeout(timer);
      stop?.();
      presence.leave();
      timeline.close();
    };
  }, [timeline]);

  const name = customer?.name ?? row?.customer_name ?? row?.contact ?? t("someone");
  useEffect(() => {
    document.title = `${name} · ${t("product")}`;
  }, [name]);

  const change = async (wish: Change, done: string): Promise<boolean> => {
    try {
      take(await patch<Conversation>(`conversations/${id}`, wish));
      say(done);
      return true;
    } catch (error) {
      say(told(error), true);
      return false;
    }
  };
  const set = (status: "open" | "resolved"): Promise<boolean> => change({ status }, t("statusChanged", { status: named("status", status) }));
  const finished = here?.status === "resolved" || here?.status === "closed";
  const assign = (owner: string): Promise<boolean> => change({ owner }, t("assigned", { name: memberName(owner) ?? t("you") }));
  const takeOver = async (): Promise<void> => {
    // The button goes with what it did; single letters go on being commands.
    if (await assign(me())) document.getElementById("main")?.focus();
  };
  const snooze = async (until: number): Promise<void> => {
    take(await patch<Conversation>(`conversations/${id}`, { status: "snoozed", snoozed_until: until }));
    say(t("statusChanged", { status: t("status_snoozed") }));
  };
  useCommand("assign", here ? () => void assign(me()) : null);
  useCommand("transfer", here && !finished ? () => setTransferring(true) : null);
  useCommand("resolve", here ? () => void set(finished ? "open" : "resolved") : null);
  useCommand("callBack", here && here.status !== "closed" ? () => setCalling(true) : null);
  useCommand("snooze", here ? () => setSnoozing(true) : null);
  useCommand("customer", () => prefer({ customer: !taste.get().customer }));
  useCommand("events", () => prefer({ events: !taste.get().events }));
  const everything = instead === "everything";
  const showInstead = (what: "everything" | "trace"): void => setInstead((now) => (now === what ? null : what));
  useCommand("history", here ? () => showInstead("everything") : null);
  useCommand("trace", here ? () => showInstead("trace") : null);
  useCommand("back", () => go({ conversation: null }));

  if (problem && !here) return <main id="main" class="conversation"><p class="empty error">{problem || t("notFound")}</p></main>;
  if (!here || !timeline) return <main id="main" class="conversation"><p class="empty">{t("loading")}</p></main>;
  return (
    <>
      <main id="main" class="conversation" tabIndex={-1}>
        <header class="head">
          <button type="button" class="plain back" aria-label={t("backToList")} onClick={() => go({ conversation: null })}>
            <Icon shape="back" />
          </button>
          <div class="head-who">
            <h1><bdi>{name}</bdi></h1>
            <p><bdi>{here.subject ?? t("noSubject")}</bdi></p>
          </div>
          {colleagues.length > 0 && (
            <ul class="presence" aria-label={t("alsoHere")}>
              {colleagues.map((one) => (
                <li key={one.id} title={t("hasOpen", { name: authorName(one) })}>
                  <span class="face" aria-hidden="true">{initials(authorName(one))}</span>
                  <span class="unseen">{t("hasOpen", { name: authorName(one) })}</span>
                </li>
              ))}
            </ul>
          )}
          <p class="head-state">
            {!finished && <Waited since={here.waiting_since} by={here.serve_by} />}
            {here.snoozed_until !== null && <small>{t("until", { when: moment(here.snoozed_until) })}</small>}
            <span class={`tag status ${here.status}`}>{named("status", here.status)}</span>
          </p>
          <div class="head-acts">
            <Choice label={t("owner")} value={here.owner ?? ""} onChange={(owner) => void (owner ? assign(owner) : change({ unassign: true }, t("assigned", { name: t("nobody") })))}>
              <option value="">{t(isWithAgent(here) ? "withAgent" : "nobody")}</option>
              <Owners owner={here.owner} />
            </Choice>
            {isWithAgent(here) && (
              <button type="button" class="act" title={`${t("assignMe")} (${shown(COMMANDS.assign.keys)})`} onClick={() => void takeOver()}>{t("takeOver")}</button>
            )}
            <Choice label={t("priority")} value={here.priority} onChange={(priority) => void change({ priority: priority as Priority }, named("priority", priority))}>
              {["low", "normal", "high", "urgent"].map((one) => <option key={one} value={one}>{named("priority", one)}</option>)}
            </Choice>
            <button type="button" class="plain" aria-label={t("snooze")} title={`${t("snooze")} (${shown(COMMANDS.snooze.keys)})`} onClick={() => setSnoozing(true)}>
              <Icon shape="moon" />
            </button>
            {here.status !== "closed" && (
              <button type="button" class="plain" aria-label={t("callBack")} title={`${t("callBack")} (${shown(COMMANDS.callBack.keys)})`} onClick={() => setCalling(true)}>
                <Icon shape="voice" />
              </button>
            )}
            {!finished && (
              <button type="button" class="plain" aria-label={t("transfer")} title={`${t("transfer")} (${shown(COMMANDS.transfer.keys)})`} onClick={() => setTransferring(true)}>
                <Icon shape="onward" />
              </button>
            )}
            <button type="button" class="act" onClick={() => void set(finished ? "open" : "resolved")}>
              <Icon shape="check" size={16} /> <span>{t(finished ? "reopen" : "resolve")}</span>
            </button>
            <button type="button" class="plain" aria-pressed={everything} aria-label={t("everything")} title={`${t("everything")} (${shown(COMMANDS.history.keys)})`} onClick={() => showInstead("everything")}>
              <Icon shape="history" />
            </button>
            <button type="button" class="plain" aria-pressed={instead === "trace"} aria-label={t("trace")} title={`${t("trace")} (${shown(COMMANDS.trace.keys)})`} onClick={() => showInstead("trace")}>
              <Icon shape="spark" />
            </button>
            <Sieve />
            <button type="button" class="plain" aria-pressed={liked.customer} aria-label={t("details")} title={t("details")} onClick={() => prefer({ customer: !liked.customer })}>
              <Icon shape="person" />
            </button>
          </div>
          <Tags tags={here.tags} onChange={change} />
        </header>
        {here.callback && !finished && <CallbackLine conversation={id} callback={here.callback} onChange={take} />}
        {everything && <History customer={here.customer} name={customer?.name ?? null} conversation={id} />}
        {instead === "trace" && <TracePlace conversation={id} length={here.last_seq} />}
        {instead === null && <TimelineView key={id} timeline={timeline} customer={customer?.name ?? row?.customer_name ?? null} onRead={(seq) => markSeen(id, seq)} />}
        <p class="typing" role="status">{typing.text}</p>
        <Composer key={id} conversation={here} customer={customer} lines={lines} onLines={setLines} rival={rival} onRivalSeen={() => setRival(null)} />
        {transferring && <TransferDialog conversation={here} onClose={() => setTransferring(false)} />}
        {calling && <CallbackDialog conversation={here} customer={customer} onChange={take} onClose={() => setCalling(false)} />}
        {snoozing && <SnoozeDialog onSnooze={snooze} onClose={() => setSnoozing(false)} />}
      </main>
      {wish && <AskPlace wish={wish} />}
      {liked.customer && customer && (
        <CustomerPanel conversation={here} customer={customer} turn={turn} onChange={() => setTurn((count) => count + 1)} />
      )}
    </>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  children: preact.ComponentChildren;
}

function Choice({ label, value, onChange, children }: ChoiceProps): JSX.Element {
  return (
    <select
      class="choice"
      aria-label={label}
      title={label}
      value={value}
      onChange={(event) => {
        if (event.currentTarget.value !== value) onChange(event.currentTarget.value);
      }}
    >
      {children}
    </select>
  );
}

function Owners({ owner }: { owner: string | null }): JSX.Element {
  const all = members.get().filter((one) => one.enabled || one.id === owner);
  return <>{all.map((one) => <option key={one.id} value={one.id}>{one.id === me() ? `${one.name} (${t("you")})` : one.name}</option>)}</>;
}

interface Typing {
  text: string;
  take: (data: unknown) => void;
  quiet: (author: Author) => void;
}

/** Who is writing just now, the customer or a colleague. */
function useTyping(id: string): Typing {
  const [who, setWho] = useState<Author | null>(null);
  const timer = useRef(0);
  useEffect(() => setWho(null), [id]);
  const set = (author: Author | null): void => {
    clearTimeout(timer.current);
    setWho(author);
    if (author) timer.current = setTimeout(() => setWho(null), TYPING_MS);
  };
  const take = (data: unknown): void => {
    const news = data as { type?: string; author?: Author; typing?: boolean };
    if (news.type !== "typing") return;
    const author = news.author ?? { kind: "customer" };
    if (author.kind === "member" && author.id === me()) return;
    set(news.typing ? author : null);
  };
  const name = who ? authorName(who) : "";
  const text = who ? t(who.kind === "customer" ? "typing" : "replying", { name }) : "";
  return { text, take, quiet: () => set(null) };
}
