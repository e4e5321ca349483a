//! Identity, read-backs, refusals and their remedies.

use super::{Flow, REFUSALS_LIMIT, Run, UNIDENTIFIED};
use crate::dialogue::{Pending, PendingPolicy};
use crate::event::{Confirmation, Rule, Step};
use crate::trace::Record;
use crate::utterance::Utterance;
use serde_json::Value;
use throughline_procedure::template::Template;
use throughline_procedure::{Action, Procedure, Trouble};

impl<'a> Run<'a> {
    fn is_identified(&self, level: u8) -> bool {
        level == 0 || (self.world.subject.is_some() && self.world.assurance >= level)
    }

    /// Goes on only when the person is proven well enough.
    pub(super) fn identify(&mut self, level: u8) -> Flow {
        if self.is_identified(level) {
            return Flow::On;
        }
        self.dialogue.pending = Some(Pending::Identify { level });
        self.emit(Step::Identify { level });
        Flow::Stop
    }

    pub(super) fn identified(&mut self, assurance: u8, known: bool) {
        let level = match self.dialogue.pending.take() {
            Some(Pending::Identify { level }) => level,
            other => {
                self.dialogue.pending = other;
                self.note("nobody waits for an identity; it is ignored");
                return;
            }
        };
        if self.is_identified(level) || (known && assurance >= level) {
            self.note(&format!("identified, assurance {assurance}"));
        } else {
            self.unidentified(level);
        }
        self.run();
    }

    /// Runs the procedure that proves who somebody is; once per procedure that needs it.
    fn unidentified(&mut self, level: u8) {
        let rule = Rule {
            id: UNIDENTIFIED.to_owned(),
            say: "I need to confirm who you are first.".to_owned(),
            remedy: format!("identify:{level}"),
        };
        self.record_denied("identify", std::slice::from_ref(&rule));
        let tried = self
            .frame()
            .is_none_or(|frame| frame.identified.is_some_and(|tried| tried >= level));
        let within = self
            .procedure()
            .is_none_or(|procedure| procedure.identifies.is_some());
        let proving = self
            .library
            .identifying(level)
            .map(|procedure| procedure.name.clone());
        match proving {
            Some(name) if !tried && !within && !self.is_deep() => {
                let words = self
                    .frame()
                    .map(|frame| frame.words.clone())
                    .unwrap_or_default();
                if let Some(frame) = self.frame_mut() {
                    frame.identified = Some(level);
                }
                self.say(Utterance::Refused {
                    says: vec![rule.say],
                });
                self.start(&name, words);
            }
            _ => {
                self.say(Utterance::Refused {
                    says: vec![rule.say],
                });
                self.hand_off(
                    "identity",
                    None,
                    Some("the customer could not be identified"),
                );
            }
        }
    }

    fn record_denied(&mut self, what: &str, rules: &[Rule]) {
        self.turn.trace.push(Record::Denied {
            what: what.to_owned(),
            rules: rules.to_vec(),
        });
        for rule in rules {
            if !self.dialogue.denied.contains(rule) {
                self.dialogue.denied.push(rule.clone());
            }
        }
    }

    /// `@confirm`: asks the policy whether a yes would be enough, before it asks the customer for it.
    pub(super) fn confirm(&mut self, procedure: &'a Procedure, at: usize, text: &Template) -> Flow {
        let Some((call_op, tool, args)) = procedure.call_after(at) else {
            return Flow::On;
        };
        let args = self.arguments(args.iter().map(|(name, value)| (name, value)), &Value::Null);
        let what = Confirmation {
            tool: tool.to_owned(),
            args,
        };
        if self
            .frame()
            .is_some_and(|frame| frame.confirmed.as_ref() == Some(&what))
        {
            return Flow::On;
        }
        let Some(call) = self.next_call() else {
            return Flow::Stop;
        };
        let text = self.fill(text);
        self.emit(Step::AskPolicy {
            call,
            tool: what.tool.clone(),
            args: what.args.clone(),
        });
        self.dialogue.pending = Some(Pending::Policy(PendingPolicy {
            call,
            op: at,
            call_op,
            text,
            what,
        }));
        Flow::Stop
    }

