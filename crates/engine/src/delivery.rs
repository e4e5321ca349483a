//! Delivery: the outbox. A row is written with its entry; a worker hands it to the channel's adapter.
//!
//! `sending` is committed before the adapter is called. So after a crash a row that stands there may or may not
//! have been sent: it becomes `unknown` and the provider is asked; only if the provider certainly does not have
//! it, it is sent again.

mod permission;
mod worker;

use crate::Setup;
use crate::attachment::{self, StoredFile};
use crate::conversation::Interaction;
use crate::error::{Error, Result};
use crate::notification::{self, NotificationKind};
use crate::queries::delivery as queries;
use crate::{job, push, visitor, webhook};
use serde::Serialize;
use serde_json::json;
use throughline_model::channel::Channel;
use throughline_model::clock::{Clock, Millis};
use throughline_model::id::{
    ConversationId, DeliveryId, EndpointId, EntryId, IdentifierId, InteractionId, MemberId,
};
use throughline_model::outbound::{DeliveryStatus, StatusNews};
use throughline_storage::{Hint, Row, Tx, params};

pub(crate) use permission::{Way, ask};
pub use worker::{Adapters, Deliverer, Rate};

/// The job kind that delivers one outbox row.
pub const DELIVER: &str = "deliver";
/// How often a delivery is tried: over about a day with backoff up to an hour.
const TRIES: i64 = 30;

/// One outbound message on its way.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// Its entry's number there.
    pub seq: i64,
    /// The interaction it answers over.
    pub interaction: InteractionId,
    /// The endpoint it leaves through.
    pub endpoint: EndpointId,
    /// The medium.
    pub channel: Channel,
    /// The customer's address.
    pub identifier: IdentifierId,
    /// The writer's id of the message.
    pub client_message_id: String,
    /// True when no human wrote it.
    pub automatic: bool,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// The provider's id of it.
    pub provider_id: Option<String>,
    /// How many billable parts it had.
    pub parts: Option<i64>,
    /// How often it was tried.
    pub attempts: i64,
    /// The provider's code for what went wrong.
    pub code: Option<String>,
    /// What went wrong, in words.
    pub reason: Option<String>,
    /// When it was written, in milliseconds since 1970.
    pub created_at: Millis,
    /// When it last moved, in milliseconds since 1970.
    pub updated_at: Millis,
}

/// Puts a message into the outbox. A chat reads its messages from the timeline itself, so there it counts as sent.
///
/// # Errors
/// When the database fails.
pub fn post(
    tx: &mut Tx<'_>,
    setup: &Setup,
    line: &Interaction,
    seq: i64,
    client_message_id: &str,
    automatic: bool,
) -> Result<(DeliveryId, DeliveryStatus)> {
    let id = DeliveryId(setup.clock.new_id());
    let now = setup.clock.now();
    let pulled = matches!(line.channel, Channel::Webchat | Channel::InApp);
    let status = if pulled {
        DeliveryStatus::Sent
    } else {
        DeliveryStatus::Queued
    };
    tx.execute(
        &queries::INSERT,
        params![
            id,
            line.conversation,
            seq,
            line.id,
            line.endpoint,
            line.channel,
            line.identifier,
            client_message_id,
            automatic,
            status,
            now
        ],
    )?;
    if !pulled {
        job::enqueue(
            tx,
            &setup.clock,
            DELIVER,
            &line.id.to_string(),
            &json!({ "delivery": id }),
            now,
            TRIES,
        )?;
    }
    if pulled {
        push::tell_later(tx, setup, line, id)?;
    }
    if pulled && !automatic {
        visitor::offline::follow_later(tx, setup, line, id)?;
    }
    Ok((id, status))
}

/// One delivery.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn get(tx: &mut Tx<'_>, id: DeliveryId) -> Result<Delivery> {
    tx.optional(&queries::BY_ID, params![id], read)?
        .ok_or_else(|| Error::not_found("delivery", id))
}

