// What the AI thought, as the API tells it, made into turns that people can read: what was heard, understood, decided,
// done and said.

import { deed, plain, remedy, spaced } from "../parts/deeds.ts";
import { x, xn } from "./words.ts";

type Part = Record<string, unknown>;

/** What came of one event; a turn of the conversation has several. */
export interface Trace {
  revision: number;
  heard: number;
  at: number;
  records: Part[];
}

export type Kind = "heard" | "understood" | "decided" | "done" | "said" | "noted";

export interface Line {
  kind: Kind;
  text: string;
  mood: "" | "good" | "error";
  /** What else belongs to it, such as the rules behind a refusal. */
  more: string[];
}

/** From one message of the customer to the next. */
export interface Turn {
  revision: number;
  at: number;
  lines: Line[];
}

export function turns(traces: Trace[]): Turn[] {
  const all: Turn[] = [];
  for (const { revision, at, records } of traces) {
    for (const record of records) {
      const lines = read(record);
      const last = all.at(-1);
      if (!last || record["record"] === "heard") all.push({ revision, at, lines });
      else last.lines.push(...lines);
    }
  }
  return all.filter((one) => one.lines.length > 0);
}

/** Lines of one kind that follow each other. */
export function grouped(lines: Line[]): { kind: Kind; lines: Line[] }[] {
  const groups: { kind: Kind; lines: Line[] }[] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    if (last?.kind === line.kind) last.lines.push(line);
    else groups.push({ kind: line.kind, lines: [line] });
  }
  return groups;
}

function line(kind: Kind, text: string, mood: Line["mood"] = "", more: string[] = []): Line {
  return { kind, text, mood, more };
}

function read(record: Part): Line[] {
  const text = (name: string): string => spaced(record[name]);
  switch (record["record"]) {
    case "heard":
      return [line("heard", String(record["text"] ?? "")), ...parts(record["commands"]).map((one) => line("understood", command(one)))];
    case "procedure":
      return [line("decided", procedure(record))];
    case "at":
      return [line("decided", x("at", { step: Number(record["step"]), procedure: hyphenless(record["procedure"]), line: Number(record["line"]) }))];
    case "slot": {
      const from = xn("from", String(record["from"]));
      return [line("decided", `${x("slot", { slot: text("slot"), value: plain(record["value"]) })} (${from})`)];
    }
    case "emptied":
      return [line("decided", x("emptied", { slot: text("slot"), why: String(record["why"]) }))];
    case "returned":
      return [
        typeof record["error"] === "string"
          ? line("done", x("failed", { tool: text("tool"), why: record["error"] }), "error")
          : line("done", x("returned", { tool: text("tool") }), "good"),
      ];
    case "denied": {
      const rules = parts(record["rules"]).map((one) => `${String(one["say"])} ${remedy(String(one["remedy"]))}.`);
      return [line("decided", x("denied", { what: text("what") }), "error", rules)];
    }
    case "step":
      return step(part(record["step"]));
    default:
      return typeof record["text"] === "string" ? [line("noted", record["text"])] : [];
  }
}

function procedure(record: Part): string {
  const name = hyphenless(record["procedure"]);
  const what = String(record["what"]);
  const values = { procedure: name, version: Number(record["version"]) };
  return BECAME.has(what) ? x(`procedure_${what as Became}`, values) : `${name}: ${what}`;
}

type Became = "started" | "queued" | "ended" | "cancelled" | "resumed" | "replaced";
const BECAME: ReadonlySet<string> = new Set<Became>(["started", "queued", "ended", "cancelled", "resumed", "replaced"]);

function command(one: Part): string {
  switch (one["command"]) {
    case "start_procedure":
      return x("start_procedure", { procedure: hyphenless(one["procedure"]) });
    case "set_slot":
      return x("set_slot", { slot: spaced(one["slot"]), value: plain(one["value"]) });
    case "correct":
      return x("correct", { value: one["value"] === undefined || one["value"] === null ? x("theOther") : plain(one["value"]) });
    case "answer":
      return x("answer", { query: String(one["query"]) });
    case "clarify":
      return x("clarify", { options: list(one["options"]).map(hyphenless).join(", ") });
    case "hand_off":
      return x("hand_off", { reason: spaced(one["reason"]) });
    case "smalltalk":
      return x("smalltalk", { kind: spaced(one["kind"]) });
    case "cancel_procedure":
    case "affirm":
    case "deny":
    case "cannot_understand":
      return x(one["command"]);
    default:
      return spaced(one["command"]);
  }
}

function step(one: Part): Line[] {
  switch (one["step"]) {
    case "say":
      return [line("said", utterance(one))];
    case "call_tool":
      return [line("done", x("call", { what: deed(one["tool"], one["args"]) }))];
    case "ask_policy":
      return [line("decided", x("askPolicy", { what: deed(one["tool"], one["args"]) }))];
    case "search":
      return [line("done", x("search", { query: String(one["query"]) }))];
    case "identify":
      return [line("decided", x("identify", { level: Number(one["level"]) }))];
    case "prove":
      return [line("decided", x("prove", { subject: String(one["subject"]), level: Number(one["assurance"]) }), "good")];
    case "hand_off": {
      const queue = typeof one["queue"] === "string" ? [x("queue", { queue: one["queue"] })] : [];
      const summary = typeof one["summary"] === "string" && one["summary"] ? [one["summary"]] : [];
      return [
        line("done", x("handedOff", { reason: spaced(one["reason"]) }), "", [...queue, ...summary]),
        line("said", utterance(part(one["message"]))),
      ];
    }
    default:
      return [];
  }
}

function utterance(one: Part): string {
  const labels = (of: unknown): string => parts(of).map((each) => String(each["label"])).join(", ");
  switch (one["say"]) {
    case "told":
      return String(one["text"]);
    case "ask": {
      const choices = labels(one["choices"]);
      return choices ? `${String(one["question"])} (${choices})` : String(one["question"]);
    }
    case "confirm":
      return x("confirm", { text: String(one["text"]) });
    case "refused":
      return x("refused", { says: list(one["says"]).join(" ") });
    case "answer":
      return x("fromArticles", { titles: [...new Set(parts(one["passages"]).map((each) => String(each["title"])))].join(", ") });
    case "clarify":
      return x("clarifies", { options: labels(one["options"]) });
    case "cancelled":
    case "resumed":
      return x(one["say"], { title: String(one["title"]) });
    case "smalltalk":
      return x("smalltalks", { kind: spaced(one["kind"]) });
    case "ask_change":
    case "no_answer":
    case "not_understood":
    case "already_done":
    case "handing_over":
    case "sorry":
      return x(one["say"]);
    default:
      return spaced(one["say"]);
  }
}

function hyphenless(name: unknown): string {
  return String(name ?? "").replaceAll("-", " ");
}

function part(value: unknown): Part {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Part) : {};
}

function parts(value: unknown): Part[] {
  return Array.isArray(value) ? value.map(part) : [];
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
