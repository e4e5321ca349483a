// Who is told what happens here: subscriptions, and for each its log.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { patch, post, remove } from "../model/api.ts";
import { moment, t } from "../words.ts";
import { usePaged } from "./paged.ts";
import { attempt, Field, FormDialog, Head, List, Question, Secret, To } from "./parts.tsx";
import { WebhookLog } from "./webhook.tsx";
import { w } from "./words.ts";

export interface Webhook {
  id: string;
  url: string;
  description: string;
  events: string[];
  enabled: boolean;
  disabled_reason: string | null;
  failing_since: number | null;
  created_at: number;
}

export const EVENTS = ["entry.created", "conversation.changed", "delivery.updated", "customer.changed"];

export function Webhooks({ rest }: { rest: string[] }): JSX.Element {
  const [id] = rest;
  return id ? <WebhookLog id={id} /> : <Subscriptions />;
}

function Subscriptions(): JSX.Element {
  const list = usePaged<Webhook>("webhooks?limit=50");
  const [making, setMaking] = useState(false);
  const [changing, setChanging] = useState<Webhook | null>(null);
  const [dropping, setDropping] = useState<Webhook | null>(null);
  const [rotating, setRotating] = useState<Webhook | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <>
      <Head title={w("webhooks")} about={w("webhooksAbout")}>
        <button type="button" class="main" onClick={() => setMaking(true)}>{w("addWebhook")} …</button>
      </Head>
      <List
        label={w("webhooks")}
        list={list}
        columns={[w("address"), w("events"), t("status"), ""]}
        empty={w("webhooksEmpty")}
        row={(one) => (
          <tr key={one.id} class={one.enabled ? "" : "off"}>
            <th scope="row"><span><To page={`webhooks/${one.id}`}><bdi>{one.url}</bdi></To>{one.description && <small><bdi>{one.description}</bdi></small>}</span></th>
            <td>{one.events.map((event) => <span key={event} class="tag">{event}</span>)}</td>
            <td><WebhookState webhook={one} /></td>
            <td class="acts">
              <button type="button" class="link" aria-label={w("changeNamed", { name: one.url })} onClick={() => setChanging(one)}>{w("change")}</button>
              <button type="button" class="link" onClick={() => void attempt(() => post(`webhooks/${one.id}/ping`, {}), w("pinged"))}>{w("ping")}</button>
              <button type="button" class="link" onClick={() => setRotating(one)}>{w("rotate")}</button>
              <button type="button" class="link" aria-label={w("deleteNamed", { name: one.url })} onClick={() => setDropping(one)}>{w("delete")}</button>
            </td>
          </tr>
        )}
      />
      {making && (
        <WebhookForm
          webhook={null}
          onClose={() => setMaking(false)}
          onDone={(made) => {
            setMaking(false);
            list.reload();
            setSecret(made.secret ?? null);
          }}
        />
      )}
      {changing && (
        <WebhookForm
          webhook={changing}
          onClose={() => setChanging(null)}
          onDone={(changed) => {
            setChanging(null);
            list.put(changed);
          }}
        />
      )}
      {rotating && (
        <Question
          title={w("rotate")}
          text={w("rotateText")}
          done={w("rotate")}
          onYes={async () => {
            const rotated = await post<Webhook & { secret: string | null }>(`webhooks/${rotating.id}/rotate-secret`, {});
            setSecret(rotated.secret);
            list.reload();
          }}
          onClose={() => setRotating(null)}
        />
      )}
      {dropping && (
        <Question
          title={w("deleteNamed", { name: dropping.url })}
          text={w("deleteWebhookText")}
          done={w("delete")}
          onYes={async () => {
            await remove(`webhooks/${dropping.id}`);
            list.reload();
          }}
          onClose={() => setDropping(null)}
        />
      )}
      {secret && <Secret title={w("webhookSecret")} text={w("shownOnce")} value={secret} onClose={() => setSecret(null)} />}
    </>
  );
}

export function WebhookState({ webhook }: { webhook: Webhook }): JSX.Element {
  if (!webhook.enabled) return <span class="tag">{webhook.disabled_reason ?? w("switchedOff")}</span>;
  if (webhook.failing_since) return <span class="tag urgent">{w("failingSince", { when: moment(webhook.failing_since) })}</span>;
  return <span class="tag open">{w("works")}</span>;
}

interface FormProps {
  webhook: Webhook | null;
  onDone: (webhook: Webhook & { secret?: string | null }) => void;
  onClose: () => void;
}

function WebhookForm({ webhook, onDone, onClose }: FormProps): JSX.Element {
  const [url, setUrl] = useState(webhook?.url ?? "");
  const [description, setDescription] = useState(webhook?.description ?? "");
  const [events, setEvents] = useState(webhook?.events ?? ["*"]);
  const [enabled, setEnabled] = useState(webhook?.enabled ?? true);
  const isAll = events.includes("*");
  const save = async (): Promise<void> => {
    const wish = { url: url.trim(), description: description.trim(), events };
    onDone(webhook ? await patch<Webhook>(`webhooks/${webhook.id}`, { ...wish, enabled }) : await post<Webhook & { secret: string | null }>("webhooks", wish));
  };
  const toggle = (event: string, on: boolean): void => setEvents(on ? [...events, event] : events.filter((one) => one !== event));
  return (
    <FormDialog title={w(webhook ? "changeWebhook" : "addWebhook")} done={t("save")} onSubmit={save} onClose={onClose}>
      <Field label={w("address")} hint={w("webhookUrlHint")}>
        <input autofocus type="url" required placeholder="https://" value={url} onInput={(event) => setUrl(event.currentTarget.value)} />
      </Field>
      <Field label={w("purpose")}>
        <input type="text" maxLength={500} value={description} onInput={(event) => setDescription(event.currentTarget.value)} />
      </Field>
      <fieldset>
        <legend>{w("events")}</legend>
        <label class="check">
          <input type="checkbox" checked={isAll} onChange={(event) => setEvents(event.currentTarget.checked ? ["*"] : [])} />
          <span>{w("allOfThem")}</span>
        </label>
        {!isAll && [...new Set([...EVENTS, ...events])].map((event) => (
          <label key={event} class="check">
            <input type="checkbox" checked={events.includes(event)} onChange={(change) => toggle(event, change.currentTarget.checked)} />
            <span><code>{event}</code></span>
          </label>
        ))}
      </fieldset>
      {webhook && (
        <label class="check">
          <input type="checkbox" checked={enabled} onChange={(event) => setEnabled(event.currentTarget.checked)} />
          <span>{w("isTold")}</span>
        </label>
      )}
    </FormDialog>
  );
}