/// The delivery the provider knows by this id.
///
/// # Errors
/// When the database fails.
pub fn by_provider_id(
    tx: &mut Tx<'_>,
    endpoint: EndpointId,
    provider_id: &str,
) -> Result<Option<Delivery>> {
    Ok(tx.optional(
        &queries::BY_PROVIDER_ID,
        params![endpoint, provider_id],
        read,
    )?)
}

/// The files that go along with a delivery.
///
/// # Errors
/// When there is no such delivery, or the database fails.
pub fn files(tx: &mut Tx<'_>, id: DeliveryId) -> Result<Vec<StoredFile>> {
    let delivery = get(tx, id)?;
    let mut files = Vec::new();
    for (entry, _) in carried(tx, &delivery)? {
        files.extend(attachment::of_entry(tx, entry)?);
    }
    Ok(files)
}

/// The entries a delivery carries, oldest first, each with its text: its own, or all the answers that go after
/// their visitor in this one mail.
fn carried(tx: &mut Tx<'_>, delivery: &Delivery) -> Result<Vec<(EntryId, String)>> {
    fn read(row: &Row<'_>) -> throughline_storage::Result<(EntryId, String)> {
        Ok((row.get("id")?, row.get("text")?))
    }
    let several = tx.all(&queries::CARRIED, params![delivery.id], read)?;
    if !several.is_empty() {
        return Ok(several);
    }
    let values = params![delivery.conversation, delivery.seq];
    Ok(vec![tx.one(&queries::ENTRY, values, read)?])
}

/// The deliveries of a conversation, oldest first.
///
/// # Errors
/// When the database fails.
pub fn of_conversation(tx: &mut Tx<'_>, conversation: ConversationId) -> Result<Vec<Delivery>> {
    Ok(tx.all(&queries::OF_CONVERSATION, params![conversation], read)?)
}

/// The deliveries of a conversation's entries after number `after` and up to `until`, in order.
///
/// # Errors
/// When the database fails.
pub fn of_entries(
    tx: &mut Tx<'_>,
    conversation: ConversationId,
    after: i64,
    until: i64,
) -> Result<Vec<Delivery>> {
    Ok(tx.all(
        &queries::OF_ENTRIES,
        params![conversation, after, until],
        read,
    )?)
}

/// Writes down that a queued delivery is being sent now, and returns the number of this attempt; none when it is
/// not queued. Commit before handing the message over.
///
/// # Errors
/// When there is no such delivery, or the database fails.
pub fn start(tx: &mut Tx<'_>, clock: &Clock, id: DeliveryId) -> Result<Option<i64>> {
    let now = clock.now();
    if tx.execute(&queries::START, params![id, now])? == 0 {
        return Ok(None);
    }
    let attempt = get(tx, id)?.attempts;
    tx.execute(&queries::START_ATTEMPT, params![id, attempt, now])?;
    Ok(Some(attempt))
}

/// Takes in a provider's news. Statuses only move forward, so late and repeated news changes nothing. `Ok(false)`
/// means that no delivery is known by this id yet: the news came before our own record of the sending.
///
/// # Errors
/// When the database fails.
pub fn note(
    tx: &mut Tx<'_>,
    setup: &Setup,
    endpoint: EndpointId,
    news: &StatusNews,
) -> Result<bool> {
    let found = match news.delivery {
        Some(id) => tx
            .optional(&queries::BY_ID, params![id], read)?
            .filter(|delivery| delivery.endpoint == endpoint),
        None => tx.optional(
            &queries::BY_PROVIDER_ID,
            params![endpoint, &news.provider_id],
            read,
        )?,
    };
    let Some(delivery) = found else {
        return Ok(false);
    };
    if delivery
        .provider_id
        .as_ref()
        .is_some_and(|known| *known != news.provider_id)
    {
        return Ok(true);
    }
    let change = Change {
        status: news.status,
        provider_id: Some(news.provider_id.clone()),
        code: news.code.clone(),
        reason: news.reason.clone(),
        parts: None,
    };
    advance(tx, setup, delivery.id, change)?;
    Ok(true)
}

