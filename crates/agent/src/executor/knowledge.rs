//! Questions for the knowledge base, also in the middle of a procedure.

use super::{ANSWER_CONFIDENCE, Run};
use crate::command::Command;
use crate::dialogue::{Heard, Pending};
use crate::event::{Passage, Step};
use crate::extract;
use crate::utterance::{Choice, Utterance};

/// How many passages an answer cites.
const CITED: usize = 2;

impl Run<'_> {
    /// Searches now, or when the answer the host owes is in.
    pub(super) fn search_or_hold(&mut self, query: String) {
        let query = extract::shortened(&query).to_owned();
        if self.dialogue.awaits_host() {
            self.dialogue.held.push(Heard {
                text: String::new(),
                commands: vec![Command::Answer { query }],
            });
            return;
        }
        let resume = self.dialogue.pending.take().map(Box::new);
        self.emit(Step::Search {
            query: query.clone(),
        });
        self.dialogue.pending = Some(Pending::Search { query, resume });
    }

    pub(super) fn found(&mut self, passages: Vec<Passage>, confidence: f32) {
        let resume = match self.dialogue.pending.take() {
            Some(Pending::Search { resume, .. }) => resume,
            other => {
                self.dialogue.pending = other;
                self.note("no search is awaited; what was found is ignored");
                return;
            }
        };
        // A confidence that is no number is no confidence.
        if !passages.is_empty() && confidence >= ANSWER_CONFIDENCE {
            self.cite(passages);
        } else if self.no_answer(resume.is_some()) {
            return;
        }
        match resume {
            Some(open) => {
                self.repeat(&open, false);
                self.dialogue.pending = Some(*open);
            }
            None => self.run(),
        }
    }

    fn cite(&mut self, mut passages: Vec<Passage>) {
        passages.truncate(CITED);
        for passage in &passages {
            if !self.dialogue.citations.contains(passage) {
                self.dialogue.citations.push(passage.clone());
            }
        }
        self.dialogue.counters.not_understood = 0;
        self.say(Utterance::Answer { passages });
    }

    /// True when a person takes over.
    fn no_answer(&mut self, busy: bool) -> bool {
        self.say(Utterance::NoAnswer {});
        if busy || self.frame().is_some() {
            return false;
        }
        self.dialogue.counters.not_understood += 1;
        if self.dialogue.counters.not_understood >= 2 {
            self.hand_off("no_answer", None, None);
        }
        self.dialogue.handed_off
    }

    /// Says again what is open.
    pub(super) fn repeat(&mut self, open: &Pending, again: bool) {
        match open {
            Pending::Slot(question) => {
                let choices = question.candidates.iter();
                self.say(Utterance::Ask {
                    slot: question.slot.clone(),
                    question: question.ask.clone(),
                    choices: choices
                        .map(|c| Choice {
                            id: c.id.clone(),
                            label: c.label.clone(),
                        })
                        .collect(),
                    again,
                });
            }
            Pending::Confirm(open) => {
                if again {
                    self.say(Utterance::NotUnderstood {});
                }
                self.say(Utterance::Confirm {
                    text: open.text.clone(),
                });
            }
            Pending::Change(_) => self.say(Utterance::AskChange {}),
            Pending::Clarify { options, .. } => {
                let library = self.library;
                let titles = options
                    .iter()
                    .filter_map(|name| Some((name, library.get(name)?)));
                let options = titles
                    .map(|(name, p)| Choice {
                        id: name.clone(),
                        label: p.title.clone(),
                    })
                    .collect();
                self.say(Utterance::Clarify { options });
            }
            _ => {}
        }
    }
}
