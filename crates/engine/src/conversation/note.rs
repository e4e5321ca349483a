//! Notes for colleagues. Who is mentioned in one hears of it.

use crate::Setup;
use crate::access::member;
use crate::conversation::append::{Author, NewEntry, append};
use crate::conversation::read::{Entry, entry};
use crate::error::{Error, Result};
use crate::notification::{self, NotificationKind};
use serde_json::json;
use throughline_model::conversation::{EntryKind, MESSAGE_TEXT_LIMIT};
use throughline_model::id::{ConversationId, MemberId};
use throughline_storage::Tx;

/// The most members one note mentions.
const MENTIONS_LIMIT: usize = 50;

/// A note to be written.
#[derive(Clone, Debug)]
pub struct NewNote {
    /// Where.
    pub conversation: ConversationId,
    /// What.
    pub text: String,
    /// Who should read it.
    pub mentions: Vec<MemberId>,
    /// Who writes.
    pub author: Author,
}

/// Writes a note, and tells those it mentions.
///
/// # Errors
/// [`Error::Invalid`] for an empty or too long text, or a mention of nobody who works here.
pub fn note(tx: &mut Tx<'_>, setup: &Setup, new: NewNote) -> Result<Entry> {
    if new.text.trim().is_empty() || new.text.chars().count() > MESSAGE_TEXT_LIMIT {
        let allowed = format!("use 1 to {MESSAGE_TEXT_LIMIT} characters");
        return Err(Error::invalid("text", allowed));
    }
    let mut mentions = new.mentions;
    mentions.sort_unstable();
    mentions.dedup();
    if mentions.len() > MENTIONS_LIMIT {
        let allowed = format!("mention at most {MENTIONS_LIMIT} members");
        return Err(Error::invalid("mentions", allowed));
    }
    let mut named = Vec::new();
    for id in &mentions {
        let member = match member::get(tx, *id) {
            Ok(member) if member.enabled => member,
            Ok(_) | Err(Error::NotFound { .. }) => {
                let known = "mention members who can log in; see /api/v1/members";
                return Err(Error::invalid("mentions", known));
            }
            Err(error) => return Err(error),
        };
        named.push(json!({ "id": member.id, "name": member.name }));
    }
    let body = match named.is_empty() {
        true => json!({}),
        false => json!({ "mentions": named }),
    };
    let written = NewEntry::internal(
        new.conversation,
        setup.clock.now(),
        EntryKind::Note,
        new.author.clone(),
        new.text.clone(),
        body,
    );
    let (id, seq) = append(tx, setup, &written)?;
    for member in mentions
        .into_iter()
        .filter(|member| new.author.id != Some(member.uuid()))
    {
        let news = notification::New {
            member,
            kind: NotificationKind::Mention,
            conversation: new.conversation,
            seq,
            author_name: new.author.name.as_deref(),
            text: &new.text,
        };
        notification::tell(tx, setup, &news)?;
    }
    entry(tx, id)
}
