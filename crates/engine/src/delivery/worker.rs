//! Handing outbox rows to the channels' adapters.

use super::permission::{self, Leave, Way};
use super::{Change, DELIVER, Delivery, TRIES, advance, carried, files, get, start};
use crate::Setup;
use crate::attachment::{self, Files};
use crate::conversation::{self, Author, NewEntry};
use crate::error::Result;
use crate::identity::{self, code};
use crate::job::{self, Done, Handler, Job};
use crate::queries::{delivery as queries, intake};
use serde_json::json;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use throughline_model::channel::{Channel, ChannelAdapter};
use throughline_model::clock::Millis;
use throughline_model::conversation::EntryKind;
use throughline_model::id::{AttachmentId, DeliveryId, EndpointId};
use throughline_model::identifier::Identifier;
use throughline_model::outbound::{DeliveryStatus, Outbound, Reconciled, SendOutcome};
use throughline_storage::{Db, Tx, params};

/// The adapter of each endpoint that sends.
pub type Adapters = HashMap<EndpointId, Arc<dyn ChannelAdapter>>;

/// How long to wait before a provider is asked about an unknown outcome, in milliseconds: it may still be busy
/// taking the message.
const RECONCILE_AFTER_MS: i64 = 60_000;

/// At most so many messages per second leave through one endpoint.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Messages per second.
    pub per_second: u32,
}

/// Delivers outbox rows.
pub struct Deliverer {
    db: Db,
    setup: Setup,
    files: Files,
    adapters: Adapters,
    rates: HashMap<EndpointId, Rate>,
    /// When each endpoint may send next.
    next: Mutex<HashMap<EndpointId, Millis>>,
}

/// What to do with a row, decided in its transaction.
enum Step {
    Nothing,
    Send(Box<Outbound>, i64, Vec<AttachmentId>),
    AskProvider(Box<Outbound>),
    /// It is too early to ask; so many milliseconds are left.
    Wait(i64),
}

impl Deliverer {
    /// Delivers through `adapters`, each as fast as its entry in `rates` allows.
    pub fn new(
        db: Db,
        setup: Setup,
        files: Files,
        adapters: Adapters,
        rates: HashMap<EndpointId, Rate>,
    ) -> Self {
        Self {
            db,
            setup,
            files,
            adapters,
            rates,
            next: Mutex::default(),
        }
    }

    /// Works on one job of kind [`super::DELIVER`].
    ///
    /// # Errors
    /// When the database fails; the job is then tried again.
    pub async fn work(&self, job: &Job) -> Result<Done> {
        let Some(id) = job
            .payload
            .get("delivery")
            .and_then(|id| id.as_str())
            .and_then(|id| id.parse::<DeliveryId>().ok())
        else {
            return Ok(Done::Dead("the job names no delivery".to_owned()));
        };
        let delivery = self.db.read(move |tx| get(tx, id)).await?;
        let Some(adapter) = self.adapters.get(&delivery.endpoint).cloned() else {
            return Ok(Done::Retry { reason: "the endpoint is not configured any more; configure it again or fail the message".to_owned(), after_ms: Some(600_000) });
        };
        if delivery.status == DeliveryStatus::Queued
            && let Some(wait_ms) = self.wait_ms(delivery.endpoint)
        {
            return Ok(Done::Later { after_ms: wait_ms });
        }
        let setup = self.setup.clone();
        let done = match self.db.write(move |tx| prepare(tx, &setup, id)).await? {
            Step::Nothing => Done::Finished,
            Step::Send(outbound, attempt, attachments) => {
                self.send(adapter.as_ref(), *outbound, attempt, attachments)
                    .await?
            }
            Step::AskProvider(outbound) => self.reconcile(adapter.as_ref(), *outbound).await?,
            Step::Wait(after_ms) => Done::Later { after_ms },
        };
        match done {
            Done::Retry { reason, .. } if job.attempts >= job.max_attempts => {
                self.give_up(id, reason).await
            }
            done => Ok(done),
        }
    }

    /// Every try is used up: the message has failed, and a person may send it again.
    async fn give_up(&self, id: DeliveryId, reason: String) -> Result<Done> {
        let setup = self.setup.clone();
        self.db
            .write(move |tx| {
                let change = Change {
                    code: Some("gave_up".to_owned()),
                    reason: Some(reason.clone()),
                    ..Change::to(DeliveryStatus::Failed)
                };
                advance(tx, &setup, id, change)
            })
            .await?;
        Ok(Done::Finished)
    }

    /// How long this endpoint has to wait; none when it may send now, and then its turn is taken.
    fn wait_ms(&self, endpoint: EndpointId) -> Option<i64> {
        let rate = self.rates.get(&endpoint)?;
        let now = self.setup.clock.now();
        let mut next = self
            .next
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let due = next.entry(endpoint).or_insert(now);
        if *due > now {
            return Some(*due - now);
        }
        *due = now + 1000 / i64::from(rate.per_second.max(1));
        None
    }

