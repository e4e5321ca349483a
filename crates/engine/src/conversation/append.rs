//! One more line of the timeline.

use crate::Setup;
use crate::error::Result;
use crate::notification::{self, NotificationKind};
use crate::queries::conversation as queries;
use crate::webhook;
use serde::Serialize;
use throughline_model::channel::Channel;
use throughline_model::clock::Millis;
use throughline_model::conversation::{AuthorKind, Direction, EntryKind};
use throughline_model::id::{ConversationId, EntryId, InteractionId, MemberId};
use throughline_storage::{Hint, Tx, params};
use uuid::Uuid;

/// Who wrote an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Author {
    /// What kind of author.
    pub kind: AuthorKind,
    /// The member's, identifier's or token's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub id: Option<Uuid>,
    /// The name shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Author {
    /// The platform itself.
    pub fn system() -> Self {
        Self {
            kind: AuthorKind::System,
            id: None,
            name: None,
        }
    }
}

/// An entry to be appended.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// Where.
    pub conversation: ConversationId,
    /// When it happened, in milliseconds since 1970.
    pub at: Millis,
    /// What it is.
    pub kind: EntryKind,
    /// Which way it goes.
    pub direction: Direction,
    /// Who wrote it.
    pub author: Author,
    /// The interaction it belongs to.
    pub interaction: Option<InteractionId>,
    /// The channel of that interaction.
    pub channel: Option<Channel>,
    /// True when the customer may see it.
    pub public: bool,
    /// The text a person reads.
    pub text: String,
    /// Everything else about it, as JSON.
    pub body: serde_json::Value,
}

impl NewEntry {
    /// An entry that only the business sees and that belongs to no interaction.
    pub fn internal(
        conversation: ConversationId,
        at: Millis,
        kind: EntryKind,
        author: Author,
        text: String,
        body: serde_json::Value,
    ) -> Self {
        Self {
            conversation,
            at,
            kind,
            direction: Direction::Internal,
            author,
            interaction: None,
            channel: None,
            public: false,
            text,
            body,
        }
    }

    /// Whether the customer waits for an answer from now on, or no longer; nothing where it stays as it is. A program's
    /// own mail, such as that of somebody on holiday, asks nothing, and what the platform sends by itself is no answer.
    /// What the AI agent says as it hands over was none either.
    fn waiting(&self) -> Option<&'static str> {
        use AuthorKind::{Ai, Api, Member};
        match (self.kind, self.direction, self.author.kind) {
            (EntryKind::Message, Direction::In, _) if self.body["automatic"] != true => {
                Some("asked")
            }
            (EntryKind::Routing, _, Ai) if self.body.get("handoff").is_some() => Some("asked"),
            (EntryKind::Message, Direction::Out, Member | Api | Ai) => Some("answered"),
            _ => None,
        }
    }
}

/// Appends an entry with the next number of its conversation. The number is taken under the conversation's lock
/// and the transaction holds that lock, so numbers have no gaps and become visible in order.
///
/// # Errors
/// When there is no such conversation, or the database fails.
pub fn append(tx: &mut Tx<'_>, setup: &Setup, entry: &NewEntry) -> Result<(EntryId, i64)> {
    let id = EntryId(setup.clock.new_id());
    let (seq, owner) = insert(tx, setup, id, entry)?;
    webhook::entry_created(tx, setup, id, seq, entry)?;
    if let Some(member) = owner
        && entry.direction == Direction::In
        && entry.kind == EntryKind::Message
    {
        let news = notification::New {
            member,
            kind: NotificationKind::Message,
            conversation: entry.conversation,
            seq,
            author_name: entry.author.name.as_deref(),
            text: &entry.text,
        };
        notification::tell(tx, setup, &news)?;
    }
    if entry.direction == Direction::Out
        && entry.kind == EntryKind::Message
        && matches!(entry.author.kind, AuthorKind::Member | AuthorKind::Api)
    {
        let conversation = entry.conversation;
        if tx.execute(&queries::ANSWERED, params![conversation])? > 0 {
            tx.hint(Hint::Changed { conversation });
        }
    }
    Ok((id, seq))
}

/// [`append`] under an id the entry has already, without telling anybody: it is not news.
pub(super) fn append_as(
    tx: &mut Tx<'_>,
    setup: &Setup,
    id: EntryId,
    entry: &NewEntry,
) -> Result<i64> {
    Ok(insert(tx, setup, id, entry)?.0)
}

/// Inserts an entry; returns its number, and who looks after the conversation.
fn insert(
    tx: &mut Tx<'_>,
    setup: &Setup,
    id: EntryId,
    entry: &NewEntry,
) -> Result<(i64, Option<MemberId>)> {
    let now = setup.clock.now();
    let (seq, owner) = tx
        .optional(
            &queries::NEXT_SEQ,
            params![entry.conversation, now, entry.waiting().unwrap_or_default()],
            |row| Ok((row.get("last_seq")?, row.get("owner_id")?)),
        )?
        .ok_or_else(|| crate::Error::not_found("conversation", entry.conversation))?;
    tx.execute(
        &queries::INSERT_ENTRY,
        params![
            entry.conversation,
            seq,
            id,
            entry.at,
            now,
            entry.kind,
            entry.direction,
            entry.author.kind,
            entry.author.id,
            entry.author.name.clone(),
            entry.interaction,
            entry.channel,
            entry.public,
            &entry.text,
            &entry.body,
        ],
    )?;
    tx.hint(Hint::Entry {
        conversation: entry.conversation,
        seq,
    });
    Ok((seq, owner))
}
