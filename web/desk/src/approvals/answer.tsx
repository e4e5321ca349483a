// Saying yes or no to a request.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../model/api.ts";
import { approvalsChanged, type Approval } from "../model/approvals.ts";
import { say } from "../notice.ts";
import { deed } from "../parts/deeds.ts";
import { Field, FormDialog } from "../settings/parts.tsx";
import { a } from "./words.ts";

interface Props {
  approval: Approval;
  agrees: boolean;
  onDone: () => void;
  onClose: () => void;
}

export function Answer({ approval, agrees, onDone, onClose }: Props): JSX.Element {
  const [note, setNote] = useState("");
  const what = deed(approval.tool, approval.arguments);
  const answer = async (): Promise<void> => {
    const said = note.trim();
    await post<Approval>(`approvals/${approval.id}/${agrees ? "approve" : "decline"}`, said ? { note: said } : {});
    say(a(agrees ? "approvedDone" : "declinedDone"));
    approvalsChanged();
    onDone();
    onClose();
  };
  return (
    <FormDialog title={a(agrees ? "approveThis" : "declineThis", { what })} done={a(agrees ? "approve" : "decline")} onSubmit={answer} onClose={onClose}>
      <p>{a(agrees ? "approveText" : "declineText")}</p>
      <Field label={a("reason")} {...(agrees ? { hint: a("optional") } : {})}>
        <textarea autofocus rows={3} maxLength={2000} required={!agrees} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
      </Field>
    </FormDialog>
  );
}