    async fn send(
        &self,
        adapter: &dyn ChannelAdapter,
        mut outbound: Outbound,
        attempt: i64,
        attachments: Vec<AttachmentId>,
    ) -> Result<Done> {
        for id in attachments {
            outbound
                .files
                .push(attachment::load(&self.db, &self.files, id).await?);
        }
        let id = outbound.delivery;
        let outcome = adapter.send(&outbound).await;
        tracing::info!(delivery = %id, attempt, ?outcome, "sent");
        metrics::counter!("throughline_deliveries_total", "outcome" => word(&outcome)).increment(1);
        let setup = self.setup.clone();
        self.db
            .write(move |tx| record(tx, &setup, id, attempt, &outcome))
            .await
    }

    async fn reconcile(&self, adapter: &dyn ChannelAdapter, outbound: Outbound) -> Result<Done> {
        let answer = adapter.reconcile(&outbound).await;
        tracing::info!(delivery = %outbound.delivery, ?answer, "asked the provider what became of a message");
        let (setup, id) = (self.setup.clone(), outbound.delivery);
        self.db
            .write(move |tx| settle(tx, &setup, id, &answer))
            .await
    }
}

#[async_trait::async_trait]
impl Handler for Deliverer {
    async fn handle(&self, job: &Job) -> Result<Done> {
        self.work(job).await
    }
}

/// Decides what to do and, before sending, writes down that it is being sent.
fn prepare(tx: &mut Tx<'_>, setup: &Setup, id: DeliveryId) -> Result<Step> {
    tx.one(&queries::LOCK, params![id], |row| {
        row.get::<String>("status")
    })?;
    let delivery = get(tx, id)?;
    match delivery.status {
        DeliveryStatus::Queued => {
            if !may_leave(tx, setup, &delivery)? {
                return Ok(Step::Nothing);
            }
            let attempt = start(tx, &setup.clock, id)?.unwrap_or_default();
            let (outbound, attachments) = outbound(tx, setup, &delivery)?;
            Ok(Step::Send(Box::new(outbound), attempt, attachments))
        }
        // Whoever wrote 'sending' did not live to say how it ended.
        DeliveryStatus::Sending | DeliveryStatus::Unknown => {
            let left = delivery.updated_at + RECONCILE_AFTER_MS - setup.clock.now();
            if delivery.status == DeliveryStatus::Sending && left > 0 {
                return Ok(Step::Wait(left));
            }
            advance(
                tx,
                setup,
                id,
                Change {
                    reason: Some("the outcome of the last attempt is not known".to_owned()),
                    ..Change::to(DeliveryStatus::Unknown)
                },
            )?;
            Ok(Step::AskProvider(Box::new(
                outbound(tx, setup, &delivery)?.0,
            )))
        }
        _ => Ok(Step::Nothing),
    }
}

/// Asks the delivery policy a last time. What must wait gets a job of its own, so that what is written after it, such as
/// an answer after a notice, need not wait too; what may not go has failed, which the timeline says.
fn may_leave(tx: &mut Tx<'_>, setup: &Setup, delivery: &Delivery) -> Result<bool> {
    let (conversation, seq) = (delivery.conversation, delivery.seq);
    let body: serde_json::Value = tx.one(&queries::ENTRY, params![conversation, seq], |row| {
        row.json("body")
    })?;
    let way = Way {
        channel: delivery.channel,
        endpoint: delivery.endpoint,
        identifier: delivery.identifier,
    };
    let asked = permission::ask(tx, setup, way, permission::purpose(&body))?;
    asked.record(tx, delivery.id)?;
    let now = setup.clock.now();
    match asked.leave() {
        Leave::Now => Ok(true),
        Leave::At(at) if at <= now => Ok(true),
        Leave::At(at) => {
            let payload = json!({ "delivery": delivery.id });
            let key = delivery.id.to_string();
            job::enqueue(tx, &setup.clock, DELIVER, &key, &payload, at, TRIES)?;
            Ok(false)
        }
        Leave::Never(rule, why) => {
            let change = Change {
                code: Some(rule.clone()),
                reason: Some(why.clone()),
                ..Change::to(DeliveryStatus::Failed)
            };
            advance(tx, setup, delivery.id, change)?;
            let text = format!("The message was not sent: {why} ({rule})");
            let mut body = asked.body();
            body["delivery"] = json!(delivery.id);
            let kind = EntryKind::Decision;
            let entry = NewEntry::internal(conversation, now, kind, Author::system(), text, body);
            conversation::append(tx, setup, &entry)?;
            Ok(false)
        }
    }
}

