//! Notifications: what one member should know of, kept until they have seen it.

use crate::Setup;
use crate::error::Result;
use crate::queries::notification as queries;
use serde::{Deserialize, Serialize};
use throughline_model::clock::{Clock, Millis};
use throughline_model::id::{ConversationId, MemberId, NotificationId};
use throughline_model::words;
use throughline_storage::{Hint, Row, Tx, params};
use uuid::Uuid;

/// The most of a text that is shown, in characters.
const EXCERPT: usize = 200;

words! {
    /// Why a member is told.
    NotificationKind {
        /// A colleague mentioned them in a note.
        Mention = "mention",
        /// Somebody gave them a conversation.
        Assigned = "assigned",
        /// The customer wrote in a conversation they look after.
        Message = "message",
        /// A conversation they look after was put aside until now.
        Woken = "woken",
        /// What they wrote, or what was written where they look after it, did not arrive.
        Undelivered = "undelivered",
        /// A customer waits for longer than their queue promises; for those who watch over the work.
        Overdue = "overdue",
    }
}

/// One thing a member should know of.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Notification {
    /// Its id.
    pub id: NotificationId,
    /// Why.
    pub kind: NotificationKind,
    /// Where.
    pub conversation: ConversationId,
    /// The entry it is about.
    pub seq: i64,
    /// Who did it.
    pub author_name: Option<String>,
    /// How the text begins, or what the conversation is about.
    pub text: String,
    /// When, in milliseconds since 1970.
    pub at: Millis,
    /// When they saw it, in milliseconds since 1970.
    pub read_at: Option<Millis>,
}

/// Something to be told.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// To whom.
    pub member: MemberId,
    /// Why.
    pub kind: NotificationKind,
    /// Where.
    pub conversation: ConversationId,
    /// The entry it is about.
    pub seq: i64,
    /// Who did it.
    pub author_name: Option<&'a str>,
    /// The text to show the beginning of.
    pub text: &'a str,
}

/// Which notifications were seen.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NotificationsSeen)]
pub struct Seen {
    /// Only those of this conversation; all when left out.
    #[serde(default)]
    pub conversation: Option<ConversationId>,
    /// Only this one.
    #[serde(default)]
    pub id: Option<NotificationId>,
}

/// Tells a member something. Several messages of a customer that were not seen yet are one notification, and so are all
/// customers who wait for too long: one is enough to look at the board.
///
/// # Errors
/// When the database fails.
pub fn tell(tx: &mut Tx<'_>, setup: &Setup, new: &New<'_>) -> Result<()> {
    if new.kind == NotificationKind::Message {
        tx.execute(
            &queries::DROP_UNSEEN_MESSAGES,
            params![new.member, new.conversation],
        )?;
    }
    if new.kind == NotificationKind::Overdue {
        tx.execute(&queries::DROP_UNSEEN_OVERDUE, params![new.member])?;
    }
    let text: String = new.text.chars().take(EXCERPT).collect();
    let values = params![
        setup.clock.new_id(),
        new.member,
        new.kind.as_str(),
        new.conversation,
        new.seq,
        new.author_name.map(str::to_owned),
        text,
        setup.clock.now()
    ];
    tx.execute(&queries::INSERT, values)?;
    tx.hint(Hint::Member { member: new.member });
    Ok(())
}

/// A member's notifications, newest first, from before `before`; only those not seen yet when `unseen`.
///
/// # Errors
/// When the database fails.
pub fn list(
    tx: &mut Tx<'_>,
    member: MemberId,
    unseen: bool,
    before: Option<NotificationId>,
    limit: usize,
) -> Result<Vec<Notification>> {
    let before = before.map_or(Uuid::max(), NotificationId::uuid);
    Ok(tx.all(&queries::LIST, params![member, before, unseen, limit], read)?)
}

/// How many a member has not seen.
///
/// # Errors
/// When the database fails.
pub fn unseen(tx: &mut Tx<'_>, member: MemberId) -> Result<i64> {
    Ok(tx.one(&queries::COUNT_UNSEEN, params![member], |row| {
        row.get("count")
    })?)
}

/// Notes what a member has seen; returns how many that were new.
///
/// # Errors
/// When the database fails.
pub fn see(tx: &mut Tx<'_>, clock: &Clock, member: MemberId, seen: &Seen) -> Result<u64> {
    let which = match (seen.id, seen.conversation) {
        (Some(_), _) => "one",
        (None, Some(_)) => "conversation",
        (None, None) => "all",
    };
    let values = params![
        member,
        clock.now(),
        which,
        seen.id.map(NotificationId::uuid),
        seen.conversation
    ];
    let count = tx.execute(&queries::SEE, values)?;
    if count > 0 {
        tx.hint(Hint::Member { member });
    }
    Ok(count)
}

fn read(row: &Row<'_>) -> throughline_storage::Result<Notification> {
    Ok(Notification {
        id: row.get("id")?,
        kind: row.word("kind")?,
        conversation: row.get("conversation_id")?,
        seq: row.get("seq")?,
        author_name: row.get("author_name")?,
        text: row.get("text")?,
        at: row.get("at")?,
        read_at: row.get("read_at")?,
    })
}
