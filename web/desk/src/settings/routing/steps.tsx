// Whom a queue asks, step after step, each usually asking less than the one before.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Field } from "../parts.tsx";
import { Checks, Length, SkillsField } from "./fields.tsx";
import { KEEPS, skillsFrom, skillsText, type Step, type Wrong } from "./model.ts";
import { r } from "./words.ts";

const MOST_LOWERED = 9;
const NEW_STEP: Step = { lasts_ms: 60_000, keep: "all", lowered_by: 0, skills: {}, also: [], kind: null };

interface Props {
  steps: Step[];
  others: { value: string; label: string }[];
  wrong: Wrong;
  onSteps: (steps: Step[]) => void;
}

export function Steps({ steps, others, wrong, onSteps }: Props): JSX.Element {
  // Numbered by when they were added, so that one taken out takes its fields along.
  const [keys, setKeys] = useState(() => steps.map((_, at) => at));
  const set = (at: number, change: Partial<Step>): void => onSteps(steps.map((one, place) => (place === at ? { ...one, ...change } : one)));
  return (
    <fieldset>
      <legend>{r("steps")}</legend>
      <p class="hint">{r(steps.length === 0 ? "noSteps" : "stepsHint")}</p>
      <p class="hint">{r("stepsAi")}</p>
      {steps.map((step, at) => (
        <OneStep
          key={keys[at]}
          number={at + 1}
          isLast={at === steps.length - 1}
          step={step}
          others={others}
          wrong={wrong}
          onStep={(change) => set(at, change)}
          onRemove={() => {
            setKeys(keys.filter((_, place) => place !== at));
            onSteps(steps.filter((_, place) => place !== at));
          }}
        />
      ))}
      <button
        type="button"
        onClick={() => {
          setKeys([...keys, Math.max(-1, ...keys) + 1]);
          onSteps([...steps, NEW_STEP]);
        }}
      >
        {r("addStep")}
      </button>
    </fieldset>
  );
}

interface StepProps {
  number: number;
  isLast: boolean;
  step: Step;
  others: Props["others"];
  wrong: Wrong;
  onStep: (change: Partial<Step>) => void;
  onRemove: () => void;
}

function OneStep({ number, isLast, step, others, wrong, onStep, onRemove }: StepProps): JSX.Element {
  const [skills, setSkills] = useState(skillsText(step.skills));
  return (
    <fieldset class="step">
      <legend>{r("step", { number })}</legend>
      <div class="columns">
        {isLast ? (
          <p class="hint">{r("lastStep")}</p>
        ) : (
          <Length label={r("lasts")} optional value={step.lasts_ms} error={wrong["lasts_ms"]} onValue={(lasts_ms) => onStep({ lasts_ms })} />
        )}
        <Field label={r("keep")}>
          <select value={step.keep} onChange={(event) => onStep({ keep: event.currentTarget.value as Step["keep"] })}>
            {KEEPS.map((one) => <option key={one} value={one}>{r(`keep_${one}`)}</option>)}
          </select>
        </Field>
        <Field label={r("loweredBy")}>
          <input type="number" min={0} max={MOST_LOWERED} value={step.lowered_by} onInput={(event) => onStep({ lowered_by: Number(event.currentTarget.value) })} />
        </Field>
        <Field label={r("kind")}>
          <select value={step.kind ?? ""} onChange={(event) => onStep({ kind: (event.currentTarget.value || null) as Step["kind"] })}>
            <option value="">{r("kind_any")}</option>
            <option value="human">{r("kind_human")}</option>
            <option value="ai">{r("kind_ai")}</option>
          </select>
        </Field>
        <SkillsField
          text={skills}
          error={wrong["skills"]}
          onText={(text) => {
            setSkills(text);
            onStep({ skills: skillsFrom(text) });
          }}
        />
      </div>
      {others.length > 0 && <Checks legend={r("also")} options={others} chosen={step.also} error={wrong["also"]} onChosen={(also) => onStep({ also })} />}
      <button type="button" class="link" onClick={onRemove}>{r("removeStep", { number })}</button>
    </fieldset>
  );
}
