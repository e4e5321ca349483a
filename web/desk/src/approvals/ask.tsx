// Asking those in charge for what the policy refused.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { approvalsChanged, ask, asking, type Wish } from "../model/approvals.ts";
import { me } from "../model/people.ts";
import { say } from "../notice.ts";
import { deed } from "../parts/deeds.ts";
import { Refusals } from "../parts/event.tsx";
import { Field, FormDialog } from "../settings/parts.tsx";
import { t } from "../words.ts";
import { a } from "./words.ts";

export function Ask({ wish }: { wish: Wish }): JSX.Element {
  const [reason, setReason] = useState("");
  const close = (): void => asking.set(null);
  const submit = async (): Promise<void> => {
    const made = await ask(wish, reason.trim());
    const known = made.find((one) => one.state === "approved" || one.asked_by !== `member:${me()}`);
    say(known ? a(known.state === "approved" ? "approvedAlready" : "askedAlready") : a("asked"));
    approvalsChanged();
    close();
  };
  return (
    <FormDialog title={t("askApproval")} done={a("ask")} onSubmit={submit} onClose={close}>
      <p><b><bdi>{deed(wish.tool, wish.arguments)}</bdi></b></p>
      <Refusals rules={wish.rules} />
      <p class="hint">{a("askAbout")}</p>
      <Field label={a("askReason")}>
        <textarea autofocus rows={3} maxLength={2000} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
      </Field>
    </FormDialog>
  );
}
