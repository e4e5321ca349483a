//! How it stands with the line, for the customer who waits in it.

use super::Dispatcher;
use crate::error::Result;
use crate::queries::routing as queries;
use throughline_model::clock::Millis;
use throughline_model::id::{ConversationId, WorkItemId};
use throughline_routing::{Place, Router, WorkItem};
use throughline_storage::{Tx, params};

/// How long a customer will wait for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// How many wait in front of them. While somebody is being asked to take the conversation it is nobody.
    pub ahead: u32,
    /// How long from now, in milliseconds; nothing while nobody is at the desk who could take it.
    pub wait_ms: Option<Millis>,
}

/// Whether a conversation waits for a person. Asks the database alone, so that those who do not wait cost the router
/// nothing.
///
/// # Errors
/// When the database fails.
pub fn waits(tx: &mut Tx<'_>, conversation: ConversationId) -> Result<bool> {
    Ok(row(tx, conversation)?
        .is_some_and(|row| matches!(row.place, Place::Waiting | Place::Offered(_))))
}

/// Whether somebody has a conversation.
///
/// # Errors
/// When the database fails.
pub fn is_held(tx: &mut Tx<'_>, conversation: ConversationId) -> Result<bool> {
    Ok(row(tx, conversation)?.is_some_and(|row| row.assignment().is_some()))
}

fn row(tx: &mut Tx<'_>, conversation: ConversationId) -> Result<Option<WorkItem>> {
    let values = params![conversation.uuid()];
    Ok(tx.optional(&queries::ITEM, values, |row| row.json("item"))?)
}

impl Dispatcher {
    /// The place in line and how long it will probably take; nothing when nobody waits for a person there, such as when
    /// somebody or the AI agent has the conversation.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn wait_of(&self, conversation: ConversationId) -> Result<Option<Wait>> {
        let item = WorkItemId(conversation.uuid());
        self.look(|router| wait(router, item)).await
    }
}

fn wait(router: &Router, item: WorkItemId) -> Option<Wait> {
    match router.item(item)?.place {
        Place::Waiting => router.estimate(item).map(|estimate| Wait {
            ahead: estimate.ahead,
            wait_ms: estimate.wait_ms,
        }),
        Place::Offered(_) => Some(Wait {
            ahead: 0,
            wait_ms: Some(0),
        }),
        Place::Later { .. } | Place::Assigned(_) => None,
    }
}
