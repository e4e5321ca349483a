// Who takes what: the queues, skills and room of the AI agent and of each member.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get, Problem, put } from "../../model/api.ts";
import { members } from "../../model/people.ts";
import { useStore } from "../../model/store.ts";
import type { Page } from "../../model/types.ts";
import { Icon } from "../../parts/icons.tsx";
import { initials } from "../../parts/names.ts";
import { language, named, t, told } from "../../words.ts";
import { Field, FormDialog } from "../parts.tsx";
import { w } from "../words.ts";
import { Checks, SkillsField } from "./fields.tsx";
import { CLASSES, skillsFrom, skillsText, USUAL, wrongOf, type Skills, type WorkClass, type Wrong } from "./model.ts";
import { r } from "./words.ts";

interface WorkerSettings {
  queues: string[];
  skills: Skills;
  capacity: number;
  /** Nothing for the AI agent, which is not asked. */
  offers_at_once?: number;
  refuses: WorkClass[];
}

interface Queue {
  id: string;
  name: string;
}

/** Whose settings these are, and where they stand. */
interface Whose {
  path: string;
  name: string;
  kind: "human" | "ai";
}

/** As the board tells who serves which queues. */
interface Serving {
  kind: Whose["kind"];
  /** None for the AI agent. */
  member: string | null;
  queues: string[];
}

export function Workers(): JSX.Element {
  const colleagues = useStore(members).filter((one) => one.enabled);
  const [queues, setQueues] = useState<Queue[]>([]);
  const [serving, setServing] = useState<Serving[]>([]);
  const [open, setOpen] = useState<Whose | null>(null);
  const [error, setError] = useState<string | null>(null);
  const load = (): void => {
    Promise.all([get<Page<Queue>>("routing/queues"), get<{ workers: Serving[] }>("routing/board")])
      .then(([page, board]) => {
        setQueues(page.items);
        setServing(board.workers);
        setError(null);
      })
      .catch((problem: unknown) => setError(told(problem)));
  };
  useEffect(load, []);
  const agent = serving.find((one) => one.kind === "ai");
  const rows: { whose: Whose; serves: string[] }[] = colleagues.map(({ id, name }) => ({
    whose: { path: `routing/workers/${id}`, name, kind: "human" },
    serves: serving.find((one) => one.member === id)?.queues ?? [],
  }));
  if (agent) rows.unshift({ whose: { path: "routing/agent", name: t("aiAgent"), kind: "ai" }, serves: agent.queues });
  const names = (ids: string[]): string => ids.map((id) => queues.find((one) => one.id === id)?.name ?? id).join(", ");
  if (error) return <p class="empty error" role="alert">{error} <button type="button" onClick={load}>{t("again")}</button></p>;
  return (
    <>
      <div class="table-box" tabIndex={0} role="region" aria-label={r("workers")}>
        <table>
          <thead><tr>{[t("name"), t("queues"), ""].map((one) => <th key={one} scope="col">{one || <span class="unseen">{w("actions")}</span>}</th>)}</tr></thead>
          <tbody>
            {rows.map(({ whose, serves }) => (
              <tr key={whose.path}>
                <th scope="row">
                  <span class="who">
                    <span class={`face${whose.kind === "ai" ? " ai" : ""}`} aria-hidden="true">{whose.kind === "ai" ? <Icon shape="spark" /> : initials(whose.name)}</span>
                    <bdi>{whose.name}</bdi>
                  </span>
                </th>
                <td><bdi>{names(serves) || "–"}</bdi></td>
                <td class="acts"><button type="button" class="link" aria-label={w("changeNamed", { name: whose.name })} onClick={() => setOpen(whose)}>{w("change")}</button></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {open && (
        <WorkerForm
          key={open.path}
          whose={open}
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

function WorkerForm({ whose, queues, onClose }: { whose: Whose; queues: Queue[]; onClose: () => void }): JSX.Element {
  const [worker, setWorker] = useState<WorkerSettings | null>(null);
  const [skills, setSkills] = useState("");
  const [failed, setFailed] = useState<string | null>(null);
  const [wrong, setWrong] = useState<Wrong>({});
  useEffect(() => {
    get<WorkerSettings>(whose.path)
      .then((found) => {
        setWorker(found);
        setSkills(skillsText(found.skills));
      })
      .catch((problem: unknown) => setFailed(told(problem)));
  }, []);
  const set = (change: Partial<WorkerSettings>): void => setWorker((now) => now && { ...now, ...change });
  const save = async (): Promise<void> => {
    if (!worker) return;
    // What else is told of the AI agent is not for setting.
    const { queues, capacity, offers_at_once, refuses } = worker;
    await put(whose.path, { queues, skills: skillsFrom(skills), capacity, offers_at_once, refuses });
    onClose();
  };
  const explain = (problem: unknown): string => {
    const found = problem instanceof Problem && problem.field && problem.field !== "body" ? { [problem.field]: problem.message } : wrongOf(problem, "");
    setWrong(found);
    return found[""] ?? r("seeFields");
  };
  return (
    <FormDialog title={w("changeNamed", { name: whose.name })} done={t("save")} onSubmit={save} explain={explain} onClose={onClose}>
      {!worker ? (
        <p class={failed ? "error" : "hint"} role="status">{failed ?? t("loading")}</p>
      ) : (
        <>
          {whose.kind === "ai" && <p class="hint">{r("agentAbout")}</p>}
          <Checks legend={t("queues")} options={queues.map(({ id, name }) => ({ value: id, label: name }))} chosen={worker.queues} error={wrong["queues"]} onChosen={(chosen) => set({ queues: chosen })} />
          <SkillsField text={skills} error={wrong["skills"]} onText={setSkills} />
          <div class="columns">
            <Field label={r("capacity")} hint={r("capacityHint", { fits: fits(worker) })} {...(wrong["capacity"] ? { error: wrong["capacity"] } : {})}>
              <input type="number" required aria-invalid={wrong["capacity"] ? true : undefined} value={worker.capacity} onInput={(event) => set({ capacity: Number(event.currentTarget.value) })} />
            </Field>
            {worker.offers_at_once !== undefined && (
              <Field label={r("offersAtOnce")} {...(wrong["offers_at_once"] ? { error: wrong["offers_at_once"] } : {})}>
                <input type="number" required aria-invalid={wrong["offers_at_once"] ? true : undefined} value={worker.offers_at_once} onInput={(event) => set({ offers_at_once: Number(event.currentTarget.value) })} />
              </Field>
            )}
          </div>
          <Checks legend={r("refuses")} options={CLASSES.map((value) => ({ value, label: named("class", value) }))} chosen={worker.refuses} onChosen={(chosen) => set({ refuses: chosen as WorkClass[] })} />
        </>
      )}
    </FormDialog>
  );
}

/** How much that is of each kind of work which is taken. */
function fits({ capacity, refuses }: WorkerSettings): string {
  const counts = CLASSES.filter((one) => !refuses.includes(one)).map((one) => `${named("class", one)}: ${Math.floor(capacity / USUAL[one].weight)}`);
  return new Intl.ListFormat(language(), { type: "disjunction" }).format(counts) || "–";
}
