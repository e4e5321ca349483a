//! Procedures that begin, wait for each other, and end.

use super::{Flow, Run};
use crate::dialogue::{Frame, Queued};
use crate::event::Step;
use crate::extract;
use crate::trace::Record;
use crate::utterance::Utterance;
use serde_json::Value;
use std::collections::BTreeMap;
use throughline_procedure::SlotKind;

/// The name under which a procedure that identifies keeps whom it has identified.
const SUBJECT: &str = "subject";
/// How many procedures may wait for each other.
const DEPTH_LIMIT: usize = 4;
/// How many procedures may wait for their turn.
const QUEUE_LIMIT: usize = 5;
/// How many messages a procedure looks back to.
pub(super) const WORDS_LIMIT: usize = 12;

impl Run<'_> {
    /// Begins a procedure on top of what is going on. False when there is none of that name.
    pub(super) fn start(&mut self, name: &str, words: Vec<String>) -> bool {
        let Some(pin) = self.library.pin(name) else {
            self.note(&format!("there is no procedure '{name}'"));
            return false;
        };
        self.trace_procedure(name, "started");
        let words = words
            .into_iter()
            .map(|text| extract::shortened(&text).to_owned())
            .collect();
        self.dialogue.stack.push(Frame {
            procedure: name.to_owned(),
            ..frame(pin, words)
        });
        self.turn_down_known();
        true
    }

    /// "Another order" is not the one that was spoken of before.
    fn turn_down_known(&mut self) {
        let Some(procedure) = self.procedure() else {
            return;
        };
        let known: Vec<(String, String)> = procedure
            .slots
            .values()
            .filter(|slot| slot.kind == SlotKind::Order)
            .filter_map(|slot| {
                let known = self.dialogue.known.get(&slot.fact)?;
                Some((slot.name.clone(), super::values::plain(&known.filled.value)))
            })
            .collect();
        let Some(frame) = self.frame_mut() else {
            return;
        };
        let said = extract::folded(&frame.words.join(" "));
        if [
            "other order",
            "another order",
            "different order",
            "another one",
        ]
        .iter()
        .any(|words| said.contains(words))
        {
            for (slot, id) in known {
                frame.turned_down.entry(slot).or_default().push(id);
            }
        }
    }

    pub(super) fn enqueue(&mut self, name: &str, words: &str) {
        let known = self.library.get(name).is_some();
        let waits = self
            .dialogue
            .queue
            .iter()
            .any(|queued| queued.procedure == name);
        if known && !waits && self.dialogue.queue.len() < QUEUE_LIMIT {
            self.trace_procedure(name, "queued");
            let words = extract::shortened(words).to_owned();
            self.dialogue.queue.push(Queued {
                procedure: name.to_owned(),
                words,
            });
        }
    }

    pub(super) fn is_deep(&self) -> bool {
        self.dialogue.stack.len() >= DEPTH_LIMIT
    }

    /// The next of the procedures that wait for their turn.
    pub(super) fn begin_next(&mut self) -> bool {
        if self.frame().is_some() {
            // A procedure that is not in this library any more: nothing can go on.
            self.hand_off("procedure", None, Some("the procedure's text is gone"));
            return false;
        }
        while !self.dialogue.queue.is_empty() {
            let next = self.dialogue.queue.remove(0);
            if self.start(&next.procedure, vec![next.words]) {
                return true;
            }
        }
        false
    }

    /// The procedure has come to its end.
    pub(super) fn finish(&mut self) {
        let Some(frame) = self.dialogue.stack.pop() else {
            return;
        };
        self.trace_procedure(&frame.procedure, "ended");
        let identifies = self
            .library
            .get(&frame.procedure)
            .and_then(|procedure| procedure.identifies);
        if let (Some(assurance), Some(subject)) = (identifies, frame.results.get(SUBJECT)) {
            self.prove(subject, assurance);
        }
        self.resumed(identifies.is_none());
    }

    /// A procedure that identifies keeps the account it has proven as the result `subject`.
    fn prove(&mut self, found: &Value, assurance: u8) {
        let id = match found {
            Value::Object(fields) => fields.get("user_id").or_else(|| fields.get("id")),
            other => Some(other),
        };
        match id.and_then(Value::as_str) {
            Some(subject) if !subject.is_empty() => self.emit(Step::Prove {
                subject: subject.to_owned(),
                assurance,
            }),
            _ => self.note("the result 'subject' is no account's id; nobody is identified by it"),
        }
    }

    /// What waited goes on.
    fn resumed(&mut self, say: bool) {
        let Some(name) = self.frame().map(|frame| frame.procedure.clone()) else {
            return;
        };
        self.trace_procedure(&name, "resumed");
        if let Some(procedure) = self.library.get(&name).filter(|_| say) {
            self.say(Utterance::Resumed {
                title: procedure.title.clone(),
            });
        }
    }

    /// The customer leaves it.
    pub(super) fn cancel(&mut self) {
        let Some(frame) = self.dialogue.stack.pop() else {
            return;
        };
        self.trace_procedure(&frame.procedure, "cancelled");
        let procedure = self.library.get(&frame.procedure);
        let identifies = procedure.is_some_and(|p| p.identifies.is_some());
        let title = procedure.map(|p| p.title.clone()).unwrap_or_default();
        if identifies && self.frame().is_some() {
            // Who does not want to be identified does not want what needs it.
            return self.cancel();
        }
        self.say(Utterance::Cancelled { title });
        self.resumed(true);
    }

    /// Another procedure takes over with what is known.
    pub(super) fn replace(&mut self, name: &str) -> Flow {
        let Some(old) = self.dialogue.stack.pop() else {
            return Flow::Stop;
        };
        self.trace_procedure(&old.procedure, "replaced");
        let words = old.words.clone();
        if !self.start(name, words) {
            self.hand_off(
                "procedure",
                None,
                Some("it leads to a procedure that is not there"),
            );
            return Flow::Stop;
        }
        let (before, now) = (self.library.get(&old.procedure), self.library.get(name));
        if let (Some(before), Some(now), Some(frame)) =
            (before, now, self.dialogue.stack.last_mut())
        {
            let same = |name: &String| {
                let kind = before.slots.get(name).map(|slot| slot.kind);
                kind.is_some() && kind == now.slots.get(name).map(|slot| slot.kind)
            };
            frame.slots = old
                .slots
                .into_iter()
                .filter(|(name, _)| same(name))
                .collect();
            frame.looked_up = old.looked_up;
        }
        Flow::Moved
    }

    fn trace_procedure(&mut self, name: &str, what: &str) {
        let version = self
            .library
            .get(name)
            .map_or(0, |procedure| procedure.version);
        let (procedure, what) = (name.to_owned(), what.to_owned());
        self.turn.trace.push(Record::Procedure {
            procedure,
            version,
            what,
        });
    }
}

fn frame(pin: throughline_procedure::Pin, words: Vec<String>) -> Frame {
    Frame {
        pin,
        procedure: String::new(),
        at: 0,
        slots: BTreeMap::new(),
        proposed: BTreeMap::new(),
        partial: BTreeMap::new(),
        results: BTreeMap::new(),
        looked_up: BTreeMap::new(),
        words,
        confirmed: None,
        turned_down: BTreeMap::new(),
        refusals: 0,
        barrier: 0,
        narrowed: BTreeMap::new(),
        said: Vec::new(),
        identified: None,
    }
}
