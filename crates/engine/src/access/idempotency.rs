//! Answers kept for a day, so that a request sent again under its key is answered, not done, again.
//!
//! The answer is stored in the transaction of its effect: either both are there or neither is, and a request that
//! failed may be sent again.

use crate::error::Result;
use crate::queries::access as queries;
use throughline_model::clock::{Clock, Millis};
use throughline_storage::{Tx, params};

/// How long an answer is kept, in milliseconds.
pub const KEPT_MS: Millis = 86_400_000;

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The key is new and now taken: do the work and [`store`] its answer.
    Taken,
    /// The same request was answered before.
    Answered {
        /// With this status,
        status: u16,
        /// and this body.
        body: String,
    },
    /// The same request is being worked on.
    InProgress,
    /// Another request has used the key.
    OtherRequest,
}

/// Takes a key of a principal for a request.
///
/// # Errors
/// When the database fails.
pub fn claim(
    tx: &mut Tx<'_>,
    clock: &Clock,
    principal: &str,
    key: &str,
    request_hash: &str,
) -> Result<Claim> {
    let now = clock.now();
    tx.execute(&queries::FORGET_ANSWERS, params![now - KEPT_MS])?;
    let values = params![principal, key, request_hash, now];
    if tx.execute(&queries::TAKE_KEY, values)? > 0 {
        return Ok(Claim::Taken);
    }
    let found = tx.optional(&queries::ANSWER, params![principal, key], |row| {
        Ok((
            row.get::<String>("request_hash")?,
            row.get::<Option<i64>>("status")?,
            row.get::<Option<String>>("body")?,
        ))
    })?;
    Ok(match found {
        Some((hash, ..)) if hash != request_hash => Claim::OtherRequest,
        Some((_, Some(status), body)) => Claim::Answered {
            status: u16::try_from(status).unwrap_or(200),
            body: body.unwrap_or_default(),
        },
        _ => Claim::InProgress,
    })
}

/// Keeps the answer of a taken key.
///
/// # Errors
/// When the database fails.
pub fn store(tx: &mut Tx<'_>, principal: &str, key: &str, status: u16, body: &str) -> Result<()> {
    let values = params![principal, key, i64::from(status), body];
    tx.execute(&queries::KEEP_ANSWER, values)?;
    Ok(())
}
