//! The standing evidence about one set of nodes, sorted by what it can do.

use crate::assertion::{Assertion, Node, standing};
use crate::rules::Rules;
use crate::sittings::{Sittings, Uses};
use crate::words::Word;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use throughline_model::assertion::{AssertionKind, SuggestReason};
use throughline_model::assurance::Assurance;
use throughline_model::clock::Millis;
use throughline_model::id::IdentifierId;
use throughline_model::identifier::IdentifierKind;

/// How much a link weighs when not all of them can hold; the greater is the stronger. Evidence with
/// an account comes first, then what a member saw, then assurance, then what was known earlier: a
/// newcomer never displaces what is established.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Strength {
    account: bool,
    by_human: bool,
    assurance: Assurance,
    since: Reverse<Millis>,
    // Last, so that links alike in all else still have an order.
    ends: Reverse<(usize, usize)>,
}

/// Two nodes the same person has proven in one interaction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    pub(crate) a: usize,
    pub(crate) b: usize,
    pub(crate) strength: Strength,
}

impl Link {
    pub(crate) fn other(&self, end: usize) -> usize {
        if self.a == end { self.b } else { self.a }
    }
}

/// One assertion that links unless a rule objects.
struct Proof {
    a: usize,
    b: usize,
    at: Millis,
    by_human: bool,
    assurance: Assurance,
}

/// The evidence, with nodes as indices in the order of their ids.
pub(crate) struct Graph {
    /// First the nodes there are, then one more for each sitting of a visitor that had several.
    pub(crate) nodes: Vec<Node>,
    /// How many of the nodes are real.
    pub(crate) real: usize,
    pub(crate) sittings: Sittings,
    /// Nodes whose value stands for nobody.
    pub(crate) blocked: Vec<bool>,
    /// What links unless a rule objects; at most one per pair.
    pub(crate) links: Vec<Link>,
    /// The links of each node, as indices into `links`.
    pub(crate) links_of: Vec<Vec<usize>>,
    /// Decisions that two nodes are or are not one person.
    pub(crate) words: Vec<Word>,
    /// What only suggests.
    pub(crate) hints: BTreeSet<(usize, usize, SuggestReason)>,
    /// Who was seen with each device.
    pub(crate) seen_with: BTreeMap<usize, BTreeSet<usize>>,
}

impl Graph {
    pub(crate) fn new(nodes: &[Node], assertions: &[Assertion], rules: &Rules) -> Self {
        let by_id: BTreeMap<IdentifierId, &Node> = {
            let mut sorted: Vec<&Node> = nodes.iter().collect();
            sorted.sort_unstable();
            sorted
                .into_iter()
                .rev()
                .map(|node| (node.id, node))
                .collect()
        };
        let index: BTreeMap<IdentifierId, usize> = by_id
            .keys()
            .enumerate()
            .map(|(index, id)| (*id, index))
            .collect();
        let nodes: Vec<Node> = by_id.into_values().cloned().collect();
        let blocked = nodes
            .iter()
            .map(|node| rules.blocked.contains(&node.value))
            .collect();
        let mut graph = Self {
            real: nodes.len(),
            nodes,
            sittings: Sittings::default(),
            blocked,
            links: Vec::new(),
            links_of: Vec::new(),
            words: Vec::new(),
            hints: BTreeSet::new(),
            seen_with: BTreeMap::new(),
        };
        let mut proofs = Vec::new();
        for assertion in standing(assertions) {
            let ends = assertion
                .b
                .and_then(|b| Some((*index.get(&assertion.a)?, *index.get(&b)?)));
            if let Some((a, b)) = ends.filter(|(a, b)| a != b) {
                graph.take(assertion, a.min(b), a.max(b), &mut proofs);
            }
        }
        graph.split_visitors(&proofs, rules);
        graph.link(&proofs);
        graph
    }

    fn split_visitors(&mut self, proofs: &[Proof], rules: &Rules) {
        let mut uses = Uses::default();
        for proof in proofs {
            for end in [proof.a, proof.b] {
                if self.kind(end) == IdentifierKind::Visitor {
                    uses.add(end, proof.at);
                }
            }
        }
        self.sittings = uses.split(self.real, rules);
        for (visitor, sittings) in self.sittings.each() {
            let copies = std::iter::repeat_n(self.nodes[visitor].clone(), sittings.len());
            self.nodes.extend(copies);
            self.blocked
                .extend(std::iter::repeat_n(self.blocked[visitor], sittings.len()));
        }
    }

    fn link(&mut self, proofs: &[Proof]) {
        let mut strongest: BTreeMap<(usize, usize), Strength> = BTreeMap::new();
        for proof in proofs {
            let ends = [proof.a, proof.b].map(|end| self.sittings.node_at(end, proof.at));
            let (a, b) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
            let strength = self.strength(proof, a, b);
            let kept = strongest.entry((a, b)).or_insert(strength);
            *kept = strength.max(*kept);
        }
        self.links_of = vec![Vec::new(); self.nodes.len()];
        for ((a, b), strength) in strongest {
            self.links_of[a].push(self.links.len());
            self.links_of[b].push(self.links.len());
            self.links.push(Link { a, b, strength });
        }
    }

    pub(crate) fn kind(&self, node: usize) -> IdentifierKind {
        self.nodes[node].kind
    }

    fn take(&mut self, one: &Assertion, a: usize, b: usize, proofs: &mut Vec<Proof>) {
        if one.is_human_merge() || one.kind == AssertionKind::NotSame {
            let same = one.kind == AssertionKind::Merged;
            self.words.push(Word {
                by_human: one.by_human,
                at: one.at,
                id: one.id,
                same,
                a,
                b,
            });
            return;
        }
        if one.kind == AssertionKind::Retracted || self.blocked[a] || self.blocked[b] {
            return;
        }
        match (
            self.kind(a) == IdentifierKind::Device,
            self.kind(b) == IdentifierKind::Device,
        ) {
            (true, true) => {}
            // Whatever is said of a device, it is context.
            (true, false) => {
                self.seen_with.entry(a).or_default().insert(b);
            }
            (false, true) => {
                self.seen_with.entry(b).or_default().insert(a);
            }
            (false, false) if one.proves() => {
                proofs.push(Proof {
                    a,
                    b,
                    at: one.at,
                    by_human: one.by_human,
                    assurance: one.assurance,
                });
            }
            (false, false) => {
                self.hints.insert((a, b, hint(one.kind)));
            }
        }
    }

    fn strength(&self, one: &Proof, a: usize, b: usize) -> Strength {
        Strength {
            account: [a, b]
                .into_iter()
                .any(|end| self.kind(end) == IdentifierKind::Account),
            by_human: one.by_human,
            assurance: one.assurance,
            since: Reverse(one.at),
            ends: Reverse((a, b)),
        }
    }
}

fn hint(kind: AssertionKind) -> SuggestReason {
    match kind {
        AssertionKind::Claimed => SuggestReason::Claimed,
        AssertionKind::Observed => SuggestReason::SeenTogether,
        _ => SuggestReason::WeakProof,
    }
}
