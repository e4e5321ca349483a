//! Finding conversations by what was said in them, and keeping the words by which they are found.

use crate::conversation::append::Author;
use crate::conversation::read::{Entry, get, read_entry};
use crate::error::Result;
use crate::identity;
use crate::queries::conversation as queries;
use serde::Serialize;
use std::collections::HashSet;
use throughline_model::channel::Channel;
use throughline_model::clock::Millis;
use throughline_model::conversation::{CaseStatus, EntryKind};
use throughline_model::id::ConversationId;
use throughline_storage::{Tx, params};

/// So many of the latest entries whose words are not brought in yet are looked through one by one.
const LATELY: usize = 2_000;
/// Entries looked at for each conversation that is wanted: several may be of the same one.
const LOOKED_AT: usize = 10;
/// The most words of a search that count.
const WORDS_LIMIT: usize = 12;
/// So much of the text is shown before the first word found, and in all, in characters.
const EXCERPT: (usize, usize) = (40, 200);

/// A conversation in which the words wanted were said.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Said {
    /// The conversation.
    pub conversation: ConversationId,
    /// What it is about.
    pub subject: Option<String>,
    /// Where the case stands.
    pub status: CaseStatus,
    /// The customer's name.
    pub customer_name: Option<String>,
    /// The number of the newest entry with these words.
    pub seq: i64,
    /// When it happened, in milliseconds since 1970.
    pub at: Millis,
    /// What it is.
    pub kind: EntryKind,
    /// Who said it.
    pub author: Author,
    /// The channel it went over.
    pub channel: Option<Channel>,
    /// The text around the first of the words: at most 200 characters.
    pub text: String,
}

/// Conversations in which all words of `text` were said in one message, note or call, the latest first. Words match
/// by their beginning; case and punctuation do not count.
///
/// # Errors
/// When the database fails.
pub fn said(tx: &mut Tx<'_>, text: &str, limit: usize) -> Result<Vec<Said>> {
    let words = words_of(text);
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let lately = tx.all(&queries::SAID_LATELY, params![LATELY], read_entry)?;
    let lately = lately.into_iter().filter(|entry| has(&entry.text, &words));
    let values = params![words.join(" "), limit * LOOKED_AT];
    let before = tx.all(&queries::SAID, values, read_entry)?;
    let mut seen = HashSet::new();
    lately
        .chain(before)
        .filter(|entry| seen.insert(entry.conversation))
        .take(limit)
        .map(|entry| hit(tx, entry, &words))
        .collect()
}

fn hit(tx: &mut Tx<'_>, entry: Entry, words: &[String]) -> Result<Said> {
    let conversation = get(tx, entry.conversation)?;
    Ok(Said {
        customer_name: identity::name_of(tx, conversation.customer)?,
        conversation: conversation.id,
        subject: conversation.subject,
        status: conversation.status,
        seq: entry.seq,
        at: entry.at,
        kind: entry.kind,
        text: excerpt(&entry.text, words),
        author: entry.author,
        channel: entry.channel,
    })
}

/// Runs of letters and digits, in small letters: nothing in them means anything to a database.
fn words_of(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(WORDS_LIMIT)
        .map(str::to_lowercase)
        .collect()
}

/// Brings in the words of up to `batch` entries that were said since the last time; returns how many there were.
///
/// # Errors
/// When the database fails.
pub fn bring_words(tx: &mut Tx<'_>, batch: usize) -> Result<usize> {
    let next = tx.one(&queries::WORDS_UNTIL, params![batch], |row| {
        Ok((row.get::<Option<i64>>("id")?, row.get::<i64>("count")?))
    })?;
    let (Some(until), count) = next else {
        return Ok(0);
    };
    tx.execute(&queries::BRING_WORDS, params![until])?;
    tx.execute(&queries::WORDS_BROUGHT, params![until])?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// Whether every word is the beginning of one in `text`.
fn has(text: &str, words: &[String]) -> bool {
    let said: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words
        .iter()
        .all(|word| said.iter().any(|one| one.starts_with(word.as_str())))
}

fn excerpt(text: &str, words: &[String]) -> String {
    let folded: Vec<char> = text
        .chars()
        .map(|c| c.to_lowercase().next().unwrap_or(c))
        .collect();
    let begins = |at: usize, word: &str| {
        let before = at.checked_sub(1).and_then(|at| folded.get(at));
        before.is_none_or(|c| !c.is_alphanumeric())
            && word
                .chars()
                .zip(folded.iter().skip(at))
                .all(|(a, b)| a == *b)
    };
    let first = (0..folded.len()).find(|at| words.iter().any(|word| begins(*at, word)));
    let from = first.unwrap_or(0).saturating_sub(EXCERPT.0);
    let cut: String = text.chars().skip(from).take(EXCERPT.1).collect();
    let cut = cut.split_whitespace().collect::<Vec<_>>().join(" ");
    match from {
        0 => cut,
        _ => format!("… {cut}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_words_and_nothing_else() {
        assert_eq!(
            words_of("\"Parcel\" OR 47*-11)"),
            ["parcel", "or", "47", "11"]
        );
        assert!(words_of(" '%_ ").is_empty());
    }

    #[test]
    fn the_excerpt_shows_the_word_that_was_found() {
        let text = format!("{} the parcel\nis late", "before ".repeat(30));
        let shown = excerpt(&text, &["parc".to_owned()]);
        assert!(shown.starts_with("… "), "{shown}");
        assert!(shown.ends_with("the parcel is late"), "{shown}");
        assert_eq!(excerpt("short", &["none".to_owned()]), "short");
    }
}
