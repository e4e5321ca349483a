//! What happens to a dialogue, what is to be done, and what the executor may know of the world.

use crate::command::Command;
use crate::trace::Record;
use crate::utterance::Utterance;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Something happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The customer said something, and an understander read it.
    Heard {
        /// The words; looked through again when candidates come in. Never an instruction.
        text: String,
        /// What it means.
        commands: Vec<Command>,
    },
    /// A tool answered or failed. Also when the outcome is not known (a timeout).
    ToolReturned {
        /// The call.
        call: u64,
        /// How it went.
        outcome: Outcome,
    },
    /// The policy decided: always the answer to [`Step::AskPolicy`]; for [`Step::CallTool`] only when it refuses.
    Decided {
        /// The call.
        call: u64,
        /// Whether it is allowed.
        allowed: bool,
        /// The rules that refuse it.
        rules: Vec<Rule>,
    },
    /// The knowledge base was searched.
    Found {
        /// What was found, best first.
        passages: Vec<Passage>,
        /// How sure it is that the first one answers, 0 to 1.
        confidence: f32,
    },
    /// [`Step::Identify`] was looked into: `World` says how it stands now.
    Identified {
        /// The assurance reached, 0 to 3.
        assurance: u8,
        /// Who it is, when that is known.
        subject: Option<String>,
    },
}

/// How a tool call went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The result.
    Ok(Value),
    /// What went wrong, for the trace and the person who takes over; the customer never sees it.
    Failed(String),
}

/// A rule of the policy that refuses something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Its id, such as `auth.identity`.
    pub id: String,
    /// What the customer is told.
    pub say: String,
    /// What would cure it: `confirm`, `identify`, `ask:payment`, `approval:…`, `refuse`.
    pub remedy: String,
}

/// A passage of the knowledge base.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Passage {
    /// Its id, for the citation.
    pub id: String,
    /// The title of its article.
    pub title: String,
    /// Its words.
    pub text: String,
    /// Where customers can read the article.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// What a yes was given to: exactly this tool with exactly these arguments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The tool.
    pub tool: String,
    /// Its arguments.
    pub args: Value,
}

/// Something for the host to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// Say something to the customer.
    Say(Utterance),
    /// Ask the policy, then call the tool.
    CallTool {
        /// The number to answer with; rises within a conversation, so it serves as an idempotency key.
        call: u64,
        /// The tool.
        tool: String,
        /// Its arguments.
        args: Value,
        /// The yes it was given, if one was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        confirmation: Option<Confirmation>,
    },
    /// Ask the policy whether a call would be allowed once the customer says yes; call nothing. Answered by
    /// [`Event::Decided`]. So nobody is asked to confirm what is refused anyway.
    AskPolicy {
        /// The number to answer with.
        call: u64,
        /// The tool.
        tool: String,
        /// Its arguments.
        args: Value,
    },
    /// Search the knowledge base.
    Search {
        /// The question.
        query: String,
    },
    /// Find out how well the person is proven, without asking them: is `level` reached?
    Identify {
        /// The assurance needed, 0 to 3.
        level: u8,
    },
    /// A procedure has proven who the customer is: keep it, for this conversation. Not answered.
    Prove {
        /// The account's id.
        subject: String,
        /// How well, 1 to 3.
        assurance: u8,
    },
    /// Give the conversation to a person.
    HandOff(Box<Handoff>),
    /// It is the customer's turn.
    Wait,
}

impl Step {
    /// Whether the host owes an answer to this step.
    pub fn asks_host(&self) -> bool {
        matches!(
            self,
            Self::CallTool { .. }
                | Self::AskPolicy { .. }
                | Self::Search { .. }
                | Self::Identify { .. }
        )
    }
}

/// Everything a person needs who takes over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Handoff {
    /// Why, in one word: `asked`, `upset`, `procedure`, `tool_failed`, `not_understood`, `refused`, `approval`,
    /// `identity`, `no_choice`, `no_answer`, `out_of_scope`, `language`, `no_progress`.
    pub reason: String,
    /// The queue, where the procedure names one.
    pub queue: Option<String>,
    /// The skills it asks for, where the procedure names some, such as `language:de 3, returns`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skills: Option<String>,
    /// What the customer is told.
    pub message: Utterance,
    /// What it is about and how far it came.
    pub summary: String,
    /// What the customer told or chose.
    pub slots: BTreeMap<String, Noted>,
    /// Everything that is known.
    pub facts: BTreeMap<String, Value>,
    /// The rules that refused something.
    pub denied: Vec<Rule>,
    /// Passages that were cited.
    pub citations: Vec<Passage>,
    /// Tools that changed something, with their arguments.
    pub done: Vec<Confirmation>,
}

/// A slot, for people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Noted {
    /// Its value as tools get it.
    pub value: Value,
    /// What it is called.
    pub label: String,
    /// Where it came from.
    pub from: crate::dialogue::Provenance,
}

/// What the executor may know of the world when an event comes in. It has no channel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct World {
    /// Who the person is proven to be: the account's id.
    pub subject: Option<String>,
    /// How well, 0 to 3.
    pub assurance: u8,
    /// What the customer has told or proven in this conversation; never asked again.
    pub facts: BTreeMap<String, Value>,
    /// The day it is for the customer; for "yesterday".
    pub today: Option<time::Date>,
}

/// What comes of an event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Turn {
    /// What to do, in order. The last one says who is awaited.
    pub steps: Vec<Step>,
    /// What happened, for people.
    pub trace: Vec<Record>,
}
