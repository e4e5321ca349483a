//! The Cedar names of what the program supplies, made once.

use cedar_policy::{EntityId, EntityTypeName, EntityUid};
use std::str::FromStr;

/// The entity types of a policy's namespace.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    /// Who asks, on behalf of whom.
    pub session: EntityTypeName,
    /// A customer's account.
    pub customer: EntityTypeName,
    /// A way to pay.
    pub payment: EntityTypeName,
    /// An order.
    pub order: EntityTypeName,
    /// What is for everybody.
    pub catalog: EntityTypeName,
    /// Actions.
    pub action: EntityTypeName,
}

impl Vocabulary {
    /// The types, or why there are none (a mistake in this file).
    pub fn new() -> Result<Self, String> {
        Ok(Self {
            session: type_name("Session")?,
            customer: type_name("Customer")?,
            payment: type_name("Payment")?,
            order: type_name("Order")?,
            catalog: type_name("Catalog")?,
            action: type_name("Action")?,
        })
    }
}

/// The namespace of business policies.
pub const NAMESPACE: &str = "Support";

fn type_name(name: &str) -> Result<EntityTypeName, String> {
    EntityTypeName::from_str(&format!("{NAMESPACE}::{name}")).map_err(|error| error.to_string())
}

/// An entity.
pub fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}
