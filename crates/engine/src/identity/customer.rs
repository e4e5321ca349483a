//! Customers as the outside sees them.

use crate::Setup;
use crate::error::{Error, Result};
use crate::identity::similar;
use crate::queries::identity as queries;
use crate::webhook;
use serde::Serialize;
use throughline_model::clock::{Clock, Millis};
use throughline_model::id::{CustomerId, IdentifierId};
use throughline_model::identifier::IdentifierKind;
use throughline_storage::{Row, Tx, params};
use uuid::Uuid;

/// The one record of a person.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Customer {
    /// The id; ids of merged customers lead here too.
    pub id: CustomerId,
    /// The name a member or the account system gave, else the name the person goes by on some channel.
    pub name: Option<String>,
    /// When the person was first seen, in milliseconds since 1970.
    pub created_at: Millis,
}

/// One identifier of a customer.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct IdentifierRecord {
    /// Its id.
    pub id: IdentifierId,
    /// What kind of thing the value is.
    pub kind: IdentifierKind,
    /// The value in normal form.
    pub value: String,
    /// Which life of the value this is: a recycled phone number starts another one.
    pub epoch: i64,
    /// The name seen with it.
    pub name: Option<String>,
    /// When it was first seen, in milliseconds since 1970.
    pub first_seen_at: Millis,
    /// When it was last seen, in milliseconds since 1970.
    pub last_seen_at: Millis,
    /// Whose it is.
    pub customer: CustomerId,
}

/// What members or the account system say about a customer.
#[derive(Clone, Debug, Default, Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The person's name.
    pub name: Option<String>,
    /// Anything else worth knowing, by name.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub attributes: serde_json::Map<String, serde_json::Value>,
}

/// A pair of customers a person should look at.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct SuggestionRecord {
    /// One of them.
    pub a: CustomerId,
    /// The other.
    pub b: CustomerId,
    /// How much speaks for it, 0 to 1: an order, not a probability.
    pub score: f64,
    /// Why.
    #[schema(value_type = Vec<String>)]
    pub reasons: serde_json::Value,
    /// Since when, in milliseconds since 1970.
    pub at: Millis,
}

/// The customer with this id, or the one it was merged into.
///
/// # Errors
/// [`Error::NotFound`] when the id was never a customer's.
pub fn customer(tx: &mut Tx<'_>, id: CustomerId) -> Result<Customer> {
    let id = customer_of(tx, IdentifierId(id.uuid()))?;
    let name = name_of(tx, id)?;
    let root = tx.one(&queries::BY_ID, params![id], read_identifier)?;
    Ok(Customer {
        id,
        name,
        created_at: root.first_seen_at,
    })
}

/// Whose identifier this is. Takes any id a customer ever had.
///
/// # Errors
/// [`Error::NotFound`] when there is no such identifier.
pub fn customer_of(tx: &mut Tx<'_>, id: IdentifierId) -> Result<CustomerId> {
    tx.optional(&queries::CUSTOMER_OF, params![id], |row| {
        row.get("customer_id")
    })?
    .ok_or_else(|| Error::not_found("customer", id))
}

/// The customer's name: what was given, else the first one seen on a channel.
///
/// # Errors
/// When the database fails.
pub fn name_of(tx: &mut Tx<'_>, id: CustomerId) -> Result<Option<String>> {
    let all = identifiers(tx, id)?;
    for identifier in &all {
        let given = tx
            .optional(&queries::PROFILE, params![identifier.id], |row| {
                row.get::<Option<String>>("name")
            })?
            .flatten();
        if given.is_some() {
            return Ok(given);
        }
    }
    Ok(all.into_iter().find_map(|identifier| identifier.name))
}

/// What members said about a customer: of several merged ones, what was said about the oldest.
///
/// # Errors
/// When the database fails.
pub fn profile(tx: &mut Tx<'_>, id: CustomerId) -> Result<Profile> {
    for identifier in identifiers(tx, id)? {
        let given = tx.optional(&queries::PROFILE, params![identifier.id], |row| {
            Ok(Profile {
                name: row.get("name")?,
                attributes: row.json("attributes")?,
            })
        })?;
        if let Some(profile) = given {
            return Ok(profile);
        }
    }
    Ok(Profile::default())
}

