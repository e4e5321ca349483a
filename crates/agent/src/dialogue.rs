//! Everything remembered between two messages. The host stores it with the conversation, as JSON.

use crate::event::{Confirmation, Outcome, Passage, Rule};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use throughline_procedure::{Pin, SlotKind};

/// The state of a conversation with the agent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dialogue {
    /// The running procedures; the last one is the one that is going on, the others wait for it.
    pub stack: Vec<Frame>,
    /// Procedures the customer also asked for, in order.
    pub queue: Vec<Queued>,
    /// What is open: a question to the customer, or a request to the host.
    pub pending: Option<Pending>,
    /// What was learned in this conversation, by fact name: the next procedure does not ask for it again.
    pub known: BTreeMap<String, Known>,
    /// Messages that came in while the host owed an answer.
    pub held: Vec<Heard>,
    /// How often things went wrong.
    pub counters: Counters,
    /// The number of the last tool call.
    pub calls: u64,
    /// Rules that refused something.
    pub denied: Vec<Rule>,
    /// Passages that were cited.
    pub citations: Vec<Passage>,
    /// Tools that changed something.
    pub done: Vec<Confirmation>,
    /// Whether a person has the conversation.
    pub handed_off: bool,
}

impl Dialogue {
    /// The procedure that is going on.
    pub fn current(&self) -> Option<&Frame> {
        self.stack.last()
    }

    /// A person gives the conversation back: the agent listens again, from the beginning but with what is known.
    pub fn hand_back(&mut self) {
        self.handed_off = false;
        self.stack.clear();
        self.queue.clear();
        self.held.clear();
        self.pending = None;
        self.counters = Counters::default();
    }

    /// Whether the host owes an answer.
    pub fn awaits_host(&self) -> bool {
        matches!(
            self.pending,
            Some(
                Pending::Call(_)
                    | Pending::Policy(_)
                    | Pending::Search { .. }
                    | Pending::Identify { .. }
            )
        )
    }
}

/// A running procedure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// The version it runs with.
    pub pin: Pin,
    /// Its name.
    pub procedure: String,
    /// The next operation.
    pub at: usize,
    /// What is known, by slot.
    pub slots: BTreeMap<String, Filled>,
    /// Values for slots as the customer said them, until candidates are known.
    pub proposed: BTreeMap<String, Value>,
    /// Values of slots that are asked for each element of another, so far.
    pub partial: BTreeMap<String, Vec<Candidate>>,
    /// Results of tools, by the name they are kept under.
    pub results: BTreeMap<String, Value>,
    /// Results of look-ups, by tool and arguments, so that nothing is looked up twice.
    pub looked_up: BTreeMap<String, Value>,
    /// What the customer said since it began; looked through when candidates come in.
    pub words: Vec<String>,
    /// The yes that was given and not yet used.
    pub confirmed: Option<Confirmation>,
    /// Candidates the customer has turned down, by slot.
    pub turned_down: BTreeMap<String, Vec<String>>,
    /// How often the policy refused a call of it.
    pub refusals: u32,
    /// The operation after the last one that changed something: what was said before it cannot be changed any more.
    pub barrier: usize,
    /// What is left of a slot's candidates after an answer that fitted several, by slot.
    pub narrowed: BTreeMap<String, Vec<String>>,
    /// What its `@say` lines have said, so that a correction does not say it again.
    pub said: Vec<String>,
    /// The highest assurance that was tried to be reached for it.
    pub identified: Option<u8>,
}

/// A value with where it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Filled {
    /// As tools get it.
    pub value: Value,
    /// As the customer is told.
    pub label: String,
    /// What is known of it: the candidate's record, or a list of records.
    pub record: Value,
    /// Where it came from.
    pub from: Provenance,
}

/// Where a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// The customer said it.
    Told,
    /// It was known before.
    Fact,
    /// There was only one.
    Only,
    /// The procedure's default.
    Default,
    /// The customer put it right.
    Corrected,
}

/// One of several values a slot may take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// As tools get it.
    pub id: String,
    /// As the customer is told.
    pub label: String,
    /// Further words it is recognised by.
    pub words: String,
    /// What is known of it.
    pub record: Value,
}

/// Something remembered beyond one procedure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// What kind of thing.
    pub kind: SlotKind,
    /// The value.
    pub filled: Filled,
}

/// A procedure that waits for its turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Queued {
    /// Its name.
    pub procedure: String,
    /// The message that asked for it.
    pub words: String,
}

/// A message that came in too early.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    /// The words.
    pub text: String,
    /// What they mean.
    pub commands: Vec<crate::command::Command>,
}

/// What is open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "open", rename_all = "snake_case")]
pub enum Pending {
    /// The customer was asked for a slot.
    Slot(Question),
    /// Something was read back, and waits for a yes.
    Confirm(PendingConfirm),
    /// After a no: what should be different?
    Change(PendingConfirm),
    /// Which procedure is meant?
    Clarify {
        /// Names of procedures.
        options: Vec<String>,
        /// The message that could mean both.
        words: String,
    },
    /// A tool runs.
    Call(PendingCall),
    /// The policy is asked about something that is to be read back.
    Policy(PendingPolicy),
    /// The knowledge base is being searched.
    Search {
        /// The question.
        query: String,
        /// What was open before; asked again afterwards.
        resume: Option<Box<Pending>>,
    },
    /// The host finds out who this is.
    Identify {
        /// The assurance needed.
        level: u8,
    },
}

/// A question for a slot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// The slot.
    pub slot: String,
    /// What it may hold.
    pub kind: SlotKind,
    /// The question as asked.
    pub ask: String,
    /// What can be chosen; empty for free values.
    pub candidates: Vec<Candidate>,
}

/// What the policy is asked about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PendingPolicy {
    /// Its number.
    pub call: u64,
    /// The operation of the `@confirm`.
    pub op: usize,
    /// The operation of the `@call` it is about.
    pub call_op: usize,
    /// What will be read back.
    pub text: String,
    /// What a yes would allow.
    pub what: Confirmation,
}

/// What was read back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PendingConfirm {
    /// What was said.
    pub text: String,
    /// What a yes allows.
    pub what: Confirmation,
    /// The operation to go on with after a yes.
    pub next: usize,
}

/// A tool that runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PendingCall {
    /// Its number.
    pub call: u64,
    /// The tool.
    pub tool: String,
    /// Its arguments.
    pub args: Value,
    /// The yes it was given.
    pub confirmation: Option<Confirmation>,
    /// The operation it is for; `None` for a look-up of candidates.
    pub op: Option<usize>,
    /// For a look-up: the key its result is remembered under.
    pub key: Option<String>,
}

/// How often things went wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Messages in a row that were not understood.
    pub not_understood: u32,
    /// Messages in which the customer was upset.
    pub upset: u32,
    /// Moves left in this turn: what bounds every turn.
    pub moves_left: u32,
    /// Tool calls left in this turn.
    pub calls_left: u32,
}

impl From<Outcome> for Result<Value, String> {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Ok(value) => Ok(value),
            Outcome::Failed(what) => Err(what),
        }
    }
}
