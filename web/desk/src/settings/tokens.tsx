// What programs hold: made with what they are for, shown once, revoked.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post, remove } from "../model/api.ts";
import { moment, t } from "../words.ts";
import { usePaged } from "./paged.ts";
import { Field, FormDialog, Head, List, Question, Secret } from "./parts.tsx";
import { w, wn } from "./words.ts";

interface Token {
  id: string;
  name: string;
  scopes: string[];
  created_at: number;
  expires_at: number | null;
  revoked_at: number | null;
}

const SCOPES = ["read", "write:conversations", "write:identity", "write:knowledge", "write:policy", "oversee", "admin"];
const DAY_MS = 86_400_000;
const LASTS = [30, 90, 365, 0];

export function Tokens(): JSX.Element {
  const list = usePaged<Token>("tokens?limit=50");
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const [secret, setSecret] = useState<{ name: string; value: string } | null>(null);
  return (
    <>
      <Head title={w("tokens")} about={w("tokensAbout")}>
        <button type="button" class="main" onClick={() => setMaking(true)}>{w("makeToken")} …</button>
      </Head>
      <List
        label={w("tokens")}
        list={list}
        columns={[t("name"), w("scopes"), w("made"), t("status"), ""]}
        empty={w("tokensEmpty")}
        row={(one) => {
          const isOver = one.expires_at !== null && one.expires_at < Date.now();
          const works = !one.revoked_at && !isOver;
          return (
            <tr key={one.id} class={works ? "" : "off"}>
              <th scope="row"><bdi>{one.name}</bdi></th>
              <td>{one.scopes.map((scope) => <span key={scope} class="tag">{scope}</span>)}</td>
              <td>{moment(one.created_at)}</td>
              <td>
                {one.revoked_at ? w("revokedAt", { when: moment(one.revoked_at) }) : isOver ? w("expiredAt", { when: moment(one.expires_at ?? 0) }) : one.expires_at ? w("worksUntil", { when: moment(one.expires_at) }) : w("worksForever")}
              </td>
              <td class="acts">
                {works && <button type="button" class="link" aria-label={w("revokeNamed", { name: one.name })} onClick={() => setRevoking(one)}>{w("revoke")}</button>}
              </td>
            </tr>
          );
        }}
      />
      {making && (
        <MakeToken
          onClose={() => setMaking(false)}
          onMade={(name, value) => {
            setMaking(false);
            list.reload();
            if (value) setSecret({ name, value });
          }}
        />
      )}
      {revoking && (
        <Question
          title={w("revokeNamed", { name: revoking.name })}
          text={w("revokeText")}
          done={w("revoke")}
          onYes={async () => {
            await remove(`tokens/${revoking.id}`);
            list.reload();
          }}
          onClose={() => setRevoking(null)}
        />
      )}
      {secret && <Secret title={w("tokenSecret", { name: secret.name })} text={w("shownOnce")} value={secret.value} onClose={() => setSecret(null)} />}
    </>
  );
}

function MakeToken({ onMade, onClose }: { onMade: (name: string, secret: string | null) => void; onClose: () => void }): JSX.Element {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<string[]>(["read"]);
  const [lasts, setLasts] = useState(90);
  const make = async (): Promise<void> => {
    const wish = { name: name.trim(), scopes, ...(lasts > 0 ? { expires_at: Date.now() + lasts * DAY_MS } : {}) };
    const made = await post<{ token: Token; secret: string | null }>("tokens", wish);
    onMade(made.token.name, made.secret);
  };
  const toggle = (scope: string, on: boolean): void => setScopes(on ? [...scopes, scope] : scopes.filter((one) => one !== scope));
  return (
    <FormDialog title={w("makeToken")} done={w("makeToken")} onSubmit={make} onClose={onClose}>
      <Field label={t("name")} hint={w("tokenNameHint")}>
        <input autofocus type="text" required maxLength={120} value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </Field>
      <fieldset>
        <legend>{w("scopes")}</legend>
        {SCOPES.map((scope) => (
          <label key={scope} class="check">
            <input type="checkbox" checked={scopes.includes(scope)} onChange={(event) => toggle(scope, event.currentTarget.checked)} />
            <span><code>{scope}</code> {wn("scope", scope.replace(":", "_"))}</span>
          </label>
        ))}
      </fieldset>
      <Field label={w("lasts")}>
        <select value={lasts} onChange={(event) => setLasts(Number(event.currentTarget.value))}>
          {LASTS.map((days) => <option key={days} value={days}>{days > 0 ? w("days", { days }) : w("worksForever")}</option>)}
        </select>
      </Field>
    </FormDialog>
  );
}
