//! Telling subscribers: one try after another, until one succeeds or all are used up.

use super::sign::{Secret, signatures};
use crate::Setup;
use crate::error::Result;
use crate::fetch::{Answer, Bounds, FetchError, Outside};
use crate::job::{Done, Handler, Job};
use crate::queries::webhook as queries;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use throughline_model::clock::Millis;
use throughline_model::id::WebhookId;
use throughline_storage::{Db, Row, Tx, params};
use uuid::Uuid;

/// How long to wait after each failed try, in milliseconds: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h, as Standard
/// Webhooks recommends. The first try is made at once.
pub const RETRY_AFTER_MS: &[i64] = &[
    5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 36_000_000,
];
/// How often an event is tried.
pub const TRIES: i64 = RETRY_AFTER_MS.len() as i64 + 1;
/// The longest a receiver may ask us to wait, in milliseconds.
const ASKED_LIMIT_MS: i64 = 12 * 3_600_000;
/// A receiver whose every try has failed for so long is told no more, in milliseconds.
const PATIENCE_MS: i64 = 5 * 86_400_000;
/// How much of an answer is kept for the log, in bytes, and how long it may take, in milliseconds.
const BOUNDS: Bounds = Bounds {
    timeout_ms: 15_000,
    max_bytes: 1024,
};
/// So many requests are under way to one subscriber, so that a slow one does not hold up the others.
const AT_ONCE: usize = 4;
/// When to look again at a subscriber that is busy, in milliseconds.
const BUSY_MS: i64 = 1_000;

/// Does jobs of kind [`super::SEND`].
pub struct SendWebhooks {
    db: Db,
    setup: Setup,
    outside: Outside,
    under_way: Mutex<HashMap<WebhookId, usize>>,
}

/// An event and where it goes.
struct ToSend {
    webhook: WebhookId,
    event_id: Uuid,
    payload: String,
    pending: bool,
    next_attempt_at: Option<Millis>,
    url: String,
    secrets: Vec<Secret>,
    enabled: bool,
}

/// How one try ended.
struct Tried {
    at: Millis,
    duration_ms: i64,
    answer: std::result::Result<Answer, FetchError>,
}

impl SendWebhooks {
    /// Sends through `outside`.
    pub fn new(db: Db, setup: Setup, outside: Outside) -> Self {
        Self {
            db,
            setup,
            outside,
            under_way: Mutex::default(),
        }
    }

    async fn send(&self, id: Uuid, event: ToSend) -> Result<Done> {
        let Some(_place) = Place::take(&self.under_way, event.webhook) else {
            return Ok(Done::Later { after_ms: BUSY_MS });
        };
        let at = self.setup.clock.now();
        let headers = self.headers(&event, at);
        let body = event.payload.into();
        let answer = self.outside.post(&event.url, headers, body, BOUNDS).await;
        let tried = Tried {
            at,
            duration_ms: self.setup.clock.now() - at,
            answer,
        };
        let outcome = tried.error().map_or("delivered", |_| "failed");
        metrics::counter!("throughline_webhook_attempts_total", "outcome" => outcome).increment(1);
        let setup = self.setup.clone();
        self.db
            .write(move |tx| record(tx, &setup, id, &tried))
            .await
    }

