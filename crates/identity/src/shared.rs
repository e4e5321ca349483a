//! Identifiers several people share: a family's phone, a switchboard, a home computer, a kiosk.
//!
//! An identifier is *contested* when, with it left out, it is tied to as many people as the rules
//! allow. Two things tied to it count as different people when both have an identifier of the same
//! kind (two emails, two accounts) and nothing else ties them. Contested identifiers must not vouch
//! for each other: two phones a couple shares would otherwise each make the couple look like one
//! person when the other is left out. So everything that looks contested from nearby is left out at
//! once.

use crate::graph::Graph;
use crate::groups::Groups;
use crate::rules::{Rules, is_lasting};
use std::collections::{BTreeMap, BTreeSet};
use throughline_model::assertion::SharedReason;
use throughline_model::identifier::IdentifierKind;

const KINDS: usize = IdentifierKind::ALL.len();

/// A contested identifier.
pub(crate) struct Shared {
    pub(crate) reason: SharedReason,
    /// Its links that still hold. An identifier with one account stays with that account.
    pub(crate) kept: BTreeSet<usize>,
}

/// Finds the contested identifiers. `decided` joins what members decided to be one person.
pub(crate) fn find_shared(
    graph: &Graph,
    decided: &mut Groups,
    rules: &Rules,
) -> BTreeMap<usize, Shared> {
    let suspects = suspects(graph, decided, rules);
    let mut people = People::new(graph, decided, &suspects);
    let mut shared = BTreeMap::new();
    for (node, suspect) in suspects.iter().enumerate() {
        if graph.blocked[node] {
            shared.insert(
                node,
                Shared {
                    reason: SharedReason::Blocked,
                    kept: BTreeSet::new(),
                },
            );
        } else if *suspect && let Some(found) = contested(graph, &mut people, node, rules) {
            shared.insert(node, found);
        }
    }
    shared
}

/// The nodes with several identifiers of one kind nearby: directly, or through one visitor.
fn suspects(graph: &Graph, decided: &mut Groups, rules: &Rules) -> Vec<bool> {
    let mut suspects = vec![false; graph.nodes.len()];
    for (node, suspect) in suspects.iter_mut().enumerate() {
        if graph.kind(node) == IdentifierKind::Visitor {
            let nearby = lasting_neighbours(graph, node).collect();
            *suspect = looks_contested(graph, decided, &nearby, rules);
        }
    }
    let kiosks = suspects.clone();
    for (node, suspect) in suspects.iter_mut().enumerate() {
        // An account names one person by definition, however many visits and addresses it has.
        if is_lasting(graph.kind(node)) && graph.kind(node) != IdentifierKind::Account {
            let mut nearby: BTreeSet<usize> = lasting_neighbours(graph, node).collect();
            let visitors = neighbours(graph, node)
                .filter(|&other| graph.kind(other) == IdentifierKind::Visitor && !kiosks[other]);
            nearby.extend(visitors.flat_map(|visitor| lasting_neighbours(graph, visitor)));
            nearby.remove(&node);
            *suspect = looks_contested(graph, decided, &nearby, rules);
        }
    }
    suspects
}

fn looks_contested(
    graph: &Graph,
    decided: &mut Groups,
    nearby: &BTreeSet<usize>,
    rules: &Rules,
) -> bool {
    let distinct: BTreeSet<(IdentifierKind, usize)> = nearby
        .iter()
        .map(|&node| (graph.kind(node), decided.find(node)))
        .collect();
    let mut counts = [0; KINDS];
    for (kind, _) in distinct {
        counts[kind as usize] += 1;
    }
    reason(&counts, rules).is_some()
}

fn neighbours(graph: &Graph, node: usize) -> impl Iterator<Item = usize> + '_ {
    graph.links_of[node]
        .iter()
        .map(move |&index| graph.links[index].other(node))
}

fn lasting_neighbours(graph: &Graph, node: usize) -> impl Iterator<Item = usize> + '_ {
    neighbours(graph, node).filter(|&other| is_lasting(graph.kind(other)))
}

