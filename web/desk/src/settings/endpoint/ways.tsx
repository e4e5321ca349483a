// The pages of an endpoint that is a chat.

import type { JSX } from "preact";
import { To } from "../parts.tsx";
import { w } from "../words.ts";

export function Ways({ name, at }: { name: string; at: "reception" | "looks" }): JSX.Element {
  const home = `endpoints/${encodeURIComponent(name)}`;
  const here = { "aria-current": "page" as const };
  return (
    <nav class="tabs" aria-label={name}>
      <span {...(at === "reception" ? here : {})}><To page={home}>{w("reception")}</To></span>
      <span {...(at === "looks" ? here : {})}><To page={`${home}/looks`}>{w("looksAndWords")}</To></span>
    </nav>
  );
}
