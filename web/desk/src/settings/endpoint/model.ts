// How what comes in over an endpoint is received, as the API has it and as the form does.

import { Problem } from "../../model/api.ts";
import type { Queue } from "../../model/queues.ts";
import type { Priority } from "../../model/types.ts";
import { named, told } from "../../words.ts";
import type { Wrong } from "../routing/model.ts";
import { n } from "./words.ts";

export interface Reception {
  /** The id of a queue, which may be gone. */
  queue: string | null;
  priority: Priority;
  tags: string[];
  agent: boolean;
}

/** As it is written: tags have commas between them. */
export interface Draft extends Omit<Reception, "tags"> {
  tags: string;
}

export function draftOf(reception: Reception): Draft {
  return { ...reception, tags: reception.tags.join(", ") };
}

export function receptionOf(draft: Draft): Reception {
  return { ...draft, tags: draft.tags.split(",").map((one) => one.trim()).filter(Boolean) };
}

export function isGone(queue: string | null, queues: Queue[]): boolean {
  return queue !== null && !queues.some((one) => one.id === queue);
}

/** What will happen, in words. */
export function inWords(reception: Reception, queues: Queue[]): string {
  const { priority, tags, agent } = reception;
  const queue = queues.find((one) => one.id === reception.queue)?.name ?? n("fallback");
  const isUsual = priority === "normal";
  return [
    n(isUsual ? "goTo" : "goToUrgently", { queue, priority: named("priority", priority).toLocaleLowerCase() }),
    ...(tags.length > 0 ? [n("areTagged", { tags: tags.join(", ") })] : []),
    n(agent ? "agentAnswers" : "peopleAnswer"),
  ].join(" ");
}

/** What the server refuses, at its field. */
export function refused(problem: unknown, draft: Draft): Wrong {
  const field = problem instanceof Problem ? problem.field : undefined;
  return { [field && field in draft ? field : ""]: told(problem) };
}
