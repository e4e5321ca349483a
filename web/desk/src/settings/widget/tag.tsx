// What the owner of a page puts into it.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get } from "../../model/api.ts";
import { say } from "../../notice.ts";
import { told } from "../../words.ts";
import { w } from "../words.ts";
import { l } from "./words.ts";

interface WidgetTag {
  html: string;
  policy: string;
  allowed_origins: string[];
}

export function Tag({ name }: { name: string }): JSX.Element {
  const [tag, setTag] = useState<WidgetTag | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    get<WidgetTag>(`endpoints/${encodeURIComponent(name)}/widget`).then(setTag).catch((problem: unknown) => setError(told(problem)));
  }, [name]);
  const copy = async (text: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      say(w("copied"));
    } catch {
      say(w("copyByHand"), true);
    }
  };
  return (
    <section class="widget-tag">
      <h2>{l("tag")}</h2>
      <p class="hint">{l("tagHint")}</p>
      {error && <p class="error" role="status">{error}</p>}
      {tag && (
        <>
          <pre tabIndex={0} role="region" aria-label={l("tag")}>{tag.html}</pre>
          <p><button type="button" onClick={() => void copy(tag.html)}>{w("copy")}</button></p>
          <p class="hint">{tag.allowed_origins.length > 0 ? l("allowed", { origins: tag.allowed_origins.join(", ") }) : l("allowedNone")}</p>
          <p class="hint">{l("policy")} <code>{tag.policy}</code></p>
        </>
      )}
    </section>
  );
}
