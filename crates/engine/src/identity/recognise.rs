//! The identifier a message came from, and its customer.

use crate::error::Result;
use crate::queries::identity as queries;
use throughline_model::clock::{Clock, Millis};
use throughline_model::id::{CustomerId, IdentifierId};
use throughline_model::identifier::Identifier;
use throughline_storage::{Tx, params};
use uuid::Uuid;

/// Who an interaction is with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    /// The identifier it came from.
    pub identifier: IdentifierId,
    /// Whose that is, as far as is known.
    pub customer: CustomerId,
}

/// Finds the identifier, or makes it (and with it a new customer), and locks it until the transaction ends:
/// work of one customer endpoint happens one after the other.
///
/// # Errors
/// When the database fails.
pub fn recognise(
    tx: &mut Tx<'_>,
    clock: &Clock,
    identifier: &Identifier,
    name: Option<&str>,
) -> Result<Person> {
    recognise_at(tx, clock, identifier, name, clock.now())
}

/// [`recognise`] for something that was seen at another time than now.
///
/// # Errors
/// When the database fails.
pub fn recognise_at(
    tx: &mut Tx<'_>,
    clock: &Clock,
    identifier: &Identifier,
    name: Option<&str>,
    seen_at: Millis,
) -> Result<Person> {
    let id = match current(tx, identifier)? {
        Some(id) => id,
        None => {
            let values = params![
                clock.new_id(),
                identifier.kind,
                &identifier.value,
                0_i64,
                seen_at,
                name
            ];
            tx.execute(&queries::INSERT, values)?;
            // Another transaction may have been first; either way there is one now.
            tx.one(
                &queries::CURRENT,
                params![identifier.kind, &identifier.value],
                |row| row.get("id"),
            )?
        }
    };
    let customer = lock(tx, id, name, seen_at)?;
    Ok(Person {
        identifier: id,
        customer,
    })
}

fn current(tx: &mut Tx<'_>, identifier: &Identifier) -> Result<Option<IdentifierId>> {
    Ok(tx.optional(
        &queries::CURRENT,
        params![identifier.kind, &identifier.value],
        |row| row.get("id"),
    )?)
}

/// Locks the identifier, then the customer it belongs to, so that two of a customer's identifiers cannot start
/// two conversations at once.
fn lock(
    tx: &mut Tx<'_>,
    id: IdentifierId,
    name: Option<&str>,
    seen_at: Millis,
) -> Result<CustomerId> {
    let customer: CustomerId = tx.one(&queries::TOUCH, params![id, seen_at, name], |row| {
        row.get("customer_id")
    })?;
    if customer.uuid() != id.uuid() {
        tx.one(&queries::LOCK, params![customer], |row| {
            row.get::<Uuid>("id")
        })?;
    }
    Ok(customer)
}
