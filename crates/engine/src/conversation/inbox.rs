//! The inbox: conversations with what a person needs to choose one, without opening each.

use crate::conversation::append::Author;
use crate::conversation::join::interactions;
use crate::conversation::read::{Conversation, Entry, read_conversation, read_entry};
use crate::conversation::tag::tag_pattern;
use crate::error::Result;
use crate::identity;
use crate::queries::conversation as queries;
use serde::{Deserialize, Serialize};
use throughline_model::channel::Channel;
use throughline_model::clock::Millis;
use throughline_model::conversation::{CaseStatus, Direction, EntryKind, Priority};
use throughline_model::id::{ConversationId, CustomerId, MemberId};
use throughline_model::identifier::IdentifierKind;
use throughline_model::words;
use throughline_storage::{Tx, Value, params};
use uuid::Uuid;

/// The most of a message's text that is shown, in characters.
const EXCERPT: usize = 200;

/// Whose conversations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whose {
    /// Everybody's.
    #[default]
    All,
    /// This member's.
    Owner(MemberId),
    /// Nobody's yet, nor the AI agent's.
    Nobody,
    /// Those the AI agent has.
    Agent,
}

words! {
    /// What comes first.
    InboxOrder {
        /// What changed last.
        Latest = "latest",
        /// The customer who has waited longest; after those who wait, what changed last.
        Waiting = "waiting",
        /// The promise that runs out first; after those with a promise, what changed last.
        Due = "due",
    }
}

/// Where in the list a row stands, in one order: the next page begins after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxPlace {
    /// The order it is a place in.
    pub order: InboxOrder,
    /// Whether it comes before those that nobody waits in, or that nothing is promised in.
    first: bool,
    at: Millis,
    id: ConversationId,
}

/// Which conversations to show; the default is all.
#[derive(Clone, Debug, Default)]
pub struct InboxFilter {
    /// Only those that stand at one of these; none means any.
    pub statuses: Vec<CaseStatus>,
    /// Whose.
    pub whose: Whose,
    /// Only those with contact on this channel.
    pub channel: Option<Channel>,
    /// Only those in which this is part of the subject, a field, a fact, or a name or address of the customer.
    pub search: Option<String>,
    /// Only those of one of these priorities; none means any.
    pub priorities: Vec<Priority>,
    /// Only those with this tag.
    pub tag: Option<String>,
}

/// One conversation of the list.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct InboxRow {
    /// The conversation.
    #[serde(flatten)]
    pub conversation: Conversation,
    /// The customer's name.
    pub customer_name: Option<String>,
    /// The address or number the customer was last seen with.
    pub contact: Option<String>,
    /// The channels of the conversation, the one used last first.
    pub channels: Vec<Channel>,
    /// What was said last.
    pub latest: Option<InboxWords>,
}

impl InboxRow {
    /// Where it stands in an order.
    pub fn place(&self, order: InboxOrder) -> InboxPlace {
        let one = &self.conversation;
        let first = match order {
            InboxOrder::Latest => None,
            InboxOrder::Waiting => one.waiting_since,
            InboxOrder::Due => one.serve_by,
        };
        InboxPlace {
            order,
            first: first.is_some(),
            at: first.unwrap_or(one.updated_at),
            id: one.id,
        }
    }
}

/// What was said last in a conversation: a message, a call or a note.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct InboxWords {
    /// The number of its entry.
    pub seq: i64,
    /// When, in milliseconds since 1970.
    pub at: Millis,
    /// What it is.
    pub kind: EntryKind,
    /// Which way it goes.
    pub direction: Direction,
    /// Who said it.
    pub author: Author,
    /// The channel it went over.
    pub channel: Option<Channel>,
    /// How it begins: at most 200 characters.
    pub text: String,
}

