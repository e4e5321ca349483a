//! The log of what subscribers were told, and telling again.

use super::filter::PING;
use super::subscription::{self, Subscription};
use super::{payload, send_later, write_down};
use crate::Setup;
use crate::error::{Error, Result};
use crate::queries::webhook as queries;
use serde::{Deserialize, Serialize};
use serde_json::json;
use throughline_model::clock::Millis;
use throughline_model::id::WebhookId;
use throughline_model::words;
use throughline_storage::{Row, Tx, params};
use uuid::Uuid;

/// So many events are put back into the queue at once.
pub const REPLAY_LIMIT: usize = 1000;

words! {
    /// Where one event for one subscriber stands.
    EventStatus {
        /// It is on its way, or waits for its next try.
        Pending = "pending",
        /// The subscriber has taken it.
        Delivered = "delivered",
        /// It was given up; it may be replayed.
        Failed = "failed",
    }
}

/// One event for one subscriber.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct EventDelivery {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    pub id: Uuid,
    /// The subscription.
    pub webhook: WebhookId,
    /// The event's own id, sent as `webhook-id` every time.
    #[schema(value_type = String, format = "uuid")]
    pub event_id: Uuid,
    /// What happened: `entry.created`, …
    pub event: String,
    /// Where it stands.
    pub status: EventStatus,
    /// How often it was tried since it was made or replayed last.
    pub attempts: i64,
    /// When it is tried next, in milliseconds since 1970.
    pub next_attempt_at: Option<Millis>,
    /// The HTTP status of the last answer.
    pub response_code: Option<i64>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When the event happened, in milliseconds since 1970.
    pub created_at: Millis,
    /// When something last happened to it, in milliseconds since 1970.
    pub updated_at: Millis,
    /// What is sent, as it is signed.
    #[schema(value_type = Object)]
    pub payload: serde_json::Value,
}

/// One try.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = EventAttempt)]
pub struct Attempt {
    /// Counted from 1, over replays too.
    pub number: i64,
    /// When it began, in milliseconds since 1970.
    pub at: Millis,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// The HTTP status of the answer; none when there was none.
    pub response_code: Option<i64>,
    /// The first kilobyte of the answer.
    pub response_start: Option<String>,
    /// What went wrong; none when it succeeded.
    pub error: Option<String>,
}

/// An event for a subscriber with every try.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = EventDeliveryDetails)]
pub struct DeliveryDetails {
    /// The event.
    #[serde(flatten)]
    pub delivery: EventDelivery,
    /// Its tries, oldest first.
    pub tries: Vec<Attempt>,
}

/// What a subscriber was told, newest first, from before `before`; only with this `status` when one is given.
///
/// # Errors
/// [`Error::NotFound`] for an unknown subscription.
pub fn deliveries(
    tx: &mut Tx<'_>,
    webhook: WebhookId,
    status: Option<EventStatus>,
    before: Option<Uuid>,
    limit: usize,
) -> Result<Vec<EventDelivery>> {
    subscription::get(tx, webhook)?;
    let before = before.unwrap_or(Uuid::max());
    let status = status.map_or("", EventStatus::as_str);
    Ok(tx.all(
        &queries::DELIVERIES,
        params![webhook, before, status, limit],
        read,
    )?)
}

/// One event for a subscriber with every try.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn delivery(tx: &mut Tx<'_>, webhook: WebhookId, id: Uuid) -> Result<DeliveryDetails> {
    let delivery = tx
        .optional(&queries::DELIVERY, params![webhook, id], read)?
        .ok_or_else(|| Error::not_found("delivery of this webhook", id))?;
    let tries = tx.all(&queries::ATTEMPTS, params![id], |row| {
        Ok(Attempt {
            number: row.get("number")?,
            at: row.get("at")?,
            duration_ms: row.get("duration_ms")?,
            response_code: row.get("response_code")?,
            response_start: row.get("response_start")?,
            error: row.get("error")?,
        })
    })?;
    Ok(DeliveryDetails { delivery, tries })
}

/// Sends an event again, with all its tries, under the same `webhook-id`.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] when it is on its way already or the subscription is disabled.
pub fn replay(
    tx: &mut Tx<'_>,
    setup: &Setup,
    webhook: WebhookId,
    id: Uuid,
) -> Result<EventDelivery> {
    enabled(tx, webhook)?;
    delivery(tx, webhook, id)?;
    if !again(tx, setup, id)? {
        return Err(Error::Conflict(
            "this event is on its way already".to_owned(),
        ));
    }
    Ok(delivery(tx, webhook, id)?.delivery)
}

/// Sends everything again that happened since `since` and was given up, oldest first and at most
/// [`REPLAY_LIMIT`], and says how much that is.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] when the subscription is disabled.
pub fn replay_failed(
    tx: &mut Tx<'_>,
    setup: &Setup,
    webhook: WebhookId,
    since: Millis,
) -> Result<usize> {
    enabled(tx, webhook)?;
    let values = params![webhook, since, REPLAY_LIMIT];
    let failed = tx.all(&queries::FAILED_SINCE, values, |row| row.get::<Uuid>("id"))?;
    for id in &failed {
        again(tx, setup, *id)?;
    }
    Ok(failed.len())
}

/// Sends a `ping`, whatever the subscription asks for.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] when the subscription is disabled.
pub fn ping(tx: &mut Tx<'_>, setup: &Setup, webhook: WebhookId) -> Result<EventDelivery> {
    enabled(tx, webhook)?;
    let payload = payload(setup.clock.now(), PING, json!({ "webhook": webhook }));
    let event_id = setup.clock.new_id();
    let id = write_down(tx, &setup.clock, webhook, event_id, PING, &payload)?;
    Ok(delivery(tx, webhook, id)?.delivery)
}

/// Puts an event back into the queue, unless it is there.
fn again(tx: &mut Tx<'_>, setup: &Setup, id: Uuid) -> Result<bool> {
    if tx.execute(&queries::AGAIN, params![id, setup.clock.now()])? == 0 {
        return Ok(false);
    }
    send_later(tx, &setup.clock, id)?;
    Ok(true)
}

fn enabled(tx: &mut Tx<'_>, webhook: WebhookId) -> Result<Subscription> {
    let found = subscription::get(tx, webhook)?;
    match found.enabled {
        true => Ok(found),
        false => Err(Error::Conflict(
            "this webhook is disabled; enable it first".to_owned(),
        )),
    }
}

fn read(row: &Row<'_>) -> throughline_storage::Result<EventDelivery> {
    Ok(EventDelivery {
        id: row.get("id")?,
        webhook: row.get("webhook_id")?,
        event_id: row.get("event_id")?,
        event: row.get("event")?,
        status: row.word("status")?,
        attempts: row.get("attempts")?,
        next_attempt_at: row.get("next_attempt_at")?,
        response_code: row.get("response_code")?,
        last_error: row.get("last_error")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        payload: row.json("payload")?,
    })
}
