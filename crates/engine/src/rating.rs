//! How customers say they were served. One rating per conversation: who changes their mind replaces it. Every word
//! of it stays in the timeline, for the business only.

use crate::Setup;
use crate::conversation::{self, Author, Interaction, NewEntry};
use crate::error::{Error, Result};
use crate::queries::rating as queries;
use serde::Serialize;
use serde_json::json;
use throughline_model::clock::Millis;
use throughline_model::conversation::{AuthorKind, Direction, EntryKind};
use throughline_model::id::{ConversationId, IdentifierId};
use throughline_storage::{Row, Tx, params};

/// The best score; 1 is the worst.
pub const BEST: i64 = 5;
/// The longest comment, in characters.
const COMMENT_LIMIT: usize = 2_000;

/// How a customer was served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Rating {
    /// The conversation.
    pub conversation: ConversationId,
    /// Who says so.
    pub identifier: IdentifierId,
    /// The entry that holds it.
    pub seq: i64,
    /// 1 (badly) to 5 (very well).
    pub score: i64,
    /// In their words; may be empty.
    pub comment: String,
    /// When, in milliseconds since 1970.
    pub at: Millis,
}

/// Writes down how the customer behind `line` was served; it replaces what was said before.
///
/// # Errors
/// [`Error::Invalid`] for a score or comment that is none.
pub fn rate(
    tx: &mut Tx<'_>,
    setup: &Setup,
    line: &Interaction,
    score: i64,
    comment: &str,
) -> Result<Rating> {
    if !(1..=BEST).contains(&score) {
        return Err(Error::invalid("score", format!("use 1 to {BEST}")));
    }
    let comment = comment.trim();
    if comment.chars().count() > COMMENT_LIMIT {
        let allowed = format!("use at most {COMMENT_LIMIT} characters");
        return Err(Error::invalid("comment", allowed));
    }
    conversation::lock(tx, line.conversation)?;
    let before = of_conversation(tx, line.conversation)?;
    // A retry says nothing new.
    if let Some(same) = before.filter(|one| one.score == score && one.comment == comment) {
        return Ok(same);
    }
    let at = setup.clock.now();
    let mut text = format!("{score} of {BEST}");
    if !comment.is_empty() {
        text = format!("{text}: {comment}");
    }
    let author = Author {
        kind: AuthorKind::Customer,
        id: Some(line.identifier.uuid()),
        name: None,
    };
    let body = json!({ "rating": { "score": score, "comment": comment } });
    let mut entry =
        NewEntry::internal(line.conversation, at, EntryKind::Rating, author, text, body);
    entry.direction = Direction::In;
    entry.interaction = Some(line.id);
    entry.channel = Some(line.channel);
    let (_, seq) = conversation::append(tx, setup, &entry)?;
    let rating = Rating {
        conversation: line.conversation,
        identifier: line.identifier,
        seq,
        score,
        comment: comment.to_owned(),
        at,
    };
    put(tx, &rating)?;
    Ok(rating)
}

/// How the customer of a conversation was served, if they said so.
///
/// # Errors
/// When the database fails.
pub fn of_conversation(tx: &mut Tx<'_>, id: ConversationId) -> Result<Option<Rating>> {
    Ok(tx.optional(&queries::OF_CONVERSATION, params![id], read)?)
}

/// Ratings given since `since`, the latest first, from before `before` (time and conversation of the last one seen).
///
/// # Errors
/// When the database fails.
pub fn list(
    tx: &mut Tx<'_>,
    since: Millis,
    before: Option<(Millis, ConversationId)>,
    limit: usize,
) -> Result<Vec<Rating>> {
    let (at, id) = before.unwrap_or((Millis::MAX, ConversationId(uuid::Uuid::max())));
    Ok(tx.all(&queries::LIST, params![since, at, id, limit], read)?)
}

/// Makes the rating of a conversation what its entries say, after some of them came or went.
///
/// # Errors
/// When the database fails.
pub(crate) fn recount(tx: &mut Tx<'_>, id: ConversationId) -> Result<()> {
    let last = tx.optional(&queries::LAST_ENTRY, params![id], |row| {
        let body: serde_json::Value = row.json("body")?;
        Ok(Rating {
            conversation: id,
            identifier: row.get("author_id")?,
            seq: row.get("seq")?,
            score: body["rating"]["score"].as_i64().unwrap_or(BEST),
            comment: body["rating"]["comment"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            at: row.get("at")?,
        })
    })?;
    match last {
        Some(last) => put(tx, &last),
        None => {
            tx.execute(&queries::DROP, params![id])?;
            Ok(())
        }
    }
}

fn put(tx: &mut Tx<'_>, rating: &Rating) -> Result<()> {
    let values = params![
        rating.conversation,
        rating.identifier,
        rating.seq,
        rating.score,
        &rating.comment,
        rating.at
    ];
    tx.execute(&queries::PUT, values)?;
    Ok(())
}

fn read(row: &Row<'_>) -> throughline_storage::Result<Rating> {
    Ok(Rating {
        conversation: row.get("conversation_id")?,
        identifier: row.get("identifier_id")?,
        seq: row.get("seq")?,
        score: row.get("score")?,
        comment: row.get("comment")?,
        at: row.get("at")?,
    })
}