    fn headers(&self, event: &ToSend, now: Millis) -> HeaderMap {
        let (id, timestamp) = (event.event_id.to_string(), now / 1000);
        let signatures = signatures(
            &event.secrets,
            &self.setup.keys,
            now,
            &id,
            timestamp,
            &event.payload,
        );
        let ours = [
            ("webhook-id", id),
            ("webhook-timestamp", timestamp.to_string()),
            ("webhook-signature", signatures),
        ];
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in ours {
            // Digits, letters and a few signs: always a header's value.
            if let Ok(value) = value.parse() {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        headers
    }
}

#[async_trait::async_trait]
impl Handler for SendWebhooks {
    async fn handle(&self, job: &Job) -> Result<Done> {
        let id = job.payload.get("delivery").and_then(|id| id.as_str());
        let Some(id) = id.and_then(|id| id.parse::<Uuid>().ok()) else {
            return Ok(Done::Dead("the job names no event".to_owned()));
        };
        let found = self
            .db
            .read(move |tx| tx.optional(&queries::TO_SEND, params![id], read))
            .await?;
        let now = self.setup.clock.now();
        match found {
            // The subscription has ended, or a worker died after the event was settled.
            None => Ok(Done::Finished),
            Some(event) if !event.pending => Ok(Done::Finished),
            Some(event) if !event.enabled => {
                self.db
                    .write(move |tx| {
                        give_up(
                            tx,
                            id,
                            "the webhook was disabled before this was delivered",
                            now,
                        )
                    })
                    .await
            }
            // A worker died after the last try was written down: its wait counts all the same.
            Some(ToSend {
                next_attempt_at: Some(at),
                ..
            }) if at > now => Ok(Done::Later { after_ms: at - now }),
            Some(event) => self.send(id, event).await,
        }
    }
}

impl Tried {
    fn code(&self) -> Option<i64> {
        let answer = self.answer.as_ref().ok()?;
        Some(answer.status.as_u16().into())
    }

    /// What is wrong; none for success.
    fn error(&self) -> Option<String> {
        match &self.answer {
            Ok(answer) if answer.status.is_success() => None,
            Ok(answer) if answer.status.is_redirection() => Some(format!(
                "answered {}; redirects are not followed, change the URL",
                answer.status
            )),
            Ok(answer) => Some(format!("answered {}", answer.status)),
            Err(error) => Some(error.to_string()),
        }
    }

    fn response_start(&self) -> Option<String> {
        let answer = self.answer.as_ref().ok()?;
        let text = String::from_utf8_lossy(&answer.body);
        (!text.is_empty()).then(|| text.into_owned())
    }

    fn is_gone(&self) -> bool {
        matches!(&self.answer, Ok(answer) if answer.status == StatusCode::GONE)
    }

    /// How long the receiver asks us to wait, in milliseconds.
    fn asked_ms(&self) -> Option<i64> {
        let asked = self.answer.as_ref().ok()?.asked_ms(self.at)?;
        Some(asked.min(ASKED_LIMIT_MS))
    }
}

/// How long to wait after the `attempts`th try of an event failed, in milliseconds; none when it was the last. Up
/// to a tenth is added, so that what failed together does not come back together; how much depends on the event
/// alone.
pub fn retry_after_ms(delivery: Uuid, attempts: i64) -> Option<i64> {
    let tries = usize::try_from(attempts).ok()?.checked_sub(1)?;
    let after = *RETRY_AFTER_MS.get(tries)?;
    let spread = Sha256::new()
        .chain_update(delivery.as_bytes())
        .chain_update(attempts.to_be_bytes())
        .finalize();
    let share = i64::from(u16::from_be_bytes([spread[0], spread[1]]));
    Some(after + after * share / 10 / i64::from(u16::MAX))
}

/// Writes a try down and decides what follows from it.
fn record(tx: &mut Tx<'_>, setup: &Setup, id: Uuid, tried: &Tried) -> Result<Done> {
    let now = setup.clock.now();
    let error = tried.error();
    let counted = tx.optional(
        &queries::COUNT_ATTEMPT,
        params![id, tried.code(), error.clone(), now],
        |row| {
            Ok((
                row.get::<WebhookId>("webhook_id")?,
                row.get::<i64>("attempts")?,
            ))
        },
    )?;
    // Somebody else settled it meanwhile, or the subscription ended.
    let Some((webhook, attempts)) = counted else {
        return Ok(Done::Finished);
    };
    tx.execute(
        &queries::INSERT_ATTEMPT,
        params![
            id,
            tried.at,
            tried.duration_ms,
            tried.code(),
            tried.response_start(),
            error.clone()
        ],
    )?;
    let Some(error) = error else {
        tx.execute(
            &queries::SET_STATUS,
            params![id, "delivered", None::<i64>, now],
        )?;
        tx.execute(&queries::NOTE_SUCCESS, params![webhook])?;
        return Ok(Done::Finished);
    };
    tx.execute(&queries::NOTE_FAILURE, params![webhook, tried.at])?;
    if tried.is_gone() {
        tracing::warn!(%webhook, "a webhook's receiver is gone; the subscription is disabled");
        tx.execute(
            &queries::DISABLE,
            params![webhook, "the receiver answered 410 Gone"],
        )?;
        return give_up(tx, id, &error, now);
    }
    match retry_after_ms(id, attempts) {
        Some(own_ms) => {
            let after_ms = own_ms.max(tried.asked_ms().unwrap_or(0));
            tx.execute(
                &queries::SET_STATUS,
                params![id, "pending", now + after_ms, now],
            )?;
            Ok(Done::Retry {
                reason: error,
                after_ms: Some(after_ms),
            })
        }
        None => {
            lose_patience(tx, webhook, &error, now)?;
            give_up(tx, id, &error, now)
        }
    }
}

/// An event has had all its tries. When no other succeeded for days either, the subscriber is told no more.
fn lose_patience(tx: &mut Tx<'_>, webhook: WebhookId, error: &str, now: Millis) -> Result<()> {
    let reason = format!("every try has failed for 5 days; the last one: {error}");
    if tx.execute(
        &queries::DISABLE_FAILING,
        params![webhook, now - PATIENCE_MS, &reason],
    )? > 0
    {
        tracing::warn!(%webhook, reason, "a webhook is disabled");
    }
    Ok(())
}

fn give_up(tx: &mut Tx<'_>, id: Uuid, error: &str, now: Millis) -> Result<Done> {
    tx.execute(&queries::GIVE_UP, params![id, error, now])?;
    Ok(Done::Finished)
}

/// One of the requests a subscriber gets at once; given back when dropped.
struct Place<'a> {
    all: &'a Mutex<HashMap<WebhookId, usize>>,
    webhook: WebhookId,
}

impl<'a> Place<'a> {
    fn take(all: &'a Mutex<HashMap<WebhookId, usize>>, webhook: WebhookId) -> Option<Self> {
        let mut counts = all.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(webhook).or_default();
        if *count >= AT_ONCE {
            return None;
        }
        *count += 1;
        Some(Self { all, webhook })
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut counts = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        match counts.get_mut(&self.webhook) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                counts.remove(&self.webhook);
            }
        }
    }
}

fn read(row: &Row<'_>) -> throughline_storage::Result<ToSend> {
    Ok(ToSend {
        webhook: row.get("webhook_id")?,
        event_id: row.get("event_id")?,
        payload: row.get("payload")?,
        pending: row.get::<String>("status")? == "pending",
        next_attempt_at: row.get("next_attempt_at")?,
        url: row.get("url")?,
        secrets: row.json("secrets")?,
        enabled: row.get("enabled")?,
    })
}
