// The desk: who is logged in, and the frame around everything.

import { render, type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { COMMANDS, listen, run, shown, useCommand } from "./keys.ts";
import { get, Problem, put, remove, sessionMayHaveEnded, useSession } from "./model/api.ts";
import { approvalsChanged, waiting, watchApprovals } from "./model/approvals.ts";
import { inbox } from "./model/inbox.ts";
import { forgetMember } from "./model/kept.ts";
import { connected, follow, news } from "./model/live.ts";
import { notifications, notificationsChanged, watchNotifications } from "./model/notifications.ts";
import { onChangeFailed, resume, sendAgain } from "./model/outbox.ts";
import { hasAgent, loadPeople, may, session } from "./model/people.ts";
import { address, go, isOurs, place, VIEWS, type View } from "./model/place.ts";
import { useStore } from "./model/store.ts";
import { prefer, taste, type Taste } from "./model/taste.ts";
import type { Session } from "./model/types.ts";
import { checkVersion, outdated } from "./model/version.ts";
import { loadViews, ours } from "./model/views.ts";
import { watchWork, work, workChanged } from "./model/work.ts";
import { notice, say } from "./notice.ts";
import { ConversationView } from "./parts/conversation.tsx";
import { Dialog } from "./parts/dialog.tsx";
import { ApprovalsPlace, BoardPlace, SettingsPlace } from "./parts/doors.ts";
import { Help } from "./parts/help.tsx";
import { Icon, type Shape } from "./parts/icons.tsx";
import { InboxList } from "./parts/inbox.tsx";
import { LogIn } from "./parts/login.tsx";
import { initials } from "./parts/names.ts";
import { Notifications } from "./parts/notifications.tsx";
import { Offers } from "./parts/offers.tsx";
import { Palette } from "./parts/palette.tsx";
import { Standing } from "./parts/standing.tsx";
import { language, LANGUAGES, t, told } from "./words.ts";

const ICONS: Record<View, Shape> = {
  mine: "person",
  unassigned: "inbox",
  agent: "spark",
  open: "people",
  snoozed: "moon",
  done: "check",
};

function Desk(): JSX.Element {
  const here = useStore(session);
  const [state, setState] = useState<"asking" | "out" | "ended" | "in">("asking");
  useStore(taste);
  document.documentElement.lang = language();

  const enter = (entered: Session): void => {
    useSession(entered, () => setState("ended"));
    session.set(entered);
    setState("in");
    loadPeople().catch((error: unknown) => say(told(error), true));
    void checkVersion();
    loadViews().catch((error: unknown) => say(told(error), true));
    onChangeFailed((error) => say(t("sentButNotChanged", { why: told(error) }), true));
    resume();
  };
  useEffect(() => {
    get<Session>("session")
      .then(enter)
      .catch((error: unknown) => {
        setState("out");
        if (!(error instanceof Problem && error.status === 401)) say(told(error), true);
      });
  }, []);
  const leave = async (): Promise<void> => {
    try {
      // Who has left is offered nothing.
      if (work.get()) await put("routing/me/presence", { presence: "offline" }).catch(() => undefined);
      await remove("session");
      forgetMember();
      location.assign("/desk");
    } catch (error) {
      say(told(error), true);
    }
  };
  if (state === "asking") return <p class="empty" role="status">{t("loading")}</p>;
  return (
    <>
      {state === "in" && here ? <Frame session={here} onLeave={() => void leave()} /> : <LogIn ended={state === "ended"} onEnter={enter} />}
      <Notices />
    </>
  );
}

function Notices(): JSX.Element {
  const shownNow = useStore(notice);
  return (
    <>
      <div class={`notice${shownNow?.bad ? " bad" : ""}${shownNow ? "" : " gone"}`} role="status">{shownNow?.text}</div>
    </>
  );
}

function Frame({ session: entered, onLeave }: { session: Session; onLeave: () => void }): JSX.Element {
  const { view, conversation, settings, approvals, board } = useStore(place);
  const isList = settings === null && approvals === null && !board;
  const live = useStore(connected);
  const old = useStore(outdated);
  const { unseen } = useStore(notifications);
  const toApprove = useStore(waiting).length;
  const isRouted = useStore(work) !== null;
  const [over, setOver] = useState<"palette" | "help" | "account" | "bell" | null>(null);
  const changed = (): void => {
    inbox.changed();
    news.set(news.get() + 1);
  };
  useEffect(
    () =>
      follow(
        () => "/api/v1/events",
        {
          open: () => {
            changed();
            workChanged();
            notificationsChanged();
            approvalsChanged();
            void checkVersion();
            void sendAgain();
          },
          // What may be done may have changed as well as what there is to know.
          member: () => {
            notificationsChanged();
            workChanged();
          },
          ended: () => sessionMayHaveEnded(),
          entry: changed,
          changed: () => {
            changed();
            approvalsChanged();
          },
          identity: () => inbox.changed(),
          resync: () => {
            changed();
            workChanged();
          },
        },
        true,
      ),
    [],
  );
  useCommand("palette", () => setOver("palette"));
  useEffect(watchNotifications, []);
  useEffect(watchApprovals, []);
  useEffect(watchWork, []);
  useCommand("help", () => setOver("help"));
  useCommand("bell", () => setOver("bell"));
  useCommand("approvals", () => go({ approvals: "", conversation: null }));
  useCommand("settings", () => go({ settings: "", conversation: null }));
  useCommand("board", may("oversee") && isRouted ? () => go({ board: true, conversation: null }) : null);
  for (const one of VIEWS) useCommand(one, one !== "agent" || hasAgent() ? () => go({ view: one, conversation: null }) : null);
  useEffect(() => {
    if (!conversation && isList) document.title = `${unseen > 0 ? `(${unseen}) ` : ""}${t(isOurs(view) ? view : "conversations")} · ${t("product")}`;
  }, [view, conversation, isList, unseen]);
  const close = (): void => setOver(null);
  return (
    <div class={`frame${conversation ? " reading" : ""}${isList ? "" : " setting"}`}>
      <a class="skip" href="#main">{t("skip")}</a>
      <div class="side">
        <span class="mark" aria-hidden="true"><svg viewBox="0 0 24 24" width="26" height="26"><path d="M4 6h16M12 6v12M8 18h8" /></svg></span>
        <Standing />
        <nav class="rail" aria-label={t("views")}>
          <ul>
            {ours().map((one) => (
              <li key={one}>
                <a
                  href={address({ view: one, conversation: null, settings: null })}
                  aria-current={one === view && isList ? "page" : undefined}
                  title={`${t(one)} (${shown(COMMANDS[one].keys)})`}
                  onClick={(event) => {
                    event.preventDefault();
                    go({ view: one, conversation: null });
                  }}
                >
                  <Icon shape={ICONS[one]} />
                  <span>{t(one)}</span>
                </a>
              </li>
            ))}
          </ul>
          <div class="rail-foot">
            <button type="button" class="plain bell" aria-label={unseen > 0 ? t("notificationsUnseen", { count: unseen }) : t("notifications")} title={`${t("notifications")} (B)`} onClick={() => setOver("bell")}>
              <Icon shape="bell" />
              {unseen > 0 && <span class="badge" aria-hidden="true">{unseen > 99 ? "99+" : unseen}</span>}
            </button>
            {may("oversee") && isRouted && (
              <a
                class="plain"
                href="/desk/board"
                aria-label={t("board")}
                aria-current={board ? "page" : undefined}
                title={`${t("board")} (${shown(COMMANDS.board.keys)})`}
                onClick={(event) => {
                  event.preventDefault();
                  go({ board: true, conversation: null });
                }}
              >
                <Icon shape="board" />
              </a>
            )}
            {(toApprove > 0 || may("oversee")) && (
              <a
                class="plain bell"
                href="/desk/approvals"
                aria-label={toApprove > 0 ? t("approvalsWaiting", { count: toApprove }) : t("approvals")}
                aria-current={approvals !== null ? "page" : undefined}
                title={`${t("approvals")} (${shown(COMMANDS.approvals.keys)})`}
                onClick={(event) => {
                  event.preventDefault();
                  go({ approvals: "", conversation: null });
                }}
              >
                <Icon shape="stamp" />
                {toApprove > 0 && <span class="badge" aria-hidden="true">{toApprove > 99 ? "99+" : toApprove}</span>}
              </a>
            )}
            <a
              class="plain"
              href="/desk/settings"
              aria-label={t("settings")}
              aria-current={settings !== null ? "page" : undefined}
              title={`${t("settings")} (,)`}
              onClick={(event) => {
                event.preventDefault();
                go({ settings: "", conversation: null });
              }}
            >
              <Icon shape="tools" />
            </a>
            <button type="button" class="plain" aria-label={t("palette")} title={`${t("palette")} (${shown(COMMANDS.palette.keys)})`} onClick={() => run("palette")}><Icon shape="search" /></button>
            <button type="button" class="plain" aria-label={t("help")} title={`${t("help")} (?)`} onClick={() => run("help")}><Icon shape="keys" /></button>
            <button type="button" class="plain face" aria-label={t("account")} title={entered.member.name} onClick={() => setOver("account")}>{initials(entered.member.name)}</button>
          </div>
        </nav>
      </div>
      {!live ? (
        <p class="offline" role="status">{t("offline")}</p>
      ) : old && (
        <p class="offline" role="alert">
          {t("outdated")} <button type="button" class="link" onClick={() => location.reload()}>{t("reload")}</button>
        </p>
      )}
      {isList && <InboxList />}
      {board ? (
        <BoardPlace />
      ) : settings !== null ? (
        <SettingsPlace page={settings} />
      ) : approvals !== null ? (
        <ApprovalsPlace one={approvals} />
      ) : conversation ? (
        <ConversationView key={conversation} id={conversation} />
      ) : (
        <main id="main" class="conversation none" tabIndex={-1}>
          <div class="empty">
            <Icon shape="inbox" size={40} />
            <h1>{t("chooseOne")}</h1>
            <p class="hint">{t("chooseHint")}</p>
          </div>
        </main>
      )}
      <Offers />
      {over === "palette" && <Palette onClose={close} />}
      {over === "bell" && <Notifications onClose={close} />}
      {over === "help" && <Help onClose={close} />}
      {over === "account" && <Account session={entered} onLeave={onLeave} onClose={close} />}
    </div>
  );
}

function Account({ session: entered, onLeave, onClose }: { session: Session; onLeave: () => void; onClose: () => void }): JSX.Element {
  const { theme } = useStore(taste);
  return (
    <Dialog title={entered.member.name} onClose={onClose}>
      <p class="hint">{entered.member.email}</p>
      <label>
        <span>{t("theme")}</span>
        <select value={theme} onChange={(event) => prefer({ theme: event.currentTarget.value as Taste["theme"] })}>
          {(["system", "light", "dark"] as const).map((one) => <option key={one} value={one}>{t(`theme_${one}`)}</option>)}
        </select>
      </label>
      <label>
        <span>{t("language")}</span>
        <select value={language()} onChange={(event) => prefer({ language: event.currentTarget.value })}>
          {Object.entries(LANGUAGES).map(([code, { name }]) => <option key={code} value={code} lang={code}>{name}</option>)}
        </select>
      </label>
      <footer>
        <button type="button" onClick={onLeave}>{t("logout")}</button>
      </footer>
    </Dialog>
  );
}

listen();
const root = document.getElementById("desk");
if (root) render(<Desk />, root);
