// What holds for all queues: how long things wait, and how each kind of work is treated.

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { say } from "../../notice.ts";
import { named, t } from "../../words.ts";
import { Field, useFirstWrong } from "../parts.tsx";
import { Checks, Length } from "./fields.tsx";
import { CLASSES, PRIORITIES, USUAL, wrongOf, type ClassRule, type Editing, type RoutingSettings, type WorkClass, type Wrong } from "./model.ts";
import { r } from "./words.ts";

export function Rules({ editing, settings }: { editing: Editing; settings: RoutingSettings }): JSX.Element {
  const [rules, setRules] = useState(settings);
  const [wrong, setWrong] = useState<Wrong>({});
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const set = (change: Partial<RoutingSettings>): void => setRules((now) => ({ ...now, ...change }));
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      // Queues and hours have pages of their own.
      await editing.change(({ queues, calendars }) => ({ ...rules, queues, calendars }));
      setWrong({});
      say(r("saved"));
    } catch (problem) {
      const found = wrongOf(problem, "");
      setWrong(found[""] === undefined ? { ...found, "": r("seeFields") } : found);
    } finally {
      setBusy(false);
    }
  };
  useFirstWrong(form, wrong[""] ? wrong : null);
  return (
    <form class="form" ref={form} aria-busy={busy} onSubmit={(event) => void save(event)}>
      <div class="columns">
        <Field label={r("fallback")} hint={r("fallbackHint")} {...(wrong["fallback"] ? { error: wrong["fallback"] } : {})}>
          <select value={rules.fallback} onChange={(event) => set({ fallback: event.currentTarget.value })}>
            {Object.entries(settings.queues).map(([id, queue]) => <option key={id} value={id}>{queue.name}</option>)}
          </select>
        </Field>
        <Length label={r("usualTarget")} hint={r("usualTargetHint")} value={rules.usual_target_ms} error={wrong["usual_target_ms"]} onValue={(ms) => set({ usual_target_ms: ms ?? 0 })} />
        <Length label={r("notAgain")} hint={r("notAgainHint")} value={rules.not_again_ms} error={wrong["not_again_ms"]} onValue={(ms) => set({ not_again_ms: ms ?? 0 })} />
        <Field label={r("awayAfter")} hint={r("awayAfterHint")}>
          <input type="number" min={0} max={100} required value={rules.away_after_missed} onInput={(event) => set({ away_after_missed: Number(event.currentTarget.value) })} />
        </Field>
        <Length label={r("goneAfter")} hint={r("goneAfterHint")} value={rules.gone_after_ms} error={wrong["gone_after_ms"]} onValue={(ms) => set({ gone_after_ms: ms ?? 0 })} />
        <Length label={r("transferWaits")} hint={r("transferWaitsHint")} value={rules.transfer_ms} error={wrong["transfer_ms"]} onValue={(ms) => set({ transfer_ms: ms ?? 0 })} />
        <Length label={r("review")} hint={r("reviewHint")} value={rules.review_ms} error={wrong["review_ms"]} onValue={(ms) => set({ review_ms: ms ?? 0 })} />
      </div>
      <fieldset class="columns">
        <legend>{r("headStart")}</legend>
        {PRIORITIES.map((one) => (
          <Length key={one} label={named("priority", one)} value={rules.head_start_ms[one] ?? 0} onValue={(ms) => set({ head_start_ms: { ...rules.head_start_ms, [one]: ms ?? 0 } })} />
        ))}
      </fieldset>
      {CLASSES.map((one) => (
        <Rule key={`${one}-${one in rules.classes}`} of={one} rule={rules.classes[one] ?? null} wrong={wrong} onRule={(rule) => set({ classes: withRule(rules.classes, one, rule) })} />
      ))}
      <p class="error" role="alert">{wrong[""]}</p>
      <footer><button type="submit" class="main" disabled={busy}>{t("save")}</button></footer>
    </form>
  );
}

function withRule(classes: RoutingSettings["classes"], of: WorkClass, rule: ClassRule | null): RoutingSettings["classes"] {
  const { [of]: _, ...rest } = classes;
  return rule ? { ...rest, [of]: rule } : rest;
}

interface RuleProps {
  of: WorkClass;
  /** None while it is treated as usual. */
  rule: ClassRule | null;
  wrong: Wrong;
  onRule: (rule: ClassRule | null) => void;
}

function Rule({ of, rule, wrong, onRule }: RuleProps): JSX.Element {
  const name = named("class", of);
  if (!rule) {
    return (
      <fieldset class="as-usual">
        <legend>{name}</legend>
        <span class="hint">{r("asUsual")}</span>
        <button type="button" class="link" aria-label={r("ownRuleFor", { name })} onClick={() => onRule(USUAL[of])}>{r("ownRule")}</button>
      </fieldset>
    );
  }
  const set = (change: Partial<ClassRule>): void => onRule({ ...rule, ...change });
  const others = CLASSES.filter((one) => one !== of).map((value) => ({ value, label: named("class", value) }));
  return (
    <fieldset>
      <legend>{name}</legend>
      <div class="columns">
        <Field label={r("weight")} hint={r("weightHint")}>
          <input type="number" min={0} max={10_000} required value={rule.weight} onInput={(event) => set({ weight: Number(event.currentTarget.value) })} />
        </Field>
        <Length label={r("offerLasts")} value={rule.offer_ms} error={wrong[`offer_ms ${of}`]} onValue={(ms) => set({ offer_ms: ms ?? 0 })} />
        <Length label={r("wrapUp")} value={rule.wrap_up_ms} error={wrong["wrap_up_ms"]} onValue={(ms) => set({ wrap_up_ms: ms ?? 0 })} />
        <Length label={r("keepOffline")} hint={r("keepOfflineHint")} optional value={rule.keep_offline_ms} error={wrong["keep_offline_ms"]} onValue={(keep_offline_ms) => set({ keep_offline_ms })} />
        <Length label={r("drain")} hint={r("drainHint")} optional value={rule.drain_after_ms} error={wrong["drain_after_ms"]} onValue={(drain_after_ms) => set({ drain_after_ms })} />
      </div>
      <Checks legend={r("interruptedBy")} options={others} chosen={rule.interrupted_by} onChosen={(chosen) => set({ interrupted_by: chosen as WorkClass[] })} />
      <button type="button" class="link" aria-label={r("asUsualAgainFor", { name })} onClick={() => onRule(null)}>{r("asUsualAgain")}</button>
    </fieldset>
  );
}
