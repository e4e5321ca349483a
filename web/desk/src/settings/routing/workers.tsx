// Who takes what: the queues, skills and room of each member.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get, Problem, put } from "../../model/api.ts";
import { members } from "../../model/people.ts";
import { useStore } from "../../model/store.ts";
import type { Member, Page } from "../../model/types.ts";
import { initials } from "../../parts/names.ts";
import { named, t, told } from "../../words.ts";
import { Field, FormDialog } from "../parts.tsx";
import { w } from "../words.ts";
import { Checks, SkillsField } from "./fields.tsx";
import { CLASSES, skillsFrom, skillsText, wrongOf, type Skills, type WorkClass, type Wrong } from "./model.ts";
import { r } from "./words.ts";

interface WorkerSettings {
  queues: string[];
  skills: Skills;
  capacity: number;
  offers_at_once: number;
  refuses: WorkClass[];
}

interface Queue {
  id: string;
  name: string;
}

export function Workers(): JSX.Element {
  const all = useStore(members).filter((one) => one.enabled);
  const [queues, setQueues] = useState<Queue[]>([]);
  const [serving, setServing] = useState<ReadonlyMap<string, string[]>>(new Map());
  const [open, setOpen] = useState<Member | null>(null);
  const [error, setError] = useState<string | null>(null);
  const load = (): void => {
    Promise.all([get<Page<Queue>>("routing/queues"), get<{ workers: { member: string; queues: string[] }[] }>("routing/board")])
      .then(([page, board]) => {
        setQueues(page.items);
        setServing(new Map(board.workers.map((one) => [one.member, one.queues])));
        setError(null);
      })
      .catch((problem: unknown) => setError(told(problem)));
  };
  useEffect(load, []);
  const names = (member: string): string => (serving.get(member) ?? []).map((id) => queues.find((one) => one.id === id)?.name ?? id).join(", ");
  if (error) return <p class="empty error" role="alert">{error} <button type="button" onClick={load}>{t("again")}</button></p>;
  return (
    <>
      <div class="table-box" tabIndex={0} role="region" aria-label={r("workers")}>
        <table>
          <thead><tr>{[t("name"), t("queues"), ""].map((one) => <th key={one} scope="col">{one || <span class="unseen">{w("actions")}</span>}</th>)}</tr></thead>
          <tbody>
            {all.map((one) => (
              <tr key={one.id}>
                <th scope="row"><span class="who"><span class="face" aria-hidden="true">{initials(one.name)}</span><bdi>{one.name}</bdi></span></th>
                <td><bdi>{names(one.id) || "–"}</bdi></td>
                <td class="acts"><button type="button" class="link" aria-label={w("changeNamed", { name: one.name })} onClick={() => setOpen(one)}>{w("change")}</button></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {open && (
        <WorkerForm
          key={open.id}
          member={open}
          queues={queues}
          onClose={() => {
            setOpen(null);
            load();
          }}
        />
      )}
    </>
  );
}

function WorkerForm({ member, queues, onClose }: { member: Member; queues: Queue[]; onClose: () => void }): JSX.Element {
  const [worker, setWorker] = useState<WorkerSettings | null>(null);
  const [skills, setSkills] = useState("");
  const [failed, setFailed] = useState<string | null>(null);
  const [wrong, setWrong] = useState<Wrong>({});
  useEffect(() => {
    get<WorkerSettings>(`routing/workers/${member.id}`)
      .then((found) => {
        setWorker(found);
        setSkills(skillsText(found.skills));
      })
      .catch((problem: unknown) => setFailed(told(problem)));
  }, []);
  const set = (change: Partial<WorkerSettings>): void => setWorker((now) => now && { ...now, ...change });
  const save = async (): Promise<void> => {
    if (!worker) return;
    await put(`routing/workers/${member.id}`, { ...worker, skills: skillsFrom(skills) });
    onClose();
  };
  const explain = (problem: unknown): string => {
    const found = problem instanceof Problem && problem.field && problem.field !== "body" ? { [problem.field]: problem.message } : wrongOf(problem, "");
    setWrong(found);
    return found[""] ?? r("seeFields");
  };
  return (
    <FormDialog title={w("changeNamed", { name: member.name })} done={t("save")} onSubmit={save} explain={explain} onClose={onClose}>
      {!worker ? (
        <p class={failed ? "error" : "hint"} role="status">{failed ?? t("loading")}</p>
      ) : (
        <>
          <Checks legend={t("queues")} options={queues.map(({ id, name }) => ({ value: id, label: name }))} chosen={worker.queues} error={wrong["queues"]} onChosen={(chosen) => set({ queues: chosen })} />
          <SkillsField text={skills} error={wrong["skills"]} onText={setSkills} />
          <div class="columns">
            <Field label={r("capacity")} hint={r("capacityHint")} {...(wrong["capacity"] ? { error: wrong["capacity"] } : {})}>
              <input type="number" required aria-invalid={wrong["capacity"] ? true : undefined} value={worker.capacity} onInput={(event) => set({ capacity: Number(event.currentTarget.value) })} />
            </Field>
            <Field label={r("offersAtOnce")} {...(wrong["offers_at_once"] ? { error: wrong["offers_at_once"] } : {})}>
              <input type="number" required aria-invalid={wrong["offers_at_once"] ? true : undefined} value={worker.offers_at_once} onInput={(event) => set({ offers_at_once: Number(event.currentTarget.value) })} />
            </Field>
          </div>
          <Checks legend={r("refuses")} options={CLASSES.map((value) => ({ value, label: named("class", value) }))} chosen={worker.refuses} onChosen={(chosen) => set({ refuses: chosen as WorkClass[] })} />
        </>
      )}
    </FormDialog>
  );
}
