// Policies, as the API tells of them.

import type { SourceFile } from "../edit.ts";

export type PolicyKind = "business" | "delivery";
export type Proven = "held" | "refuted" | "skipped";
export type Examination = "check" | "impact" | "prove" | "replay";
export type Direction = "loosened" | "tightened" | "explained";

export interface Problem {
  /** Empty, and line 0, when it is about all files together. */
  file: string;
  line: number;
  message: string;
}

export interface Rule {
  id: string;
  say: string;
  agent?: string;
  remedy: string;
  file: string;
  line: number;
  text: string;
}

export interface Statement {
  text: string;
  anchor?: string;
  line: number;
  rules: Rule[];
}

export interface Section {
  heading: string;
  level: number;
  anchor?: string;
  line: number;
  rules?: Rule[];
  statements: Statement[];
}

export interface VersionSummary {
  kind: PolicyKind;
  number: number;
  version: string;
  note: string;
  proof: Proven;
  overridden: string | null;
  restores: number | null;
  published_by: string;
  at: number;
  in_force: boolean;
}

export interface PolicyVersion extends VersionSummary {
  files: SourceFile[];
  sections: Section[];
  proofs: Proofs | null;
}

export interface Checked {
  version: string | null;
  problems: Problem[];
  sections: Section[];
}

export interface Outcome {
  allowed: boolean;
  rules: string[];
  version: string;
}

export interface Impact {
  examined: number;
  unreadable: number;
  since: number | null;
  loosened: number;
  tightened: number;
  explained: number;
  changes: {
    conversation: string;
    seq: number;
    at: number;
    action: string;
    direction: Direction;
    before: Outcome;
    after: Outcome;
  }[];
}

export interface Proofs {
  outcome: Proven;
  note: string;
  laws: { claim: string; proven: number; refuted: { action: string; counterexample: string }[] }[];
  shifts: { action: string; shift: "same" | "loosened" | "tightened" | "both"; newly_allowed: string | null; newly_denied: string | null }[];
}

/** Whether a part of the address names a policy. */
export function isKind(name: string | undefined): name is PolicyKind {
  return name === "business" || name === "delivery";
}
