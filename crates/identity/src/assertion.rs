//! The evidence: identifiers as nodes, assertions between them, and which assertions stand.

use std::collections::{BTreeMap, BTreeSet};
use throughline_model::assertion::AssertionKind;
use throughline_model::assurance::Assurance;
use throughline_model::clock::Millis;
use throughline_model::id::{AssertionId, IdentifierId};
use throughline_model::identifier::IdentifierKind;

/// One identifier. A phone number that was recycled has one node per epoch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    /// Its id; a customer's public id is the id of its oldest node.
    pub id: IdentifierId,
    /// What kind of identifier it is.
    pub kind: IdentifierKind,
    /// When it was first seen.
    pub born_at: Millis,
    /// Its value in normal form.
    pub value: String,
}

/// One piece of evidence about identity. Never changed, only withdrawn by a later one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assertion {
    /// Its id; an assertion given twice counts once.
    pub id: AssertionId,
    /// When it was made.
    pub at: Millis,
    /// What it says.
    pub kind: AssertionKind,
    /// The identifier it is about.
    pub a: IdentifierId,
    /// The other identifier; none for a retraction.
    pub b: Option<IdentifierId>,
    /// The assertion a retraction withdraws. Withdrawing a retraction restores what it withdrew.
    pub retracts: Option<AssertionId>,
    /// How well the person was proven when it was made.
    pub assurance: Assurance,
    /// True when a member made it by hand.
    pub by_human: bool,
}

impl Assertion {
    /// True for the kinds that can put two identifiers into one customer. Nodes reachable over these
    /// (withdrawn ones included) are all that decides a node's customer.
    pub fn may_link(&self) -> bool {
        matches!(self.kind, AssertionKind::Verified | AssertionKind::Merged)
    }

    /// True when the assertion links by itself, unless a guard objects.
    pub(crate) fn proves(&self) -> bool {
        self.may_link() && (self.by_human || self.assurance >= Assurance::PROVEN)
    }

    /// True for a member's own decision, which rules never overturn.
    pub(crate) fn is_human_merge(&self) -> bool {
        self.kind == AssertionKind::Merged && self.by_human
    }
}

/// The assertions that are not withdrawn, each once, in an order of their own (by id).
///
/// Retractions that withdraw each other in a ring decide nothing: all of the ring stands.
pub fn standing(assertions: &[Assertion]) -> Vec<&Assertion> {
    // Sorting whole assertions makes the choice between two different ones of one id (which a
    // correct store never gives) independent of their order.
    let mut sorted: Vec<&Assertion> = assertions.iter().collect();
    sorted.sort_unstable();
    let by_id: BTreeMap<AssertionId, &Assertion> =
        sorted.iter().rev().map(|one| (one.id, *one)).collect();
    let withdrawn = withdrawn(&by_id);
    by_id
        .into_values()
        .filter(|one| !withdrawn.contains(&one.id))
        .collect()
}

/// Works from the retractions nobody withdraws downwards.
fn withdrawn(by_id: &BTreeMap<AssertionId, &Assertion>) -> BTreeSet<AssertionId> {
    let target = |one: &Assertion| match one.kind {
        AssertionKind::Retracted => one.retracts.filter(|id| by_id.contains_key(id)),
        _ => None,
    };
    let mut open_retractions: BTreeMap<AssertionId, usize> = BTreeMap::new();
    for one in by_id.values() {
        if let Some(id) = target(one) {
            *open_retractions.entry(id).or_default() += 1;
        }
    }
    let mut withdrawn = BTreeSet::new();
    let mut decided: Vec<(AssertionId, bool)> = by_id
        .keys()
        .filter(|id| !open_retractions.contains_key(id))
        .map(|id| (*id, true))
        .collect();
    while let Some((id, stands)) = decided.pop() {
        let Some(hit) = by_id.get(&id).and_then(|one| target(one)) else {
            continue;
        };
        if withdrawn.contains(&hit) {
            continue;
        }
        let left = open_retractions.entry(hit).or_default();
        *left = left.saturating_sub(1);
        if stands {
            withdrawn.insert(hit);
            decided.push((hit, false));
        } else if *left == 0 {
            decided.push((hit, true));
        }
    }
    withdrawn
}
