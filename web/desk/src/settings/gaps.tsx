// What customers asked and nothing answered: what should be written next.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get, post } from "../model/api.ts";
import { may } from "../model/people.ts";
import { go } from "../model/place.ts";
import type { Page } from "../model/types.ts";
import { moment, t, told } from "../words.ts";
import { KnowledgeTabs } from "./knowledge.tsx";
import { attempt, Head } from "./parts.tsx";
import { w } from "./words.ts";

interface Gap {
  id: string;
  question: string;
  at: number;
  conversation: string | null;
}

interface Group {
  question: string;
  count: number;
  last_at: number;
  questions: Gap[];
}

export function Gaps(): JSX.Element {
  const [groups, setGroups] = useState<Group[] | null>(null);
  const [error, setError] = useState("");
  const load = (): void => {
    get<Page<Group>>("knowledge/gaps").then((page) => setGroups(page.items)).catch((problem: unknown) => setError(told(problem)));
  };
  useEffect(load, []);
  const close = (group: Group): Promise<unknown> =>
    attempt(() => post("knowledge/gaps/close", { ids: group.questions.map((one) => one.id) }), w("gapClosed")).then((done) => done && load());
  return (
    <>
      <Head title={w("gaps")} about={w("gapsAbout")} />
      <KnowledgeTabs at="gaps" />
      {error && <p class="error" role="alert">{error}</p>}
      {!groups && !error && <p class="empty" role="status">{t("loading")}</p>}
      {groups?.length === 0 && <p class="empty">{w("gapsEmpty")}</p>}
      <ul class="gaps">
        {groups?.map((group) => (
          <li key={group.questions[0]?.id ?? group.question}>
            <details>
              <summary><span class="tag">{w("askedTimes", { count: group.count })}</span> <bdi>{group.question}</bdi> <small>{moment(group.last_at)}</small></summary>
              <ul>
                {group.questions.map((one) => (
                  <li key={one.id}>
                    <bdi>{one.question}</bdi> <small>{moment(one.at)}</small>
                    {one.conversation && <button type="button" class="link" onClick={() => go({ conversation: one.conversation })}>{w("toConversation")}</button>}
                  </li>
                ))}
              </ul>
            </details>
            {may("write:knowledge") && <button type="button" onClick={() => void close(group)}>{w("closeGap")}</button>}
          </li>
        ))}
      </ul>
    </>
  );
}
