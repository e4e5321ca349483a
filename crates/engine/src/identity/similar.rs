//! Customers whose details agree: suggested to members, never linked.

use crate::Setup;
use crate::error::Result;
use crate::identity::assert::evidence_of;
use crate::identity::customer::{SuggestionRecord, customer_of, identifiers};
use crate::queries::identity as queries;
use std::collections::BTreeSet;
use throughline_identity::AssertionKind;
use throughline_identity::score::{Field, PersonAttributes, Weights, blocking_keys, score};
use throughline_model::assertion::SuggestReason;
use throughline_model::id::{CustomerId, IdentifierId};
use throughline_model::identifier::IdentifierKind;
use throughline_storage::{Tx, params};

/// From which probability on a pair is shown to members.
const SUGGESTED_FROM: f64 = 0.9;
/// A key shared by more people than this says little; the rest of them is left out.
const CANDIDATES_PER_KEY: i64 = 50;

/// Stores the keys under which a customer's details find others'. Called when details change.
///
/// # Errors
/// When the database fails.
pub(super) fn remember(tx: &mut Tx<'_>, customer: CustomerId) -> Result<()> {
    let id = IdentifierId(customer.uuid());
    tx.execute(&queries::DROP_BLOCKING_KEYS, params![id])?;
    for key in blocking_keys(&details(tx, customer)?) {
        tx.execute(&queries::INSERT_BLOCKING_KEY, params![key, id])?;
    }
    Ok(())
}

/// Customers whose details make it likely that they are this one, the likeliest first.
///
/// # Errors
/// When the database fails.
pub fn similar(
    tx: &mut Tx<'_>,
    setup: &Setup,
    customer: CustomerId,
) -> Result<Vec<SuggestionRecord>> {
    let own = details(tx, customer)?;
    let ruled_out = told_apart(tx, customer)?;
    let mut seen = BTreeSet::from([customer]);
    let mut found = Vec::new();
    let population: i64 = tx.one(&queries::POPULATION, params![], |row| row.get("count"))?;
    let weights = Weights {
        prior_odds: 1.0 / population.max(2) as f64,
        ..Weights::default()
    };
    for key in blocking_keys(&own) {
        let ids = tx.all(
            &queries::BY_BLOCKING_KEY,
            params![key, CANDIDATES_PER_KEY],
            |row| row.get::<IdentifierId>("identifier_id"),
        )?;
        for id in ids {
            let other = customer_of(tx, id)?;
            if !seen.insert(other) || ruled_out.contains(&other) {
                continue;
            }
            let likely = score(&own, &details(tx, other)?, &weights);
            if likely >= SUGGESTED_FROM {
                let reasons = serde_json::json!([SuggestReason::SimilarDetails]);
                let (a, b) = (customer.min(other), customer.max(other));
                found.push(SuggestionRecord {
                    a,
                    b,
                    score: likely,
                    reasons,
                    at: setup.clock.now(),
                });
            }
        }
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    Ok(found)
}

/// What is known of a customer, from the profile and the identifiers.
fn details(tx: &mut Tx<'_>, customer: CustomerId) -> Result<PersonAttributes> {
    let mut details = PersonAttributes::new();
    for identifier in identifiers(tx, customer)? {
        details = match identifier.kind {
            IdentifierKind::Phone if details.get(Field::Phone).is_none() => {
                details.with(Field::Phone, &identifier.value)
            }
            IdentifierKind::Email if details.get(Field::Email).is_none() => {
                details.with(Field::Email, &identifier.value)
            }
            _ => details,
        };
        let profile = tx.optional(&queries::PROFILE, params![identifier.id], |row| {
            Ok((
                row.get::<Option<String>>("name")?,
                row.json::<serde_json::Map<String, serde_json::Value>>("attributes")?,
            ))
        })?;
        let Some((name, attributes)) = profile else {
            continue;
        };
        if let Some((given, surname)) = name.as_deref().and_then(|name| name.trim().split_once(' '))
        {
            details = details
                .with(Field::GivenName, given)
                .with(Field::Surname, surname);
        }
        for (name, value) in &attributes {
            if let (Ok(field), Some(text)) = (name.parse::<Field>(), value.as_str()) {
                details = details.with(field, text);
            }
        }
    }
    Ok(details)
}

/// Customers of whom a member has said that they are somebody else.
fn told_apart(tx: &mut Tx<'_>, customer: CustomerId) -> Result<BTreeSet<CustomerId>> {
    let own: Vec<IdentifierId> = identifiers(tx, customer)?
        .into_iter()
        .map(|one| one.id)
        .collect();
    let mut apart = BTreeSet::new();
    for one in evidence_of(tx, &own)?
        .into_iter()
        .filter(|one| one.kind == AssertionKind::NotSame)
    {
        for id in [Some(one.a), one.b].into_iter().flatten() {
            apart.insert(customer_of(tx, id)?);
        }
    }
    Ok(apart)
}
