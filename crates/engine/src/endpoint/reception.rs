//! How what comes in over an endpoint is received: set at the desk, and true of the next message. Addresses and
//! credentials stay in the configuration (docs/adr/0019-receptions-are-set-at-the-desk.md).

use crate::access::audit;
use crate::conversation::tag_set;
use crate::error::{Error, Result};
use crate::queries::endpoint as queries;
use crate::routing::{self, Settings};
use serde::{Deserialize, Serialize};
use serde_json::json;
use throughline_model::clock::Clock;
use throughline_model::conversation::Priority;
use throughline_model::id::ConversationId;
use throughline_storage::{Row, Tx, params};

/// How what comes in over an endpoint is received. Queue, priority and tags are what a conversation begins with that
/// begins there; what a procedure or a person sets later counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Reception {
    /// The queue it waits in: given by name or id, told by its id. Without one, or when it is removed later, the router's
    /// fallback.
    pub queue: Option<String>,
    /// How urgent it is.
    pub priority: Priority,
    /// Tags it gets.
    pub tags: Vec<String>,
    /// Whether the AI agent may answer what comes in there. If not, people get it at once.
    pub agent: bool,
}

impl Default for Reception {
    fn default() -> Self {
        Self {
            queue: None,
            priority: Priority::Normal,
            tags: Vec::new(),
            agent: true,
        }
    }
}

/// How what comes in over the endpoint called `name` is received.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn reception(tx: &mut Tx<'_>, name: &str) -> Result<Reception> {
    tx.optional(&queries::RECEPTION, params![name], read)?
        .ok_or_else(|| Error::not_found("endpoint", name))
}

/// Receives what comes in over the endpoint called `name` as `new` says from now on. `routing` has the queues there are.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Invalid`] for a queue that there is not, or what is no tag.
pub fn set_reception(
    tx: &mut Tx<'_>,
    clock: &Clock,
    actor: &str,
    name: &str,
    new: &Reception,
    routing: &Settings,
) -> Result<Reception> {
    let before = reception(tx, name)?;
    let queue = new.queue.as_deref().map(|queue| queue_id(routing, queue));
    let now = Reception {
        queue: queue.transpose()?,
        tags: tag_set(&new.tags)?,
        ..new.clone()
    };
    let values = params![
        name,
        now.queue.clone(),
        now.priority,
        json!(now.tags),
        now.agent
    ];
    tx.execute(&queries::SET_RECEPTION, values)?;
    let details = json!({ "changed": audit::changed(&json!(before), &json!(now)) });
    audit::record(tx, clock, actor, "reception.set", name, &details)?;
    Ok(now)
}

/// A queue keeps its id when it gets another name.
fn queue_id(settings: &Settings, queue: &str) -> Result<String> {
    if let Some(id) = routing::queue_in(settings, queue) {
        return Ok(id.to_string());
    }
    let mut names: Vec<&str> = settings
        .queues
        .values()
        .map(|one| one.name.as_str())
        .collect();
    names.sort_unstable();
    let names = names.join("', '");
    Err(Error::invalid(
        "queue",
        format!("there is no queue '{queue}'; there are '{names}'"),
    ))
}

/// Whether the AI agent may answer where the customer of this conversation wrote last.
///
/// # Errors
/// When the database fails.
pub(crate) fn agent_answers(tx: &mut Tx<'_>, conversation: ConversationId) -> Result<bool> {
    let last = tx.optional(&queries::AGENT_ANSWERS, params![conversation], |row| {
        row.get("agent")
    })?;
    Ok(last.unwrap_or(true))
}

fn read(row: &Row<'_>) -> throughline_storage::Result<Reception> {
    Ok(Reception {
        queue: row.get("queue")?,
        priority: row.word("priority")?,
        tags: row.json("tags")?,
        agent: row.get("agent")?,
    })
}
