// Procedures, as the API tells of them.

import type { SourceFile } from "../edit.ts";
import type { Published } from "../published.tsx";

export interface ProcedureSummary {
  name: string;
  title: string;
  when: string;
  version: number;
  hash: string;
  /** Within the agent's folder, such as `procedures/return-item.md`. */
  file: string;
  tools: string[];
  policy: string[];
  examples: number;
  tests: number;
}

export interface ProcedureProblem {
  file: string;
  line: number;
  warning: boolean;
  what: string;
  advice: string;
}

export interface Procedure extends ProcedureSummary {
  source: string;
  problems: ProcedureProblem[];
}

export interface ProcedureTest {
  line: number;
  say: string[];
  customer: string;
  runs: {
    channel: string;
    problems: string[];
    said: string[];
    calls: string[];
    denied: string[];
    asks: string[];
    handoff: string | null;
  }[];
}

export type TestOutcome = "passed" | "failed" | "skipped";

export interface VersionSummary extends Published {
  version: string;
  changes: Record<"added" | "changed" | "removed", string[]>;
  tests: TestOutcome;
}

export interface ProcedureVersion extends VersionSummary {
  files: SourceFile[];
  report: { outcome: TestOutcome; note: string; failed: { procedure: string; file: string; line: number; problems: string[] }[] } | null;
}

/** The name of a file without the folder it stands in. */
export function plain(file: string): string {
  return file.split("/").at(-1) ?? file;
}
