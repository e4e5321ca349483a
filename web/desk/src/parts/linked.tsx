// Text in which addresses of the web can be followed and names of colleagues stand out. Text is never markup.

import type { JSX } from "preact";

const ADDRESS = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g;

interface Props {
  text: string;
  /** What stands out, such as `@Ana Ribeiro`. */
  names?: string[];
}

export function Linked({ text, names = [] }: Props): JSX.Element {
  const parts: (string | JSX.Element)[] = [];
  let from = 0;
  for (const found of text.matchAll(ADDRESS)) {
    parts.push(
      ...marked(text.slice(from, found.index), names),
      <a href={found[0]} target="_blank" rel="noopener noreferrer nofollow">{found[0]}</a>,
    );
    from = found.index + found[0].length;
  }
  parts.push(...marked(text.slice(from), names));
  return <>{parts}</>;
}

function marked(text: string, names: string[]): (string | JSX.Element)[] {
  const [name, ...others] = names;
  if (!name) return [text];
  return text.split(name).flatMap((piece, at) => [
    ...(at > 0 ? [<strong class="mention">{name}</strong>] : []),
    ...marked(piece, others),
  ]);
}
