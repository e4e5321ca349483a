//! Which conversation a message belongs to.

use crate::conversation::state::{Change, received_with};
use crate::delivery::Way;
use crate::error::Result;
use crate::identity::Person;
use crate::queries::conversation as queries;
use crate::{Setup, webhook};
use serde::Serialize;
use throughline_model::channel::Channel;
use throughline_model::clock::Millis;
use throughline_model::conversation::{CaseStatus, Priority};
use throughline_model::id::{ConversationId, EndpointId, IdentifierId, InteractionId};
use throughline_storage::{Hint, Row, Tx, params};
use uuid::Uuid;

/// What a message says about where it belongs.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// A conversation named by a token of ours.
    pub conversation: Option<ConversationId>,
    /// The customer explicitly starts another issue.
    pub new_issue: bool,
    /// Subject of a conversation that is started.
    pub subject: Option<String>,
    /// Brand of a conversation that is started.
    pub brand: String,
}

/// Where a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joined {
    /// The conversation, locked until the transaction ends.
    pub conversation: ConversationId,
    /// True when it was started now.
    pub started: bool,
    /// True when it had been resolved and is open again.
    pub reopened: bool,
}

/// One stretch of contact on one endpoint within a conversation.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Interaction {
    /// Its id.
    pub id: InteractionId,
    /// The conversation it is part of.
    pub conversation: ConversationId,
    /// The business's address.
    pub endpoint: EndpointId,
    /// The medium.
    pub channel: Channel,
    /// The customer's address.
    pub identifier: IdentifierId,
    /// First contact, in milliseconds since 1970.
    pub started_at: Millis,
    /// Latest contact, in milliseconds since 1970.
    pub last_at: Millis,
    /// The newest entry the customer is known to have seen.
    pub read_seq: i64,
}

impl Interaction {
    /// The way a message over it takes.
    pub(crate) fn way(&self) -> Way {
        Way {
            channel: self.channel,
            endpoint: self.endpoint,
            identifier: self.identifier,
        }
    }
}

/// Joins the conversation a message belongs to, or starts one: a token of ours that names a conversation of this
/// same customer wins; then the customer's open conversation, on whatever channel it is; a conversation resolved
/// less than the reopen window ago opens again; otherwise, and whenever the customer says so, a new one starts.
///
/// # Errors
/// When the database fails.
pub fn join_or_start(
    tx: &mut Tx<'_>,
    setup: &Setup,
    person: Person,
    endpoint: EndpointId,
    wanted: &Wanted,
) -> Result<Joined> {
    if !wanted.new_issue {
        if let Some(named) = named(tx, setup, person, wanted)? {
            return enter(tx, setup, named);
        }
        let since = setup.clock.now() - setup.reopen_ms;
        let values = params![
            person.customer,
            person.identifier,
            endpoint,
            since,
            Uuid::nil()
        ];
        if let Some(found) = tx.optional(&queries::JOINABLE, values, |row| row.get("id"))? {
            return enter(tx, setup, found);
        }
    }
    let beginning = Beginning {
        identifier: person.identifier,
        endpoint,
        brand: &wanted.brand,
        subject: wanted.subject.as_deref(),
        at: setup.clock.now(),
    };
    Ok(Joined {
        conversation: begin(tx, setup, beginning)?,
        started: true,
        reopened: false,
    })
}

/// What a new conversation begins with.
pub(super) struct Beginning<'b> {
    /// Who begins it.
    pub identifier: IdentifierId,
    /// Where.
    pub endpoint: EndpointId,
    pub brand: &'b str,
    pub subject: Option<&'b str>,
    pub at: Millis,
}

/// Makes a conversation, with what is set for its endpoint.
pub(super) fn begin(
    tx: &mut Tx<'_>,
    setup: &Setup,
    beginning: Beginning<'_>,
) -> Result<ConversationId> {
    let conversation = ConversationId(setup.clock.new_id());
    let Beginning {
        identifier,
        endpoint,
        brand,
        subject,
        at,
    } = beginning;
    let values = params![conversation, identifier, brand, subject, at, endpoint];
    let received = tx.one(&queries::INSERT, values, |row| {
        let priority: Priority = row.word("priority")?;
        Ok(Change {
            priority: (priority != Priority::Normal).then_some(priority),
            fields: row.json("fields")?,
            add_tags: row.json("tags")?,
            ..Change::default()
        })
    })?;
    if received != Change::default() {
        received_with(tx, setup, conversation, endpoint, &received)?;
    }
    Ok(conversation)
}

