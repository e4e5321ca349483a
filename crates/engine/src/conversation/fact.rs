//! The ledger of what the customer has told or proven, so that nobody asks again.

use crate::Setup;
use crate::conversation::append::{Author, NewEntry, append};
use crate::error::{Error, Result};
use crate::queries::conversation as queries;
use serde::Serialize;
use serde_json::json;
use throughline_model::clock::Millis;
use throughline_model::conversation::EntryKind;
use throughline_model::id::{ConversationId, InteractionId};
use throughline_storage::{Row, Tx, params};

/// The longest name of a fact, in bytes.
const NAME_LIMIT: usize = 64;
/// The longest value of a fact, in bytes of JSON.
const VALUE_LIMIT: usize = 8192;

/// One fact as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Fact {
    /// What it is about, such as `order_number`.
    pub name: String,
    /// What is known.
    #[schema(value_type = Object)]
    pub value: serde_json::Value,
    /// The entry that holds it.
    pub seq: i64,
    /// Since when it is known, in milliseconds since 1970.
    pub at: Millis,
}

/// Writes a fact down. The interaction it was told in goes with it, so that it follows that interaction if it
/// turns out to be somebody else's.
///
/// # Errors
/// [`Error::Invalid`] when name or value cannot be kept.
pub fn set_fact(
    tx: &mut Tx<'_>,
    setup: &Setup,
    conversation: ConversationId,
    name: &str,
    value: &serde_json::Value,
    author: Author,
    interaction: Option<InteractionId>,
) -> Result<Fact> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() || name.len() > NAME_LIMIT || !name.chars().all(plain) {
        return Err(Error::invalid(
            "name",
            format!("use 1 to {NAME_LIMIT} small letters, digits and underscores"),
        ));
    }
    if value.is_null() || value.to_string().len() > VALUE_LIMIT {
        return Err(Error::invalid(
            "value",
            format!("use any JSON but null, of at most {VALUE_LIMIT} bytes"),
        ));
    }
    let at = setup.clock.now();
    let text = match value {
        serde_json::Value::String(text) => format!("{name}: {text}"),
        other => format!("{name}: {other}"),
    };
    let mut entry = NewEntry::internal(
        conversation,
        at,
        EntryKind::Fact,
        author,
        text,
        json!({ "name": name, "value": value }),
    );
    entry.interaction = interaction;
    let (_, seq) = append(tx, setup, &entry)?;
    tx.execute(
        &queries::SET_FACT,
        params![conversation, name, value, seq, at],
    )?;
    Ok(Fact {
        name: name.to_owned(),
        value: value.clone(),
        seq,
        at,
    })
}

/// What is known in a conversation, by name.
///
/// # Errors
/// When the database fails.
pub fn facts(tx: &mut Tx<'_>, conversation: ConversationId) -> Result<Vec<Fact>> {
    Ok(tx.all(&queries::FACTS, params![conversation], read)?)
}

pub(super) fn read(row: &Row<'_>) -> throughline_storage::Result<Fact> {
    Ok(Fact {
        name: row.get("name")?,
        value: row.json("value")?,
        seq: row.get("seq")?,
        at: row.get("at")?,
    })
}
