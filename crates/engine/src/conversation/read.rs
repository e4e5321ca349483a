//! Reading conversations and their timeline.

use crate::conversation::append::Author;
use crate::conversation::callback::{Callback, read_callback};
use crate::error::{Error, Result};
use crate::queries::conversation as queries;
use serde::Serialize;
use throughline_model::channel::Channel;
use throughline_model::clock::Millis;
use throughline_model::conversation::{CaseStatus, Direction, EntryKind, Priority};
use throughline_model::id::{
    ConversationId, CustomerId, EntryId, IdentifierId, InteractionId, MemberId,
};
use throughline_storage::{Row, Tx, params};
use uuid::Uuid;

/// A conversation's case state.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// Whose it is.
    pub customer: CustomerId,
    /// The identifier that started it.
    pub identifier: IdentifierId,
    /// The brand it is with.
    pub brand: String,
    /// Where the case stands.
    pub status: CaseStatus,
    /// What it is about.
    pub subject: Option<String>,
    /// How urgent it is.
    pub priority: Priority,
    /// The member who looks after it.
    pub owner: Option<MemberId>,
    /// Fields of the case, by name.
    #[schema(value_type = Object)]
    pub fields: serde_json::Map<String, serde_json::Value>,
    /// The number of its newest entry; entries are numbered from 1 without gaps.
    pub last_seq: i64,
    /// When it started, in milliseconds since 1970.
    pub created_at: Millis,
    /// When something last happened, in milliseconds since 1970.
    pub updated_at: Millis,
    /// When it was resolved, in milliseconds since 1970.
    pub resolved_at: Option<Millis>,
    /// Until when it is put aside, in milliseconds since 1970.
    pub snoozed_until: Option<Millis>,
    /// Words it is found and counted by, sorted.
    pub tags: Vec<String>,
    /// By when the customer is to be served, as their queue promises, in milliseconds since 1970; none where nothing is
    /// promised, or a person has answered.
    pub serve_by: Option<Millis>,
    /// Since when the customer waits for an answer, in milliseconds since 1970: since the first message that nobody has
    /// answered, or since the AI agent has handed over. None where all is answered, or the case is pending or done.
    pub waiting_since: Option<Millis>,
    /// Whether the router has given it to the AI agent.
    pub with_agent: bool,
    /// How the customer is to be called back, or what came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback: Option<Callback>,
}

/// One line of the timeline.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Entry {
    /// Its id.
    pub id: EntryId,
    /// The conversation it is in.
    pub conversation: ConversationId,
    /// Its number there.
    pub seq: i64,
    /// When it happened, in milliseconds since 1970.
    pub at: Millis,
    /// When it was stored, in milliseconds since 1970.
    pub recorded_at: Millis,
    /// What it is.
    pub kind: EntryKind,
    /// Which way it goes.
    pub direction: Direction,
    /// Who wrote it.
    pub author: Author,
    /// The interaction it belongs to.
    pub interaction: Option<InteractionId>,
    /// The channel it went over.
    pub channel: Option<Channel>,
    /// True when the customer may see it.
    pub public: bool,
    /// The text a person reads.
    pub text: String,
    /// Everything else about it.
    #[schema(value_type = Object)]
    pub body: serde_json::Value,
}

/// Which conversations to list; the default is all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those that stand here.
    pub status: Option<CaseStatus>,
    /// Only those this member looks after.
    pub owner: Option<MemberId>,
    /// Only those with contact on this channel.
    pub channel: Option<Channel>,
}

/// Which entries of a conversation a reader may see.
#[derive(Clone, Copy, Debug)]
pub enum View {
    /// All: for members and the API.
    Everything,
    /// What the customer may see.
    Public,
    /// What the customer may see of one address's own contact.
    Line(IdentifierId),
}

/// One conversation.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn get(tx: &mut Tx<'_>, id: ConversationId) -> Result<Conversation> {
    find(tx, id)?.ok_or_else(|| Error::not_found("conversation", id))
}

pub(super) fn find(tx: &mut Tx<'_>, id: ConversationId) -> Result<Option<Conversation>> {
    Ok(tx.optional(&queries::BY_ID, params![id], read_conversation)?)
}

