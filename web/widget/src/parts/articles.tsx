// Published articles: looking for one, and reading it beside the chat.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Article, Hit } from "../model/api.ts";
import type { Chat } from "../model/chat.ts";
import { t, told } from "../words.ts";
import { Icon } from "./icon.tsx";

interface SearchProps {
  chat: Chat;
  onOpen: (hit: Pick<Hit, "slug" | "locale">) => void;
}

export function Search({ chat, onOpen }: SearchProps): JSX.Element {
  const [question, setQuestion] = useState("");
  const [hits, setHits] = useState<Hit[] | null>(null);
  const [state, setState] = useState("");
  const turn = useRef(0);
  const search = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (question.trim() === "") return;
    setState(t("searching"));
    const mine = ++turn.current;
    try {
      const query = new URLSearchParams({ q: question, language: chat.settings.language });
      const found = await chat.api.get<{ items: Hit[] }>(`articles/${chat.settings.endpoint}?${query}`);
      if (mine !== turn.current) return;
      setHits(found.items);
      setState(found.items.length === 0 ? t("nothingFound") : `${t("results")}: ${found.items.length}`);
    } catch (error) {
      if (mine !== turn.current) return;
      setHits(null);
      setState(told(error));
    }
  };
  return (
    <search class="search">
      <form onSubmit={(event) => void search(event)}>
        <label for="question">{t("searchLabel")}</label>
        <div class="row">
          <input
            id="question"
            type="search"
            maxLength={300}
            dir="auto"
            autoComplete="off"
            value={question}
            onInput={(event) => setQuestion(event.currentTarget.value)}
          />
          <button type="submit" class="round" aria-label={t("search")}>
            <Icon shape="search" />
          </button>
        </div>
      </form>
      <p class="note" role="status">{state}</p>
      <ul class="hits" hidden={!hits?.length}>
        {hits?.map((hit) => (
          <li key={hit.slug}>
            <button type="button" onClick={() => onOpen(hit)}>
              <b dir="auto">{hit.title}</b>
              <span dir="auto">{hit.excerpt}</span>
            </button>
          </li>
        ))}
      </ul>
    </search>
  );
}

interface ReaderProps {
  chat: Chat;
  slug: string;
  locale: string;
  onOpen: (hit: Pick<Hit, "slug" | "locale">) => void;
}

export function Reader({ chat, slug, locale, onOpen }: ReaderProps): JSX.Element {
  const [article, setArticle] = useState<Article | null>(null);
  const [problem, setProblem] = useState("");
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    let gone = false;
    const query = new URLSearchParams({ language: locale });
    chat.api.get<Article>(`articles/${chat.settings.endpoint}/${slug}?${query}`).then(
      (found) => {
        if (gone) return;
        setArticle(found);
        title.current?.focus();
      },
      (error: unknown) => {
        if (!gone) setProblem(told(error));
      },
    );
    return () => {
      gone = true;
    };
  }, [slug, locale]);
  /** Other articles open here, other pages in a window of their own: this one stays. */
  const follow = (event: MouseEvent): void => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link) return;
    const other = /^\/help\/([a-z0-9-]+)$/.exec(link.pathname);
    if (link.origin === location.origin && other?.[1]) {
      event.preventDefault();
      onOpen({ slug: other[1], locale });
    } else if (link.origin !== location.origin || link.pathname !== location.pathname) {
      event.preventDefault();
      window.open(link.href, "_blank", "noopener,noreferrer");
    }
  };
  return (
    <article class="article" onClick={follow} lang={article?.locale} dir="auto">
      <h2 ref={title} tabIndex={-1}>{article?.title ?? ""}</h2>
      <p class="problem" role="alert">{problem}</p>
      {/* The server made this from Markdown in which markup is text; the page's policy lets nothing in it run. */}
      {article && <div dangerouslySetInnerHTML={{ __html: article.html }} />}
    </article>
  );
}
