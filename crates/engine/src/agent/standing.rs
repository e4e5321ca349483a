//! What the agent may know when it takes its turn: who the customer is proven to be, and what they have told.

use crate::Setup;
use crate::approval;
use crate::conversation::{self, Interaction};
use crate::error::Result;
use crate::identity;
use crate::queries::agent as queries;
use std::collections::BTreeMap;
use throughline_brain::Standing;
use throughline_model::assurance::Assurance;
use throughline_model::id::ConversationId;
use throughline_model::identifier::IdentifierKind;
use throughline_storage::{Tx, params};
use time::OffsetDateTime;

/// How the customer stands on `line`, their latest contact in this conversation.
pub(super) fn of(
    tx: &mut Tx<'_>,
    setup: &Setup,
    conversation: ConversationId,
    line: &Interaction,
) -> Result<Standing> {
    let now = setup.clock.now();
    let pictures: i64 = tx.one(&queries::PICTURES, params![conversation], |row| {
        row.get("pictures")
    })?;
    let (subject, assurance) = proven(tx, setup, line)?;
    let mut facts: BTreeMap<String, serde_json::Value> = conversation::facts(tx, conversation)?
        .into_iter()
        .map(|fact| (fact.name, fact.value))
        .collect();
    if assurance > Assurance::NONE {
        let address = identity::identifier(tx, line.identifier)?;
        let name = match address.kind {
            IdentifierKind::Email => Some("email"),
            IdentifierKind::Phone => Some("phone"),
            _ => None,
        };
        if let Some(name) = name {
            facts.entry(name.to_owned()).or_insert(address.value.into());
        }
    }
    Ok(Standing {
        subject,
        assurance: assurance.level(),
        facts,
        pictures: u32::try_from(pictures).unwrap_or(u32::MAX),
        approvals: approval::granted(tx, &setup.clock, conversation)?,
        today: OffsetDateTime::from_unix_timestamp(now / 1000)
            .ok()
            .map(OffsetDateTime::date),
        now,
    })
}

/// The account that is proven to be theirs, and how well: one shown in this contact, or the only one that belongs to
/// the customer behind an address that is proven now.
fn proven(
    tx: &mut Tx<'_>,
    setup: &Setup,
    line: &Interaction,
) -> Result<(Option<String>, Assurance)> {
    let mut best = Assurance::NONE;
    for proof in identity::proven(tx, &setup.clock, line.identifier)? {
        let shown = identity::identifier(tx, proof.proven)?;
        if shown.kind == IdentifierKind::Account {
            return Ok((Some(shown.value), proof.assurance));
        }
        best = best.max(proof.assurance);
    }
    if best == Assurance::NONE {
        return Ok((None, best));
    }
    let customer = identity::customer_of(tx, line.identifier)?;
    let all = identity::identifiers(tx, customer)?;
    let mut accounts = all
        .into_iter()
        .filter(|one| one.kind == IdentifierKind::Account);
    match (accounts.next(), accounts.next()) {
        (Some(only), None) => Ok((Some(only.value), best)),
        _ => Ok((None, best)),
    }
}
