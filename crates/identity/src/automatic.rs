//! Automatic linking: the strongest evidence first, and no link a guard objects to.

use crate::graph::{Graph, Link};
use crate::groups::Groups;
use crate::rules::Rules;
use crate::shared::{Shared, find_shared};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use throughline_model::assertion::SuggestReason;
use throughline_model::identifier::IdentifierKind;

/// What members' decisions and the rules together make of the evidence.
pub(crate) struct Linked {
    pub(crate) groups: Groups,
    /// Links that did not hold, as indices into the graph's links, with the reason to suggest them.
    pub(crate) demoted: Vec<(usize, SuggestReason)>,
    pub(crate) shared: BTreeMap<usize, Shared>,
}

/// Joins every link no guard objects to. `decided` is joined already and stays so, whatever the
/// guards say; `apart` are pairs that must not come together.
pub(crate) fn link(
    graph: &Graph,
    decided: Groups,
    apart: &[(usize, usize)],
    rules: &Rules,
) -> Linked {
    let shared = find_shared(graph, &mut decided.clone(), rules);
    let mut census = Census::new(graph, decided, rules);
    let mut demoted = Vec::new();
    let mut strongest_first: Vec<usize> = (0..graph.links.len()).collect();
    strongest_first.sort_unstable_by_key(|&index| Reverse(graph.links[index].strength));
    for index in strongest_first {
        let link = &graph.links[index];
        let verdict = if holds(link, index, &shared) {
            census.join(link, apart)
        } else {
            Verdict::Shared
        };
        match verdict {
            Verdict::Joined | Verdict::Apart => {}
            Verdict::Shared => demoted.push((index, SuggestReason::SharedIdentifier)),
            Verdict::Accounts => demoted.push((index, SuggestReason::DifferentAccounts)),
            Verdict::Limit => demoted.push((index, SuggestReason::OverLimit)),
        }
    }
    Linked {
        groups: census.groups,
        demoted,
        shared,
    }
}

fn holds(link: &Link, index: usize, shared: &BTreeMap<usize, Shared>) -> bool {
    [link.a, link.b].iter().all(|end| {
        shared
            .get(end)
            .is_none_or(|shared| shared.kept.contains(&index))
    })
}

enum Verdict {
    Joined,
    Apart,
    Shared,
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

    fn join(&mut self, link: &Link, apart: &[(usize, usize)]) -> Verdict {
        let (a, b) = (self.groups.find(link.a), self.groups.find(link.b));
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
