//! The AI agent takes its turn in a conversation.
//!
//! Intake wakes it with a job, one at a time for each conversation. [`Agent`] hears what the customer wrote, thinks
//! (`throughline_brain`), and stores what it came to before it acts on it: after a crash it goes on where it was, with
//! the same idempotency keys. What it decided and did are entries of the timeline; what it thought is a trace.
//!
//! It never talks over a person. Right before an answer is stored, in the same transaction, it looks who looks after
//! the conversation, and whether anybody has answered meanwhile.
//!
//! * [`wake`]: there is something to hear; [`Agent`]: the job's handler,
//! * [`Copilot`]: what it would do, for the person who answers,
//! * [`CustomerRecords`]: what other systems know about a customer,
//! * [`procedures`]: how issues are resolved, for those who look after it,
//! * [`traces`]: why it did what it did, for people; [`hand_back`]: a person gives the conversation back to it.

mod copilot;
mod deeds;
mod ledger;
mod mind;
pub mod procedures;
mod records;
mod standing;
mod turn;
mod works;

pub use copilot::{Citation, Copilot, NextStep, Reason, Suggestion, Verdict};
pub(crate) use ledger::author;
pub use mind::{Trace, hand_back, traces};
pub(crate) use mind::{handed_off, keep_out};
pub use records::CustomerRecords;
pub use turn::Agent;
pub use works::Library;

use crate::error::Result;
use crate::{Setup, job};
use throughline_model::id::ConversationId;
use throughline_storage::Tx;

/// The job kind in which the agent takes its turn.
pub const AGENT: &str = "agent";
/// How often a turn is tried before people have to look at it.
const TRIES: i64 = 6;

/// There is something to hear in this conversation.
///
/// # Errors
/// When the database fails.
pub fn wake(tx: &mut Tx<'_>, setup: &Setup, conversation: ConversationId) -> Result<()> {
    let key = conversation.to_string();
    let payload = serde_json::json!({ "conversation": conversation });
    let now = setup.clock.now();
    job::enqueue(tx, &setup.clock, AGENT, &key, &payload, now, TRIES)?;
    Ok(())
}
