//! One visitor is one person: when another one is proven in the same browser, a new visitor takes over.

use super::{Arrived, Visitor, arrive, retire};
use crate::Setup;
use crate::error::Result;
use crate::identity::{self, Person};
use crate::queries::visitor as queries;
use throughline_model::clock::Millis;
use throughline_model::id::{CustomerId, IdentifierId};
use throughline_model::identifier::IdentifierKind;
use throughline_storage::{Tx, params};

/// Who a person in a browser is after something was proven.
#[derive(Clone, Debug)]
pub enum Bound {
    /// The visitor they were.
    Same(Visitor),
    /// A new one: the browser had been somebody else's. The old token counts no more.
    Anew(Arrived),
}

impl Bound {
    /// The visitor they are now.
    pub fn visitor(&self) -> &Visitor {
        match self {
            Self::Same(visitor) => visitor,
            Self::Anew(arrived) => &arrived.visitor,
        }
    }

    /// The visitor as their customer stands after what was proven.
    pub(super) fn settled(mut self, tx: &mut Tx<'_>) -> Result<Self> {
        let visitor = match &mut self {
            Self::Same(visitor) => visitor,
            Self::Anew(arrived) => &mut arrived.visitor,
        };
        visitor.customer = identity::customer_of(tx, visitor.identifier)?;
        Ok(self)
    }
}

/// Something the visitor has shown, now or long ago.
struct Shown {
    kind: IdentifierKind,
    customer: CustomerId,
    expires_at: Millis,
}

/// The visitor that may be shown to be `person` by an identifier of `kind`: the one there is, unless the browser
/// belongs to somebody else by all that is known.
pub(super) fn visitor_for(
    tx: &mut Tx<'_>,
    setup: &Setup,
    visitor: &Visitor,
    person: Person,
    kind: IdentifierKind,
) -> Result<Bound> {
    if is_somebody_else(tx, setup, visitor.identifier, person, kind)? {
        retire(tx, setup, visitor)?;
        return Ok(Bound::Anew(arrive(tx, setup, visitor.endpoint, None)?));
    }
    Ok(Bound::Same(visitor.clone()))
}

/// Whether `person`, about to be proven by an identifier of `kind`, is by all that is known not who `holder` belongs to.
///
/// # Errors
/// When the database fails.
pub(crate) fn is_somebody_else(
    tx: &mut Tx<'_>,
    setup: &Setup,
    holder: IdentifierId,
    person: Person,
    kind: IdentifierKind,
) -> Result<bool> {
    let customer = identity::customer_of(tx, holder)?;
    if person.customer == customer {
        return Ok(false);
    }
    if has_account(tx, customer)? && has_account(tx, person.customer)? {
        return Ok(true);
    }
    let shown = tx.all(&queries::SHOWN, params![holder], |row| {
        Ok(Shown {
            kind: row.word("kind")?,
            customer: row.get("customer_id")?,
            expires_at: row.get("expires_at")?,
        })
    })?;
    let others: Vec<_> = shown
        .into_iter()
        .filter(|one| one.customer != person.customer)
        .collect();
    // Within one sitting a person may prove a phone and an address. Two of one kind, or one long after the
    // other, are as likely two people.
    let now = setup.clock.now();
    let long_ago = !others.is_empty() && others.iter().all(|one| one.expires_at <= now);
    Ok(long_ago || others.iter().any(|one| one.kind == kind))
}

fn has_account(tx: &mut Tx<'_>, customer: CustomerId) -> Result<bool> {
    Ok(tx
        .optional(&queries::ACCOUNTS, params![customer], |row| {
            row.get::<IdentifierId>("id")
        })?
        .is_some())
}