/// Conversations in an order, from after `after`, the place of the last one seen.
///
/// # Errors
/// When the database fails.
pub fn inbox(
    tx: &mut Tx<'_>,
    filter: &InboxFilter,
    order: InboxOrder,
    after: Option<InboxPlace>,
    limit: usize,
) -> Result<Vec<InboxRow>> {
    let first = match order {
        InboxOrder::Latest => None,
        InboxOrder::Waiting => Some(&queries::INBOX_WAITING),
        InboxOrder::Due => Some(&queries::INBOX_DUE),
    };
    let mut found = Vec::new();
    if let Some(query) = first
        && after.is_none_or(|after| after.first)
    {
        let (at, id) = after.map_or((Millis::MIN, ConversationId(Uuid::nil())), |after| {
            (after.at, after.id)
        });
        let values = asked(filter, at, id, limit)?;
        found = tx.all(query, &values, read_conversation)?;
    }
    if found.len() < limit {
        let (at, id) = after
            .filter(|after| !after.first)
            .map_or((Millis::MAX, ConversationId(Uuid::max())), |after| {
                (after.at, after.id)
            });
        let mut values = asked(filter, at, id, limit - found.len())?;
        values.push(order.as_str().into());
        found.extend(tx.all(&queries::INBOX, &values, read_conversation)?);
    }
    found.into_iter().map(|one| row(tx, one)).collect()
}

/// What every order asks for, from after this place.
fn asked(filter: &InboxFilter, at: Millis, id: ConversationId, limit: usize) -> Result<Vec<Value>> {
    let (whose, owner) = match filter.whose {
        Whose::All => ("", None),
        Whose::Owner(member) => ("owner", Some(member)),
        Whose::Nobody => ("nobody", None),
        Whose::Agent => ("agent", None),
    };
    let channel = filter.channel.map_or("", Channel::as_str);
    let statuses = between_commas(filter.statuses.iter().map(|one| one.as_str()));
    let priorities = between_commas(filter.priorities.iter().map(|one| one.as_str()));
    let tag = filter.tag.as_deref().map(tag_pattern).transpose()?;
    let search = match filter.search.as_deref().map(str::trim) {
        None | Some("") => String::new(),
        Some(text) => identity::pattern(text),
    };
    Ok(params![
        at,
        id,
        statuses,
        whose,
        owner,
        channel,
        search,
        limit,
        priorities,
        tag.unwrap_or_default()
    ]
    .to_vec())
}

fn between_commas(words: impl Iterator<Item = &'static str>) -> String {
    let words: Vec<&str> = words.collect();
    match words.is_empty() {
        true => String::new(),
        false => format!(",{},", words.join(",")),
    }
}

fn row(tx: &mut Tx<'_>, conversation: Conversation) -> Result<InboxRow> {
    let mut channels: Vec<Channel> = Vec::new();
    for line in interactions(tx, conversation.id)? {
        if !channels.contains(&line.channel) {
            channels.push(line.channel);
        }
    }
    let latest = tx
        .optional(&queries::NEWEST_WORDS, params![conversation.id], read_entry)?
        .map(InboxWords::from);
    Ok(InboxRow {
        customer_name: identity::name_of(tx, conversation.customer)?,
        contact: contact(tx, conversation.customer)?,
        channels,
        latest,
        conversation,
    })
}

fn contact(tx: &mut Tx<'_>, customer: CustomerId) -> Result<Option<String>> {
    let addresses = identity::identifiers(tx, customer)?
        .into_iter()
        .filter(|one| matches!(one.kind, IdentifierKind::Email | IdentifierKind::Phone));
    Ok(addresses
        .max_by_key(|one| one.last_seen_at)
        .map(|one| one.value))
}

impl From<Entry> for InboxWords {
    fn from(entry: Entry) -> Self {
        Self {
            seq: entry.seq,
            at: entry.at,
            kind: entry.kind,
            direction: entry.direction,
            author: entry.author,
            channel: entry.channel,
            text: entry.text.chars().take(EXCERPT).collect(),
        }
    }
}
