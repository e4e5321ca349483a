// Small drawings. They say nothing by themselves; a label stands beside them.

import type { JSX } from "preact";

const SHAPES = {
  clip: "M21 12.5 12.5 21a5.7 5.7 0 0 1-8-8L13 4.5a3.8 3.8 0 0 1 5.4 5.4L10 18.3a1.9 1.9 0 0 1-2.7-2.7L15 8",
  send: "M4 12 20 4l-5 16-3.5-6.5z",
  smile: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8.5 14.5a4.5 4.5 0 0 0 7 0M9 9.5v.5M15 9.5v.5",
  close: "M6 6l12 12M18 6 6 18",
  back: "M15 5l-7 7 7 7",
  search: "M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14M16 16l5 5",
};

export function Icon({ shape }: { shape: keyof typeof SHAPES }): JSX.Element {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" class={`icon-${shape}`}>
      <path d={SHAPES[shape]} />
    </svg>
  );
}
