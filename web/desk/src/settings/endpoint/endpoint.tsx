// One endpoint: how it is doing, how what comes in over it is received, and what is set elsewhere.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get } from "../../model/api.ts";
import { may } from "../../model/people.ts";
import { loadQueues } from "../../model/queues.ts";
import type { Endpoint, Page } from "../../model/types.ts";
import { moment, named, t, told } from "../../words.ts";
import { Head, To } from "../parts.tsx";
import { w } from "../words.ts";
import { Doing, type Health } from "./health.tsx";
import type { Reception } from "./model.ts";
import { ReceptionForm } from "./reception.tsx";
import { Ways } from "./ways.tsx";
import { n } from "./words.ts";

interface Found {
  endpoint: Endpoint;
  reception: Reception;
  health: Health | undefined;
}

export function EndpointPage({ name }: { name: string }): JSX.Element {
  const [found, setFound] = useState<Found | null>(null);
  const [error, setError] = useState("");
  const path = `endpoints/${encodeURIComponent(name)}/reception`;
  const load = async (): Promise<void> => {
    setError("");
    try {
      const [reception, all, health] = await Promise.all([
        get<Reception>(path),
        get<Page<Endpoint>>("endpoints"),
        may("oversee") ? get<Page<Health>>("endpoints/health") : null,
        loadQueues(),
      ]);
      const endpoint = all.items.find((one) => one.name === name);
      if (endpoint) setFound({ endpoint, reception, health: health?.items.find((one) => one.endpoint === endpoint.id) });
    } catch (problem) {
      setError(told(problem));
    }
  };
  useEffect(() => void load(), [name]);
  return (
    <>
      <p class="crumbs"><To page="endpoints">{w("endpoints")}</To></p>
      <Head title={name} about={n("about")} />
      {error && <p class="error" role="alert">{error} <button type="button" onClick={() => void load()}>{t("again")}</button></p>}
      {!found && !error && <p class="empty" role="status">{t("loading")}</p>}
      {found && (
        <>
          {found.endpoint.channel === "webchat" && <Ways name={name} at="reception" />}
          <ReceptionForm name={name} path={path} saved={found.reception} onSaved={(reception) => setFound({ ...found, reception })} />
          {found.health && <HealthPart health={found.health} />}
          <SetElsewhere endpoint={found.endpoint} />
        </>
      )}
    </>
  );
}

function HealthPart({ health }: { health: Health }): JSX.Element {
  return (
    <section class="endpoint-part">
      <h2>{w("health")}</h2>
      <p><Doing health={health} /></p>
      <dl class="facts">
        <div><dt>{w("lastContact")}</dt><dd>{health.last_contact_at ? moment(health.last_contact_at) : w("never")}</dd></div>
        <div><dt>{w("lastSent")}</dt><dd>{health.last_sent_at ? moment(health.last_sent_at) : w("never")}</dd></div>
      </dl>
    </section>
  );
}

/** Whoever looks for it here is told where it is. */
function SetElsewhere({ endpoint }: { endpoint: Endpoint }): JSX.Element {
  return (
    <section class="endpoint-part">
      <h2>{n("elsewhere")}</h2>
      <p class="hint">{n("elsewhereText")}</p>
      <dl class="facts">
        <div><dt>{t("channel")}</dt><dd>{named("channel", endpoint.channel)}</dd></div>
        <div><dt>{w("address")}</dt><dd><bdi>{endpoint.address}</bdi></dd></div>
        <div><dt>{w("brand")}</dt><dd><bdi>{endpoint.brand}</bdi></dd></div>
        <div><dt>{n("place")}</dt><dd><code>{`[[endpoint]] name = ${JSON.stringify(endpoint.name)}`}</code></dd></div>
      </dl>
    </section>
  );
}