    pub(super) fn decided(&mut self, call: u64, allowed: bool, rules: Vec<Rule>) {
        match self.dialogue.pending.take() {
            Some(Pending::Policy(open)) if open.call == call => {
                if allowed {
                    self.ask_confirm(open.text, open.what, open.op + 1);
                } else {
                    self.refuse(Some(open.call_op), &open.what, &rules);
                    self.run();
                }
            }
            Some(Pending::Call(open)) if open.call == call && !allowed => {
                let what = Confirmation {
                    tool: open.tool,
                    args: open.args,
                };
                self.refuse(open.op, &what, &rules);
                self.run();
            }
            other => {
                self.dialogue.pending = other;
                self.note(&format!("the decision about call {call} changes nothing"));
            }
        }
    }

    fn refuse(&mut self, op: Option<usize>, what: &Confirmation, rules: &[Rule]) {
        self.record_denied(&what.tool, rules);
        let refusals = match self.frame_mut() {
            Some(frame) => {
                frame.refusals += 1;
                frame.refusals
            }
            None => 0,
        };
        if refusals >= REFUSALS_LIMIT {
            self.explain(rules);
            return self.hand_off("refused", None, Some("the policy refused again and again"));
        }
        if !self.handled(op, Trouble::Deny) {
            self.remedy(op, what, rules);
        }
    }

    fn explain(&mut self, rules: &[Rule]) {
        let mut says: Vec<String> = Vec::new();
        for rule in rules
            .iter()
            .filter(|rule| rule.remedy != "confirm" && !rule.say.is_empty())
        {
            if !says.contains(&rule.say) {
                says.push(rule.say.clone());
            }
        }
        if !says.is_empty() {
            self.say(Utterance::Refused { says });
        }
    }

    /// Says why, then does what would cure it: the hardest remedy of all rules counts.
    fn remedy(&mut self, op: Option<usize>, what: &Confirmation, rules: &[Rule]) {
        let with = |word: &str| {
            rules
                .iter()
                .find_map(|rule| Some((rule, rule.remedy.strip_prefix(word)?)))
        };
        let known = ["confirm", "identify", "ask:", "approval"];
        let hopeless = rules
            .iter()
            .any(|rule| !known.iter().any(|word| rule.remedy.starts_with(word)));
        if rules.is_empty() || hopeless {
            self.explain(rules);
            return self.end_procedure();
        }
        if let Some((rule, _)) = with("approval") {
            let note = format!("{} needs an approval: {}", what.tool, rule.say);
            self.explain(rules);
            return self.hand_off("approval", None, Some(&note));
        }
        if let Some((_, level)) = with("identify") {
            let level = level
                .trim_start_matches(':')
                .parse()
                .unwrap_or(self.world.assurance.saturating_add(1));
            if self.is_identified(level) {
                self.explain(rules);
                return self.hand_off(
                    "identity",
                    None,
                    Some("identified, and the policy still wants more"),
                );
            }
            self.identify(level);
            return;
        }
        if let Some((_, slot)) = with("ask:") {
            self.explain(rules);
            return self.ask_anew(slot);
        }
        match op.zip(self.procedure()) {
            Some((at, procedure)) if self.writes(&what.tool) || procedure.ops.get(at).is_some() => {
                self.confirm_first(procedure, at, what.clone());
            }
            _ => self.hand_off("refused", None, Some("a look-up needs a yes")),
        }
    }

    /// The value the policy refuses is taken back and asked for.
    fn ask_anew(&mut self, slot: &str) {
        let has = self
            .procedure()
            .is_some_and(|procedure| procedure.slots.contains_key(slot));
        if !has || !self.take_back(slot, "the policy refuses it") {
            self.end_procedure();
        }
    }

    pub(super) fn end_procedure(&mut self) {
        let end = self.procedure().map_or(0, |procedure| procedure.ops.len());
        self.go_to(end);
    }
}

/// The operations that collect a slot.
pub(super) fn collects(procedure: &Procedure, slot: &str) -> Option<usize> {
    procedure.ops.iter().position(|op| match &op.action {
        Action::Collect { slots } => slots.iter().any(|name| name == slot),
        _ => false,
    })
}
