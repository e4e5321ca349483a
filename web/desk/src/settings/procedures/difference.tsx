// What is different between two texts of a file.

import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { difference, excerpt } from "./diff.ts";
import { o } from "./words.ts";

/** Lines around what differs. */
const NEAR = 2;

export function Difference({ name, before, now }: { name: string; before: string; now: string }): JSX.Element {
  const parts = useMemo(() => excerpt(difference(before, now), NEAR), [before, now]);
  return (
    <pre class="difference" tabIndex={0} role="region" aria-label={o("differenceOf", { name })}>
      {parts.map((one, at) => {
        if (typeof one === "number") return <small key={at}>{o("alike", { count: one })}{"\n"}</small>;
        if (one.kind === "gone") return <del key={at}>{`- ${one.text}\n`}</del>;
        if (one.kind === "new") return <ins key={at}>{`+ ${one.text}\n`}</ins>;
        return <span key={at}>{`  ${one.text}\n`}</span>;
      })}
    </pre>
  );
}
