// A text with the numbers of its lines beside it, to be read or written; a line can be gone to.

import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

interface Props {
  label: string;
  text: string;
  /** Without it the text is only read. */
  onText?: (text: string) => void;
  /** The line to go to, counted from 1; with `turn`, the same line can be gone to again. */
  line: number;
  turn: number;
  /** Lines with something wrong on them. */
  marked: ReadonlySet<number>;
}

export function Numbered({ label, text, onText, line, turn, marked }: Props): JSX.Element {
  const field = useRef<HTMLTextAreaElement>(null);
  const numbers = useRef<HTMLOListElement>(null);
  const lines = text.split("\n");
  useLayoutEffect(() => {
    const area = field.current;
    if (!area || line < 1) return;
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    area.focus();
    area.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
    const height = parseFloat(getComputedStyle(area).lineHeight);
    area.scrollTop = Math.max(0, (line - 1) * height - area.clientHeight / 3);
    area.scrollIntoView({ block: "nearest" });
  }, [line, turn]);
  const follow = (): void => {
    if (numbers.current && field.current) numbers.current.scrollTop = field.current.scrollTop;
  };
  return (
    <div class="numbered">
      <ol ref={numbers} aria-hidden="true">
        {lines.map((_, at) => <li key={at} class={marked.has(at + 1) ? "marked" : ""}>{at + 1}</li>)}
      </ol>
      <textarea
        ref={field}
        aria-label={label}
        spellcheck={false}
        wrap="off"
        readOnly={!onText}
        value={text}
        onScroll={follow}
        onInput={(event) => onText?.(event.currentTarget.value)}
      />
    </div>
  );
}
