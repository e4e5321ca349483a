// One article: its working text beside what readers will see, publishing it, and the versions that were.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { get, patch, post } from "../model/api.ts";
import { may } from "../model/people.ts";
import { MailFrame } from "../parts/mail.tsx";
import { t, told } from "../words.ts";
import { attempt, Field, Head, inFull, Question, To } from "./parts.tsx";
import { Versions } from "./versions.tsx";
import { w, wn } from "./words.ts";

export interface ArticleSummary {
  id: string;
  slug: string;
  locale: string;
  status: "draft" | "published" | "archived";
  version: number;
  changed: boolean;
  title: string;
  audience: "public" | "internal";
  tags: string[];
  source: string | null;
  updated_at: number;
}

export interface Article extends ArticleSummary {
  body: string;
  questions: string[];
}

interface Draft {
  title: string;
  body: string;
  audience: string;
  tags: string[];
  questions: string[];
}

/** The working text is kept this long after the last letter. */
const KEEP_MS = 700;

function draftOf(article: Article): Draft {
  const { title, body, audience, tags, questions } = article;
  return { title, body, audience, tags, questions };
}

export function ArticlePage({ id }: { id: string }): JSX.Element {
  const [article, setArticle] = useState<Article | null>(null);
  const [draft, setDraft] = useState<Draft | null>(null);
  const [state, setState] = useState<"kept" | "changed" | "failed">("kept");
  const [error, setError] = useState("");
  const [html, setHtml] = useState("");
  const [archiving, setArchiving] = useState(false);
  const [turn, setTurn] = useState(0);
  const timer = useRef(0);
  const latest = useRef<Draft | null>(null);
  latest.current = draft;
  const mayWrite = may("write:knowledge");

  const preview = (): void => {
    get<{ html: string }>(`articles/${id}/preview`).then((one) => setHtml(one.html)).catch(() => undefined);
  };
  const take = (one: Article): void => {
    setArticle(one);
    setDraft(draftOf(one));
    setState("kept");
    setTurn((now) => now + 1);
    preview();
  };
  useEffect(() => {
    get<Article>(`articles/${id}`).then(take).catch((problem: unknown) => setError(told(problem)));
  }, [id]);

  /** Keeps the working text; nobody sees it before it is published. */
  const keep = async (): Promise<boolean> => {
    clearTimeout(timer.current);
    const sent = latest.current;
    if (!sent) return true;
    try {
      const kept = await patch<Article>(`articles/${id}`, sent);
      setArticle(kept);
      setError("");
      if (latest.current === sent) setState("kept");
      preview();
      return true;
    } catch (problem) {
      setState("failed");
      setError(inFull(problem));
      return false;
    }
  };
  const latestKeep = useRef(keep);
  latestKeep.current = keep;
  const change = (part: Partial<Draft>): void => {
    if (!draft) return;
    setDraft({ ...draft, ...part });
    setState("changed");
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void latestKeep.current(), KEEP_MS);
  };
  const unkept = useRef(false);
  unkept.current = state === "changed";
  // Who leaves before the pause is over has not thrown it away.
  useEffect(() => () => {
    if (unkept.current) void latestKeep.current();
  }, []);

  const publish = async (): Promise<void> => {
    if (state !== "kept" && !(await keep())) return;
    await attempt(async () => take(await post<Article>(`articles/${id}/publish`, {})), w("publishedDone"));
  };
  if (!article || !draft) return <p class={`empty${error ? " error" : ""}`} role="status">{error || t("loading")}</p>;
  const lines = (text: string): string[] => text.split("\n").map((one) => one.trim()).filter(Boolean);
  const isLive = article.status === "published";
  return (
    <>
      <p class="crumbs"><To page="knowledge">{w("knowledge")}</To></p>
      <Head title={draft.title || article.slug} about={`${article.slug} · ${article.locale} · ${wn("article", article.status)}${article.version > 0 ? ` · ${w("versionNumber", { number: article.version })}` : ""}`}>
        <span class="hint" role="status">{mayWrite && w(state === "kept" ? "kept" : state === "changed" ? "keeping" : "notKept")}</span>
        {mayWrite && article.status !== "archived" && <button type="button" onClick={() => setArchiving(true)}>{w("archive")}</button>}
        {mayWrite && (
          <button type="button" class="main" disabled={isLive && !article.changed && state === "kept"} onClick={() => void publish()}>
            {w(isLive && !article.changed && state === "kept" ? "isPublished" : "publish")}
          </button>
        )}
      </Head>
      {error && <p class="error" role="alert">{error}</p>}
      <div class="editor">
        <div class="editor-text">
          <Field label={w("articleTitle")}>
            <input type="text" readOnly={!mayWrite} value={draft.title} onInput={(event) => change({ title: event.currentTarget.value })} />
          </Field>
          <Field label={w("text")} hint={w("markdownHint")}>
            <textarea dir="auto" readOnly={!mayWrite} spellcheck value={draft.body} onInput={(event) => change({ body: event.currentTarget.value })} />
          </Field>
          <div class="columns">
            <Field label={w("audience")} hint={w("audienceHint")}>
              <select disabled={!mayWrite} value={draft.audience} onChange={(event) => change({ audience: event.currentTarget.value })}>
                {["public", "internal"].map((one) => <option key={one} value={one}>{wn("audience", one)}</option>)}
              </select>
            </Field>
            <Field label={t("tags")} hint={w("commas")}>
              <input type="text" readOnly={!mayWrite} defaultValue={draft.tags.join(", ")} onChange={(event) => change({ tags: event.currentTarget.value.split(",").map((one) => one.trim()).filter(Boolean) })} />
            </Field>
          </div>
          <Field label={w("questions")} hint={w("questionsHint")}>
            <textarea rows={3} dir="auto" readOnly={!mayWrite} defaultValue={draft.questions.join("\n")} onChange={(event) => change({ questions: lines(event.currentTarget.value) })} />
          </Field>
        </div>
        <section class="editor-preview" aria-label={w("preview")}>
          <h2>{w("preview")}</h2>
          {html ? <MailFrame html={html} files={[]} title={w("preview")} /> : <p class="empty">{w("nothingToPreview")}</p>}
        </section>
      </div>
      <Versions key={turn} id={id} published={isLive ? article.version : null} onRolledBack={take} />
      {archiving && (
        <Question
          title={w("archive")}
          text={w("archiveText")}
          done={w("archive")}
          onYes={async () => take(await post<Article>(`articles/${id}/archive`, {}))}
          onClose={() => setArchiving(false)}
        />
      )}
    </>
  );
}
