//! Who gets which conversation: the durable shell around the router (`throughline_routing`).
//!
//! A conversation that people have to act on is a piece of work; its id is the conversation's. Intake, the AI agent's
//! handoff and every change of a case wake the router with a job in their own transaction ([`wake`]). The [`Dispatcher`]
//! looks at what is true by then and tells the router, and what follows becomes durable in one transaction: the event in
//! the log, changed rows, entries of the timeline, the case's owner.
//!
//! Several processes may hold a router. Whoever decides names the last event they knew of; when another process has
//! decided since, nothing of it counts, and they restore theirs from the rows and decide again.

mod attendance;
mod board;
mod callback;
mod dispatcher;
mod entries;
mod follow;
mod hand_on;
mod promise;
mod store;
mod wait;
mod wanted;
mod worker;

pub use board::{Board, Held, LiveOffer, Me, QueueView, WorkerView};
pub use callback::CallbackOutcome;
pub use dispatcher::{Dispatcher, Transfer};
pub use throughline_routing::{Presence, Settings};
pub use wait::{Wait, waits};
pub use worker::WorkerSettings;

pub(crate) use entries::time_of;
pub(crate) use wanted::{FIELD as SKILLS, wanted};

use crate::error::Result;
use crate::job;
use crate::queries::routing as queries;
use serde::{Deserialize, Serialize};
use serde_json::json;
use throughline_model::clock::{Clock, Millis};
use throughline_model::id::{ConversationId, MemberId, WorkerId};
use throughline_storage::{Tx, params};

/// The job kind in which the router hears of a conversation or a member.
pub const ROUTE: &str = "route";
/// How often it is tried before people have to look at it.
const TRIES: i64 = 12;

/// Whose turn it is to act on a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum With {
    /// People have to.
    People,
    /// The AI agent has it (back).
    Agent,
}

/// What a job is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum News {
    Conversation {
        id: ConversationId,
        with: Option<With>,
    },
    /// The customer wrote.
    Heard {
        id: ConversationId,
        with: Option<With>,
        at: Millis,
    },
    /// It was put aside, and is due again.
    Back {
        id: ConversationId,
    },
    Member {
        id: MemberId,
    },
}

/// Something about this conversation may concern the router. `with` says whose turn it is, if that is what is new.
///
/// # Errors
/// When the database fails.
pub fn wake(
    tx: &mut Tx<'_>,
    clock: &Clock,
    conversation: ConversationId,
    with: Option<With>,
) -> Result<()> {
    let news = News::Conversation {
        id: conversation,
        with,
    };
    tell(tx, clock, conversation, news)
}

/// The customer wrote. Unlike after [`wake`], an owner who is not at the desk does not keep it from others: somebody has to
/// answer. Where that changes nothing, no job is made of it: most messages come while somebody has the conversation.
///
/// # Errors
/// When the database fails.
pub(crate) fn heard(
    tx: &mut Tx<'_>,
    clock: &Clock,
    conversation: ConversationId,
    with: Option<With>,
) -> Result<()> {
    let values = params![conversation.uuid()];
    let listens = tx.optional(&queries::LISTENS, values, |row| row.get::<bool>("listens"))?;
    if listens == Some(false) {
        return Ok(());
    }
    let news = News::Heard {
        id: conversation,
        with,
        at: clock.now(),
    };
    tell(tx, clock, conversation, news)
}

/// What was put aside is due again: its owner's if they are at the desk, else anybody's.
///
/// # Errors
/// When the database fails.
pub(crate) fn back(tx: &mut Tx<'_>, clock: &Clock, conversation: ConversationId) -> Result<()> {
    tell(tx, clock, conversation, News::Back { id: conversation })
}

fn tell(tx: &mut Tx<'_>, clock: &Clock, conversation: ConversationId, news: News) -> Result<()> {
    let (key, now) = (conversation.to_string(), clock.now());
    job::enqueue(tx, clock, ROUTE, &key, &json!(news), now, TRIES)?;
    Ok(())
}

/// A member came, or may not work any more.
///
/// # Errors
/// When the database fails.
pub fn wake_worker(tx: &mut Tx<'_>, clock: &Clock, member: MemberId) -> Result<()> {
    let (key, now) = (member.to_string(), clock.now());
    let news = json!(News::Member { id: member });
    job::enqueue(tx, clock, ROUTE, &key, &news, now, TRIES)?;
    Ok(())
}

/// The worker that a member is.
pub(crate) fn worker_of(member: MemberId) -> WorkerId {
    WorkerId(member.uuid())
}

/// The member that a worker is.
pub(crate) fn member_of(worker: WorkerId) -> MemberId {
    MemberId(worker.uuid())
}
