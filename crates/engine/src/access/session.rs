//! Sessions: what a logged-in member's browser holds.

use crate::access::{Member, Principal, fresh_secret, member};
use crate::error::Result;
use crate::key::fingerprint;
use crate::queries::access as queries;
use throughline_model::clock::{Clock, Millis};
use throughline_model::id::MemberId;
use throughline_storage::{Hint, Tx, params};

/// A session as it is handed out, once.
#[derive(Clone)]
pub struct NewSession {
    /// The secret for the cookie.
    pub secret: String,
    /// What the browser's own pages send along with every change, and other sites cannot know.
    pub csrf: String,
    /// When it ends, in milliseconds since 1970.
    pub expires_at: Millis,
}

/// A session in use.
#[derive(Clone, Debug)]
pub struct Session {
    /// Whose it is.
    pub member: Member,
    /// What changes must bring along.
    pub csrf: String,
    /// When it ends, in milliseconds since 1970.
    pub expires_at: Millis,
}

impl Session {
    /// Who asks by this session.
    pub fn principal(&self) -> Principal {
        Principal::Member {
            id: self.member.id,
            name: self.member.name.clone(),
            role: self.member.role,
        }
    }
}

/// Starts a session of `lasts_ms`.
///
/// # Errors
/// When the database fails.
pub fn start(
    tx: &mut Tx<'_>,
    clock: &Clock,
    member: MemberId,
    lasts_ms: Millis,
) -> Result<NewSession> {
    let session = NewSession {
        secret: fresh_secret()?,
        csrf: fresh_secret()?,
        expires_at: clock.now() + lasts_ms,
    };
    tx.execute(&queries::DROP_EXPIRED_SESSIONS, params![clock.now()])?;
    tx.execute(
        &queries::INSERT_SESSION,
        params![
            fingerprint(&session.secret),
            member,
            &session.csrf,
            clock.now(),
            session.expires_at
        ],
    )?;
    Ok(session)
}

/// The session behind a cookie; none when it has ended, or its member may not log in any more.
///
/// # Errors
/// When the database fails.
pub fn find(tx: &mut Tx<'_>, clock: &Clock, secret: &str) -> Result<Option<Session>> {
    let values = params![fingerprint(secret), clock.now()];
    Ok(tx.optional(&queries::SESSION, values, |row| {
        Ok(Session {
            member: member::read(row)?,
            csrf: row.get("csrf")?,
            expires_at: row.get("expires_at")?,
        })
    })?)
}

/// Ends one session. Ending one that has ended changes nothing.
///
/// # Errors
/// When the database fails.
pub fn end(tx: &mut Tx<'_>, secret: &str) -> Result<()> {
    tx.execute(&queries::DROP_SESSION, params![fingerprint(secret)])?;
    tx.hint(Hint::Access);
    Ok(())
}

/// Ends every session of a member.
///
/// # Errors
/// When the database fails.
pub fn end_all(tx: &mut Tx<'_>, member: MemberId) -> Result<()> {
    tx.execute(&queries::DROP_SESSIONS_OF, params![member])?;
    tx.hint(Hint::Access);
    Ok(())
}