/// The conversation a token names, when it is this customer's and not closed for good.
fn named(
    tx: &mut Tx<'_>,
    setup: &Setup,
    person: Person,
    wanted: &Wanted,
) -> Result<Option<ConversationId>> {
    let Some(id) = wanted.conversation else {
        return Ok(None);
    };
    let Some(found) = super::read::find(tx, id)? else {
        return Ok(None);
    };
    let long_resolved = found
        .resolved_at
        .is_some_and(|at| at < setup.clock.now() - setup.reopen_ms);
    let joinable =
        found.customer == person.customer && found.status != CaseStatus::Closed && !long_resolved;
    Ok(joinable.then_some(id))
}

fn enter(tx: &mut Tx<'_>, setup: &Setup, conversation: ConversationId) -> Result<Joined> {
    let status = lock(tx, conversation)?;
    // A snoozed or pending case needs someone again as soon as the customer writes.
    let reopened = status != CaseStatus::Open;
    if reopened {
        tx.execute(&queries::REOPEN, params![conversation])?;
        let after = super::read::get(tx, conversation)?;
        webhook::conversation_changed(tx, setup, &after)?;
        tx.hint(Hint::Changed { conversation });
    }
    Ok(Joined {
        conversation,
        started: false,
        reopened,
    })
}

/// Locks a conversation until the transaction ends and says where it stands.
///
/// # Errors
/// When there is no such conversation, or the database fails.
pub fn lock(tx: &mut Tx<'_>, conversation: ConversationId) -> Result<CaseStatus> {
    tx.optional(&queries::LOCK, params![conversation], |row| {
        row.word("status")
    })?
    .ok_or_else(|| crate::Error::not_found("conversation", conversation))
}

/// The interaction of one customer address with one endpoint in a conversation; made when there is none.
///
/// # Errors
/// When the database fails.
pub fn interaction(
    tx: &mut Tx<'_>,
    setup: &Setup,
    conversation: ConversationId,
    endpoint: EndpointId,
    channel: Channel,
    identifier: IdentifierId,
) -> Result<InteractionId> {
    Ok(contact(tx, setup, conversation, endpoint, channel, identifier)?.line)
}

/// Contact over an endpoint.
pub(crate) struct Contact {
    /// The interaction it is part of.
    pub line: InteractionId,
    /// Whether the AI agent may answer what comes in there.
    pub agent: bool,
}

/// [`interaction`], with what the endpoint's reception says of the AI agent: whoever takes a message in needs both.
pub(crate) fn contact(
    tx: &mut Tx<'_>,
    setup: &Setup,
    conversation: ConversationId,
    endpoint: EndpointId,
    channel: Channel,
    identifier: IdentifierId,
) -> Result<Contact> {
    let values = params![
        setup.clock.new_id(),
        conversation,
        endpoint,
        channel,
        identifier,
        setup.clock.now()
    ];
    Ok(tx.one(&queries::UPSERT_INTERACTION, values, |row| {
        Ok(Contact {
            line: row.get("id")?,
            agent: row.get("agent")?,
        })
    })?)
}

/// The interactions of a conversation, the latest first.
///
/// # Errors
/// When the database fails.
pub fn interactions(tx: &mut Tx<'_>, conversation: ConversationId) -> Result<Vec<Interaction>> {
    Ok(tx.all(
        &queries::INTERACTIONS,
        params![conversation],
        read_interaction,
    )?)
}

/// The latest interaction of a customer address with an endpoint, in whatever conversation.
///
/// # Errors
/// When the database fails.
pub fn last_interaction(
    tx: &mut Tx<'_>,
    identifier: IdentifierId,
    endpoint: EndpointId,
) -> Result<Option<Interaction>> {
    Ok(tx.optional(
        &queries::LAST_INTERACTION,
        params![identifier, endpoint],
        read_interaction,
    )?)
}

pub(crate) fn read_interaction(row: &Row<'_>) -> throughline_storage::Result<Interaction> {
    Ok(Interaction {
        id: row.get("id")?,
        conversation: row.get("conversation_id")?,
        endpoint: row.get("endpoint_id")?,
        channel: row.word("channel")?,
        identifier: row.get("identifier_id")?,
        started_at: row.get("started_at")?,
        last_at: row.get("last_at")?,
        read_seq: row.get("read_seq")?,
    })
}

/// One interaction.
///
/// # Errors
/// When there is none, or the database fails.
pub fn interaction_by_id(tx: &mut Tx<'_>, id: InteractionId) -> Result<Interaction> {
    tx.optional(&queries::INTERACTION_BY_ID, params![id], read_interaction)?
        .ok_or_else(|| crate::Error::not_found("interaction", id))
}

/// The customer has seen the conversation up to `seq`. Says whether that is news.
///
/// # Errors
/// When the database fails.
pub fn mark_read(tx: &mut Tx<'_>, id: InteractionId, seq: i64) -> Result<bool> {
    Ok(tx.execute(&queries::MARK_READ, params![id, seq])? > 0)
}
