//! What the brain needs of whoever keeps the conversation, and what it tells them.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use throughline_agent::event::Passage;
use throughline_model::clock::Millis;
use throughline_policy::{Approval, Decision, Request};

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
