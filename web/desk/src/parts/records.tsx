// What other systems know about the customer, such as their orders. Asked for when the customer is shown.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get } from "../model/api.ts";
import type { CustomerRecords, Page } from "../model/types.ts";
import { t } from "../words.ts";

/** So many rows are shown before somebody asks for all. */
const FEW = 4;

export function Records({ customer, turn }: { customer: string; turn: number }): JSX.Element {
  const [all, setAll] = useState<CustomerRecords[]>([]);
  useEffect(() => {
    const away = new AbortController();
    get<Page<CustomerRecords>>(`customers/${customer}/records`, away.signal)
      .then((found) => setAll(found.items))
      .catch(() => undefined);
    return () => away.abort();
  }, [customer, turn]);
  return (
    <>
      {all.map((one) => (
        <section key={`${one.title} ${one.account}`}>
          <h3><bdi>{one.title}</bdi></h3>
          {one.problem ? <p class="hint">{t("recordsFailed", { why: one.problem })}</p> : one.rows.length === 0 ? <p class="hint">{t("noRecords")}</p> : <Rows rows={one.rows} />}
        </section>
      ))}
    </>
  );
}

/** The newest is last where systems tell in the order things happened, and it is what most ask about. */
function Rows({ rows }: { rows: string[][] }): JSX.Element {
  const [isWhole, setWhole] = useState(false);
  const latest = rows.toReversed();
  const shown = isWhole ? latest : latest.slice(0, FEW);
  return (
    <>
      <ul class="plain-list records">
        {shown.map(([name, ...more], at) => (
          <li key={at}>
            <b><bdi>{name}</bdi></b> {more.filter(Boolean).map((text, place) => <small key={place}><bdi>{text}</bdi></small>)}
          </li>
        ))}
      </ul>
      {!isWhole && rows.length > FEW && <button type="button" class="link" onClick={() => setWhole(true)}>{t("allRecords", { count: rows.length })}</button>}
    </>
  );
}
