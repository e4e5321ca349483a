//! Suggestions: what is too weak to link, for a member to decide.

use crate::automatic::Linked;
use crate::graph::Graph;
use crate::partition::Suggestion;
use crate::rules::Rules;
use std::collections::{BTreeMap, BTreeSet};
use throughline_model::assertion::{SharedReason, SuggestReason};
use throughline_model::id::CustomerId;

/// The suggestions between different customers, ordered by the pair. `customers` has the customer of
/// each node.
pub(crate) fn suggest(
    graph: &Graph,
    linked: &Linked,
    customers: &[CustomerId],
    rules: &Rules,
) -> Vec<Suggestion> {
    let mut pairs = Pairs {
        customers,
        reasons: BTreeMap::new(),
    };
    for &(a, b, reason) in &graph.hints {
        pairs.add(a, b, reason);
    }
    for seen in graph.seen_with.values() {
        pairs.add_each_two(
            seen.iter().copied(),
            SuggestReason::SameDevice,
            rules.small_group,
        );
    }
    for (&index, &reason) in &linked.demoted {
        let link = &graph.links[index];
        let crowded = [link.a, link.b].iter().any(|end| is_crowded(linked, *end));
        if !crowded {
            pairs.add(link.a, link.b, reason);
        }
    }
    for (&node, _) in linked
        .shared
        .iter()
        .filter(|(node, _)| !is_crowded(linked, **node))
    {
        let sides = graph.links_of[node]
            .iter()
            .map(|&index| graph.links[index].other(node));
        pairs.add_each_two(sides, SuggestReason::SharedIdentifier, rules.small_group);
    }
    for (_, sittings) in graph.sittings.each() {
        pairs.add_each_two(
            sittings.into_iter(),
            SuggestReason::SameDevice,
            rules.small_group,
        );
    }
    for word in graph.words.iter().filter(|word| !word.same) {
        pairs.remove(word.a, word.b);
    }
    pairs.into_suggestions()
}

fn is_crowded(linked: &Linked, node: usize) -> bool {
    linked
        .shared
        .get(&node)
        .is_some_and(|reason| matches!(reason, SharedReason::Crowd | SharedReason::Blocked))
}

struct Pairs<'a> {
    customers: &'a [CustomerId],
    reasons: BTreeMap<(CustomerId, CustomerId), BTreeSet<SuggestReason>>,
}

impl Pairs<'_> {
    fn key(&self, a: usize, b: usize) -> (CustomerId, CustomerId) {
        let (a, b) = (self.customers[a], self.customers[b]);
        (a.min(b), a.max(b))
    }

    fn add(&mut self, a: usize, b: usize, reason: SuggestReason) {
        let key = self.key(a, b);
        if key.0 != key.1 {
            self.reasons.entry(key).or_default().insert(reason);
        }
    }

    /// Suggests every two customers among the owners of `nodes`, unless they are too many.
    fn add_each_two(
        &mut self,
        nodes: impl Iterator<Item = usize>,
        reason: SuggestReason,
        most: usize,
    ) {
        let one_each: BTreeMap<CustomerId, usize> =
            nodes.map(|node| (self.customers[node], node)).collect();
        if one_each.len() > most {
            return;
        }
        let nodes: Vec<usize> = one_each.into_values().collect();
        for (at, &a) in nodes.iter().enumerate() {
            for &b in &nodes[at + 1..] {
                self.add(a, b, reason);
            }
        }
    }

    fn remove(&mut self, a: usize, b: usize) {
        self.reasons.remove(&self.key(a, b));
    }

    fn into_suggestions(self) -> Vec<Suggestion> {
        let suggestion =
            |((a, b), reasons): ((CustomerId, CustomerId), BTreeSet<SuggestReason>)| {
                let score = 1.0
                    - reasons
                        .iter()
                        .map(|reason| 1.0 - weight(*reason))
                        .product::<f64>();
                Suggestion {
                    a,
                    b,
                    reasons: reasons.into_iter().collect(),
                    score,
                }
            };
        self.reasons.into_iter().map(suggestion).collect()
    }
}

/// How much a reason alone speaks for one person, 0 to 1. Repeating a reason adds nothing, so
/// nobody can claim their way up. An order for the member's list, not a probability.
fn weight(reason: SuggestReason) -> f64 {
    match reason {
        SuggestReason::OverLimit => 0.6,
        SuggestReason::WeakProof => 0.5,
        SuggestReason::SharedIdentifier | SuggestReason::SimilarDetails => 0.4,
        SuggestReason::DifferentAccounts => 0.35,
        SuggestReason::Claimed => 0.3,
        SuggestReason::SeenTogether => 0.2,
        SuggestReason::SameDevice => 0.15,
    }
}
