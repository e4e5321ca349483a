// Procedures, as the API tells of them.

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
  source: string | null;
  changed: boolean;
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
