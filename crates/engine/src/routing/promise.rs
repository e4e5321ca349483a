//! By when a customer is to be served: what the target of their queue comes to, kept with the conversation until a person
//! has answered.

use super::ai_agent::AI_AGENT;
use crate::error::Result;
use crate::queries::routing as queries;
use throughline_model::clock::Millis;
use throughline_model::id::{ConversationId, WorkItemId};
use throughline_routing::{AssignmentState, Event, Outcome, Place, Router};
use throughline_storage::{Hint, Tx, params};

/// What is promised in a conversation from now on.
#[derive(Clone, Debug)]
pub(super) struct Promise {
    conversation: ConversationId,
    /// Nothing where nothing is promised.
    serve_by: Option<Millis>,
    /// Since when the customer waits. Who was answered since then has been served.
    since: Millis,
    /// It was its owner's as it came.
    is_taken: bool,
}

/// What is promised after an event.
pub(super) fn promises(router: &Router, event: &Event, outcome: &Outcome) -> Vec<Promise> {
    let mut concerned = outcome.changed_work.clone();
    // Targets and hours may be others now.
    if matches!(event, Event::SettingsChanged(_)) {
        concerned.extend(router.items().map(|row| row.id));
    }
    let each = concerned.iter().map(|id| promised(router, event, *id));
    each.flatten().collect()
}

/// Nothing where it stays as it was: whoever has the work owes the answer by the same time.
fn promised(router: &Router, event: &Event, id: WorkItemId) -> Option<Promise> {
    let row = router.item(id);
    let came = matches!(event, Event::Arrived(work) if work.id == id);
    let (serve_by, is_taken) = match row.map(|row| &row.place) {
        Some(Place::Waiting | Place::Offered(_)) => (router.promised_ms(id), false),
        // It answers at once.
        Some(Place::Assigned(has)) if has.worker == AI_AGENT => (None, false),
        Some(Place::Assigned(has)) if has.state != AssignmentState::WrapUp => match came {
            true => (router.promised_ms(id), true),
            false => return None,
        },
        _ => (None, false),
    };
    Some(Promise {
        conversation: ConversationId(id.uuid()),
        serve_by,
        since: row.map_or(0, |row| row.since_ms),
        is_taken,
    })
}

/// Makes it durable.
pub(super) fn keep(tx: &mut Tx<'_>, promise: &Promise) -> Result<()> {
    let (conversation, serve_by) = (promise.conversation, promise.serve_by);
    let changed = match promise.is_taken {
        true => tx.execute(&queries::OWE, params![conversation, serve_by])?,
        false => tx.execute(
            &queries::PROMISE,
            params![conversation, serve_by, promise.since],
        )?,
    };
    if changed > 0 {
        tx.hint(Hint::Changed { conversation });
    }
    Ok(())
}
