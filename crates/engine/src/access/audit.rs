//! The audit trail: every administrative act and every decision about identity, by whom and when. Append-only.

use crate::error::Result;
use crate::queries::access as queries;
use serde::Serialize;
use throughline_model::clock::{Clock, Millis};
use throughline_storage::{Row, Tx, params};
use uuid::Uuid;

/// One act.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Act {
    /// Its id.
    pub id: Uuid,
    /// When, in milliseconds since 1970.
    pub at: Millis,
    /// Who: `member:…`, `token:…`, `system`.
    pub actor: String,
    /// What, such as `customer.merge`.
    pub action: String,
    /// To what: mostly an id.
    pub object: String,
    /// The circumstances. Never holds secrets.
    #[schema(value_type = Object)]
    pub details: serde_json::Value,
}

/// Writes down who did what, in the transaction that does it.
///
/// # Errors
/// When the database fails.
pub fn record(
    tx: &mut Tx<'_>,
    clock: &Clock,
    actor: &str,
    action: &str,
    object: &str,
    details: &serde_json::Value,
) -> Result<()> {
    let values = params![clock.new_id(), clock.now(), actor, action, object, details];
    tx.execute(&queries::RECORD_ACT, values)?;
    Ok(())
}

/// The names of fields that are not the same, for the details of an act.
pub fn changed(before: &serde_json::Value, now: &serde_json::Value) -> Vec<String> {
    let fields = now.as_object().into_iter().flatten();
    fields
        .filter(|(name, value)| before.get(name.as_str()) != Some(*value))
        .map(|(name, _)| name.clone())
        .collect()
}

/// Acts, newest first, from before `before`; of one `action` or of all.
///
/// # Errors
/// When the database fails.
pub fn list(
    tx: &mut Tx<'_>,
    action: Option<&str>,
    before: Option<Uuid>,
    limit: usize,
) -> Result<Vec<Act>> {
    let before = before.unwrap_or(Uuid::max());
    let values = params![before, action.unwrap_or_default(), limit];
    Ok(tx.all(&queries::ACTS, values, read)?)
}

fn read(row: &Row<'_>) -> throughline_storage::Result<Act> {
    Ok(Act {
        id: row.get("id")?,
        at: row.get("at")?,
        actor: row.get("actor")?,
        action: row.get("action")?,
        object: row.get("object")?,
        details: row.json("details")?,
    })
}