/// Conversations, the latest first, from before `before` (`updated_at` and id of the last one seen).
///
/// # Errors
/// When the database fails.
pub fn list(
    tx: &mut Tx<'_>,
    filter: &Filter,
    before: Option<(Millis, ConversationId)>,
    limit: usize,
) -> Result<Vec<Conversation>> {
    let (at, id) = before.unwrap_or((Millis::MAX, ConversationId(Uuid::max())));
    let status = filter.status.map_or("", CaseStatus::as_str);
    let channel = filter.channel.map_or("", Channel::as_str);
    let has_owner = if filter.owner.is_some() { "owner" } else { "" };
    Ok(tx.all(
        &queries::LIST,
        params![at, id, status, has_owner, filter.owner, channel, limit],
        read_conversation,
    )?)
}

/// Conversations of a customer, newest first, with ids before `before`.
///
/// # Errors
/// When the database fails.
pub fn of_customer(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    before: Option<ConversationId>,
    limit: usize,
) -> Result<Vec<Conversation>> {
    let before = before.map_or(Uuid::max(), ConversationId::uuid);
    Ok(tx.all(
        &queries::OF_CUSTOMER,
        params![customer, before, limit],
        read_conversation,
    )?)
}

/// Entries after number `after`, in order.
///
/// # Errors
/// When the database fails.
pub fn entries(
    tx: &mut Tx<'_>,
    conversation: ConversationId,
    after: i64,
    limit: usize,
    view: View,
) -> Result<Vec<Entry>> {
    Ok(match view {
        View::Everything => tx.all(
            &queries::ENTRIES,
            params![conversation, after, limit],
            read_entry,
        )?,
        View::Public => tx.all(
            &queries::ENTRIES_PUBLIC,
            params![conversation, after, limit],
            read_entry,
        )?,
        View::Line(identifier) => tx.all(
            &queries::ENTRIES_OF_LINE,
            params![conversation, after, limit, identifier],
            read_entry,
        )?,
    })
}

/// One entry.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn entry(tx: &mut Tx<'_>, id: EntryId) -> Result<Entry> {
    tx.optional(&queries::ENTRY_BY_ID, params![id], read_entry)?
        .ok_or_else(|| Error::not_found("entry", id))
}

/// All entries of all of a customer's conversations, the latest first, from before `before` (time and id of the
/// last one seen).
///
/// # Errors
/// When the database fails.
pub fn timeline(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    before: Option<(Millis, EntryId)>,
    limit: usize,
) -> Result<Vec<Entry>> {
    let (at, id) = before.unwrap_or((Millis::MAX, EntryId(Uuid::max())));
    Ok(tx.all(
        &queries::TIMELINE,
        params![customer, at, id, limit],
        read_entry,
    )?)
}

pub(super) fn read_entry(row: &Row<'_>) -> throughline_storage::Result<Entry> {
    Ok(Entry {
        id: row.get("id")?,
        conversation: row.get("conversation_id")?,
        seq: row.get("seq")?,
        at: row.get("at")?,
        recorded_at: row.get("recorded_at")?,
        kind: row.word("kind")?,
        direction: row.word("direction")?,
        author: Author {
            kind: row.word("author_kind")?,
            id: row.get("author_id")?,
            name: row.get("author_name")?,
        },
        interaction: row.get("interaction_id")?,
        channel: row.optional_word("channel")?,
        public: row.get("public")?,
        text: row.get("text")?,
        body: row.json("body")?,
    })
}

pub(super) fn read_conversation(row: &Row<'_>) -> throughline_storage::Result<Conversation> {
    Ok(Conversation {
        id: row.get("id")?,
        customer: row.get("customer_id")?,
        identifier: row.get("identifier_id")?,
        brand: row.get("brand")?,
        status: row.word("status")?,
        subject: row.get("subject")?,
        priority: row.word("priority")?,
        owner: row.get("owner_id")?,
        fields: row.json("fields")?,
        last_seq: row.get("last_seq")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        resolved_at: row.get("resolved_at")?,
        snoozed_until: row.get("snoozed_until")?,
        tags: row.json("tags")?,
        serve_by: row.get("serve_by")?,
        waiting_since: row.get("waiting_since")?,
        with_agent: row.get("with_agent")?,
        callback: read_callback(row)?,
    })
}
