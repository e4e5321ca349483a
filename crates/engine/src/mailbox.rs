//! How far mailboxes on other servers have been read.

use crate::error::Result;
use crate::queries::mailbox as queries;
use throughline_model::clock::Clock;
use throughline_model::id::EndpointId;
use throughline_storage::{Tx, params};

/// A place in a mailbox, in IMAP's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// UIDs mean the same mails as long as this stays the same.
    pub uid_validity: u32,
    /// The last mail that needs no more work.
    pub last_uid: u32,
}

/// How far an endpoint's mailbox was read.
///
/// # Errors
/// When the database fails.
pub fn cursor(tx: &mut Tx<'_>, endpoint: EndpointId) -> Result<Option<Cursor>> {
    Ok(tx.optional(&queries::CURSOR, params![endpoint], |row| {
        Ok(Cursor {
            uid_validity: narrow(row.get("uid_validity")?),
            last_uid: narrow(row.get("last_uid")?),
        })
    })?)
}

/// The mailbox was read up to here.
///
/// # Errors
/// When the database fails.
pub fn advance(tx: &mut Tx<'_>, clock: &Clock, endpoint: EndpointId, cursor: Cursor) -> Result<()> {
    tx.execute(
        &queries::ADVANCE,
        params![endpoint, cursor.uid_validity, cursor.last_uid, clock.now()],
    )?;
    Ok(())
}

fn narrow(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(0)
}
