//! Outgoing webhooks in the Standard Webhooks form: what happens here is told there, durably.

use crate::conversation::NewEntry;
use crate::error::Result;
use crate::queries::webhook as queries;
use crate::{Setup, job};
use serde_json::json;
use throughline_model::id::{EntryId, WebhookId};
use throughline_storage::{Tx, params};

/// The job kind that sends one event to one subscriber.
pub const SEND: &str = "webhook";
/// How often an event is tried: at once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h.
pub const TRIES: i64 = 8;

/// The events a subscriber may ask for.
pub const EVENTS: &[&str] = &[
    "entry.created",
    "conversation.changed",
    "delivery.updated",
    "customer.changed",
];

/// Tells subscribers of `event` about `data`.
///
/// # Errors
/// When the database fails.
pub fn emit(
    tx: &mut Tx<'_>,
    setup: &Setup,
    event: &str,
    data: impl FnOnce() -> serde_json::Value,
) -> Result<()> {
    let subscribers = tx.all(&queries::SUBSCRIBERS, params![], |row| {
        Ok((
            row.get::<WebhookId>("id")?,
            row.json::<Vec<String>>("events")?,
        ))
    })?;
    if subscribers.is_empty() {
        return Ok(());
    }
    let payload = json!({ "type": event, "timestamp": setup.clock.now(), "data": data() });
    for (webhook, events) in subscribers {
        if events.iter().any(|wanted| wanted == event || wanted == "*") {
            let id = setup.clock.new_id();
            tx.execute(
                &queries::INSERT_DELIVERY,
                params![id, webhook, event, &payload, setup.clock.now()],
            )?;
            job::enqueue(
                tx,
                &setup.clock,
                SEND,
                &id.to_string(),
                &json!({ "delivery": id }),
                setup.clock.now(),
                TRIES,
            )?;
        }
    }
    Ok(())
}

/// Tells subscribers about a new line of a timeline.
///
/// # Errors
/// When the database fails.
pub fn entry_created(
    tx: &mut Tx<'_>,
    setup: &Setup,
    id: EntryId,
    seq: i64,
    entry: &NewEntry,
) -> Result<()> {
    emit(tx, setup, "entry.created", || {
        json!({
            "id": id,
            "conversation": entry.conversation,
            "seq": seq,
            "at": entry.at,
            "kind": entry.kind,
            "direction": entry.direction,
            "author": entry.author,
            "channel": entry.channel,
            "public": entry.public,
            "text": entry.text,
        })
    })
}
