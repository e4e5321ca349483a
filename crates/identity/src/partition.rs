//! From evidence to customers.

use crate::assertion::{Assertion, Node};
use crate::automatic::{Linked, link};
use crate::graph::Graph;
use crate::groups::Groups;
use crate::rules::Rules;
use crate::suggest::suggest;
use crate::words::decide;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use throughline_model::assertion::{SharedReason, SuggestReason};
use throughline_model::id::{CustomerId, IdentifierId};

/// Who is who.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Partition {
    /// The customer of every node: the id of the oldest node (by `born_at`, then id) it is linked
    /// with. The id of any other node of that customer redirects to it.
    pub customer_of: BTreeMap<IdentifierId, CustomerId>,
    /// Pairs of customers that may be one person, ordered by the pair.
    pub suggestions: Vec<Suggestion>,
    /// Identifiers that have stopped linking people, and why. One that belongs to a single account
    /// stays with its customer; the others are customers of their own.
    pub shared: BTreeMap<IdentifierId, SharedReason>,
}

/// Two customers that may be one person; a member decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The customer with the smaller id.
    pub a: CustomerId,
    /// The other one.
    pub b: CustomerId,
    /// Why, each reason once.
    pub reasons: Vec<SuggestReason>,
    /// How much speaks for it, 0 to 1: an order for the list, not a probability.
    pub score: f64,
}

/// Computes who is who from all evidence about `nodes`. Assertions with an end that is not among
/// them are ignored; so are an assertion's repetitions and the order of everything.
///
/// A node's customer depends only on what it is reachable from over linking assertions
/// ([`Assertion::may_link`]) and on the retractions and separations among these; suggestions also
/// depend on what the other assertions reach. So a caller may pass only such a closed set.
pub fn partition(nodes: &[Node], assertions: &[Assertion], rules: &Rules) -> Partition {
    let graph = Graph::new(nodes, assertions, rules);
    let mut linked = link_with_decisions(&graph, rules);
    let customers = customers(&graph, &mut linked.groups);
    Partition {
        suggestions: suggest(&graph, &linked, &customers, rules),
        shared: linked
            .shared
            .iter()
            .map(|(&node, &reason)| (graph.nodes[node].id, reason))
            .collect(),
        customer_of: graph.nodes[..graph.real]
            .iter()
            .map(|node| node.id)
            .zip(customers)
            .collect(),
    }
}

/// Members decide about people as the rules made them: so the rules go first, then the decisions,
/// then the rules once more, for what only the decisions make plain (a phone between two accounts
/// that a member has found to be one person's). That is looked at only where something was decided:
/// what a member decides about others must not move anybody else.
fn link_with_decisions(graph: &Graph, rules: &Rules) -> Linked {
    let apart: Vec<(usize, usize)> = graph
        .words
        .iter()
        .filter(|word| !word.same)
        .map(|word| (word.a, word.b))
        .collect();
    let by_rule = link(graph, Groups::singletons(graph.nodes.len()), &apart, rules);
    if graph.words.iter().all(|word| !word.same) {
        return by_rule;
    }
    let decisions = decide(&graph.words, by_rule.groups);
    let decided = among_the_decided(graph, decisions.groups);
    link(graph, decided, &decisions.apart, rules)
}

/// The groups of those who can be reached from somebody a member has joined; everybody else alone.
fn among_the_decided(graph: &Graph, mut groups: Groups) -> Groups {
    let joined = graph.words.iter().filter(|word| word.same);
    let mut reach = Groups::singletons(graph.nodes.len());
    for link in &graph.links {
        reach.join(link.a, link.b);
    }
    for (visitor, sittings) in graph.sittings.each() {
        for sitting in sittings {
            reach.join(visitor, sitting);
        }
    }
    for word in joined.clone() {
        reach.join(word.a, word.b);
    }
    let decided: BTreeSet<usize> = joined.map(|word| reach.find(word.a)).collect();
    let mut among = Groups::singletons(graph.nodes.len());
    for node in 0..graph.nodes.len() {
        if decided.contains(&reach.find(node)) {
            among.join(node, groups.find(node));
        }
    }
    among
}

/// The customer of each node. A sitting that belongs to nobody else is its visitor's.
fn customers(graph: &Graph, groups: &mut Groups) -> Vec<CustomerId> {
    let age = |node: usize| (graph.nodes[node].born_at, graph.nodes[node].id);
    let mut oldest: BTreeMap<usize, usize> = BTreeMap::new();
    for node in 0..graph.real {
        let eldest = oldest.entry(groups.find(node)).or_insert(node);
        if age(node) < age(*eldest) {
            *eldest = node;
        }
    }
    let mut customers: Vec<CustomerId> = Vec::with_capacity(graph.nodes.len());
    for node in 0..graph.real {
        let eldest = oldest.get(&groups.find(node)).copied().unwrap_or(node);
        customers.push(graph.nodes[eldest].id.into());
    }
    for (visitor, sittings) in graph.sittings.each() {
        for sitting in sittings {
            let eldest = oldest.get(&groups.find(sitting));
            customers
                .push(eldest.map_or(customers[visitor], |eldest| graph.nodes[*eldest].id.into()));
        }
    }
    customers
}
