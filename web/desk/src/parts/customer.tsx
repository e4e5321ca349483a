// The customer beside the conversation: who they are, how far that is proven, what they told, what else there was.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get } from "../model/api.ts";
import { may } from "../model/people.ts";
import { go } from "../model/place.ts";
import { prefer } from "../model/taste.ts";
import type { Conversation, Customer, CustomerView, Fact, Identifier, Page, Standing, Suggestion } from "../model/types.ts";
import { brief, moment, named, t } from "../words.ts";
import { Icon } from "./icons.tsx";
import { initials } from "./names.ts";
import { plain } from "./deeds.ts";
import { Records } from "./records.tsx";
import { MergeDialog, UnmergeDialog } from "./merge.tsx";

interface Props {
  conversation: Conversation;
  customer: CustomerView;
  /** Grows when something about the conversation changed. */
  turn: number;
  onChange: () => void;
}

interface Known {
  standings: Standing[];
  facts: Fact[];
  past: Conversation[];
  suggestions: (Suggestion & { other: Customer })[];
  merged: boolean;
}

async function load(conversation: string, customer: string, signal: AbortSignal): Promise<Known> {
  const of = <T,>(path: string): Promise<Page<T>> => get<Page<T>>(path, signal);
  const [standings, facts, past, suggestions, evidence] = await Promise.all([
    of<Standing>(`customers/${customer}/standings`),
    of<Fact>(`conversations/${conversation}/facts`),
    of<Conversation>(`customers/${customer}/conversations?limit=20`),
    of<Suggestion>(`customers/${customer}/suggestions`),
    of<{ id: string; kind: string; retracts: string | null }>(`customers/${customer}/evidence?limit=100`),
  ]);
  const withdrawn = new Set(evidence.items.map((one) => one.retracts));
  const others = suggestions.items.slice(0, 5).map(async (one) => ({
    ...one,
    other: await get<Customer>(`customers/${one.a === customer ? one.b : one.a}`, signal),
  }));
  return {
    standings: standings.items,
    facts: facts.items,
    past: past.items,
    suggestions: await Promise.all(others),
    merged: evidence.items.some((one) => one.kind === "merged" && !withdrawn.has(one.id)),
  };
}

export function CustomerPanel({ conversation, customer, turn, onChange }: Props): JSX.Element {
  const [known, setKnown] = useState<Known | null>(null);
  const [merging, setMerging] = useState<Customer | null>(null);
  const [parting, setParting] = useState(false);
  useEffect(() => {
    const away = new AbortController();
    load(conversation.id, customer.id, away.signal)
      .then(setKnown)
      .catch(() => undefined);
    return () => away.abort();
  }, [conversation.id, customer.id, turn]);
  const name = customer.name ?? t("someone");
  const assurance = known?.standings.find((one) => one.identifier === conversation.identifier)?.assurance ?? 0;
  const attributes = Object.entries(customer.profile.attributes);
  return (
    <aside class="customer" aria-label={t("customer")}>
      <header>
        <span class="face big" aria-hidden="true">{initials(name)}</span>
        <div>
          <h2><bdi>{name}</bdi></h2>
          <p class={`assurance level-${assurance}`} title={t("assurance")}>
            <Icon shape={assurance > 0 ? "check" : "lock"} size={14} /> {named("assurance", String(assurance))}
          </p>
        </div>
        <button type="button" class="plain away" aria-label={t("close")} onClick={() => prefer({ customer: false })}>
          <Icon shape="close" />
        </button>
      </header>
      <section>
        <h3>{t("identifiers")}</h3>
        <ul class="plain-list">
          {customer.identifiers.map((one) => <Address key={one.id} one={one} standing={known?.standings.find((other) => other.identifier === one.id)} />)}
        </ul>
      </section>
      <section>
        <h3>{t("facts")}</h3>
        {known?.facts.length ? (
          <dl class="facts">
            {known.facts.map((fact) => (
              <div key={fact.name} title={moment(fact.at)}><dt>{fact.name.replaceAll("_", " ")}</dt><dd><bdi>{plain(fact.value)}</bdi></dd></div>
            ))}
          </dl>
        ) : <p class="hint">{t("noFacts")}</p>}
      </section>
      <Records customer={customer.id} turn={turn} />
      {attributes.length > 0 && (
        <section>
          <h3>{t("attributes")}</h3>
          <dl class="facts">
            {attributes.map(([key, value]) => <div key={key}><dt>{key.replaceAll("_", " ")}</dt><dd><bdi>{plain(value)}</bdi></dd></div>)}
          </dl>
        </section>
      )}
      {known && known.past.length > 0 && (
        <section>
          <h3>{t("past")}</h3>
          <ul class="plain-list past">
            {known.past.map((one) => (
              <li key={one.id}>
                {one.id === conversation.id ? (
                  <span class="past-row"><bdi>{one.subject ?? t("noSubject")}</bdi> <small>{t("thisOne")}</small></span>
                ) : (
                  <button type="button" class="past-row" onClick={() => go({ conversation: one.id })}>
                    <bdi>{one.subject ?? t("noSubject")}</bdi>
                    <small>{named("status", one.status)} · {brief(one.updated_at)}</small>
                  </button>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      {known && known.suggestions.length > 0 && (
        <section>
          <h3>{t("suggestions")}</h3>
          <ul class="plain-list">
            {known.suggestions.map((one) => (
              <li key={one.other.id} class="suggestion">
                <span><b><bdi>{one.other.name ?? t("someone")}</bdi></b><small>{one.reasons.map((reason) => named("reason", reason)).join(", ")}</small></span>
                <button type="button" onClick={() => setMerging(one.other)}>{t("preview")}</button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {known?.merged && may("write:identity") && (
        <button type="button" class="wide" onClick={() => setParting(true)}>{t("unmerge")} …</button>
      )}
      {merging && <MergeDialog customer={customer} other={merging} onDone={onChange} onClose={() => setMerging(null)} />}
      {parting && <UnmergeDialog customer={customer} onDone={onChange} onClose={() => setParting(false)} />}
    </aside>
  );
}

function Address({ one, standing }: { one: Identifier; standing: Standing | undefined }): JSX.Element {
  const { verified } = standing ?? {};
  const how = verified ? t("verifiedBy", { when: moment(verified.at), source: verified.source }) : t("unverified");
  const isOpaque = one.kind === "visitor" || one.kind === "device";
  return (
    <li class="address">
      <span class="address-kind">{named("kind", one.kind)}</span>
      <bdi class="address-value" title={one.value}>{isOpaque ? `…${one.value.slice(-6)}` : one.value}</bdi>
      {!isOpaque && (
        <small class={verified ? "good" : ""} title={how}>
          {verified && <Icon shape="check" size={12} />} {t(verified ? "verified" : "unverified")}
        </small>
      )}
      {standing && standing.assurance > 0 && <small class="good">{t("provenNow", { level: standing.assurance })}</small>}
    </li>
  );
}
