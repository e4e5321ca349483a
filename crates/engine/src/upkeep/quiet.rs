//! What the AI agent has answered and nobody has come back to is resolved.
//!
//! Nobody else would do it: people close what they have done. A customer who writes later opens it again.

use crate::Setup;
use crate::agent;
use crate::conversation::{self, Change, Conversation};
use crate::error::{Error, Result};
use crate::queries::upkeep as queries;
use throughline_model::clock::Millis;
use throughline_model::conversation::CaseStatus;
use throughline_model::id::ConversationId;
use throughline_storage::{Db, Tx, params};

/// So many are resolved per look.
const BATCH: usize = 200;

/// Resolves conversations in which nothing has happened for `quiet_ms` since the AI agent answered. Those in which it
/// waits for people stay: for an approval, or a call.
pub(super) async fn resolve(db: &Db, setup: &Setup, quiet_ms: Millis) -> Result<()> {
    let before = setup.clock.now() - quiet_ms;
    loop {
        let found = db.read(move |tx| {
            tx.all(&queries::QUIET, params![before, BATCH], |row| {
                row.get::<ConversationId>("id")
            })
        });
        let found: Vec<ConversationId> = found.await?;
        for &id in &found {
            let setup = setup.clone();
            db.write(move |tx| one(tx, &setup, id, before)).await?;
        }
        if found.len() < BATCH {
            return Ok(());
        }
    }
}

/// Resolves one, unless something happened meanwhile.
fn one(tx: &mut Tx<'_>, setup: &Setup, id: ConversationId, before: Millis) -> Result<()> {
    let here: Conversation = match conversation::lock(tx, id) {
        Ok(CaseStatus::Open) => conversation::get(tx, id)?,
        Ok(_) | Err(Error::NotFound { .. }) => return Ok(()),
        Err(error) => return Err(error),
    };
    if !here.with_agent || here.owner.is_some() || here.updated_at >= before {
        return Ok(());
    }
    let resolved = Change {
        status: Some(CaseStatus::Resolved),
        ..Change::default()
    };
    conversation::change(tx, setup, id, &resolved, agent::author())?;
    Ok(())
}