fn outbound(
    tx: &mut Tx<'_>,
    setup: &Setup,
    delivery: &Delivery,
) -> Result<(Outbound, Vec<AttachmentId>)> {
    let to = identity::identifier(tx, delivery.identifier)?;
    let (body, case_subject) = tx.one(
        &queries::ENTRY,
        params![delivery.conversation, delivery.seq],
        |row| {
            Ok((
                row.json::<serde_json::Value>("body")?,
                row.get::<Option<String>>("subject")?,
            ))
        },
    )?;
    let texts: Vec<String> = carried(tx, delivery)?
        .into_iter()
        .map(|(_, text)| text)
        .filter(|text| !text.is_empty())
        .collect();
    // Oldest first, as the References header wants them; the newest is what this answers.
    let mut thread = match delivery.channel {
        Channel::Email => tx.all(&intake::THREAD, params![delivery.interaction, 20], |row| {
            row.get::<String>("message_id")
        })?,
        _ => Vec::new(),
    };
    thread.reverse();
    let outbound = Outbound {
        delivery: delivery.id,
        conversation: delivery.conversation,
        endpoint: delivery.endpoint,
        client_message_id: delivery.client_message_id.clone(),
        to: Identifier {
            kind: to.kind,
            value: to.value,
        },
        to_name: to.name,
        text: with_code(setup, texts.join("\n\n"), &body),
        subject: body
            .get("subject")
            .and_then(|subject| subject.as_str())
            .map(str::to_owned)
            .or(case_subject),
        in_reply_to: thread.last().cloned(),
        references: thread,
        automatic: delivery.automatic,
        files: Vec::new(),
    };
    let files = files(tx, delivery.id)?;
    Ok((outbound, files.into_iter().map(|file| file.id).collect()))
}

/// A one-time code stands in the message that leaves, and nowhere else: the entry has `[code]` and `[token]` in
/// its place, and its body the id the code is made from.
fn with_code(setup: &Setup, text: String, body: &serde_json::Value) -> String {
    let id = body.get("one_time_code").and_then(|id| id.as_str());
    match id.and_then(|id| id.parse().ok()) {
        Some(id) => {
            let made = code::reveal(setup, id);
            text.replace("[code]", &made.code)
                .replace("[token]", &made.token)
        }
        None => text,
    }
}

fn record(
    tx: &mut Tx<'_>,
    setup: &Setup,
    id: DeliveryId,
    attempt: i64,
    outcome: &SendOutcome,
) -> Result<Done> {
    let now = setup.clock.now();
    let detail = match outcome {
        SendOutcome::Sent { provider_id, .. } => provider_id,
        SendOutcome::Retry { reason, .. }
        | SendOutcome::Permanent { reason, .. }
        | SendOutcome::Unknown { reason } => reason,
    };
    tx.execute(
        &queries::END_ATTEMPT,
        params![id, attempt, now, word(outcome), detail],
    )?;
    match outcome {
        SendOutcome::Sent { provider_id, parts } => {
            remember(tx, id, provider_id, now)?;
            let change = Change {
                provider_id: Some(provider_id.clone()),
                parts: parts.map(i64::from),
                ..Change::to(DeliveryStatus::Sent)
            };
            advance(tx, setup, id, change)?;
            Ok(Done::Finished)
        }
        SendOutcome::Retry { reason, after_ms } => {
            tx.execute(&queries::BACK_TO_QUEUE, params![id, reason, now])?;
            Ok(Done::Retry {
                reason: reason.clone(),
                after_ms: *after_ms,
            })
        }
        SendOutcome::Permanent { code, reason } => {
            let change = Change {
                code: Some(code.clone()),
                reason: Some(reason.clone()),
                ..Change::to(DeliveryStatus::Failed)
            };
            advance(tx, setup, id, change)?;
            Ok(Done::Finished)
        }
        SendOutcome::Unknown { reason } => {
            advance(
                tx,
                setup,
                id,
                Change {
                    reason: Some(reason.clone()),
                    ..Change::to(DeliveryStatus::Unknown)
                },
            )?;
            Ok(Done::Later {
                after_ms: RECONCILE_AFTER_MS,
            })
        }
    }
}

/// Mail we sent is part of its thread: an answer to it finds the conversation by this id.
fn remember(tx: &mut Tx<'_>, id: DeliveryId, provider_id: &str, now: Millis) -> Result<()> {
    let delivery = get(tx, id)?;
    if delivery.channel == Channel::Email {
        tx.execute(
            &intake::REMEMBER_MESSAGE_ID,
            params![
                provider_id,
                delivery.conversation,
                delivery.interaction,
                now
            ],
        )?;
    }
    Ok(())
}

fn settle(tx: &mut Tx<'_>, setup: &Setup, id: DeliveryId, answer: &Reconciled) -> Result<Done> {
    match answer {
        Reconciled::Found { provider_id } => {
            remember(tx, id, provider_id, setup.clock.now())?;
            advance(
                tx,
                setup,
                id,
                Change {
                    provider_id: Some(provider_id.clone()),
                    ..Change::to(DeliveryStatus::Sent)
                },
            )?;
            Ok(Done::Finished)
        }
        Reconciled::NotFound => {
            tx.execute(
                &queries::BACK_TO_QUEUE,
                params![id, "the provider does not have it", setup.clock.now()],
            )?;
            Ok(Done::Later { after_ms: 0 })
        }
        // Stays unknown until the provider's news or a person settles it.
        Reconciled::CannotTell => Ok(Done::Finished),
    }
}

fn word(outcome: &SendOutcome) -> &'static str {
    match outcome {
        SendOutcome::Sent { .. } => "sent",
        SendOutcome::Retry { .. } => "retry",
        SendOutcome::Permanent { .. } => "failed",
        SendOutcome::Unknown { .. } => "unknown",
    }
}
