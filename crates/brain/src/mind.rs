//! What is kept of a conversation between two messages.

use serde::{Deserialize, Serialize};
use throughline_agent::dialogue::Dialogue;
use throughline_agent::event::Step;
use throughline_agent::utterance::Utterance;
use throughline_llm::Spent;
use throughline_model::clock::Millis;

/// The agent's state in one conversation. The host stores it with every event that changed it, before the next step is
/// carried out: after a crash it goes on where it was, and a tool is asked again under the same key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mind {
    /// What was understood and asked.
    pub dialogue: Dialogue,
    /// What is to be said and was not yet sent: one message when it is the customer's turn.
    pub unsaid: Vec<Utterance>,
    /// The step that is being carried out.
    pub open: Option<Step>,
    /// Who the customer has proven to be in this conversation, by a procedure.
    pub proven: Option<Proven>,
    /// What the conversation has spent on language models.
    pub spent: Spent,
}

/// What a procedure that identifies somebody came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proven {
    /// The account's id.
    pub subject: String,
    /// How well, 0 to 3.
    pub assurance: u8,
    /// Until when it counts: evidence grows old.
    #[serde(default)]
    pub until: Millis,
}
