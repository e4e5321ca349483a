//! Runs procedures. The same dialogue, event and world always give the same turn.

mod calls;
mod candidates;
mod collect;
mod frames;
mod hear;
mod knowledge;
mod policy;
mod repair;
mod values;

use crate::command::Command;
use crate::dialogue::{Dialogue, Frame, Heard, Pending, PendingConfirm, Provenance};
use crate::event::{Event, Handoff, Noted, Step, Turn, World};
use crate::trace::Record;
use crate::utterance::Utterance;
use throughline_procedure::{Action, Library, Op, Procedure, SlotKind, Target};

/// How many lines of procedures one message may carry out. More is an endless loop: a person takes over.
pub const MOVES_LIMIT: u32 = 200;
/// How many tools one message may call, look-ups included.
pub const CALLS_LIMIT: u32 = 24;
/// How many messages in a row may stay without sense.
pub const MISUNDERSTANDINGS_LIMIT: u32 = 3;
/// In how many messages a customer may be upset.
pub const UPSET_LIMIT: u32 = 2;
/// How often the policy may refuse a running procedure.
pub const REFUSALS_LIMIT: u32 = 4;
/// The rule named when somebody cannot be identified.
pub const UNIDENTIFIED: &str = "auth.identity";
/// How sure the search must be to answer.
pub const ANSWER_CONFIDENCE: f32 = 0.5;
/// The most messages that are held while the host owes an answer.
const HELD_LIMIT: usize = 20;
/// The most characters of a message that a trace repeats.
const TRACE_TEXT: usize = 500;

/// To whom a conversation is handed over, as far as the procedure says.
#[derive(Default)]
struct Whom {
    queue: Option<String>,
    skills: Option<String>,
}

impl Whom {
    fn is_named(&self) -> bool {
        self.queue.is_some() || self.skills.is_some()
    }
}

/// Runs the procedures of one library.
#[derive(Clone, Copy, Debug)]
pub struct Executor<'a> {
    library: &'a Library,
}

impl<'a> Executor<'a> {
    /// An executor of `library`. For a conversation with running procedures, pass the version it is pinned to:
    /// `dialogue.current().pin.library`.
    pub fn new(library: &'a Library) -> Self {
        Self { library }
    }

    /// Takes in what happened and says what to do. Always ends: every turn has a bounded number of moves, and beyond
    /// it a person takes over.
    pub fn step(&self, dialogue: &mut Dialogue, event: Event, world: &World) -> Turn {
        let mut run = Run {
            library: self.library,
            dialogue,
            world,
            turn: Turn::default(),
        };
        run.take(event);
        run.turn
    }
}

/// What becomes of the turn after an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    /// On with the next operation.
    On,
    /// On wherever the frame now stands.
    Moved,
    /// Somebody is awaited, or a person has the conversation.
    Stop,
}

/// One event being worked on.
struct Run<'a> {
    library: &'a Library,
    dialogue: &'a mut Dialogue,
    world: &'a World,
    turn: Turn,
}

impl<'a> Run<'a> {
    fn take(&mut self, event: Event) {
        if self.dialogue.handed_off {
            self.note("a person has the conversation; nothing is done");
            return;
        }
        match event {
            Event::Heard { text, commands } => self.take_heard(Heard { text, commands }),
            Event::ToolReturned { call, outcome } => self.returned(call, outcome),
            Event::Decided {
                call,
                allowed,
                rules,
            } => self.decided(call, allowed, rules),
            Event::Found {
                passages,
                confidence,
            } => self.found(passages, confidence),
            Event::Identified { assurance, subject } => {
                self.identified(assurance, subject.is_some())
            }
        }
        self.hear_held();
        self.end_turn();
    }

    fn take_heard(&mut self, heard: Heard) {
        self.dialogue.counters.moves_left = MOVES_LIMIT;
        self.dialogue.counters.calls_left = CALLS_LIMIT;
        let person = heard
            .commands
            .iter()
            .any(|command| matches!(command, Command::HandOff { .. }));
        if !self.dialogue.awaits_host() || person {
            self.hear(heard);
        } else if self.dialogue.held.len() < HELD_LIMIT {
            self.note("held until the answer is in");
            self.dialogue.held.push(heard);
        } else {
            self.hand_off(
                "no_progress",
                None,
                Some("too many messages while an answer was awaited"),
            );
        }
    }

