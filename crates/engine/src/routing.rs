//! Who gets which conversation: the durable shell around the router (`throughline_routing`).
//!
//! A conversation that somebody has to act on is a piece of work; its id is the conversation's. Members and the AI agent
//! are the workers. Intake, the AI agent's handoff and every change of a case wake the router with a job in their own
//! transaction ([`wake`]). The [`Dispatcher`]
//! looks at what is true by then and tells the router, and what follows becomes durable in one transaction: the event in
//! the log, changed rows, entries of the timeline, the case's owner.
//!
//! Several processes may hold a router. Whoever decides names the last event they knew of; when another process has
//! decided since, nothing of it counts, and they restore theirs from the rows and decide again.

mod ai_agent;
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

pub use ai_agent::{AgentSettings, AgentView};
pub use board::{Board, Held, LiveOffer, Me, QueueView, WorkerView};
pub use callback::CallbackOutcome;
pub use dispatcher::{Dispatcher, Transfer};
pub use throughline_routing::{Presence, Settings};
pub use wait::{Wait, is_held, waits};
pub use worker::WorkerSettings;

pub(crate) use ai_agent::has_agent;
pub(crate) use entries::time_of;
pub(crate) use wanted::{FIELD as SKILLS, wanted};

use crate::error::Result;
use crate::queries::routing as queries;
use crate::{Setup, agent, job};
use serde::{Deserialize, Serialize};
use serde_json::json;
use throughline_model::clock::{Clock, Millis};
use throughline_model::id::{ConversationId, MemberId, QueueId, WorkerId};
use throughline_storage::{Tx, params};

/// The job kind in which the router hears of a conversation or a member.
pub const ROUTE: &str = "route";
/// How often it is tried before people have to look at it.
const TRIES: i64 = 12;

/// Whose turn it is to act on a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum With {
    /// People have to, and the AI agent must not any more.
    People,
    /// A person gives it (back) to the AI agent.
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
/// answer. Where that changes nothing, no job is made of it: most messages come while somebody has the conversation. Where
/// the AI agent has it, the agent takes its turn.
///
/// # Errors
/// When the database fails.
pub(crate) fn heard(
    tx: &mut Tx<'_>,
    setup: &Setup,
    conversation: ConversationId,
    with: Option<With>,
) -> Result<()> {
    if setup.agent && with.is_none() && has_agent(tx, conversation)? {
        return agent::wake(tx, setup, conversation);
    }
    let values = params![conversation.uuid()];
    let listens = tx.optional(&queries::LISTENS, values, |row| row.get::<bool>("listens"))?;
    if listens == Some(false) && with.is_none_or(|_| !setup.agent) {
        return Ok(());
    }
    let news = News::Heard {
        id: conversation,
        with,
        at: setup.clock.now(),
    };
    tell(tx, &setup.clock, conversation, news)
}

/// What was put aside is due again: its owner's if they are at the desk, else anybody's.
///
/// # Errors
/// When the database fails.
pub(crate) fn back(tx: &mut Tx<'_>, clock: &Clock, conversation: ConversationId) -> Result<()> {
    tell(tx, clock, conversation, News::Back { id: conversation })
}

/// A customer is to be called back at this time; until then the AI agent may go on with the conversation.
///
/// # Errors
/// When the database fails.
pub(crate) fn calls(
    tx: &mut Tx<'_>,
    setup: &Setup,
    conversation: ConversationId,
    at: Millis,
) -> Result<()> {
    if !setup.agent {
        return Ok(());
    }
    // What happens until then does not wait for it.
    let key = format!("callback-{conversation}-{at}");
    let (id, with) = (conversation, None);
    let news = json!(News::Conversation { id, with });
    job::enqueue(tx, &setup.clock, ROUTE, &key, &news, at, TRIES)?;
    Ok(())
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

/// The queue of this name, or with this id.
pub(crate) fn queue_in(settings: &Settings, name: &str) -> Option<QueueId> {
    let mut queues = settings.queues.iter();
    let found = queues.find(|(id, queue)| {
        queue.name.eq_ignore_ascii_case(name.trim()) || id.to_string() == name.trim()
    });
    found.map(|(id, _)| *id)
}

/// The worker that a member is.
pub(crate) fn worker_of(member: MemberId) -> WorkerId {
    WorkerId(member.uuid())
}

/// The member that a worker is.
pub(crate) fn member_of(worker: WorkerId) -> MemberId {
    MemberId(worker.uuid())
}
