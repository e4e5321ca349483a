// A conversation is handed on: to a queue, a colleague, or back to the AI agent, with what the next one should know.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get, post } from "../model/api.ts";
import { isWithAgent } from "../model/inbox.ts";
import { hasAgent, may, me, members } from "../model/people.ts";
import { go } from "../model/place.ts";
import { loadQueues, queues as known } from "../model/queues.ts";
import { useStore } from "../model/store.ts";
import type { Conversation } from "../model/types.ts";
import { workChanged, type Presence } from "../model/work.ts";
import { say } from "../notice.ts";
import { t, told } from "../words.ts";
import { Dialog } from "./dialog.tsx";

const AI = "ai";

export function TransferDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }): JSX.Element {
  const colleagues = useStore(members).filter((one) => one.enabled && one.id !== me());
  const queues = useStore(known);
  const [presences, setPresences] = useState<ReadonlyMap<string | null, Presence>>(new Map());
  const [to, setTo] = useState("");
  const [isOverride, setOverride] = useState(false);
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [once] = useState(() => crypto.randomUUID());

  useEffect(() => {
    loadQueues().catch((problem: unknown) => setError(told(problem)));
    // Who is there is for supervisors to see.
    if (!may("oversee")) return;
    get<{ workers: { member: string | null; presence: Presence }[] }>("routing/board")
      .then((board) => setPresences(new Map(board.workers.map((one) => [one.member, one.presence]))))
      .catch(() => undefined);
  }, []);

  const nameOf = (target: string): string => {
    const [kind, id] = target.split(":");
    if (kind === AI) return t("aiAgent");
    return (kind === "queue" ? queues : colleagues).find((one) => one.id === id)?.name ?? t("someone");
  };
  const isOffline = presences.get(to.split(":")[1] ?? "") === "offline";
  // The board knows the AI agent as the worker that is no member.
  const isPaused = presences.get(null) === "away";
  const mayOverride = may("oversee") && to.startsWith("member:");
  const decides = mayOverride && isOverride && !isOffline;
  const isReady = to !== "" && !(decides && !note.trim());
  const transfer = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy || !isReady) return;
    setBusy(true);
    setError(null);
    const [kind, id] = to.split(":");
    try {
      if (kind === AI) await handBack(conversation.id, note.trim(), once);
      else if (decides) await post(`conversations/${conversation.id}/override`, { member: id, reason: note.trim() });
      else await post(`conversations/${conversation.id}/transfer`, { [kind === "queue" ? "queue" : "member"]: id, note: note.trim() });
      say(t(decides ? "overridden" : "transferred", { name: nameOf(to) }));
      workChanged();
      onClose();
      go({ conversation: null });
    } catch (problem) {
      setError(told(problem));
      setBusy(false);
    }
  };
  return (
    <Dialog title={t("transfer")} onClose={onClose}>
      <form class="form" aria-busy={busy} onSubmit={(event) => void transfer(event)}>
        <label>
          <span>{t("transferTo")}</span>
          <select autofocus required value={to} onChange={(event) => setTo(event.currentTarget.value)}>
            <option value="" disabled>{t("choose")}</option>
            {queues.length > 0 && (
              <optgroup label={t("queues")}>
                {queues.map((one) => <option key={one.id} value={`queue:${one.id}`}>{one.name}</option>)}
              </optgroup>
            )}
            {colleagues.length > 0 && (
              <optgroup label={t("colleagues")}>
                {colleagues.map((one) => {
                  const presence = presences.get(one.id);
                  return <option key={one.id} value={`member:${one.id}`}>{one.name}{presence && ` (${t(`presence_${presence}`)})`}</option>;
                })}
              </optgroup>
            )}
            {hasAgent() && !isWithAgent(conversation) && <option value={AI}>{t("aiAgent")}</option>}
          </select>
        </label>
        {mayOverride && (
          <label class="check">
            <input type="checkbox" checked={decides} disabled={isOffline} onChange={(event) => setOverride(event.currentTarget.checked)} />
            <span>{t("overrideNow")}</span>
          </label>
        )}
        {to.startsWith("member:") && <p class="hint">{t(decides ? "overrideHint" : "transferMemberHint")}</p>}
        {mayOverride && isOffline && <p class="hint">{t("overrideOffline", { name: nameOf(to) })}</p>}
        {to === AI && <p class="hint">{t("transferAiHint")}</p>}
        {to === AI && isPaused && <p class="warning" role="status">{t("transferAiPaused")}</p>}
        <label>
          <span>{t(decides ? "overrideReason" : "transferNote")}</span>
          <textarea rows={3} maxLength={2000} required={decides} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
        </label>
        <p class="error" role="alert">{error}</p>
        <footer>
          <button type="button" onClick={onClose}>{t("cancel")}</button>
          <button type="submit" class="main" disabled={busy || !isReady}>{t("transfer")}</button>
        </footer>
      </form>
    </Dialog>
  );
}

/** The note comes first, so that it is there whatever becomes of the rest. */
async function handBack(conversation: string, note: string, once: string): Promise<void> {
  if (note) await post(`conversations/${conversation}/notes`, { text: note, mentions: [] }, { headers: { "idempotency-key": once } });
  await post(`conversations/${conversation}/hand-back`, {});
}
