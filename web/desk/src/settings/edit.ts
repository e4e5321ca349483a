// An edit of files that are published together, kept in this browser until it is published or thrown away.

import { useState } from "preact/hooks";
import { read, write } from "../model/kept.ts";

export interface SourceFile {
  name: string;
  text: string;
}

/** What was published, with its files. */
export interface Published {
  number: number;
  files: SourceFile[];
}

export interface Edit {
  /** The number that was in force when it was begun. */
  basedOn: number;
  files: SourceFile[];
}

interface Editing {
  edit: Edit;
  /** Names of files that are not as they are in force, those that are gone included. */
  changed: string[];
  change: (files: SourceFile[]) => void;
  discard: () => void;
}

/** Kept under `name`; `rank` says which kinds of files come first. */
export function useEdit(name: string, inForce: Published, rank: (name: string) => number): Editing {
  const fresh = (): Edit => ({ basedOn: inForce.number, files: sorted(inForce.files, rank) });
  const [edit, setEdit] = useState<Edit>(() => read<Edit | null>(name, null) ?? fresh());
  const changed = differing(edit.files, inForce.files);
  // Who has changed nothing goes on with what is in force by now.
  const current = changed.length === 0 && edit.basedOn !== inForce.number ? fresh() : edit;
  const keep = (next: Edit): void => {
    setEdit(next);
    write(name, differing(next.files, inForce.files).length === 0 ? null : next);
  };
  return {
    edit: current,
    changed,
    change: (files) => keep({ ...current, files: sorted(files, rank) }),
    discard: () => keep(fresh()),
  };
}

function sorted(files: SourceFile[], rank: (name: string) => number): SourceFile[] {
  return [...files].sort((one, other) => rank(one.name) - rank(other.name) || one.name.localeCompare(other.name));
}

/** Names of files that are not the same in both. */
export function differing(files: SourceFile[], before: SourceFile[]): string[] {
  const was = new Map(before.map((one) => [one.name, one.text]));
  const is = new Map(files.map((one) => [one.name, one.text]));
  return [...new Set([...was.keys(), ...is.keys()])].filter((name) => was.get(name) !== is.get(name)).sort();
}
