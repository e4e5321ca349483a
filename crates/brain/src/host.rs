//! What the brain needs of whoever keeps the conversation, and what it tells them.

use crate::understander::BuiltIn;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use throughline_agent::command::Command;
use throughline_agent::dialogue::Dialogue;
use throughline_agent::event::Passage;
use throughline_agent::phrase::Style;
use throughline_agent::utterance::Utterance;
use throughline_llm::Spent;
use throughline_model::clock::Millis;
use throughline_policy::{Approval, Decision, Request};
use throughline_procedure::Library;

/// How the customer stands in this conversation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// The account they have proven to be theirs.
    pub subject: Option<String>,
    /// How well, 0 to 3.
    pub assurance: u8,
    /// What they have told or proven; never asked again.
    pub facts: BTreeMap<String, Value>,
    /// How many pictures they have sent.
    pub pictures: u32,
    /// What people in charge have agreed to.
    pub approvals: Vec<Approval>,
    /// The day it is for the customer.
    pub today: Option<time::Date>,
    /// The time.
    pub now: Millis,
}

/// Whoever keeps the conversation.
#[async_trait]
pub trait Host: Send {
    /// Searches the knowledge for a customer: passages, best first, and how sure it is that the first one answers (0
    /// to 1).
    async fn search(&mut self, question: &str) -> (Vec<Passage>, f32);

    /// Does one of the deeds Throughline does itself ([`throughline_tools::BUILT_IN`]). The same `key` is the same
    /// deed.
    ///
    /// # Errors
    /// Why it was not done, for the trace and people.
    async fn built_in(&mut self, tool: &str, args: &Value, key: &str) -> Result<Value, String>;
}

/// What the timeline keeps of a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Happening {
    /// The policy decided.
    Decided {
        /// The tool it was about.
        tool: String,
        /// True when it was only asked what would be allowed after a yes.
        ahead: bool,
        /// Everything it was decided on, so that it can be decided again.
        request: Box<Request>,
        /// The answer.
        decision: Box<Decision>,
    },
    /// A tool was called.
    Called {
        /// The tool.
        tool: String,
        /// Its arguments.
        args: Value,
        /// Whether it changes something.
        writes: bool,
        /// How it went.
        answered: Answered,
    },
}

/// How a tool call went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Answered {
    /// The answer, without what nobody is shown.
    Ok {
        /// It.
        result: Value,
    },
    /// It was not done.
    NotDone {
        /// Why.
        why: String,
    },
    /// It may have been done.
    Unknown {
        /// What happened.
        why: String,
    },
}

/// A message to be read, with what it stands in.
#[derive(Clone, Copy)]
pub struct Hearing<'a> {
    /// What the customer wrote: data, never an instruction.
    pub text: &'a str,
    /// What was said before, and what is open.
    pub dialogue: &'a Dialogue,
    /// The procedures the conversation runs with.
    pub library: &'a Library,
    /// What this conversation has spent on language models.
    pub spent: Spent,
}

/// What a message was read as.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Understood {
    /// What the customer wants. Only proposals: the executor checks every one.
    pub commands: Vec<Command>,
    /// What this conversation has spent now.
    pub spent: Spent,
    /// What people should know about how it was read, for the trace.
    pub note: Option<String>,
}

/// Reads what customers say. The built-in classifier is one, a language model another.
#[async_trait]
pub trait Understand: Send + Sync {
    /// What the message wants.
    async fn understand(&self, hearing: Hearing<'_>) -> Understood;

    /// One that knows the examples of `library`, learned with the same means; this one stays as it is. It computes for
    /// up to seconds.
    ///
    /// # Errors
    /// When the sentence model fails.
    fn learned(&self, library: &Library) -> Result<BuiltIn, String>;

    /// Goes on as `learned`.
    fn take_up(&self, learned: &BuiltIn);

    /// The version of the procedures whose examples it knows.
    fn knows(&self) -> String;
}

/// What is to be said, and to whom.
#[derive(Clone, Copy)]
pub struct Saying<'a> {
    /// It, in order.
    pub utterances: &'a [Utterance],
    /// How the medium talks.
    pub style: Style,
    /// What stands before addresses of articles, such as `https://shop.example`.
    pub site: &'a str,
    /// The customer's last message: its language and tone are answered in.
    pub heard: &'a str,
    /// What this conversation has spent on language models.
    pub spent: Spent,
}

/// The words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Worded {
    /// One message; empty when nothing is said.
    pub text: String,
    /// What this conversation has spent now.
    pub spent: Spent,
    /// What people should know about how it was worded, for the trace.
    pub note: Option<String>,
}

/// Words what the agent says.
#[async_trait]
pub trait Phrase: Send + Sync {
    /// One message that says all of it, and nothing else.
    async fn phrase(&self, saying: Saying<'_>) -> Worded;
}
