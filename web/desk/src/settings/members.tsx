// Who works here: invited, given a role, kept out, let in again.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { patch, post } from "../model/api.ts";
import { loadPeople, may, me } from "../model/people.ts";
import type { Member as Known } from "../model/types.ts";
import { initials } from "../parts/names.ts";
import { t } from "../words.ts";
import { usePaged } from "./paged.ts";
import { attempt, Field, FormDialog, Head, List, Question, Secret } from "./parts.tsx";
import { w, wn } from "./words.ts";

interface Member extends Known {
  has_password: boolean;
  created_at: number;
}

interface Invite {
  link: string | null;
}

const ROLES = ["agent", "supervisor", "admin"] as const;

export function Members(): JSX.Element {
  const list = usePaged<Member>("members?limit=50");
  const [adding, setAdding] = useState(false);
  const [changing, setChanging] = useState<Member | null>(null);
  const [leaving, setLeaving] = useState<Member | null>(null);
  const [invite, setInvite] = useState<{ name: string; link: string } | null>(null);
  const isAdmin = may("admin");
  const changed = (member: Member): void => {
    list.put(member);
    void loadPeople().catch(() => undefined);
  };
  const inviteAgain = async (member: Member): Promise<void> => {
    await attempt(async () => {
      const { link } = await post<Invite>(`members/${member.id}/invite`, {});
      if (link) setInvite({ name: member.name, link });
    }, w("invited", { name: member.name }));
  };
  const enable = (member: Member, enabled: boolean): Promise<void> =>
    patch<Member>(`members/${member.id}`, { enabled }).then(changed);
  return (
    <>
      <Head title={w("members")} about={w("membersAbout")}>
        {isAdmin && <button type="button" class="main" onClick={() => setAdding(true)}>{w("invite")} …</button>}
      </Head>
      <List
        label={w("members")}
        list={list}
        columns={[t("name"), w("role"), t("status"), ...(isAdmin ? [""] : [])]}
        empty={w("membersEmpty")}
        row={(one) => (
          <tr key={one.id} class={one.enabled ? "" : "off"}>
            <th scope="row">
              <span class="who">
                <span class="face" aria-hidden="true">{initials(one.name)}</span>
                <span><bdi>{one.name}</bdi>{one.id === me() && ` (${t("you")})`}<small>{one.email}</small></span>
              </span>
            </th>
            <td>{wn("role", one.role)}</td>
            <td><span class={`tag ${one.enabled ? (one.has_password ? "open" : "pending") : ""}`}>{w(one.enabled ? (one.has_password ? "active" : "notYetIn") : "keptOut")}</span></td>
            {isAdmin && (
              <td class="acts">
                <button type="button" class="link" aria-label={w("changeNamed", { name: one.name })} onClick={() => setChanging(one)}>{w("change")}</button>
                {one.enabled && <button type="button" class="link" aria-label={w("inviteAgainNamed", { name: one.name })} onClick={() => void inviteAgain(one)}>{w(one.has_password ? "resetPassword" : "inviteAgain")}</button>}
                {one.enabled ? (
                  <button type="button" class="link" aria-label={w("keepOutNamed", { name: one.name })} onClick={() => setLeaving(one)}>{w("keepOut")}</button>
                ) : (
                  <button type="button" class="link" aria-label={w("letInNamed", { name: one.name })} onClick={() => void attempt(() => enable(one, true), w("letInDone", { name: one.name }))}>{w("letIn")}</button>
                )}
              </td>
            )}
          </tr>
        )}
      />
      {adding && (
        <AddMember
          onClose={() => setAdding(false)}
          onAdded={(name, link) => {
            setAdding(false);
            list.reload();
            void loadPeople().catch(() => undefined);
            if (link) setInvite({ name, link });
          }}
        />
      )}
      {changing && <ChangeMember member={changing} onClose={() => setChanging(null)} onChanged={changed} />}
      {leaving && (
        <Question
          title={w("keepOutNamed", { name: leaving.name })}
          text={w("keepOutText", { name: leaving.name })}
          done={w("keepOut")}
          onYes={() => enable(leaving, false)}
          onClose={() => setLeaving(null)}
        />
      )}
      {invite && <Secret title={w("inviteLink", { name: invite.name })} text={w("inviteLinkText")} value={invite.link} onClose={() => setInvite(null)} />}
    </>
  );
}

function AddMember({ onAdded, onClose }: { onAdded: (name: string, link: string | null) => void; onClose: () => void }): JSX.Element {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<string>("agent");
  const add = async (): Promise<void> => {
    const made = await post<{ member: Member; invite: Invite }>("members", { name: name.trim(), email: email.trim(), role });
    onAdded(made.member.name, made.invite.link);
  };
  return (
    <FormDialog title={w("invite")} done={w("invite")} onSubmit={add} onClose={onClose}>
      <Field label={t("name")} hint={w("memberNameHint")}>
        <input autofocus type="text" required maxLength={120} value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </Field>
      <Field label={t("email")}>
        <input type="email" required value={email} onInput={(event) => setEmail(event.currentTarget.value)} />
      </Field>
      <RoleField role={role} onRole={setRole} />
    </FormDialog>
  );
}

function ChangeMember({ member, onChanged, onClose }: { member: Member; onChanged: (member: Member) => void; onClose: () => void }): JSX.Element {
  const [name, setName] = useState(member.name);
  const [role, setRole] = useState(member.role);
  const change = async (): Promise<void> => {
    const wish = { ...(name.trim() !== member.name ? { name: name.trim() } : {}), ...(role !== member.role ? { role } : {}) };
    onChanged(await patch<Member>(`members/${member.id}`, wish));
    onClose();
  };
  return (
    <FormDialog title={w("changeNamed", { name: member.name })} done={t("save")} onSubmit={change} onClose={onClose}>
      <Field label={t("name")} hint={w("memberNameHint")}>
        <input autofocus type="text" required maxLength={120} value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </Field>
      <RoleField role={role} onRole={setRole} />
      {role !== member.role && <p class="warning">{w("roleEndsSession")}</p>}
    </FormDialog>
  );
}

function RoleField({ role, onRole }: { role: string; onRole: (role: string) => void }): JSX.Element {
  return (
    <Field label={w("role")} hint={wn("roleHint", role)}>
      <select value={role} onChange={(event) => onRole(event.currentTarget.value)}>
        {ROLES.map((one) => <option key={one} value={one}>{wn("role", one)}</option>)}
      </select>
    </Field>
  );
}
