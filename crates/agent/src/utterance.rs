//! What to say, typed. It is worded at the very end, so that every style says the same.

use crate::command::Smalltalk;
use crate::event::Passage;
use serde::{Deserialize, Serialize};

/// One thing to say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "snake_case")]
pub enum Utterance {
    /// The procedure's own words.
    Told {
        /// The words.
        text: String,
    },
    /// A question for a slot.
    Ask {
        /// The slot.
        slot: String,
        /// The question.
        question: String,
        /// What can be chosen.
        choices: Vec<Choice>,
        /// Whether the answer before was not understood.
        again: bool,
    },
    /// A read-back that waits for a yes.
    Confirm {
        /// What will be done.
        text: String,
    },
    /// After a no: what should be different?
    AskChange {},
    /// Why something is refused, in the policy's words.
    Refused {
        /// The rules' sentences.
        says: Vec<String>,
    },
    /// An answer from the knowledge base, with what it is taken from.
    Answer {
        /// The passages cited, best first.
        passages: Vec<Passage>,
    },
    /// The knowledge base does not know.
    NoAnswer {},
    /// Which of these is meant?
    Clarify {
        /// The titles.
        options: Vec<Choice>,
    },
    /// The message was not understood.
    NotUnderstood {},
    /// What was going on is left.
    Cancelled {
        /// The title of the procedure.
        title: String,
    },
    /// Back to what was going on.
    Resumed {
        /// The title of the procedure.
        title: String,
    },
    /// Too late to change that.
    AlreadyDone {},
    /// A person takes over.
    HandingOver {
        /// Why, as in [`crate::event::Handoff::reason`].
        reason: String,
    },
    /// An apology to somebody upset.
    Sorry {},
    /// Small talk.
    Smalltalk {
        /// Which.
        kind: Smalltalk,
    },
}

/// Something to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Its id; a button sends it.
    pub id: String,
    /// What it is called.
    pub label: String,
}
