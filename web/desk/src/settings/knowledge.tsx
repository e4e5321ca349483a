// The knowledge base: its articles, what is asked and not answered, and bringing files in.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get, post } from "../model/api.ts";
import { may } from "../model/people.ts";
import { go } from "../model/place.ts";
import { moment, t } from "../words.ts";
import { ArticlePage, type ArticleSummary } from "./article.tsx";
import { Gaps } from "./gaps.tsx";
import { Import } from "./import.tsx";
import { usePaged } from "./paged.ts";
import { Field, FormDialog, Head, List, To } from "./parts.tsx";
import { w, wn } from "./words.ts";

const STATUSES = ["draft", "published", "archived"];
const AUDIENCES = ["public", "internal"];

export function Knowledge({ rest }: { rest: string[] }): JSX.Element {
  const [page] = rest;
  if (page === "gaps") return <Gaps />;
  if (page === "import") return <Import />;
  return page ? <ArticlePage key={page} id={page} /> : <Articles />;
}

export function KnowledgeTabs({ at }: { at: "articles" | "gaps" | "import" }): JSX.Element {
  const current = (name: string): { "aria-current"?: "page" } => (at === name ? { "aria-current": "page" } : {});
  return (
    <nav class="tabs" aria-label={w("knowledge")}>
      <span {...current("articles")}><To page="knowledge">{w("articles")}</To></span>
      <span {...current("gaps")}><To page="knowledge/gaps">{w("gaps")}</To></span>
      {may("write:knowledge") && <span {...current("import")}><To page="knowledge/import">{w("import")}</To></span>}
    </nav>
  );
}

function Articles(): JSX.Element {
  const [status, setStatus] = useState("");
  const [audience, setAudience] = useState("");
  const [writing, setWriting] = useState(false);
  const query = `${status ? `&status=${status}` : ""}${audience ? `&audience=${audience}` : ""}`;
  const list = usePaged<ArticleSummary>(`articles?limit=50${query}`);
  return (
    <>
      <Head title={w("knowledge")} about={w("knowledgeAbout")}>
        <select class="choice" aria-label={t("status")} value={status} onChange={(event) => setStatus(event.currentTarget.value)}>
          <option value="">{t("any")}</option>
          {STATUSES.map((one) => <option key={one} value={one}>{wn("article", one)}</option>)}
        </select>
        <select class="choice" aria-label={w("audience")} value={audience} onChange={(event) => setAudience(event.currentTarget.value)}>
          <option value="">{t("any")}</option>
          {AUDIENCES.map((one) => <option key={one} value={one}>{wn("audience", one)}</option>)}
        </select>
        {may("write:knowledge") && <button type="button" class="main" onClick={() => setWriting(true)}>{w("writeArticle")} …</button>}
      </Head>
      <KnowledgeTabs at="articles" />
      <Indexed />
      <List
        label={w("articles")}
        list={list}
        columns={[w("articleTitle"), w("locale"), w("audience"), t("status"), w("changed")]}
        empty={w("articlesEmpty")}
        row={(one) => (
          <tr key={one.id} class={one.status === "archived" ? "off" : ""}>
            <th scope="row"><span><To page={`knowledge/${one.id}`}><bdi>{one.title}</bdi></To><small>{one.slug}{one.source && ` · ${one.source}`}</small></span></th>
            <td>{one.locale}</td>
            <td>{wn("audience", one.audience)}</td>
            <td>
              <span class={`tag ${one.status === "published" ? "open" : ""}`}>{wn("article", one.status)}</span>
              {one.status === "published" && one.changed && <span class="tag pending">{w("unpublishedChanges")}</span>}
            </td>
            <td>{moment(one.updated_at)}</td>
          </tr>
        )}
      />
      {writing && <NewArticle onClose={() => setWriting(false)} />}
    </>
  );
}

/** Says so while meaning is still being computed. */
function Indexed(): JSX.Element | null {
  const [progress, setProgress] = useState<{ passages: number; embedded: number } | null>(null);
  useEffect(() => {
    get<{ passages: number; embedded: number }>("knowledge/index").then(setProgress).catch(() => undefined);
  }, []);
  if (!progress || !(progress.embedded < progress.passages)) return null;
  return <p class="hint">{w("indexing", { done: progress.embedded, all: progress.passages })}</p>;
}

function NewArticle({ onClose }: { onClose: () => void }): JSX.Element {
  const [title, setTitle] = useState("");
  const [slug, setSlug] = useState<string | null>(null);
  const [locale, setLocale] = useState("en");
  const [audience, setAudience] = useState("internal");
  const address = slug ?? slugOf(title);
  const make = async (): Promise<void> => {
    const made = await post<ArticleSummary>("articles", { title: title.trim(), slug: address, locale, audience, body: "" });
    go({ settings: `knowledge/${made.id}`, conversation: null });
  };
  return (
    <FormDialog title={w("writeArticle")} done={w("writeArticle")} onSubmit={make} onClose={onClose}>
      <Field label={w("articleTitle")}>
        <input autofocus type="text" required value={title} onInput={(event) => setTitle(event.currentTarget.value)} />
      </Field>
      <Field label={w("slug")} hint={w("slugHint")}>
        <input type="text" required value={address} onInput={(event) => setSlug(event.currentTarget.value)} />
      </Field>
      <Field label={w("locale")} hint={w("localeHint")}>
        <input type="text" required value={locale} onInput={(event) => setLocale(event.currentTarget.value)} />
      </Field>
      <Field label={w("audience")} hint={w("audienceHint")}>
        <select value={audience} onChange={(event) => setAudience(event.currentTarget.value)}>
          {AUDIENCES.map((one) => <option key={one} value={one}>{wn("audience", one)}</option>)}
        </select>
      </Field>
    </FormDialog>
  );
}

/** A title as an address can have it. */
export function slugOf(title: string): string {
  const plain = title.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").replaceAll("ß", "ss").toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 80);
}
