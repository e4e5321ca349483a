// A field over a list of which one is chosen: arrows choose, Enter takes. The focus stays in the field.

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useState } from "preact/hooks";

export interface Option {
  key: string;
  /** What stands above the first of its kind. */
  group?: string;
  content: ComponentChildren;
  take: () => void;
}

interface Props {
  label: string;
  hint: string;
  text: string;
  onText: (text: string) => void;
  options: Option[];
  empty: string;
}

export function OptionSearch({ label, hint, text, onText, options, empty }: Props): JSX.Element {
  const [at, setAt] = useState(0);
  const id = useId();
  // The next key is for what is offered now.
  useLayoutEffect(() => setAt(0), [text]);
  const chosen = options[Math.min(at, options.length - 1)];
  useEffect(() => {
    document.getElementById(`${id}-${chosen?.key}`)?.scrollIntoView({ block: "nearest" });
  }, [chosen?.key]);
  return (
    <>
      <input
        autofocus
        type="text"
        role="combobox"
        aria-label={label}
        aria-expanded="true"
        aria-controls={id}
        aria-autocomplete="list"
        aria-activedescendant={chosen ? `${id}-${chosen.key}` : undefined}
        placeholder={hint}
        value={text}
        onInput={(event) => onText(event.currentTarget.value)}
        onKeyDown={(event) => {
          const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (step && options.length > 0) setAt((Math.min(at, options.length - 1) + step + options.length) % options.length);
          else if (event.key === "Enter") chosen?.take();
          else return;
          event.preventDefault();
        }}
      />
      <div id={id} class="options" role="listbox" aria-label={label}>
        {options.map((option, place) => (
          <div
            key={option.key}
            data-group={option.group && option.group !== options[place - 1]?.group ? option.group : undefined}
            id={`${id}-${option.key}`}
            role="option"
            aria-selected={option === chosen}
            onMouseDown={(event) => event.preventDefault()}
            onClick={option.take}
          >
            {option.content}
          </div>
        ))}
      </div>
      <p class="hint" role="status">{options.length === 0 && empty}</p>
    </>
  );
}
