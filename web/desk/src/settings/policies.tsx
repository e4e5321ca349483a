// Policies: what is in force, an edit of it, and everything that ever was. The three share one way in.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get } from "../model/api.ts";
import { may } from "../model/people.ts";
import { t, told } from "../words.ts";
import { Head, To } from "./parts.tsx";
import { PolicyEditor } from "./policies/editor.tsx";
import { Guide } from "./policies/guide.tsx";
import { isKind, type PolicyKind, type PolicyVersion } from "./policies/types.ts";
import { Earlier, Standing, Versions } from "./policies/versions.tsx";
import { p, pn } from "./policies/words.ts";
import { w } from "./words.ts";

const KINDS: PolicyKind[] = ["business", "delivery"];
const PARTS = ["document", "edit", "versions"] as const;
type Part = (typeof PARTS)[number];

/** `policies/<kind>/document/<anchor>`, `…/edit/<file>/<line>`, `…/versions/<number>`. */
export function Policies({ rest }: { rest: string[] }): JSX.Element {
  const [named, wanted, ...at] = rest;
  const kind = isKind(named) ? named : "business";
  const part = PARTS.find((one) => one === wanted) ?? "document";
  const [version, setVersion] = useState<PolicyVersion | null>(null);
  const [error, setError] = useState("");
  const load = (): void => {
    setError("");
    get<PolicyVersion>(`policies/${kind}`).then(setVersion).catch((problem: unknown) => setError(told(problem)));
  };
  useEffect(() => {
    setVersion(null);
    load();
  }, [kind]);
  const mayWrite = may("write:policy");
  const shown = part === "edit" && !mayWrite ? "document" : part;
  return (
    <>
      <Head title={w("policies")} about={p("about")} />
      <Tabs kind={kind} part={shown} mayWrite={mayWrite} />
      {error && <p class="error" role="alert">{error} <button type="button" onClick={load}>{t("again")}</button></p>}
      {!version && !error && <p class="empty" role="status">{t("loading")}</p>}
      {version && shown === "document" && (
        <>
          <Standing version={version} />
          <Guide kind={kind} version={version} at={at[0] ?? ""} mayWrite={mayWrite} />
        </>
      )}
      {version && shown === "edit" && <PolicyEditor key={kind} kind={kind} inForce={version} file={decodeURIComponent(at[0] ?? "")} line={Number(at[1] ?? 0)} onPublished={load} />}
      {version && shown === "versions" && (at[0] ? <Earlier key={at[0]} kind={kind} number={Number(at[0])} onPublished={load} /> : <Versions key={version.number} kind={kind} onPublished={load} />)}
    </>
  );
}

function Tabs({ kind, part, mayWrite }: { kind: PolicyKind; part: Part; mayWrite: boolean }): JSX.Element {
  const current = (is: boolean): { "aria-current"?: "page" } => (is ? { "aria-current": "page" } : {});
  return (
    <>
      <nav class="tabs" aria-label={w("policies")}>
        {KINDS.map((one) => <span key={one} {...current(one === kind)}><To page={`policies/${one}`}>{pn("kind", one)}</To></span>)}
      </nav>
      <nav class="tabs" aria-label={pn("kind", kind)}>
        {PARTS.filter((one) => one !== "edit" || mayWrite).map((one) => (
          <span key={one} {...current(one === part)}><To page={`policies/${kind}/${one}`}>{p(one)}</To></span>
        ))}
      </nav>
    </>
  );
}
