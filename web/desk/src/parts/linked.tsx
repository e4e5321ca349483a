// Text in which addresses of the web can be followed. Text is never markup.

import type { JSX } from "preact";

const ADDRESS = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g;

export function Linked({ text }: { text: string }): JSX.Element {
  const parts: (string | JSX.Element)[] = [];
  let from = 0;
  for (const found of text.matchAll(ADDRESS)) {
    parts.push(
      text.slice(from, found.index),
      <a href={found[0]} target="_blank" rel="noopener noreferrer nofollow">{found[0]}</a>,
    );
    from = found.index + found[0].length;
  }
  parts.push(text.slice(from));
  return <>{parts}</>;
}