    fn hear_held(&mut self) {
        while !self.dialogue.held.is_empty()
            && !self.dialogue.awaits_host()
            && !self.dialogue.handed_off
        {
            let heard = self.dialogue.held.remove(0);
            self.hear(heard);
        }
    }

    fn end_turn(&mut self) {
        let ended = self
            .turn
            .steps
            .last()
            .is_some_and(|step| step.asks_host() || matches!(step, Step::HandOff(_)));
        if !ended && !self.dialogue.handed_off && !self.dialogue.awaits_host() {
            self.emit(Step::Wait);
        }
    }

    /// Carries out procedures until somebody is awaited.
    fn run(&mut self) {
        loop {
            if self.dialogue.handed_off || self.dialogue.pending.is_some() {
                return;
            }
            if self.dialogue.counters.moves_left == 0 {
                return self.hand_off("no_progress", None, Some("the procedure goes in circles"));
            }
            self.dialogue.counters.moves_left -= 1;
            let Some(procedure) = self.procedure() else {
                if !self.begin_next() {
                    return;
                }
                continue;
            };
            let at = self.frame().map_or(0, |frame| frame.at);
            let Some(op) = procedure.ops.get(at) else {
                self.finish();
                continue;
            };
            self.trace_at(procedure, op);
            match self.carry_out(procedure, at, op) {
                Flow::On => self.go_to(at + 1),
                Flow::Moved => {}
                Flow::Stop => return,
            }
        }
    }

    fn carry_out(&mut self, procedure: &'a Procedure, at: usize, op: &'a Op) -> Flow {
        match &op.action {
            Action::Identify { level } => self.identify(*level),
            Action::Collect { slots } => self.collect(procedure, slots),
            Action::Call { tool, args, .. } => self.call(procedure, at, tool, args),
            Action::Confirm { text } => self.confirm(procedure, at, text),
            Action::If { condition, then } => match self.holds(condition) {
                true => self.simple(procedure, at, then),
                false => Flow::On,
            },
            other => self.simple(procedure, at, other),
        }
    }

    /// Actions that may also stand behind `@if` and `@on`.
    fn simple(&mut self, procedure: &Procedure, at: usize, action: &Action) -> Flow {
        match action {
            Action::Goto {
                target: Target::Anchor(name),
            } => {
                let to = procedure.anchors.get(name).copied();
                self.go_to(to.unwrap_or(procedure.ops.len()));
                Flow::Moved
            }
            Action::Goto {
                target: Target::Procedure(name),
            } => self.replace(name),
            Action::Say { text } => {
                let text = self.fill(text);
                self.say_once(text);
                Flow::On
            }
            Action::HandOff {
                queue,
                skills,
                note,
            } => {
                let note = note.as_ref().map(|note| self.fill(note));
                let to = Whom {
                    queue: queue.clone(),
                    skills: skills.clone(),
                };
                self.hand_off("procedure", Some(to), note.as_deref());
                Flow::Stop
            }
            Action::Done => {
                self.go_to(procedure.ops.len());
                Flow::Moved
            }
            Action::Identify { level } => self.identify(*level),
            _ => {
                self.note(&format!("operation {at} has nothing to do here"));
                Flow::On
            }
        }
    }

    fn frame(&self) -> Option<&Frame> {
        self.dialogue.stack.last()
    }

    fn frame_mut(&mut self) -> Option<&mut Frame> {
        self.dialogue.stack.last_mut()
    }

