//! How far each identifier of a customer is known to be theirs, and how well whoever uses it is proven now.

use crate::error::Result;
use crate::identity::customer::identifiers;
use crate::identity::proof::{assurance, proven};
use crate::queries::identity as queries;
use serde::Serialize;
use throughline_model::assurance::Assurance;
use throughline_model::clock::{Clock, Millis};
use throughline_model::id::{CustomerId, IdentifierId};
use throughline_storage::{Tx, params};

/// Where one identifier stands.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Standing {
    /// The identifier.
    pub identifier: IdentifierId,
    /// The strongest check that has shown it to be this person's and was not withdrawn; null when nothing has.
    pub verified: Option<Verified>,
    /// How well whoever uses it is proven now, 0 to 3.
    pub assurance: Assurance,
    /// Until when that counts, in milliseconds since 1970; null when nothing is proven now.
    pub until: Option<Millis>,
}

/// A check that was passed.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Verified {
    /// How well it proves the person.
    pub assurance: Assurance,
    /// Which check: `otp`, `jwt`, `reply_token`, `dmarc` and the like.
    pub source: String,
    /// When, in milliseconds since 1970.
    pub at: Millis,
}

/// Where each identifier of a customer stands, oldest identifier first.
///
/// # Errors
/// When the database fails.
pub fn standings(tx: &mut Tx<'_>, clock: &Clock, id: CustomerId) -> Result<Vec<Standing>> {
    let all = identifiers(tx, id)?;
    let mut found = Vec::with_capacity(all.len());
    for one in all {
        let verified = tx.optional(&queries::VERIFIED, params![one.id], |row| {
            Ok(Verified {
                assurance: row.get("assurance")?,
                source: row.get("source")?,
                at: row.get("at")?,
            })
        })?;
        let until = proven(tx, clock, one.id)?
            .first()
            .map(|best| best.expires_at);
        found.push(Standing {
            identifier: one.id,
            verified,
            assurance: assurance(tx, clock, one.id)?,
            until,
        });
    }
    Ok(found)
}
