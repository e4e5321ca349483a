//! How well the person in an interaction is proven, for how long.

use crate::Setup;
use crate::error::Result;
use crate::identity::assert::{Evidence, Moved, assert};
use crate::identity::epoch::life_proven;
use crate::queries::identity as queries;
use serde::Serialize;
use throughline_identity::AssertionKind;
use throughline_model::assurance::Assurance;
use throughline_model::clock::{Clock, Millis};
use throughline_model::id::IdentifierId;
use throughline_storage::{Row, Tx, params};

/// One thing an interaction's person has shown.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Proof {
    /// The identifier that was shown to be theirs.
    pub proven: IdentifierId,
    /// How well.
    pub assurance: Assurance,
    /// By which check.
    pub method: String,
    /// When, in milliseconds since 1970.
    pub at: Millis,
    /// Until when it counts, in milliseconds since 1970.
    pub expires_at: Millis,
}

/// Whoever is behind `holder` has shown that `proven` is theirs: kept as a proof until `expires_at`, and as
/// evidence for good. From assurance 2 on the two are linked, unless a guard objects. A phone number that turns
/// out to have a new holder starts a new life first.
///
/// # Errors
/// When the database fails.
pub fn prove(
    tx: &mut Tx<'_>,
    setup: &Setup,
    holder: IdentifierId,
    proven: IdentifierId,
    assurance: Assurance,
    method: &str,
    expires_at: Millis,
) -> Result<Moved> {
    let now = setup.clock.now();
    let proven = life_proven(tx, setup, holder, proven, assurance)?;
    tx.execute(
        &queries::INSERT_PROOF,
        params![
            setup.clock.new_id(),
            holder,
            proven,
            assurance,
            method,
            now,
            expires_at
        ],
    )?;
    if holder == proven {
        return Ok(Moved::new());
    }
    assert(
        tx,
        setup,
        Evidence::seen(AssertionKind::Verified, holder, proven, assurance, method),
    )
}

/// What whoever is behind `holder` has shown and still counts, strongest first.
///
/// # Errors
/// When the database fails.
pub fn proven(tx: &mut Tx<'_>, clock: &Clock, holder: IdentifierId) -> Result<Vec<Proof>> {
    Ok(tx.all(&queries::PROOFS, params![holder, clock.now()], read)?)
}

/// How well whoever is behind `holder` is proven now.
///
/// # Errors
/// When the database fails.
pub fn assurance(tx: &mut Tx<'_>, clock: &Clock, holder: IdentifierId) -> Result<Assurance> {
    Ok(proven(tx, clock, holder)?
        .first()
        .map_or(Assurance::NONE, |proof| proof.assurance))
}

fn read(row: &Row<'_>) -> throughline_storage::Result<Proof> {
    Ok(Proof {
        proven: row.get("proven_id")?,
        assurance: row.get("assurance")?,
        method: row.get("method")?,
        at: row.get("at")?,
        expires_at: row.get("expires_at")?,
    })
}
