// The addresses of the business, and how they are doing. They are configured where the server is; how a chat looks is
// set here.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get } from "../model/api.ts";
import { may } from "../model/people.ts";
import type { Endpoint, Page } from "../model/types.ts";
import { ChannelIcon } from "../parts/icons.tsx";
import { later } from "../parts/later.tsx";
import { moment, named, t } from "../words.ts";
import { usePaged } from "./paged.ts";
import { Head, List, To } from "./parts.tsx";
import { w } from "./words.ts";

interface Health {
  endpoint: string;
  last_contact_at: number | null;
  last_sent_at: number | null;
  waiting: number;
  unknown: number;
  failed: number;
  last_failure: string | null;
  mailbox_read_at: number | null;
}

const STALE_MS = 15 * 60_000;

const WidgetPage = later(() => import("./widget/widget.tsx").then((found) => found.WidgetPage));

export function Endpoints({ rest }: { rest: string[] }): JSX.Element {
  const name = rest[0] && decodeURIComponent(rest[0]);
  return name ? <WidgetPage key={name} name={name} /> : <All />;
}

function All(): JSX.Element {
  const list = usePaged<Endpoint>("endpoints");
  const [health, setHealth] = useState<Map<string, Health>>(new Map());
  const look = (): void => {
    if (!may("oversee")) return;
    get<Page<Health>>("endpoints/health")
      .then((page) => setHealth(new Map(page.items.map((one) => [one.endpoint, one]))))
      .catch(() => undefined);
  };
  useEffect(look, []);
  return (
    <>
      <Head title={w("endpoints")} about={w("endpointsAbout")}>
        <button type="button" onClick={() => { list.reload(); look(); }}>{w("refresh")}</button>
      </Head>
      <List
        label={w("endpoints")}
        list={list}
        columns={[t("name"), w("address"), w("brand"), ...(may("oversee") ? [w("health"), w("lastContact"), w("lastSent")] : [])]}
        empty={w("endpointsEmpty")}
        row={(one) => {
          const of = health.get(one.id);
          return (
            <tr key={one.id}>
              <th scope="row"><span class="who"><ChannelIcon channel={one.channel} /> <span><bdi>{one.name}</bdi><small>{named("channel", one.channel)}</small>{one.channel === "webchat" && <To page={`endpoints/${encodeURIComponent(one.name)}`} label={`${w("looksAndWords")}: ${one.name}`}>{w("looksAndWords")}</To>}</span></span></th>
              <td><bdi>{one.address}</bdi></td>
              <td><bdi>{one.brand}</bdi></td>
              {may("oversee") && (
                <>
                  <td>{of && <Doing health={of} />}</td>
                  <td>{of?.last_contact_at ? moment(of.last_contact_at) : w("never")}</td>
                  <td>{of?.last_sent_at ? moment(of.last_sent_at) : w("never")}</td>
                </>
              )}
            </tr>
          );
        }}
      />
    </>
  );
}

function Doing({ health }: { health: Health }): JSX.Element {
  const isStale = health.mailbox_read_at !== null && Date.now() - health.mailbox_read_at > STALE_MS;
  const bad = health.failed > 0 || isStale;
  return (
    <>
      <span class={`tag ${bad ? "urgent" : health.unknown > 0 ? "high" : "open"}`}>{w(bad ? "hasTrouble" : "works")}</span>
      {health.failed > 0 && <small>{w("failedToday", { count: health.failed })}{health.last_failure && <>: <bdi>{health.last_failure}</bdi></>}</small>}
      {health.unknown > 0 && <small>{w("unknownNow", { count: health.unknown })}</small>}
      {health.waiting > 0 && <small>{w("waitingNow", { count: health.waiting })}</small>}
      {isStale && <small>{w("mailboxStale", { when: moment(health.mailbox_read_at ?? 0) })}</small>}
    </>
  );
}
