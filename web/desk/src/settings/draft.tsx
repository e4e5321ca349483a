// Settings that are being changed: kept in this browser until they are saved or thrown away.

import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { read, write } from "../model/kept.ts";
import { may } from "../model/people.ts";
import { t } from "../words.ts";
import { w } from "./words.ts";

/** A draft, with what counted when it was begun. */
interface Kept<D> {
  basedOn: string;
  draft: D;
}

interface Drafting<D> {
  draft: D;
  isChanged: boolean;
  /** Whether somebody else has saved something since. */
  isOutdated: boolean;
  change: (part: Partial<D>) => void;
  /** Goes on from what counts now. */
  begin: (now: D) => void;
}

/** Kept under `place`; `saved` is what counts. */
export function useDraft<D extends object>(place: string, saved: D): Drafting<D> {
  const savedText = JSON.stringify(saved);
  const [kept] = useState(() => (may("admin") ? read<Kept<D> | null>(place, null) : null));
  const [draft, setDraft] = useState<D>({ ...saved, ...kept?.draft });
  const [basedOn, setBasedOn] = useState(kept?.basedOn ?? savedText);
  const isChanged = JSON.stringify(draft) !== savedText;
  return {
    draft,
    isChanged,
    isOutdated: isChanged && basedOn !== savedText,
    change: (part) => {
      const next = { ...draft, ...part };
      setDraft(next);
      const unsaved: Kept<D> = { basedOn, draft: next };
      write(place, JSON.stringify(next) === savedText ? null : unsaved);
    },
    begin: (now) => {
      write(place, null);
      setDraft(now);
      setBasedOn(JSON.stringify(now));
    },
  };
}

interface FootProps {
  error: string | undefined;
  isChanged: boolean;
  busy: boolean;
  onDiscard: () => void;
  /** Whatever else can be done with all of it. */
  children?: ComponentChildren;
}

/** The foot of its form: what is wrong with all of it, and saving or discarding. */
export function DraftFoot({ error, isChanged, busy, onDiscard, children }: FootProps): JSX.Element {
  return (
    <>
      <p class="error" role="alert">{error}</p>
      <footer class="draft-foot">
        <span class="hint" role="status">{isChanged ? w("unsaved") : ""}</span>
        {children}
        {isChanged && <button type="button" onClick={onDiscard}>{w("discard")} …</button>}
        <button type="submit" class="main" aria-disabled={busy}>{t("save")}</button>
      </footer>
    </>
  );
}
