// Bringing articles in from files.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../model/api.ts";
import { t } from "../words.ts";
import { KnowledgeTabs } from "./knowledge.tsx";
import { Field, Head, inFull, To } from "./parts.tsx";
import { w, wn } from "./words.ts";

interface Imported {
  name: string;
  outcome: "created" | "changed" | "unchanged" | "queued" | "refused";
  article: string | null;
  slug: string | null;
  problem: string | null;
}

/** The server takes so many files at once, and so much text. */
const MOST_FILES = 200;
const MOST_BYTES = 800_000;

export function Import(): JSX.Element {
  const [files, setFiles] = useState<File[]>([]);
  const [locale, setLocale] = useState("en");
  const [audience, setAudience] = useState("internal");
  const [publish, setPublish] = useState(false);
  const [report, setReport] = useState<Imported[]>([]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const bring = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy || files.length === 0) return;
    setBusy(true);
    setError("");
    setReport([]);
    try {
      for (const batch of await batches(files)) {
        const answer = await post<{ files: Imported[] }>("knowledge/import", { files: batch, locale, audience, publish });
        setReport((now) => [...now, ...answer.files]);
      }
      setFiles([]);
    } catch (problem) {
      setError(inFull(problem));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Head title={w("import")} about={w("importAbout")} />
      <KnowledgeTabs at="import" />
      <form class="form" onSubmit={(event) => void bring(event)} aria-busy={busy}>
        <Field label={w("files")} hint={w("filesHint")}>
          <input type="file" multiple required accept=".md,.html,.htm,.txt,.json,.urls" onChange={(event) => setFiles([...(event.currentTarget.files ?? [])])} />
        </Field>
        <div class="columns">
          <Field label={w("locale")} hint={w("localeHint")}>
            <input type="text" required value={locale} onInput={(event) => setLocale(event.currentTarget.value)} />
          </Field>
          <Field label={w("audience")} hint={w("audienceHint")}>
            <select value={audience} onChange={(event) => setAudience(event.currentTarget.value)}>
              {["public", "internal"].map((one) => <option key={one} value={one}>{wn("audience", one)}</option>)}
            </select>
          </Field>
        </div>
        <label class="check">
          <input type="checkbox" checked={publish} onChange={(event) => setPublish(event.currentTarget.checked)} />
          <span>{w("publishAtOnce")}</span>
        </label>
        <p class="error" role="alert">{error}</p>
        <button type="submit" class="main" disabled={busy || files.length === 0}>{busy ? t("loading") : w("import")}</button>
      </form>
      {report.length > 0 && (
        <section aria-label={w("importReport")}>
          <h2>{w("importReport")}</h2>
          <div role="status">
            <ul class="plain-list">
              {report.map((one, at) => (
                <li key={at} class={one.outcome === "refused" ? "error" : ""}>
                  <bdi>{one.name}</bdi>: {wn("import", one.outcome)}
                  {one.problem && <> · <bdi>{one.problem}</bdi></>}
                  {one.article && <> · <To page={`knowledge/${one.article}`}>{one.slug}</To></>}
                </li>
              ))}
            </ul>
          </div>
        </section>
      )}
    </>
  );
}

/** The files as requests that are not too large. */
async function batches(files: File[]): Promise<{ name: string; text: string }[][]> {
  const all: { name: string; text: string }[][] = [[]];
  let size = 0;
  for (const file of files) {
    const text = await file.text();
    const current = all.at(-1) ?? [];
    if (current.length > 0 && (current.length >= MOST_FILES || size + text.length > MOST_BYTES)) {
      all.push([]);
      size = 0;
    }
    all.at(-1)?.push({ name: file.name, text });
    size += text.length;
  }
  return all;
}
