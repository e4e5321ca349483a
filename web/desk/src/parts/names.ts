// What people are called on screen.

import { me, memberName } from "../model/people.ts";
import type { Author } from "../model/types.ts";
import { t } from "../words.ts";

export function authorName(author: Author): string {
  if (author.kind === "member") return author.id === me() ? t("you") : (author.name ?? memberName(author.id) ?? t("someone"));
  const kinds = { customer: "customer", ai: "assistant", system: "system", api: "program" } as const;
  return author.name ?? t(kinds[author.kind]);
}

export function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return ((words[0]?.[0] ?? "") + (words.length > 1 ? (words.at(-1)?.[0] ?? "") : "")).toUpperCase();
}
