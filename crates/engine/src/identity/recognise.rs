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
    let values = params![identifier.kind, &identifier.value, seen_at, name];
    let known = tx.optional(&queries::TOUCH_CURRENT, values, |row| {
        Ok(Person {
            identifier: row.get("id")?,
            customer: row.get("customer_id")?,
        })
    })?;
    let person = match known {
        Some(person) => person,
        None => introduce(tx, clock, identifier, name, seen_at)?,
    };
    lock_customer(tx, person)?;
    Ok(person)
}

/// Makes the identifier, unless another transaction was first; either way it is locked then.
fn introduce(
    tx: &mut Tx<'_>,
    clock: &Clock,
    identifier: &Identifier,
    name: Option<&str>,
    seen_at: Millis,
) -> Result<Person> {
    let (kind, value) = (identifier.kind, &identifier.value);
    tx.execute(
        &queries::INSERT,
        params![clock.new_id(), kind, value, 0_i64, seen_at, name],
    )?;
    let id: IdentifierId = tx.one(&queries::CURRENT, params![kind, value], |row| row.get("id"))?;
    let customer = tx.one(&queries::TOUCH, params![id, seen_at, name], |row| {
        row.get("customer_id")
    })?;
    Ok(Person {
        identifier: id,
        customer,
    })
}

/// Locks the customer after the identifier, so that two of a customer's identifiers cannot start two conversations
/// at once.
fn lock_customer(tx: &mut Tx<'_>, person: Person) -> Result<()> {
    if person.customer.uuid() != person.identifier.uuid() {
        tx.one(&queries::LOCK, params![person.customer], |row| {
            row.get::<Uuid>("id")
        })?;
    }
    Ok(())
}
