// An edit of a policy, kept in this browser until it is published or thrown away.

import { useState } from "preact/hooks";
import { read, write } from "../../model/kept.ts";
import type { PolicyFile, PolicyKind, PolicyVersion } from "./types.ts";

export interface Edit {
  /** The number that was in force when it was begun. */
  basedOn: number;
  files: PolicyFile[];
}

interface Editing {
  edit: Edit;
  /** Names of files that are not as they are in force, those that are gone included. */
  changed: string[];
  change: (files: PolicyFile[]) => void;
  discard: () => void;
}

export function useEdit(kind: PolicyKind, inForce: PolicyVersion): Editing {
  const name = `policy.${kind}`;
  const [edit, setEdit] = useState<Edit>(() => read<Edit | null>(name, null) ?? fresh(inForce));
  const changed = differing(edit.files, inForce.files);
  // Who has changed nothing goes on with what is in force by now.
  const current = changed.length === 0 && edit.basedOn !== inForce.number ? fresh(inForce) : edit;
  const keep = (next: Edit): void => {
    setEdit(next);
    write(name, differing(next.files, inForce.files).length === 0 ? null : next);
  };
  return {
    edit: current,
    changed,
    change: (files) => keep({ ...current, files }),
    discard: () => keep(fresh(inForce)),
  };
}

function fresh(version: PolicyVersion): Edit {
  return { basedOn: version.number, files: sorted(version.files) };
}

/** The document first, the rules in the order of their names, the schema at the end. */
export function sorted(files: PolicyFile[]): PolicyFile[] {
  const rank = (one: PolicyFile): number => (one.name.endsWith(".md") ? 0 : one.name.endsWith(".cedar") ? 1 : 2);
  return [...files].sort((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name));
}

function differing(files: PolicyFile[], before: PolicyFile[]): string[] {
  const was = new Map(before.map((one) => [one.name, one.text]));
  const is = new Map(files.map((one) => [one.name, one.text]));
  return [...new Set([...was.keys(), ...is.keys()])].filter((name) => was.get(name) !== is.get(name)).sort();
}
