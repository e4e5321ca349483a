//! Outgoing webhooks in the Standard Webhooks form: what happens here is told there, durably.
//!
//! An event is written in the transaction that makes it true, one row and one job per subscriber, so that what is
//! rolled back is never told and what is committed is told at least once. Receivers recognise a repetition by
//! `webhook-id`, which stays the same for one event. Order is not promised: an event that had to be repeated comes
//! after later ones; what belongs to a conversation carries `seq`, its place there.
//!
//! * [`emit`]: writes an event down for whoever subscribed to it,
//! * [`create`], [`update`], [`rotate_secret`], [`remove`]: subscriptions,
//! * [`SendWebhooks`]: sends, with retries over 28 hours,
//! * [`deliveries`], [`replay`], [`replay_failed`], [`ping`]: the log of what was sent, and sending again.

mod filter;
mod log;
mod send;
mod sign;
mod subscription;

pub use filter::{EVENTS, PING};
pub use log::{
    Attempt, DeliveryDetails, EventDelivery, EventStatus, REPLAY_LIMIT, deliveries, delivery, ping,
    replay, replay_failed,
};
pub use send::{RETRY_AFTER_MS, SendWebhooks, TRIES, retry_after_ms};
pub use sign::signature;
pub use subscription::{
    Change, Place, Subscription, WithSecret, create, get, list, remove, rotate_secret, update,
};

use crate::conversation::{Conversation, NewEntry};
use crate::error::Result;
use crate::queries::webhook as queries;
use crate::{Setup, identity, job};
use serde_json::{Value, json};
use throughline_model::clock::{Clock, Millis};
use throughline_model::id::{CustomerId, EntryId, WebhookId};
use throughline_storage::{Tx, params};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

/// The job kind that sends one event to one subscriber.
pub const SEND: &str = "webhook";
/// How often such a job may be taken up, workers that died on it included. How often the event is tried is
/// decided by [`TRIES`].
const JOB_TRIES: i64 = 1000;

/// Tells subscribers of `event` about `data`.
///
/// # Errors
/// When the database fails.
pub fn emit(
    tx: &mut Tx<'_>,
    setup: &Setup,
    event: &str,
    data: impl FnOnce() -> Value,
) -> Result<()> {
    tell(tx, &setup.clock, event, |_| Ok(data()))
}

/// [`emit`] where finding the data takes a look into the database, which happens only when somebody listens.
pub(crate) fn tell(
    tx: &mut Tx<'_>,
    clock: &Clock,
    event: &str,
    data: impl FnOnce(&mut Tx<'_>) -> Result<Value>,
) -> Result<()> {
    let mut subscribers = tx.all(&queries::SUBSCRIBERS, params![], |row| {
        Ok((
            row.get::<WebhookId>("id")?,
            row.json::<Vec<String>>("events")?,
        ))
    })?;
    subscribers.retain(|(_, wanted)| filter::wants(wanted, event));
    if subscribers.is_empty() {
        return Ok(());
    }
    let payload = payload(clock.now(), event, data(tx)?);
    let event_id = clock.new_id();
    for (webhook, _) in subscribers {
        write_down(tx, clock, webhook, event_id, event, &payload)?;
    }
    Ok(())
}

/// One event for one subscriber, with the job that sends it.
fn write_down(
    tx: &mut Tx<'_>,
    clock: &Clock,
    webhook: WebhookId,
    event_id: Uuid,
    event: &str,
    payload: &Value,
) -> Result<Uuid> {
    let id = clock.new_id();
    let now = clock.now();
    tx.execute(
        &queries::INSERT_DELIVERY,
        params![id, webhook, event_id, event, payload, now],
    )?;
    send_later(tx, clock, id)?;
    Ok(id)
}

fn send_later(tx: &mut Tx<'_>, clock: &Clock, delivery: Uuid) -> Result<()> {
    let payload = json!({ "delivery": delivery });
    let key = delivery.to_string();
    job::enqueue(tx, clock, SEND, &key, &payload, clock.now(), JOB_TRIES)?;
    Ok(())
}

/// What is sent: the form Standard Webhooks recommends.
fn payload(now: Millis, event: &str, data: Value) -> Value {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(now) * 1_000_000);
    let timestamp = at.ok().and_then(|at| at.format(&Rfc3339).ok());
    json!({ "type": event, "timestamp": timestamp, "data": data })
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

/// Tells subscribers that a case changed: what it is now, and its newest entry as `seq`.
///
/// # Errors
/// When the database fails.
pub(crate) fn conversation_changed(
    tx: &mut Tx<'_>,
    setup: &Setup,
    after: &Conversation,
) -> Result<()> {
    emit(tx, setup, "conversation.changed", || {
        let mut data = json!(after);
        data["seq"] = after.last_seq.into();
        data
    })
}

/// Tells subscribers that a customer is not what it was: identifiers came or went, or its name or attributes were
/// set. When its id leads to another customer now, `id` differs from `changed`.
///
/// # Errors
/// When the database fails.
pub(crate) fn customer_changed(tx: &mut Tx<'_>, clock: &Clock, changed: CustomerId) -> Result<()> {
    tell(tx, clock, "customer.changed", |tx| {
        let customer = identity::customer(tx, changed)?;
        let identifiers = identity::identifiers(tx, customer.id)?;
        Ok(json!({
            "id": customer.id,
            "changed": changed,
            "name": customer.name,
            "created_at": customer.created_at,
            "identifiers": identifiers,
        }))
    })
}
