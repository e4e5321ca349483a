//! What the customer said, obeyed as far as it makes sense now.

use super::collect::{Resolved, resolve};
use super::frames::WORDS_LIMIT;
use super::{MISUNDERSTANDINGS_LIMIT, Run, TRACE_TEXT, UPSET_LIMIT, first_chars};
use crate::command::{COMMANDS_LIMIT, Command, HandOffReason, Smalltalk};
use crate::dialogue::{Heard, Pending, Question};
use crate::extract;
use crate::trace::Record;
use crate::utterance::{Choice, Utterance};
use serde_json::{Value, json};
use throughline_procedure::SlotKind;

/// What became of one message so far.
#[derive(Default)]
struct Hearing {
    /// What was open when it came in.
    open: Option<Pending>,
    /// Procedures go on.
    progress: bool,
    /// Something was answered without going on.
    answered: bool,
    /// A question for the knowledge base.
    query: Option<String>,
    /// How many procedures it began.
    started: usize,
    /// Something in it made no sense.
    lost: bool,
}

impl Run<'_> {
    pub(super) fn hear(&mut self, heard: Heard) {
        let commands: Vec<Command> = heard.commands.into_iter().take(COMMANDS_LIMIT).collect();
        let text = first_chars(&heard.text, TRACE_TEXT);
        self.turn.trace.push(Record::Heard {
            text,
            commands: commands.clone(),
        });
        self.remember_words(&heard.text);
        if self.hands_over(&commands) {
            return;
        }
        let mut hearing = Hearing {
            open: self.dialogue.pending.take(),
            ..Hearing::default()
        };
        for command in commands {
            self.obey(command, &heard.text, &mut hearing);
            if self.dialogue.handed_off {
                return;
            }
        }
        self.conclude(hearing);
    }

    fn remember_words(&mut self, text: &str) {
        let text = extract::shortened(text).to_owned();
        if let Some(frame) = self.frame_mut()
            && !text.is_empty()
        {
            frame.words.push(text);
            if frame.words.len() > WORDS_LIMIT {
                frame.words.remove(0);
            }
        }
    }

    /// A person who is asked for comes, whatever else was said.
    fn hands_over(&mut self, commands: &[Command]) -> bool {
        for command in commands {
            let Command::HandOff { reason } = command else {
                continue;
            };
            match reason {
                HandOffReason::Asked => self.hand_off("asked", None, None),
                HandOffReason::OutOfScope => self.hand_off("out_of_scope", None, None),
                HandOffReason::Language => self.hand_off("language", None, None),
                HandOffReason::Upset => self.upset(),
            }
            if self.dialogue.handed_off {
                return true;
            }
        }
        false
    }

    fn upset(&mut self) {
        self.dialogue.counters.upset += 1;
        if self.dialogue.counters.upset >= UPSET_LIMIT {
            self.hand_off("upset", None, None);
        } else {
            self.say(Utterance::Sorry {});
        }
    }

    fn obey(&mut self, command: Command, text: &str, hearing: &mut Hearing) {
        match command {
            Command::HandOff { .. } => hearing.answered = true,
            Command::StartProcedure { procedure } => self.obey_start(&procedure, text, hearing),
            Command::CancelProcedure {} => self.obey_cancel(hearing),
            Command::Affirm {} => self.affirm(hearing),
            Command::Deny {} => self.deny(hearing),
            Command::SetSlot { slot, value } => self.set_slot(&slot, value, hearing),
            Command::Correct { slot, value } => {
                self.obey_correct(slot.as_deref(), value.as_ref(), hearing)
            }
            Command::Answer { query } => hearing.query = hearing.query.take().or(Some(query)),
            Command::Clarify { options } => self.clarify(options, text, hearing),
            Command::Smalltalk { kind } => self.smalltalk(kind, hearing),
            Command::CannotUnderstand {} => hearing.lost = true,
        }
    }

    fn obey_start(&mut self, name: &str, text: &str, hearing: &mut Hearing) {
        if self.frame().is_some_and(|frame| frame.procedure == name) {
            self.note(&format!("{name} is already going on"));
            hearing.lost |= !hearing.progress && hearing.open.is_none();
            hearing.answered = true;
            return;
        }
        let mut words = vec![text.to_owned()];
        if let Some(Pending::Clarify { words: before, .. }) = &hearing.open {
            words.insert(0, before.clone());
        }
        if hearing.started > 0 || self.is_deep() {
            self.enqueue(name, text);
            hearing.answered = true;
        } else if self.start(name, words) {
            hearing.started += 1;
            hearing.progress = true;
        } else {
            hearing.lost = true;
        }
    }

    fn obey_cancel(&mut self, hearing: &mut Hearing) {
        hearing.answered = true;
        if self.frame().is_some() {
            self.cancel();
            hearing.progress = true;
        } else {
            self.dialogue.queue.clear();
        }
    }

    fn affirm(&mut self, hearing: &mut Hearing) {
        match hearing.open.take() {
            Some(Pending::Confirm(open)) => {
                if let Some(frame) = self.frame_mut() {
                    frame.confirmed = Some(open.what);
                    frame.at = open.next;
                }
                hearing.progress = true;
            }
            Some(Pending::Slot(question)) => {
                match (question.kind, question.candidates.as_slice()) {
                    (SlotKind::YesNo, _) => self.propose(&question.slot, json!(true), hearing),
                    (_, [only]) => self.propose(&question.slot, json!(only.id), hearing),
                    _ => {
                        hearing.lost = true;
                        hearing.open = Some(Pending::Slot(question));
                    }
                }
            }
            None if hearing.progress || self.frame().is_some() => {}
            None => hearing.answered = true,
            other => {
                hearing.lost = true;
                hearing.open = other;
            }
        }
    }

    fn deny(&mut self, hearing: &mut Hearing) {
        match hearing.open.take() {
            Some(Pending::Confirm(open)) => {
                self.say(Utterance::AskChange {});
                hearing.answered = true;
                self.dialogue.counters.not_understood = 0;
                hearing.open = Some(Pending::Change(open));
            }
            Some(Pending::Change(_)) => {
                self.cancel();
                hearing.progress = true;
            }
            Some(Pending::Slot(question)) if question.kind == SlotKind::YesNo => {
                self.propose(&question.slot, json!(false), hearing);
            }
            Some(other) => {
                hearing.lost = true;
                hearing.open = Some(other);
            }
            None => hearing.answered = true,
        }
    }

    fn propose(&mut self, slot: &str, value: Value, hearing: &mut Hearing) {
        if let Some(frame) = self.frame_mut() {
            frame.proposed.insert(slot.to_owned(), value);
        }
        hearing.progress = true;
    }

    fn set_slot(&mut self, name: &str, value: Value, hearing: &mut Hearing) {
        match hearing.open.take() {
            Some(Pending::Slot(question)) if question.slot == name => {
                self.answer(question, value, hearing)
            }
            open => {
                hearing.open = open;
                self.volunteer(name, value, hearing);
            }
        }
    }

    /// The answer to the question that is open.
    fn answer(&mut self, question: Question, value: Value, hearing: &mut Hearing) {
        let procedure = self.procedure();
        let Some(slot) = procedure.and_then(|procedure| procedure.slots.get(&question.slot)) else {
            hearing.lost = true;
            return;
        };
        match resolve(slot, &question.candidates, &value, true, self.world.today) {
            Resolved::Value(filled) => {
                let value = match slot.each.is_some() {
                    true => json!([filled.value]),
                    false => filled.value,
                };
                self.propose(&question.slot, value, hearing);
            }
            Resolved::OneOf(ids) if ids.len() < question.candidates.len() => {
                if let Some(frame) = self.frame_mut() {
                    frame.narrowed.insert(question.slot, ids);
                }
                hearing.progress = true;
            }
            _ if self.is_another_candidate(slot, &value) => {
                self.propose(&question.slot, value, hearing)
            }
            _ => {
                hearing.lost = true;
                hearing.open = Some(Pending::Slot(question));
            }
        }
    }

    /// Something that was not offered, and can still be chosen.
    fn is_another_candidate(&self, slot: &throughline_procedure::Slot, value: &Value) -> bool {
        let all = self.candidates_at_hand(slot);
        !all.is_empty()
            && matches!(
                resolve(slot, &all, value, false, self.world.today),
                Resolved::Value(_)
            )
    }

    /// A value nobody asked for: kept until it is needed, or putting right what was known.
    fn volunteer(&mut self, name: &str, value: Value, hearing: &mut Hearing) {
        let Some(slot) = self
            .procedure()
            .and_then(|procedure| procedure.slots.get(name))
        else {
            self.note(&format!("'{name}' is no slot here"));
            hearing.answered |= hearing.open.is_none();
            hearing.lost |= hearing.open.is_some();
            return;
        };
        let filled = self
            .frame()
            .and_then(|frame| frame.slots.get(name))
            .cloned();
        match filled {
            None => self.propose(name, value, hearing),
            Some(filled) => {
                let candidates = self.candidates_at_hand(slot);
                let same = match resolve(slot, &candidates, &value, false, self.world.today) {
                    Resolved::Value(new) => new.value == filled.value,
                    _ => false,
                };
                if !same {
                    self.correct(Some(name), Some(&value));
                }
                hearing.progress = true;
            }
        }
    }

    fn obey_correct(&mut self, slot: Option<&str>, value: Option<&Value>, hearing: &mut Hearing) {
        let open = match &hearing.open {
            Some(Pending::Slot(question)) if slot.is_none_or(|slot| slot == question.slot) => {
                Some(question.clone())
            }
            _ => None,
        };
        if let (Some(question), Some(value)) = (open, value) {
            let candidates = self
                .procedure()
                .and_then(|p| p.slots.get(&question.slot))
                .map(|slot| {
                    !matches!(
                        resolve(slot, &question.candidates, value, true, self.world.today),
                        Resolved::Misfit
                    )
                });
            if candidates == Some(true) {
                hearing.open = None;
                return self.answer(question, value.clone(), hearing);
            }
        }
        if self.correct(slot, value) {
            hearing.progress = true;
        } else if let Some(Pending::Confirm(open)) = hearing.open.take() {
            self.say(Utterance::AskChange {});
            hearing.answered = true;
            hearing.open = Some(Pending::Change(open));
        } else {
            hearing.lost = true;
        }
    }

    fn clarify(&mut self, options: Vec<String>, text: &str, hearing: &mut Hearing) {
        let mut known: Vec<Choice> = Vec::new();
        for name in options {
            if let Some(procedure) = self.library.get(&name)
                && !known.iter().any(|choice| choice.id == name)
            {
                known.push(Choice {
                    id: name,
                    label: procedure.title.clone(),
                });
            }
        }
        match known.as_slice() {
            [] => hearing.lost = true,
            [only] => self.obey_start(&only.id.clone(), text, hearing),
            _ if hearing.started > 0 => {}
            _ => {
                let options = known.iter().map(|choice| choice.id.clone()).collect();
                let words = extract::shortened(text).to_owned();
                self.say(Utterance::Clarify { options: known });
                hearing.answered = true;
                hearing.open = Some(Pending::Clarify { options, words });
            }
        }
    }

    fn smalltalk(&mut self, kind: Smalltalk, hearing: &mut Hearing) {
        if !hearing.progress {
            self.say(Utterance::Smalltalk { kind });
            let goes = matches!(kind, Smalltalk::Thanks | Smalltalk::Goodbye);
            hearing.answered = true;
            if let Some(open) = hearing.open.as_ref().filter(|_| !goes).cloned() {
                self.repeat(&open, false);
            }
        }
    }

    fn conclude(&mut self, hearing: Hearing) {
        let Hearing {
            open,
            progress,
            answered,
            query,
            lost,
            ..
        } = hearing;
        if progress {
            self.dialogue.counters.not_understood = 0;
            self.run();
        } else {
            self.dialogue.pending = open;
        }
        if self.dialogue.handed_off {
            return;
        }
        if let Some(query) = query {
            return self.search_or_hold(query);
        }
        if !progress && (lost || !answered) {
            self.misunderstood();
        } else if !progress && self.dialogue.pending.is_none() {
            // An answer given before its question: the procedure goes on.
            self.run();
        }
    }

    fn misunderstood(&mut self) {
        self.dialogue.counters.not_understood += 1;
        if self.dialogue.counters.not_understood >= MISUNDERSTANDINGS_LIMIT {
            return self.hand_off("not_understood", None, None);
        }
        match self.dialogue.pending.clone() {
            Some(open) => self.repeat(&open, true),
            None if self.frame().is_some() => self.run(),
            None => self.say(Utterance::NotUnderstood {}),
        }
    }
}
