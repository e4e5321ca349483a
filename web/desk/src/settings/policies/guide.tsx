// The document people read, each statement beside the rules that enforce it.

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { remedy } from "../../parts/deeds.ts";
import { To } from "../parts.tsx";
import type { PolicyKind, PolicyVersion, Rule, Section, Statement } from "./types.ts";
import { p } from "./words.ts";

interface Props {
  kind: PolicyKind;
  version: { sections: Section[]; files: PolicyVersion["files"] };
  /** The anchor somebody came for. */
  at: string;
  mayWrite: boolean;
}

export function Guide({ kind, version, at, mayWrite }: Props): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const wanted = at ? box.current?.querySelector<HTMLElement>(`[data-anchor="${CSS.escape(at)}"]`) : null;
    wanted?.scrollIntoView({ block: "center" });
    wanted?.focus();
  }, [at]);
  if (version.sections.length === 0) {
    return (
      <>
        <p class="warning">{p("unreadable")}</p>
        {version.files.map((one) => (
          <details key={one.name}>
            <summary><bdi>{one.name}</bdi></summary>
            <pre tabIndex={0}>{one.text}</pre>
          </details>
        ))}
      </>
    );
  }
  return (
    <div class="guide" ref={box}>
      {version.sections.map((one) => (
        <section key={one.line} aria-label={one.heading || p("document")}>
          <Heading section={one} at={at} />
          {one.rules && one.rules.length > 0 && <Rules kind={kind} rules={one.rules} mayWrite={mayWrite} />}
          <ul>
            {one.statements.map((each) => (
              <li key={each.line} class={each.anchor ? "promise" : ""}>
                <Words statement={each} at={at} />
                {each.rules.length > 0 && <Rules kind={kind} rules={each.rules} mayWrite={mayWrite} />}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

/** The page has a heading of its own; the document's begin below it. */
function Heading({ section, at }: { section: Section; at: string }): JSX.Element | null {
  if (!section.heading) return null;
  const marks = section.anchor ? { "data-anchor": section.anchor, tabIndex: -1, class: section.anchor === at ? "sought" : "" } : {};
  return section.level <= 1 ? <h2 {...marks}><bdi>{section.heading}</bdi></h2> : <h3 {...marks}><bdi>{section.heading}</bdi></h3>;
}

function Words({ statement, at }: { statement: Statement; at: string }): JSX.Element {
  const { anchor } = statement;
  if (!anchor) return <p><bdi>{statement.text}</bdi></p>;
  return (
    <p data-anchor={anchor} tabIndex={-1} class={anchor === at ? "sought" : ""}>
      <bdi>{statement.text}</bdi> <small class="anchor">#{anchor}</small>
    </p>
  );
}

function Rules({ kind, rules, mayWrite }: { kind: PolicyKind; rules: Rule[]; mayWrite: boolean }): JSX.Element {
  return (
    <div class="guide-rules">
      {rules.map((one) => (
        <details key={one.id}>
          <summary><code>{one.id}</code> <span class="hint">{remedy(one.remedy)}</span></summary>
          <p><q><bdi>{one.say}</bdi></q></p>
          {one.agent && <p class="hint">{p("forAgents")}: <bdi>{one.agent}</bdi></p>}
          <pre tabIndex={0}>{one.text}</pre>
          {mayWrite ? (
            <p><To page={`policies/${kind}/edit/${encodeURIComponent(one.file)}/${one.line}`}>{p("ruleAt", { file: one.file, line: one.line })}</To></p>
          ) : (
            <p class="hint">{p("ruleAt", { file: one.file, line: one.line })}</p>
          )}
        </details>
      ))}
    </div>
  );
}
