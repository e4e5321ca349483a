//! Automatic linking: the strongest evidence first, and no link a guard objects to.

use crate::graph::Graph;
use crate::groups::Groups;
use crate::rules::Rules;
use crate::shared::{Sharing, find_sharing};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use throughline_model::assertion::{SharedReason, SuggestReason};
use throughline_model::identifier::IdentifierKind;

/// What members' decisions and the rules together make of the evidence.
pub(crate) struct Linked {
    pub(crate) groups: Groups,
    /// Links that did not hold, as indices into the graph's links, with the reason to suggest them.
    pub(crate) demoted: BTreeMap<usize, SuggestReason>,
    /// Identifiers that have stopped linking.
    pub(crate) shared: BTreeMap<usize, SharedReason>,
}

/// Joins every link no guard objects to. `decided` is joined already and stays so, whatever the
/// guards say; `apart` are pairs that must not come together.
pub(crate) fn link(
    graph: &Graph,
    decided: Groups,
    apart: &[(usize, usize)],
    rules: &Rules,
) -> Linked {
    let Sharing {
        mut shared,
        mut demoted,
    } = find_sharing(graph, decided.clone(), rules);
    let mut census = Census::new(graph, decided, rules);
    let mut strongest_first: Vec<usize> = (0..graph.links.len())
        .filter(|index| !demoted.contains_key(index))
        .collect();
    strongest_first.sort_unstable_by_key(|&index| Reverse(graph.links[index].strength));
    for index in strongest_first {
        let link = &graph.links[index];
        match census.join(link.a, link.b, apart) {
            Verdict::Joined | Verdict::Apart => {}
            Verdict::Accounts => {
                demoted.insert(index, SuggestReason::DifferentAccounts);
            }
            Verdict::Limit => {
                demoted.insert(index, SuggestReason::OverLimit);
            }
        }
    }
    for (visitor, sittings) in graph.sittings.each() {
        if !census.gather(visitor, &sittings, apart) {
            shared.entry(visitor).or_insert(SharedReason::People);
        }
    }
    Linked {
        groups: census.groups,
        demoted,
        shared,
    }
}

enum Verdict {
    Joined,
    Apart,
    Accounts,
    Limit,
}

/// The groups with how many identifiers of each kind they hold.
struct Census<'a> {
    groups: Groups,
    counts: Vec<[usize; IdentifierKind::ALL.len()]>,
    rules: &'a Rules,
}

impl<'a> Census<'a> {
    fn new(graph: &Graph, mut groups: Groups, rules: &'a Rules) -> Self {
        let mut counts = vec![[0; IdentifierKind::ALL.len()]; graph.nodes.len()];
        for node in 0..graph.nodes.len() {
            counts[groups.find(node)][graph.kind(node) as usize] += 1;
        }
        Self {
            groups,
            counts,
            rules,
        }
    }

    fn join(&mut self, a: usize, b: usize, apart: &[(usize, usize)]) -> Verdict {
        let (a, b) = (self.groups.find(a), self.groups.find(b));
        if a == b {
            return Verdict::Joined;
        }
        let separated = apart.iter().any(|&(x, y)| {
            let (x, y) = (self.groups.find(x), self.groups.find(y));
            (x, y) == (a, b) || (x, y) == (b, a)
        });
        if separated {
            return Verdict::Apart;
        }
        match self.exceeded(a, b) {
            Some(IdentifierKind::Account) => return Verdict::Accounts,
            Some(_) => return Verdict::Limit,
            None => {}
        }
        if let Some((kept, absorbed)) = self.groups.join(a, b) {
            for kind in 0..IdentifierKind::ALL.len() {
                self.counts[kept][kind] += self.counts[absorbed][kind];
            }
        }
        Verdict::Joined
    }

    /// Brings a visitor to whom all its sittings belong. False when they belong to different people.
    fn gather(&mut self, visitor: usize, sittings: &[usize], apart: &[(usize, usize)]) -> bool {
        // A sitting whose proofs all were demoted is nobody's in particular.
        let (idle, owned): (Vec<usize>, Vec<usize>) = sittings
            .iter()
            .partition(|&&sitting| self.groups.is_alone(sitting));
        let one_person = owned
            .iter()
            .all(|&sitting| self.groups.same(sitting, owned[0]));
        let own = if one_person { owned.first() } else { None };
        own.into_iter().chain(&idle).for_each(|&sitting| {
            self.join(visitor, sitting, apart);
        });
        one_person
    }

    /// The kind of which the two groups together would have too many. A group that members have
    /// already put over the limit may still grow in other kinds.
    fn exceeded(&self, a: usize, b: usize) -> Option<IdentifierKind> {
        let over = |kind: IdentifierKind| {
            let (in_a, in_b) = (self.counts[a][kind as usize], self.counts[b][kind as usize]);
            in_a > 0 && in_b > 0 && in_a.saturating_add(in_b) > self.rules.limit(kind)
        };
        if over(IdentifierKind::Account) {
            return Some(IdentifierKind::Account);
        }
        IdentifierKind::ALL.iter().copied().find(|kind| over(*kind))
    }
}
