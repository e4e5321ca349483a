//! What happens to the work of a member who leaves.

use crate::Setup;
use crate::conversation::append::Author;
use crate::conversation::state::{Change, change};
use crate::error::Result;
use crate::queries::conversation as queries;
use throughline_model::id::{ConversationId, MemberId};
use throughline_storage::{Tx, params};

/// Leaves every case that is not done and that `member` looks after without an owner, so that others see it wants one.
/// Returns how many there were.
///
/// # Errors
/// When the database fails.
pub fn release(tx: &mut Tx<'_>, setup: &Setup, member: MemberId, by: &Author) -> Result<usize> {
    let held = tx.all(&queries::HELD_BY, params![member], |row| {
        row.get::<ConversationId>("id")
    })?;
    let nobody = Change {
        unassign: true,
        ..Change::default()
    };
    for id in &held {
        change(tx, setup, *id, &nobody, by.clone())?;
    }
    Ok(held.len())
}