    /// The text of the procedure that is going on.
    fn procedure(&self) -> Option<&'a Procedure> {
        self.library.get(&self.frame()?.procedure)
    }

    fn go_to(&mut self, at: usize) {
        if let Some(frame) = self.frame_mut() {
            frame.at = at;
        }
    }

    fn emit(&mut self, step: Step) {
        self.turn.trace.push(Record::Step { step: step.clone() });
        self.turn.steps.push(step);
    }

    fn say(&mut self, utterance: Utterance) {
        self.emit(Step::Say(utterance));
    }

    fn say_once(&mut self, text: String) {
        let Some(frame) = self.frame_mut() else {
            return;
        };
        if !frame.said.contains(&text) {
            frame.said.push(text.clone());
            self.say(Utterance::Told { text });
        }
    }

    fn note(&mut self, text: &str) {
        self.turn.trace.push(Record::Note {
            text: text.to_owned(),
        });
    }

    fn trace_at(&mut self, procedure: &Procedure, op: &Op) {
        let step = procedure.steps.get(op.step).map_or(0, |step| step.number);
        let record = Record::At {
            procedure: procedure.name.clone(),
            step,
            line: op.line,
        };
        if self.turn.trace.last() != Some(&record) {
            self.turn.trace.push(record);
        }
    }

    /// Gives the conversation to a person, once.
    fn hand_off(&mut self, reason: &str, to: Option<Whom>, note: Option<&str>) {
        if self.dialogue.handed_off {
            return;
        }
        let named = to.filter(Whom::is_named).or_else(|| self.escalation());
        let Whom { queue, skills } = named.unwrap_or_default();
        let handoff = Handoff {
            reason: reason.to_owned(),
            queue,
            skills,
            message: Utterance::HandingOver {
                reason: reason.to_owned(),
            },
            summary: self.summary(note),
            slots: self.noted(),
            facts: self.facts(),
            denied: self.dialogue.denied.clone(),
            citations: self.dialogue.citations.clone(),
            done: self.dialogue.done.clone(),
        };
        self.dialogue.handed_off = true;
        self.dialogue.pending = None;
        self.emit(Step::HandOff(Box::new(handoff)));
    }

    /// To whom the procedure hands over when no step says so.
    fn escalation(&self) -> Option<Whom> {
        let mut all = self.procedure()?.escalations.iter().map(|one| Whom {
            queue: one.queue.clone(),
            skills: one.skills.clone(),
        });
        all.find(Whom::is_named)
    }

    fn noted(&self) -> std::collections::BTreeMap<String, Noted> {
        let frames = self.dialogue.stack.iter();
        let slots = frames.flat_map(|frame| {
            let procedure = self.library.get(&frame.procedure);
            // A one-time code is nobody's business but the customer's.
            let is_secret = move |name: &str| {
                let slot = procedure.and_then(|procedure| procedure.slots.get(name));
                slot.is_some_and(|slot| slot.kind == SlotKind::Code)
            };
            let slots = frame.slots.iter();
            slots.filter(move |(name, _)| !is_secret(name))
        });
        slots
            .map(|(name, filled)| {
                let noted = Noted {
                    value: filled.value.clone(),
                    label: filled.label.clone(),
                    from: filled.from,
                };
                (name.clone(), noted)
            })
            .collect()
    }

    fn facts(&self) -> std::collections::BTreeMap<String, serde_json::Value> {
        let known = self
            .dialogue
            .known
            .iter()
            .map(|(name, known)| (name.clone(), known.filled.value.clone()));
        let mut facts: std::collections::BTreeMap<_, _> = known.collect();
        facts.extend(self.world.facts.clone());
        facts
    }

    /// What it is about and how far it came, in a few sentences.
    fn summary(&self, note: Option<&str>) -> String {
        let mut said = Vec::new();
        match self.procedure() {
            Some(procedure) => {
                let frame = self.frame();
                let step = frame.and_then(|frame| procedure.step_of(frame.at));
                let step = step.map(|step| format!(", at step {}: {}", step.number, step.text));
                said.push(format!(
                    "{}{}.",
                    procedure.title,
                    step.unwrap_or_default().trim_end_matches('.')
                ));
            }
            None => said.push("No procedure is running.".to_owned()),
        }
        let slots: Vec<String> = self
            .noted()
            .iter()
            .map(|(name, noted)| format!("{name}: {}", noted.label))
            .collect();
        if !slots.is_empty() {
            said.push(format!("Known: {}.", slots.join("; ")));
        }
        for rule in &self.dialogue.denied {
            said.push(format!("Refused by {}: {}", rule.id, rule.say));
        }
        for done in &self.dialogue.done {
            said.push(format!("Done: {}.", done.tool));
        }
        if let Some(words) = self.frame().and_then(|frame| frame.words.last()) {
            said.push(format!("Last said: \"{}\"", first_chars(words, TRACE_TEXT)));
        }
        said.extend(note.map(str::to_owned));
        said.join(" ")
    }

    fn ask_confirm(&mut self, text: String, what: crate::event::Confirmation, next: usize) -> Flow {
        self.say(Utterance::Confirm { text: text.clone() });
        self.dialogue.pending = Some(Pending::Confirm(PendingConfirm { text, what, next }));
        Flow::Stop
    }

    fn trace_slot(&mut self, slot: &str, value: &serde_json::Value, from: Provenance) {
        self.turn.trace.push(Record::Slot {
            slot: slot.to_owned(),
            value: value.clone(),
            from,
        });
    }
}

fn first_chars(text: &str, count: usize) -> String {
    match text.char_indices().nth(count) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
