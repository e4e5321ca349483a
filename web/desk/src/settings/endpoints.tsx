// The addresses of the business, and how they are doing. They are configured where the server is; how what comes in is
// received, and how a chat looks, is set here.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get } from "../model/api.ts";
import { may } from "../model/people.ts";
import type { Endpoint, Page } from "../model/types.ts";
import { ChannelIcon } from "../parts/icons.tsx";
import { later } from "../parts/later.tsx";
import { moment, named, t } from "../words.ts";
import { EndpointPage } from "./endpoint/endpoint.tsx";
import { Doing, type Health } from "./endpoint/health.tsx";
import { usePaged } from "./paged.ts";
import { Head, List, To } from "./parts.tsx";
import { w } from "./words.ts";

const WidgetPage = later(() => import("./widget/widget.tsx").then((found) => found.WidgetPage));

export function Endpoints({ rest }: { rest: string[] }): JSX.Element {
  const name = rest[0] && decodeURIComponent(rest[0]);
  if (!name) return <All />;
  return rest[1] === "looks" ? <WidgetPage key={name} name={name} /> : <EndpointPage key={name} name={name} />;
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
              <th scope="row"><span class="who"><ChannelIcon channel={one.channel} /> <span><To page={`endpoints/${encodeURIComponent(one.name)}`}><bdi>{one.name}</bdi></To><small>{named("channel", one.channel)}</small>{one.channel === "webchat" && <To page={`endpoints/${encodeURIComponent(one.name)}/looks`} label={`${w("looksAndWords")}: ${one.name}`}>{w("looksAndWords")}</To>}</span></span></th>
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
