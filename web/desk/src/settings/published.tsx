// Everything that was ever published, and going back to it: the same for policies and procedures.

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get } from "../model/api.ts";
import { may, memberName } from "../model/people.ts";
import type { Page } from "../model/types.ts";
import { moment, t, told } from "../words.ts";
import { To } from "./parts.tsx";
import { p } from "./policies/words.ts";
import { Publish } from "./publish.tsx";

/** What is known of anything published. */
export interface Published {
  number: number;
  note: string;
  overridden: string | null;
  restores: number | null;
  published_by: string;
  at: number;
  in_force: boolean;
}

/** Who published it: `member:…`, `token:…` or `system`. */
function publisher(by: string): string {
  const [kind, id] = by.split(":");
  return kind === "member" ? (memberName(id) ?? by) : t(kind === "system" ? "system" : "program");
}

interface LineProps {
  version: Published;
  /** The examination it passed. */
  tag: { text: string; bad: boolean };
  /** What else there is to say. */
  children?: ComponentChildren;
}

/** How a version stands, in some lines. */
export function VersionLine({ version, tag, children }: LineProps): JSX.Element {
  return (
    <p class="version-line">
      {version.in_force && <span class="tag open">{p("inForce")}</span>}
      <span class={`tag ${tag.bad ? "urgent" : ""}`}>{tag.text}</span>
      <span>{p("versionLine", { number: version.number, when: moment(version.at), who: publisher(version.published_by) })}</span>
      {version.restores !== null && <span>({p("restored", { number: version.restores })})</span>}
      {version.note && <q><bdi>{version.note}</bdi></q>}
      {version.overridden && <span class="error"><bdi>{p("overridden", { why: version.overridden })}</bdi></span>}
      {children}
    </p>
  );
}

interface ListProps<T> {
  /** Where they are, in the API and in the settings. */
  path: string;
  /** The way to one of them. */
  look: string;
  /** What is said while one is published anew. */
  running: string;
  line: (version: T) => JSX.Element;
  onPublished: () => void;
}

export function VersionList<T extends Published>({ path, look, running, line, onPublished }: ListProps<T>): JSX.Element {
  const [versions, setVersions] = useState<T[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState("");
  const [back, setBack] = useState<T | null>(null);
  const load = async (cursor: string | null): Promise<void> => {
    try {
      const page = await get<Page<T>>(`${path}/versions?limit=25${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
      setVersions((now) => [...(cursor ? (now ?? []) : []), ...page.items]);
      setNext(page.next);
    } catch (problem) {
      setError(told(problem));
    }
  };
  useEffect(() => {
    setVersions(null);
    void load(null);
  }, [path]);
  if (error) return <p class="empty error" role="alert">{error}</p>;
  if (!versions) return <p class="empty" role="status">{t("loading")}</p>;
  if (versions.length === 0) return <p class="empty" role="status">{p("noVersions")}</p>;
  return (
    <>
      <ul class="gaps version-list" aria-label={p("versions")}>
        {versions.map((one) => (
          <li key={one.number}>
            {line(one)}
            <span class="page-acts">
              <To page={`${path}/versions/${one.number}`}>{look}</To>
              {may("write:policy") && !one.in_force && (
                <button type="button" class="link" aria-label={p("rollBackTo", { number: one.number })} onClick={() => setBack(one)}>{p("rollBack")} …</button>
              )}
            </span>
          </li>
        ))}
      </ul>
      {next && <button type="button" class="wide" onClick={() => void load(next)}>{t("more")}</button>}
      {back && <Back path={path} number={back.number} running={running} onDone={onPublished} onClose={() => setBack(null)} />}
    </>
  );
}

interface BackProps {
  path: string;
  number: number;
  running: string;
  onDone: () => void;
  onClose: () => void;
}

export function Back({ path, number, running, onDone, onClose }: BackProps): JSX.Element {
  return (
    <Publish
      title={p("rollBackTo", { number })}
      text={p("rollBackText", { number })}
      done={p("rollBack")}
      running={running}
      path={`${path}/rollback`}
      wish={{ number }}
      inForce={null}
      onDone={onDone}
      onClose={onClose}
    />
  );
}
