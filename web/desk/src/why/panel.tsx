// Why somebody was asked or given something: below its line of the timeline.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get } from "../model/api.ts";
import { inbox } from "../model/inbox.ts";
import { members } from "../model/people.ts";
import { address, go, place } from "../model/place.ts";
import { queues } from "../model/queues.ts";
import { useStore } from "../model/store.ts";
import type { Conversation, Customer } from "../model/types.ts";
import type { Decision } from "./decision.ts";
import { reasons, type Item } from "./why.ts";
import { y } from "./words.ts";

export function Why({ decision }: { decision: Decision }): JSX.Element {
  useStore(members);
  useStore(queues);
  return (
    <ul class="why">
      {reasons(decision).map(({ text, list }, at) => (
        <li key={at}>
          <bdi>{text}</bdi>
          {list && <ul>{list.map((one, row) => <li key={row}><Named item={one} /></li>)}</ul>}
        </li>
      ))}
    </ul>
  );
}

function Named({ item: { text, conversation } }: { item: Item }): JSX.Element {
  return conversation ? <><Other conversation={conversation} /> {text}</> : <bdi>{text}</bdi>;
}

/** Another conversation, by the name of its customer. */
function Other({ conversation }: { conversation: string }): JSX.Element {
  const row = inbox.list.get().rows.find((one) => one.id === conversation);
  const listed = row?.customer_name ?? row?.contact ?? null;
  const [name, setName] = useState(listed);
  useEffect(() => {
    if (listed) return;
    const away = new AbortController();
    // One that was erased stays without a name.
    get<Conversation>(`conversations/${conversation}`, away.signal)
      .then(({ customer }) => get<Customer>(`customers/${customer}`, away.signal))
      .then((customer) => setName(customer.name))
      .catch(() => undefined);
    return () => away.abort();
  }, [conversation, listed]);
  return (
    <a
      href={address({ ...place.get(), settings: null, board: false, conversation })}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go({ conversation });
      }}
    >
      <bdi>{name ?? y("other")}</bdi>
    </a>
  );
}
