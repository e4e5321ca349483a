//! "No, the other one": values put right, with everything that hung on them.

use super::policy::collects;
use super::values::plain;
use super::{Run, collect};
use crate::dialogue::Filled;
use crate::trace::Record;
use crate::utterance::Utterance;
use serde_json::Value;
use std::collections::BTreeSet;
use throughline_procedure::{Procedure, Slot};

impl<'a> Run<'a> {
    /// Puts a value right. False when it is not clear which, or with what.
    pub(super) fn correct(&mut self, slot: Option<&str>, value: Option<&Value>) -> bool {
        let Some(procedure) = self.procedure() else {
            return false;
        };
        let slot = match (slot, value) {
            (Some(slot), _) => procedure.slots.get(slot),
            (None, Some(value)) => self.slot_that_fits(procedure, value),
            (None, None) => self.slot_with_others(procedure),
        };
        let Some(slot) = slot else {
            return false;
        };
        let barrier = self.frame().map_or(0, |frame| frame.barrier);
        if collects(procedure, &slot.name).is_some_and(|at| at < barrier) {
            self.say(Utterance::AlreadyDone {});
            return true;
        }
        let before = self
            .frame()
            .and_then(|frame| frame.slots.get(&slot.name))
            .map(|filled| filled.value.clone());
        self.take_back(&slot.name, "the customer puts it right");
        if let Some(frame) = self.frame_mut() {
            match value {
                Some(value) => {
                    frame.turned_down.remove(&slot.name);
                    frame.proposed.insert(slot.name.clone(), value.clone());
                }
                None => {
                    let down = frame.turned_down.entry(slot.name.clone()).or_default();
                    down.extend(before.iter().flat_map(ids));
                }
            }
        }
        true
    }

    /// Empties a slot and what hangs on it, and goes back to where nothing has been changed yet. What is known is not
    /// asked again on the way.
    pub(super) fn take_back(&mut self, slot: &str, why: &str) -> bool {
        let Some(procedure) = self.procedure() else {
            return false;
        };
        let gone = dependents(procedure, self.library, slot);
        let Some(frame) = self.dialogue.stack.last_mut() else {
            return false;
        };
        if collects(procedure, slot).is_none_or(|at| at < frame.barrier) {
            return false;
        }
        for name in &gone {
            frame.partial.remove(name);
            frame.narrowed.remove(name);
            frame.results.remove(name);
            if let Some(filled) = frame.slots.remove(name) {
                if name == slot && why.starts_with("the policy") {
                    frame
                        .turned_down
                        .entry(name.clone())
                        .or_default()
                        .extend(ids(&filled.value));
                }
                self.turn.trace.push(Record::Emptied {
                    slot: name.clone(),
                    why: why.to_owned(),
                });
            }
        }
        let fact = procedure.slots.get(slot).map(|slot| slot.fact.clone());
        frame.confirmed = None;
        frame.at = frame.barrier;
        fact.and_then(|fact| self.dialogue.known.remove(&fact));
        true
    }

    /// The slot a new value is for: one whose other candidates it names, the last one first.
    fn slot_that_fits(&mut self, procedure: &'a Procedure, value: &Value) -> Option<&'a Slot> {
        let mut fitting = None;
        for slot in self.filled_slots(procedure) {
            let candidates = self.candidates_at_hand(slot);
            let resolved = collect::resolve(slot, &candidates, value, false, self.world.today);
            let other = |filled: &Filled| {
                let now = self.frame().and_then(|frame| frame.slots.get(&slot.name));
                now.is_none_or(|now| now.value != filled.value)
            };
            match resolved {
                collect::Resolved::Value(filled)
                    if other(&filled) && slot.kind != throughline_procedure::SlotKind::Text =>
                {
                    fitting = Some(slot);
                }
                _ => {}
            }
        }
        fitting
    }

    /// The last filled slot that has other candidates.
    fn slot_with_others(&mut self, procedure: &'a Procedure) -> Option<&'a Slot> {
        let slots = self.filled_slots(procedure);
        let with: Vec<&Slot> = slots
            .into_iter()
            .filter(|slot| self.candidates_at_hand(slot).len() > 1)
            .collect();
        // What was guessed is more likely wrong than what was said.
        let guessed = with.iter().rev().find(|slot| {
            let filled = self.frame().and_then(|frame| frame.slots.get(&slot.name));
            filled.is_some_and(|filled| filled.from != crate::dialogue::Provenance::Told)
        });
        // "The other one" is rather a thing than a reason from a list of ours.
        let thing = with.iter().rev().find(|slot| slot.choices.is_empty());
        guessed.or(thing).or(with.last()).copied()
    }

    /// Filled slots in the order they are collected.
    fn filled_slots(&self, procedure: &'a Procedure) -> Vec<&'a Slot> {
        let filled = |slot: &&Slot| {
            self.frame()
                .is_some_and(|frame| frame.slots.contains_key(&slot.name))
        };
        let mut slots: Vec<&Slot> = procedure.slots.values().filter(filled).collect();
        slots.sort_by_key(|slot| collects(procedure, &slot.name));
        slots
    }
}

fn ids(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list.iter().map(plain).collect(),
        value => vec![plain(value)],
    }
}

/// A slot and all whose candidates or default hang on it.
fn dependents(
    procedure: &Procedure,
    library: &throughline_procedure::Library,
    slot: &str,
) -> BTreeSet<String> {
    let mut gone = BTreeSet::from([slot.to_owned()]);
    loop {
        let before = gone.len();
        for other in procedure.slots.values() {
            let source = other
                .from
                .as_deref()
                .and_then(|from| library.sources.by_name.get(from));
            let paths = source
                .iter()
                .flat_map(|s| s.args.values())
                .flat_map(|args| args.paths());
            let roots = paths
                .chain(other.default.as_deref())
                .chain(other.each.as_deref());
            let hangs = roots
                .filter_map(|path| path.split('.').next())
                .any(|root| gone.contains(root));
            if hangs {
                gone.insert(other.name.clone());
            }
        }
        if gone.len() == before {
            return gone;
        }
    }
}
