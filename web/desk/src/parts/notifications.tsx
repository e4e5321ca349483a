// The notification centre: what the member should know of, newest first.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { aloud, described, moreNotifications, notifications, see, turnAloud, type Notification } from "../model/notifications.ts";
import { address, go, place } from "../model/place.ts";
import { useStore } from "../model/store.ts";
import { say } from "../notice.ts";
import { brief, moment, t, told } from "../words.ts";
import { Dialog } from "./dialog.tsx";
import { Icon, type Shape } from "./icons.tsx";

const SHAPE: Record<Notification["kind"], Shape> = { mention: "people", assigned: "person", message: "webchat", woken: "moon", undelivered: "alarm", overdue: "alarm" };

export function Notifications({ onClose }: { onClose: () => void }): JSX.Element {
  const { items, unseen, next } = useStore(notifications);
  const [loud, setLoud] = useState(aloud());
  const open = (one: Notification): void => {
    onClose();
    see({ id: one.id }).catch(() => undefined);
    go({ conversation: one.conversation });
  };
  const all = (): void => {
    see({}).catch((error: unknown) => say(told(error), true));
  };
  return (
    <Dialog title={t("notifications")} kind="notifications" onClose={onClose}>
      {items.length === 0 ? (
        <p class="empty">{t("noNotifications")}</p>
      ) : (
        <ul class="news">
          {items.map((one) => (
            <li key={one.id} class={one.read_at ? "" : "unseen-news"}>
              <a
                href={address({ ...place.get(), settings: null, board: false, conversation: one.conversation })}
                onClick={(event) => {
                  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                  event.preventDefault();
                  open(one);
                }}
              >
                <Icon shape={SHAPE[one.kind]} size={16} />
                <span class="news-what">
                  {!one.read_at && <span class="dot"><span class="unseen">{t("unread")}: </span></span>}
                  <b><bdi>{described(one)}</bdi></b>
                  {one.text && <span class="news-text"><bdi>{one.text}</bdi></span>}
                </span>
                <time dateTime={new Date(one.at).toISOString()} title={moment(one.at)}>{brief(one.at)}</time>
              </a>
            </li>
          ))}
        </ul>
      )}
      {next && <button type="button" class="wide" onClick={() => void moreNotifications().catch((error: unknown) => say(told(error), true))}>{t("more")}</button>}
      <footer class="spread">
        <label class="check">
          <input
            type="checkbox"
            checked={loud === "on"}
            disabled={loud === "impossible" || loud === "refused"}
            onChange={(event) => void turnAloud(event.currentTarget.checked).then(setLoud)}
          />
          <span>{t(loud === "refused" ? "aloudRefused" : "aloud")}</span>
        </label>
        <button type="button" disabled={unseen === 0} onClick={all}>{t("markAllSeen")}</button>
      </footer>
    </Dialog>
  );
}