/// The customer has seen everything on this line up to `seq`.
///
/// # Errors
/// When the database fails.
pub fn note_read(tx: &mut Tx<'_>, setup: &Setup, line: InteractionId, seq: i64) -> Result<()> {
    for id in tx.all(&queries::UNREAD_UP_TO, params![line, seq], |row| {
        row.get::<DeliveryId>("id")
    })? {
        advance(tx, setup, id, Change::to(DeliveryStatus::Read))?;
    }
    Ok(())
}

/// A failed or unknown delivery is tried again because a person says so.
///
/// # Errors
/// [`Error::Conflict`] when it is neither.
pub fn retry(tx: &mut Tx<'_>, setup: &Setup, id: DeliveryId) -> Result<Delivery> {
    let delivery = get(tx, id)?;
    if tx.execute(&queries::REQUEUE, params![id, setup.clock.now()])? == 0 {
        return Err(Error::Conflict(format!(
            "this message is {}; only failed or unknown ones can be sent again",
            delivery.status
        )));
    }
    job::enqueue(
        tx,
        &setup.clock,
        DELIVER,
        &delivery.interaction.to_string(),
        &json!({ "delivery": id }),
        setup.clock.now(),
        TRIES,
    )?;
    tx.hint(Hint::Changed {
        conversation: delivery.conversation,
    });
    get(tx, id)
}

/// How a delivery moves.
struct Change {
    status: DeliveryStatus,
    provider_id: Option<String>,
    parts: Option<i64>,
    code: Option<String>,
    reason: Option<String>,
}

impl Change {
    fn to(status: DeliveryStatus) -> Self {
        Self {
            status,
            provider_id: None,
            parts: None,
            code: None,
            reason: None,
        }
    }
}

/// Moves a delivery forward; backward moves are ignored.
fn advance(tx: &mut Tx<'_>, setup: &Setup, id: DeliveryId, change: Change) -> Result<()> {
    let before: DeliveryStatus = tx.one(&queries::LOCK, params![id], |row| row.word("status"))?;
    let after = before.after(change.status);
    let now = setup.clock.now();
    tx.execute(
        &queries::ADVANCE,
        params![
            id,
            after,
            change.provider_id,
            change.parts,
            change.code,
            change.reason,
            now
        ],
    )?;
    if after != before {
        tell(tx, setup, id)?;
    }
    Ok(())
}

fn tell(tx: &mut Tx<'_>, setup: &Setup, id: DeliveryId) -> Result<()> {
    let delivery = get(tx, id)?;
    tx.hint(Hint::Changed {
        conversation: delivery.conversation,
    });
    if delivery.status == DeliveryStatus::Failed {
        tell_concerned(tx, setup, &delivery)?;
    }
    webhook::emit(tx, setup, "delivery.updated", || json!(delivery))
}

/// Whoever wrote it has gone on to the next customer: they hear that it did not arrive.
fn tell_concerned(tx: &mut Tx<'_>, setup: &Setup, delivery: &Delivery) -> Result<()> {
    fn read(row: &Row<'_>) -> throughline_storage::Result<(Option<MemberId>, String)> {
        Ok((row.get("member_id")?, row.get("text")?))
    }
    let values = params![delivery.conversation, delivery.seq];
    let (Some(member), text) = tx.one(&queries::CONCERNED, values, read)? else {
        return Ok(());
    };
    let news = notification::New {
        member,
        kind: NotificationKind::Undelivered,
        conversation: delivery.conversation,
        seq: delivery.seq,
        author_name: None,
        text: &text,
    };
    notification::tell(tx, setup, &news)
}

fn read(row: &Row<'_>) -> throughline_storage::Result<Delivery> {
    Ok(Delivery {
        id: row.get("id")?,
        conversation: row.get("conversation_id")?,
        seq: row.get("seq")?,
        interaction: row.get("interaction_id")?,
        endpoint: row.get("endpoint_id")?,
        channel: row.word("channel")?,
        identifier: row.get("identifier_id")?,
        client_message_id: row.get("client_message_id")?,
        automatic: row.get("automatic")?,
        status: row.word("status")?,
        provider_id: row.get("provider_id")?,
        parts: row.get("parts")?,
        attempts: row.get("attempts")?,
        code: row.get("code")?,
        reason: row.get("reason")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}
