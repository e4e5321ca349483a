//! Who is at the desk. A desk that is open lets itself be heard of; a closed laptop does not, and what it was offered
//! must not ring there for long. Kept in the database, so that any process may hear and any may notice the silence.

use super::{Dispatcher, member_of};
use crate::error::Result;
use crate::queries::routing as queries;
use throughline_model::clock::Millis;
use throughline_model::id::MemberId;
use throughline_routing::{Event, Presence, Router, WorkerKind};
use throughline_storage::{Tx, params};

impl Dispatcher {
    /// A member's desk is open. Say so more often than [`throughline_routing::Settings::gone_after_ms`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn heard_of(&self, member: MemberId) -> Result<()> {
        let now = self.now();
        let heard = move |tx: &mut Tx<'_>| -> Result<()> {
            tx.execute(&queries::HEARD, params![member, now])?;
            Ok(())
        };
        self.db().write(heard).await
    }

    /// Puts those offline of whom nothing has been heard for too long.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn miss_the_silent(&self) -> Result<()> {
        let now = self.now();
        let (gone_after_ms, there) = self.look(there).await?;
        if gone_after_ms == 0 || there.is_empty() {
            return Ok(());
        }
        let silent = move |tx: &mut Tx<'_>| -> Result<Vec<MemberId>> {
            let mut silent = Vec::new();
            for &(member, since) in &there {
                let heard = tx.optional(&queries::HEARD_AT, params![member], |row| {
                    row.get::<Millis>("heard_at")
                })?;
                if heard.unwrap_or(since).max(since) < now - gone_after_ms {
                    silent.push(member);
                }
            }
            Ok(silent)
        };
        for member in self.db().read(silent).await? {
            let worker = super::worker_of(member);
            self.tell(Event::ConnectionLost { worker }).await?;
        }
        Ok(())
    }
}

/// Humans who are not offline, each with since when they have been as they are.
fn there(router: &Router) -> (Millis, Vec<(MemberId, Millis)>) {
    let there = router
        .workers()
        .filter(|row| row.worker.kind == WorkerKind::Human && row.presence != Presence::Offline)
        .map(|row| (member_of(row.worker.id), row.presence_since_ms));
    (router.settings().gone_after_ms, there.collect())
}
