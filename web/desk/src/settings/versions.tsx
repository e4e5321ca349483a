// What an article said before, and going back to it.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get, post } from "../model/api.ts";
import { may, memberName } from "../model/people.ts";
import type { Page } from "../model/types.ts";
import { Dialog } from "../parts/dialog.tsx";
import { moment, t } from "../words.ts";
import type { Article } from "./article.tsx";
import { attempt } from "./parts.tsx";
import { w } from "./words.ts";

interface Version {
  number: number;
  title: string;
  published_by: string;
  at: number;
}

interface Props {
  id: string;
  published: number | null;
  onRolledBack: (article: Article) => void;
}

export function Versions({ id, published, onRolledBack }: Props): JSX.Element | null {
  const [versions, setVersions] = useState<Version[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [looking, setLooking] = useState<(Version & { body: string }) | null>(null);
  const load = async (cursor: string | null): Promise<void> => {
    const page = await get<Page<Version>>(`articles/${id}/versions?limit=20${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
    setVersions((now) => [...(cursor ? now : []), ...page.items]);
    setNext(page.next);
  };
  useEffect(() => {
    load(null).catch(() => undefined);
  }, [id]);
  if (versions.length === 0) return null;
  const back = (version: Version): Promise<unknown> =>
    attempt(async () => onRolledBack(await post<Article>(`articles/${id}/rollback`, { version: version.number })), w("rolledBack", { number: version.number }));
  const look = (version: Version): Promise<unknown> =>
    attempt(async () => setLooking(await get<Version & { body: string }>(`articles/${id}/versions/${version.number}`)), w("versionNumber", { number: version.number }));
  return (
    <section class="versions">
      <h2>{w("versions")}</h2>
      <ul class="plain-list">
        {versions.map((one) => (
          <li key={one.number}>
            <span><b>{w("versionNumber", { number: one.number })}</b> · <bdi>{one.title}</bdi> · {moment(one.at)} · {memberName(one.published_by.split(":")[1]) ?? one.published_by}</span>
            {one.number === published && <span class="tag open">{w("isPublished")}</span>}
            <button type="button" class="link" aria-label={w("lookAt", { name: w("versionNumber", { number: one.number }) })} onClick={() => void look(one)}>{w("details")}</button>
            {may("write:knowledge") && one.number !== published && (
              <button type="button" class="link" aria-label={w("goBackTo", { number: one.number })} onClick={() => void back(one)}>{w("goBack")}</button>
            )}
          </li>
        ))}
      </ul>
      {next && <button type="button" class="wide" onClick={() => void load(next)}>{t("more")}</button>}
      {looking && (
        <Dialog title={`${w("versionNumber", { number: looking.number })}: ${looking.title}`} kind="wide" onClose={() => setLooking(null)}>
          <pre tabIndex={0}>{looking.body}</pre>
        </Dialog>
      )}
    </section>
  );
}
