// Searching the knowledge base while writing, to put a passage into the answer.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get, query } from "../model/api.ts";
import type { Passage } from "../model/types.ts";
import { t, told } from "../words.ts";
import { Dialog } from "./dialog.tsx";
import { OptionSearch } from "./options.tsx";

const WAIT_MS = 200;

interface Props {
  onInsert: (text: string) => void;
  onClose: () => void;
}

export function KnowledgeSearch({ onInsert, onClose }: Props): JSX.Element {
  const [text, setText] = useState("");
  const [found, setFound] = useState<{ of: string; passages: Passage[] } | null>(null);
  const [error, setError] = useState<string | null>(null);
  const wanted = text.trim();
  useEffect(() => {
    if (wanted.length < 2) {
      setFound(null);
      return;
    }
    const away = new AbortController();
    const timer = setTimeout(() => {
      get<{ passages: Passage[] }>(`knowledge/search${query({ q: wanted, limit: 8 })}`, away.signal)
        .then(({ passages }) => {
          setFound({ of: wanted, passages });
          setError(null);
        })
        .catch((problem: unknown) => {
          if (!away.signal.aborted) setError(told(problem));
        });
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
      away.abort();
    };
  }, [wanted]);
  // Enter must not insert what was found for less of the text.
  const isCurrent = found?.of === wanted;
  const options = (isCurrent ? found.passages : []).map((one) => ({
    key: `${one.article}-${one.passage}`,
    take: () => onInsert(one.text),
    content: (
      <>
        <b>{one.heading && one.heading !== one.title ? `${one.title} › ${one.heading}` : one.title}</b>
        {one.audience === "internal" && <span class="tag">{t("internalOnly")}</span>}
        <span class="passage">{one.text}</span>
      </>
    ),
  }));
  const empty = error ?? (wanted.length < 2 ? "" : t(isCurrent ? "knowledgeNone" : "loading"));
  return (
    <Dialog title={t("knowledge")} kind="search-dialog" onClose={onClose}>
      <OptionSearch label={t("knowledgeSearch")} hint={t("knowledgeSearch")} text={text} onText={setText} options={options} empty={empty} />
    </Dialog>
  );
}
