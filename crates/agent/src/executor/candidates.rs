//! What a slot may take: from tools, or from the author's list.

use super::values::{at, plain};
use super::{Flow, Run};
use crate::dialogue::{Candidate, Pending, PendingCall};
use crate::event::Step;
use serde_json::Value;
use throughline_procedure::source::Source;
use throughline_procedure::template::Template;
use throughline_procedure::{Procedure, Slot};

/// The most candidates that are looked at.
const CANDIDATES_LIMIT: usize = 200;

/// What is known of a slot's candidates.
pub(super) enum Offer {
    /// These; empty when the slot takes free values.
    These(Vec<Candidate>),
    /// Something else comes first; the turn goes on there.
    Later(Flow),
}

impl<'a> Run<'a> {
    /// The candidates of a slot. Looks them up when that has not been done.
    pub(super) fn candidates(
        &mut self,
        procedure: &'a Procedure,
        slot: &'a Slot,
        each: &Value,
    ) -> Offer {
        if !slot.choices.is_empty() {
            return Offer::These(slot.choices.iter().map(chosen).collect());
        }
        let library = self.library;
        let Some(source) = slot
            .from
            .as_deref()
            .and_then(|from| library.sources.by_name.get(from))
        else {
            return Offer::These(Vec::new());
        };
        for path in source.args.values().flat_map(Template::paths) {
            if self.value_with(path, each).is_none() {
                return Offer::Later(self.need(procedure, path));
            }
        }
        let args = self.arguments(&source.args, each);
        let key = format!("{} {args}", source.call);
        let known = self
            .frame()
            .and_then(|frame| frame.looked_up.get(&key))
            .cloned();
        match known {
            Some(result) => {
                self.keep_result(source, &result);
                Offer::These(self.listed(source, &result))
            }
            None => Offer::Later(self.look_up(source, args, key)),
        }
    }

    /// The candidates of a slot, as far as they need no look-up any more.
    pub(super) fn candidates_at_hand(&self, slot: &Slot) -> Vec<Candidate> {
        if !slot.choices.is_empty() {
            return slot.choices.iter().map(chosen).collect();
        }
        let source = slot
            .from
            .as_deref()
            .and_then(|from| self.library.sources.by_name.get(from));
        let Some((source, frame)) = source.zip(self.frame()) else {
            return Vec::new();
        };
        let mut candidates: Vec<Candidate> = Vec::new();
        for element in self.elements(slot) {
            let key = format!("{} {}", source.call, self.arguments(&source.args, &element));
            let listed = frame.looked_up.get(&key);
            let listed = listed.map(|result| self.listed(source, result));
            for candidate in listed.unwrap_or_default() {
                if candidates.iter().all(|known| known.id != candidate.id) {
                    candidates.push(candidate);
                }
            }
        }
        candidates
    }

    /// What a slot is asked for, one by one; nothing in particular for most.
    fn elements(&self, slot: &Slot) -> Vec<Value> {
        let list = slot
            .each
            .as_ref()
            .and_then(|each| self.frame()?.slots.get(each));
        match list.map(|filled| filled.record.clone()) {
            Some(Value::Array(elements)) => elements,
            Some(one) => vec![one],
            None => vec![Value::Null],
        }
    }

    fn keep_result(&mut self, source: &Source, result: &Value) {
        if let (Some(name), Some(frame)) = (&source.keep, self.frame_mut()) {
            frame.results.insert(name.clone(), result.clone());
        }
    }

    /// Something a look-up needs is not known yet.
    fn need(&mut self, procedure: &'a Procedure, path: &str) -> Flow {
        let root = path.split('.').next().unwrap_or(path);
        if root == "customer" && self.world.subject.is_none() {
            return match self.identify(1) {
                // Proven, and still nobody: there is nothing to look up for.
                Flow::On => self.dead_end("nobody to look up for"),
                flow => flow,
            };
        }
        let unfilled = self
            .frame()
            .is_some_and(|frame| !frame.slots.contains_key(root));
        match procedure.slots.get(root) {
            Some(slot) if unfilled => match self.fill_slot(procedure, slot) {
                Flow::On => Flow::Moved,
                flow => flow,
            },
            _ => self.dead_end(&format!("'{path}' is not known")),
        }
    }

    fn dead_end(&mut self, why: &str) -> Flow {
        self.hand_off("procedure", None, Some(why));
        Flow::Stop
    }

    fn look_up(&mut self, source: &Source, args: Value, key: String) -> Flow {
        let Some(call) = self.next_call() else {
            return Flow::Stop;
        };
        self.dialogue.pending = Some(Pending::Call(PendingCall {
            call,
            tool: source.call.clone(),
            args: args.clone(),
            confirmation: None,
            op: None,
            key: Some(key),
        }));
        self.emit(Step::CallTool {
            call,
            tool: source.call.clone(),
            args,
            confirmation: None,
        });
        Flow::Stop
    }

    /// Reads candidates out of a tool's result. What does not look like one is left out.
    fn listed(&self, source: &Source, result: &Value) -> Vec<Candidate> {
        let list = match &source.list {
            Some(path) => at(result, path).unwrap_or(Value::Null),
            None => result.clone(),
        };
        let records: Vec<(Option<String>, Value)> = match list {
            Value::Array(list) => list.into_iter().map(|record| (None, record)).collect(),
            Value::Object(object) => object
                .into_iter()
                .map(|(key, record)| (Some(key), record))
                .collect(),
            _ => Vec::new(),
        };
        let found = records
            .into_iter()
            .filter_map(|(key, record)| self.candidate(source, key, record));
        found.take(CANDIDATES_LIMIT).collect()
    }

    fn candidate(&self, source: &Source, key: Option<String>, record: Value) -> Option<Candidate> {
        let field = |path: &str| match (&record, path) {
            (Value::Object(_), path) => at(&record, path),
            // A list of plain ids: every path means the id.
            (plain, _) => Some(plain.clone()),
        };
        if let Some(only) = &source.only
            && !only.holds(&|path| field(path))
        {
            return None;
        }
        let id = match (&source.id, key) {
            (Some(path), _) => plain(&field(path)?),
            (None, Some(key)) => key,
            (None, None) => plain(&record),
        };
        let fill = |template: &Template| {
            template.fill(|path| field(path).map(|v| plain(&v)).unwrap_or_default())
        };
        let label = tidy(&fill(&source.label));
        (!id.is_empty()).then(|| Candidate {
            label,
            words: fill(&source.words),
            id,
            record: record.clone(),
        })
    }
}

/// Templates leave holes where a field is missing: no double spaces, no empty brackets. And people do not write
/// `credit_card`.
fn tidy(label: &str) -> String {
    let label = label
        .replace('_', " ")
        .replace("()", "")
        .replace("( ", "(")
        .replace(" )", ")");
    label
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace(" ,", ",")
        .trim_end_matches(',')
        .to_owned()
}

fn chosen(choice: &throughline_procedure::procedure::Choice) -> Candidate {
    Candidate {
        id: choice.value.clone(),
        label: choice.value.clone(),
        words: choice.words.join("|"),
        record: Value::Null,
    }
}