/// The identifiers of a customer, oldest first.
///
/// # Errors
/// When the database fails.
pub fn identifiers(tx: &mut Tx<'_>, id: CustomerId) -> Result<Vec<IdentifierRecord>> {
    Ok(tx.all(&queries::OF_CUSTOMER, params![id], read_identifier)?)
}

/// One identifier.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn identifier(tx: &mut Tx<'_>, id: IdentifierId) -> Result<IdentifierRecord> {
    tx.optional(&queries::BY_ID, params![id], read_identifier)?
        .ok_or_else(|| Error::not_found("identifier", id))
}

/// Customers, newest first, with ids before `before`; `search` finds parts of names and identifiers.
///
/// # Errors
/// When the database fails.
pub fn customers(
    tx: &mut Tx<'_>,
    search: Option<&str>,
    before: Option<CustomerId>,
    limit: usize,
) -> Result<Vec<Customer>> {
    let before = before.map_or(Uuid::max(), CustomerId::uuid);
    let rows = match search.map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => tx.all(
            &queries::SEARCH,
            params![pattern(text), before, limit],
            read_customer,
        )?,
        None => tx.all(&queries::CUSTOMERS, params![before, limit], read_customer)?,
    };
    Ok(rows)
}

/// Replaces what members say about a customer.
///
/// # Errors
/// [`Error::NotFound`] when there is no such customer.
pub fn set_profile(
    tx: &mut Tx<'_>,
    clock: &Clock,
    id: CustomerId,
    profile: &Profile,
) -> Result<()> {
    let id = customer_of(tx, IdentifierId(id.uuid()))?;
    let attributes = serde_json::Value::Object(profile.attributes.clone());
    tx.execute(
        &queries::SET_PROFILE,
        params![id, profile.name.clone(), attributes, clock.now()],
    )?;
    similar::remember(tx, id)?;
    webhook::customer_changed(tx, clock, id)
}

/// Who this customer may be, too: by evidence that does not suffice to link, and by details that agree.
///
/// # Errors
/// When the database fails.
pub fn suggestions(
    tx: &mut Tx<'_>,
    setup: &Setup,
    id: CustomerId,
) -> Result<Vec<SuggestionRecord>> {
    let mut found = tx.all(&queries::SUGGESTIONS_OF, params![id], |row| {
        Ok(SuggestionRecord {
            a: row.get("a")?,
            b: row.get("b")?,
            score: row.get("score")?,
            reasons: row.json("reasons")?,
            at: row.get("at")?,
        })
    })?;
    let known: Vec<_> = found.iter().map(|one| (one.a, one.b)).collect();
    let similar = similar::similar(tx, setup, id)?;
    found.extend(
        similar
            .into_iter()
            .filter(|one| !known.contains(&(one.a, one.b))),
    );
    Ok(found)
}

/// A LIKE pattern that finds `text` anywhere, its wildcards taken literally.
pub(crate) fn pattern(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 2);
    escaped.push('%');
    for c in text.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped.push('%');
    escaped
}

fn read_customer(row: &Row<'_>) -> throughline_storage::Result<Customer> {
    let given: Option<String> = row.get("given")?;
    let observed: Option<String> = row.get("observed")?;
    Ok(Customer {
        id: row.get("id")?,
        name: given.or(observed),
        created_at: row.get("born_at")?,
    })
}

fn read_identifier(row: &Row<'_>) -> throughline_storage::Result<IdentifierRecord> {
    Ok(IdentifierRecord {
        id: row.get("id")?,
        kind: row.word("kind")?,
        value: row.get("value")?,
        epoch: row.get("epoch")?,
        name: row.get("name")?,
        first_seen_at: row.get("born_at")?,
        last_seen_at: row.get("seen_at")?,
        customer: row.get("customer_id")?,
    })
}