/// Why something tied to so many different identifiers of each kind is shared, if it is.
fn reason(counts: &[usize; KINDS], rules: &Rules) -> Option<SharedReason> {
    let people = counts.iter().copied().max().unwrap_or(0);
    if people >= rules.crowd_at {
        Some(SharedReason::Crowd)
    } else if counts[IdentifierKind::Account as usize] >= 2 {
        Some(SharedReason::Accounts)
    } else if people >= rules.shared_at {
        Some(SharedReason::People)
    } else {
        None
    }
}

/// What hangs together with every suspect left out.
struct People<'a> {
    suspects: &'a [bool],
    groups: Groups,
    counts: Vec<[usize; KINDS]>,
}

impl<'a> People<'a> {
    fn new(graph: &Graph, decided: &Groups, suspects: &'a [bool]) -> Self {
        let mut groups = decided.clone();
        for link in &graph.links {
            if !suspects[link.a] && !suspects[link.b] {
                groups.join(link.a, link.b);
            }
        }
        for node in (0..graph.nodes.len()).filter(|&node| suspects[node]) {
            if let Some(account) = only_account(graph, node) {
                groups.join(node, account);
            }
        }
        let mut counts = vec![[0; KINDS]; graph.nodes.len()];
        for node in (0..graph.nodes.len()).filter(|&node| is_lasting(graph.kind(node))) {
            counts[groups.find(node)][graph.kind(node) as usize] += 1;
        }
        Self {
            suspects,
            groups,
            counts,
        }
    }

    /// The lasting kinds of identifiers `group` has besides `node` itself.
    fn without(&mut self, graph: &Graph, group: usize, node: usize) -> BTreeSet<IdentifierKind> {
        let own = self.groups.find(node) == group && is_lasting(graph.kind(node));
        let counts = self.counts[group];
        IdentifierKind::ALL
            .iter()
            .copied()
            .filter(|&kind| counts[kind as usize] > usize::from(own && kind == graph.kind(node)))
            .collect()
    }

    /// The people a visit speaks of through suspects, which tie nothing together but are somebody's:
    /// left out are the kinds the visit's own group already has.
    fn suspects_of_visit(
        &mut self,
        graph: &Graph,
        visitor: usize,
        node: usize,
        own: &BTreeSet<IdentifierKind>,
    ) -> Vec<(IdentifierKind, usize)> {
        let suspects = self.suspects;
        let others =
            lasting_neighbours(graph, visitor).filter(|&other| other != node && suspects[other]);
        let mut people = Vec::new();
        for suspect in others {
            let group = self.groups.find(suspect);
            let kinds = self.without(graph, group, node).into_iter();
            let news = kinds.filter(|kind| *kind == IdentifierKind::Account || !own.contains(kind));
            people.extend(news.map(|kind| (kind, group)));
        }
        people
    }
}

/// The account a node is directly tied to, when there is exactly one: the two stay together, so
/// everything tied to that account is one person with the node.
fn only_account(graph: &Graph, node: usize) -> Option<usize> {
    let mut accounts = lasting_neighbours(graph, node)
        .filter(|&other| graph.kind(other) == IdentifierKind::Account);
    accounts.next().filter(|_| accounts.next().is_none())
}

fn contested(graph: &Graph, people: &mut People, node: usize, rules: &Rules) -> Option<Shared> {
    let mut seen: BTreeSet<(IdentifierKind, usize)> = BTreeSet::new();
    let mut with_account = BTreeSet::new();
    for &index in &graph.links_of[node] {
        let other = graph.links[index].other(node);
        let side = people.groups.find(other);
        let kinds = people.without(graph, side, node);
        if kinds.contains(&IdentifierKind::Account) {
            with_account.insert(index);
        }
        if graph.kind(other) == IdentifierKind::Visitor {
            seen.extend(people.suspects_of_visit(graph, other, node, &kinds));
        }
        seen.extend(kinds.into_iter().map(|kind| (kind, side)));
    }
    let mut counts = [0; KINDS];
    for (kind, _) in seen {
        counts[kind as usize] += 1;
    }
    let reason = reason(&counts, rules)?;
    let kept = if reason == SharedReason::People {
        with_account
    } else {
        BTreeSet::new()
    };
    Some(Shared { reason, kept })
}
