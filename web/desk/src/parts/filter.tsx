// What the list is filtered by, and keeping that as a view.

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { get } from "../model/api.ts";
import { hasAgent, may, members } from "../model/people.ts";
import { go, isOurs } from "../model/place.ts";
import { useStore } from "../model/store.ts";
import type { Channel, Page, Priority, Status } from "../model/types.ts";
import { adHoc, chooseOrder, deleteView, filterOf, isSame, saveView, shownBy, views, type Filter } from "../model/views.ts";
import { say } from "../notice.ts";
import { named, t, told } from "../words.ts";
import { Dialog } from "./dialog.tsx";

const STATUSES: Status[] = ["open", "pending", "snoozed", "resolved", "closed"];
const CHANNELS: Channel[] = ["webchat", "email", "sms", "voice", "whatsapp", "messenger", "instagram", "telegram", "in_app", "video", "in_store"];
const PRIORITIES: Priority[] = ["urgent", "high", "normal", "low"];

/** A filter without what is not set. */
function tidy(filter: Filter): Filter {
  return Object.fromEntries(
    Object.entries(filter).filter(([, value]) => value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0)),
  ) as Filter;
}

interface Props {
  view: string;
  filter: Filter;
  onClose: () => void;
}

export function FilterForm({ view, filter, onClose }: Props): JSX.Element {
  const saved = useStore(views).find((one) => one.id === view);
  const people = useStore(members);
  const [tags, setTags] = useState<string[]>([]);
  // What is typed stays, whatever is drawn anew meanwhile; it counts once the field is left, or with Enter.
  const [tag, setTag] = useState(filter.tag ?? "");
  useLayoutEffect(() => setTag(filter.tag ?? ""), [filter.tag]);
  const [naming, setNaming] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => form.current?.querySelector("select")?.focus(), []);
  useEffect(() => {
    get<Page<string>>("tags").then((page) => setTags(page.items)).catch(() => undefined);
  }, []);
  const set = (change: { [name in keyof Filter]?: Filter[name] | undefined }): void => {
    const next = tidy({ ...filter, ...change } as Filter);
    adHoc.set(isSame(next, shownBy(view)) ? null : next);
  };
  const isChanged = !isSame(filter, shownBy(view));
  const isNews = !isSame(filter, filterOf(view));
  const mayChange = saved !== undefined && (!saved.shared || may("oversee"));
  const update = async (): Promise<void> => {
    if (!saved) return;
    try {
      await saveView({ name: saved.name, shared: saved.shared, filter }, saved.id);
      chooseOrder(saved.id, filter.order ?? "latest");
      adHoc.set(null);
      say(t("viewSaved"));
    } catch (error) {
      say(told(error), true);
    }
  };
  const drop = async (): Promise<void> => {
    if (!saved) return;
    try {
      await deleteView(saved.id);
      go({ view: "open", conversation: null });
      say(t("viewDeleted"));
    } catch (error) {
      say(told(error), true);
    }
  };
  const statusKey = filter.status?.length === 1 ? filter.status[0] : (filter.status?.join(",") ?? "");
  const priorityKey = filter.priority?.join(",") ?? "";
  const ownerKey = filter.owner === "member" ? (filter.member ?? "") : (filter.owner ?? "anyone");
  return (
    <form
      class="filter"
      ref={form}
      aria-label={t("filter")}
      onSubmit={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || naming) return;
        event.preventDefault();
        onClose();
      }}
    >
      <label>
        <span>{t("status")}</span>
        <select value={statusKey} onChange={(event) => set({ status: event.currentTarget.value ? (event.currentTarget.value.split(",") as Status[]) : undefined })}>
          <option value="">{t("any")}</option>
          <option value="open,pending">{t("notDone")}</option>
          <option value="resolved,closed">{t("done")}</option>
          {STATUSES.map((one) => <option key={one} value={one}>{named("status", one)}</option>)}
        </select>
      </label>
      <label>
        <span>{t("owner")}</span>
        <select
          value={ownerKey}
          onChange={(event) => {
            const { value } = event.currentTarget;
            const word = (["anyone", "me", "nobody", "agent"] as const).find((one) => one === value);
            if (word) set({ owner: word === "anyone" ? undefined : word, member: undefined });
            else set({ owner: "member", member: value });
          }}
        >
          <option value="anyone">{t("anyone")}</option>
          <option value="me">{t("you")}</option>
          <option value="nobody">{t("nobody")}</option>
          {(hasAgent() || filter.owner === "agent") && <option value="agent">{t("aiAgent")}</option>}
          {people.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
        </select>
      </label>
      <label>
        <span>{t("channel")}</span>
        <select value={filter.channel ?? ""} onChange={(event) => set({ channel: (event.currentTarget.value || undefined) as Channel | undefined })}>
          <option value="">{t("any")}</option>
          {CHANNELS.map((one) => <option key={one} value={one}>{named("channel", one)}</option>)}
        </select>
      </label>
      <label>
        <span>{t("priority")}</span>
        <select value={priorityKey} onChange={(event) => set({ priority: event.currentTarget.value ? (event.currentTarget.value.split(",") as Priority[]) : undefined })}>
          <option value="">{t("any")}</option>
          <option value="high,urgent">{t("highOrUrgent")}</option>
          {PRIORITIES.map((one) => <option key={one} value={one}>{named("priority", one)}</option>)}
        </select>
      </label>
      <label>
        <span>{t("tag")}</span>
        <input type="text" list="filter-tags" value={tag} onInput={(event) => setTag(event.currentTarget.value)} onBlur={() => set({ tag: tag.trim() || undefined })} onKeyDown={(event) => event.key === "Enter" && set({ tag: tag.trim() || undefined })} />
        <datalist id="filter-tags">{tags.map((one) => <option key={one} value={one} />)}</datalist>
      </label>
      <div class="filter-acts">
        {isChanged && <button type="button" class="link" onClick={() => adHoc.set(null)}>{t("clearFilter")}</button>}
        {isNews && mayChange && <button type="button" class="link" onClick={() => void update()}>{t("updateView")}</button>}
        {!isOurs(view) && mayChange && <button type="button" class="link" onClick={() => void drop()}>{t("deleteView")}</button>}
        <button type="button" class="link" onClick={() => setNaming(true)}>{t("saveView")} …</button>
      </div>
      {naming && <NameView filter={filter} onClose={() => setNaming(false)} />}
    </form>
  );
}

function NameView({ filter, onClose }: { filter: Filter; onClose: () => void }): JSX.Element {
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    // The form of the filter lies around this one.
    event.stopPropagation();
    try {
      const made = await saveView({ name: name.trim(), shared, filter }, null);
      onClose();
      adHoc.set(null);
      go({ view: made.id, conversation: null });
      say(t("viewSaved"));
    } catch (problem) {
      setError(told(problem));
    }
  };
  return (
    <Dialog title={t("saveView")} onClose={onClose}>
      <label>
        <span>{t("name")}</span>
        <input autofocus type="text" maxLength={60} value={name} onInput={(event) => setName(event.currentTarget.value)} onKeyDown={(event) => event.key === "Enter" && void save(event)} />
      </label>
      {may("oversee") && (
        <label class="check">
          <input type="checkbox" checked={shared} onChange={(event) => setShared(event.currentTarget.checked)} />
          <span>{t("forEverybody")}</span>
        </label>
      )}
      <p class="error" role="alert">{error}</p>
      <footer>
        <button type="button" onClick={onClose}>{t("cancel")}</button>
        <button type="button" class="main" disabled={name.trim() === ""} onClick={(event) => void save(event)}>{t("save")}</button>
      </footer>
    </Dialog>
  );
}
