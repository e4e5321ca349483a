//! Lives of a phone number: when it was given to someone else, it starts a new one with no history.

use crate::Setup;
use crate::error::Result;
use crate::identity::customer::{identifier, identifiers};
use crate::queries::identity as queries;
use throughline_identity::epoch::{NewEvidence, PhoneHistory, opens_new_epoch};
use throughline_model::assurance::Assurance;
use throughline_model::clock::Millis;
use throughline_model::id::{CustomerId, IdentifierId};
use throughline_model::identifier::IdentifierKind;
use throughline_storage::{Tx, params};

/// The identifier that `holder` proves when they prove `proven`: itself, or a phone number's next life when the
/// evidence says that it has a new holder.
///
/// # Errors
/// When the database fails.
pub(super) fn life_proven(
    tx: &mut Tx<'_>,
    setup: &Setup,
    holder: IdentifierId,
    proven: IdentifierId,
    assurance: Assurance,
) -> Result<IdentifierId> {
    let number = identifier(tx, proven)?;
    if number.kind != IdentifierKind::Phone || holder == proven {
        return Ok(proven);
    }
    let visitor = identifier(tx, holder)?.customer;
    let history = PhoneHistory {
        last_evidence_at: last_used(tx, proven)?,
        holder: known_person(tx, number.customer, proven)?,
        disconnected_at: None,
    };
    let evidence = NewEvidence {
        at: setup.clock.now(),
        assurance,
        holder: known_person(tx, visitor, proven)?,
    };
    match opens_new_epoch(&history, &evidence, &setup.identity) {
        true => start_new_life(tx, setup, proven),
        false => Ok(proven),
    }
}

/// The carrier or a member says that a number has been given to someone else: from now on it is a new
/// identifier, and what was said over it stays with whoever held it.
///
/// # Errors
/// [`crate::Error::Invalid`] for what is no phone number.
pub fn start_new_life(tx: &mut Tx<'_>, setup: &Setup, id: IdentifierId) -> Result<IdentifierId> {
    let old = identifier(tx, id)?;
    if old.kind != IdentifierKind::Phone {
        return Err(crate::Error::invalid(
            "identifier",
            "only phone numbers are given to someone else",
        ));
    }
    let next = IdentifierId(setup.clock.new_id());
    let values = params![
        next,
        old.kind,
        &old.value,
        old.epoch + 1,
        setup.clock.now(),
        None::<String>
    ];
    tx.execute(&queries::INSERT, values)?;
    Ok(
        tx.one(&queries::CURRENT, params![old.kind, &old.value], |row| {
            row.get("id")
        })?,
    )
}

/// When the number was last written from, or proven.
fn last_used(tx: &mut Tx<'_>, id: IdentifierId) -> Result<Option<Millis>> {
    Ok(tx.one(&queries::LAST_USED, params![id], |row| row.get("at"))?)
}

/// The customer, if anything that outlasts a visit says who they are besides this number.
fn known_person(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    number: IdentifierId,
) -> Result<Option<CustomerId>> {
    let lasting = |kind| !matches!(kind, IdentifierKind::Visitor | IdentifierKind::Device);
    let known = identifiers(tx, customer)?
        .iter()
        .any(|one| one.id != number && lasting(one.kind));
    Ok(known.then_some(customer))
}
