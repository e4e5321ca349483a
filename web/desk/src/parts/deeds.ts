// What was done or asked for, and what the rules say to it, in words.

import { named, t } from "../words.ts";

export function spaced(value: unknown): string {
  return typeof value === "string" ? value.replaceAll("_", " ") : "";
}

/** A value as people read it. */
export function plain(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (Array.isArray(value)) return value.map(plain).join(", ");
  if (typeof value === "object" && value !== null) return Object.entries(value).map(([name, one]) => `${spaced(name)} ${plain(one)}`).join(", ");
  return value === null || value === undefined ? "–" : String(value);
}

/** A tool with its arguments: `cancel order (order id #W1, reason no longer needed)`. */
export function deed(tool: unknown, args: unknown): string {
  const name = spaced(tool);
  const all = typeof args === "object" && args !== null && !Array.isArray(args) ? Object.entries(args) : [];
  return all.length > 0 ? `${name} (${all.map(([of, value]) => `${spaced(of)} ${plain(value)}`).join(", ")})` : name;
}

/** Whoever may agree: `A supervisor`. */
export function oneOf(role: string): string {
  return named("oneOf", role);
}

/** The role that an approval takes, where a remedy is one. */
export function approver(remedy: string): string | null {
  return remedy.startsWith("approval:") ? remedy.slice("approval:".length) : null;
}

/** What helps, as rules write it: `identify`, `ask:reason`, `approval:supervisor`. */
export function remedy(written: string): string {
  const role = approver(written);
  if (role) return t("remedyApproval", { role: oneOf(role) });
  // With the level that is needed, as the AI writes it.
  if (written.startsWith("identify:")) return t("remedy_identify");
  if (written.startsWith("ask:")) return t("remedyAsk", { slot: spaced(written.slice("ask:".length)) });
  return named("remedy", written);
}

/** What a rule's name leads to: the statement it enforces. */
export function statement(doc: string): string {
  const [, anchor] = doc.split("#");
  return `policies/business/document${anchor ? `/${anchor}` : ""}`;
}
