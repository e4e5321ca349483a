//! Identifiers several people share: a family's phone, a switchboard, a home computer, a kiosk.
//!
//! First every identifier finds its *home*: the one account it was proven with, directly or in a
//! visit that logged in. An account with what is at home there is one person, as are identifiers a
//! member has joined; anything else counts as somebody of its own. Then an identifier is *shared*
//! when it is tied, directly or through a visit, to as many different people as the rules allow,
//! where two count as different when both have an identifier of the same kind: two accounts, two
//! emails.
//!
//! Nothing but accounts and members ties people together here. Otherwise two phones that a couple
//! shares would vouch for each other: leaving out the one, the other would make the couple look like
//! one person.

use crate::graph::{Graph, Strength};
use crate::groups::Groups;
use crate::rules::{Rules, is_lasting};
use std::collections::{BTreeMap, BTreeSet};
use throughline_model::assertion::{SharedReason, SuggestReason};
use throughline_model::identifier::IdentifierKind;

const KINDS: usize = IdentifierKind::ALL.len();

/// What sharing does to the links.
#[derive(Default)]
pub(crate) struct Sharing {
    /// The shared identifiers.
    pub(crate) shared: BTreeMap<usize, SharedReason>,
    /// The links that do not hold, with the reason to suggest them.
    pub(crate) demoted: BTreeMap<usize, SuggestReason>,
}

/// Finds what is shared. `decided` joins what members decided to be one person.
pub(crate) fn find_sharing(graph: &Graph, decided: Groups, rules: &Rules) -> Sharing {
    let mut people = People {
        graph,
        rules,
        groups: decided,
        counts: Vec::new(),
    };
    let mut sharing = Sharing::default();
    people.settle_directly();
    for visitor in people.of_kind(|kind| kind == IdentifierKind::Visitor) {
        let seen = people.proven_in(visitor);
        people.judge(visitor, seen, &mut sharing);
    }
    people.settle_by_log_in(&sharing);
    for node in people.of_kind(|kind| is_lasting(kind) && kind != IdentifierKind::Account) {
        let seen = people.tied_to(node, &sharing);
        people.judge(node, seen, &mut sharing);
    }
    if rules.accounts_need_log_in {
        people.keep_strangers_from_accounts(&mut sharing);
    }
    let blocked = (0..graph.real).filter(|&node| graph.blocked[node]);
    sharing
        .shared
        .extend(blocked.map(|node| (node, SharedReason::Blocked)));
    sharing
}

/// A person, by the group, having an identifier of a kind.
type Seen = BTreeSet<(IdentifierKind, usize)>;

/// Accounts with what is at home there.
struct People<'a> {
    graph: &'a Graph,
    rules: &'a Rules,
    groups: Groups,
    /// How many lasting identifiers of each kind a group has, once everything is settled.
    counts: Vec<[usize; KINDS]>,
}

impl People<'_> {
    fn of_kind(&self, wanted: impl Fn(IdentifierKind) -> bool) -> Vec<usize> {
        (0..self.graph.nodes.len())
            .filter(|&node| wanted(self.graph.kind(node)))
            .collect()
    }

    fn neighbours(&self, node: usize) -> impl Iterator<Item = usize> {
        let graph = self.graph;
        graph.links_of[node]
            .iter()
            .map(move |&index| graph.links[index].other(node))
    }

    fn lasting_neighbours(&self, node: usize) -> impl Iterator<Item = usize> {
        let graph = self.graph;
        self.neighbours(node)
            .filter(move |&other| is_lasting(graph.kind(other)))
    }

    fn is_visitor(&self, node: usize) -> bool {
        self.graph.kind(node) == IdentifierKind::Visitor
    }

    /// The accounts a node is directly proven with.
    fn accounts_of(&self, node: usize) -> Vec<usize> {
        self.neighbours(node)
            .filter(|&other| self.graph.kind(other) == IdentifierKind::Account)
            .collect()
    }

    /// One of the accounts, if all of them are one person's.
    fn only(&mut self, accounts: &[usize]) -> Option<usize> {
        let first = *accounts.first()?;
        accounts
            .iter()
            .all(|&other| self.groups.same(first, other))
            .then_some(first)
    }

    fn settle_directly(&mut self) {
        for node in self.of_kind(is_lasting) {
            if let Some(account) = self.only(&self.accounts_of(node)) {
                self.groups.join(node, account);
            }
        }
    }

    /// A visit that logged in brings home what else was proven in it, as far as the rules allow.
    fn settle_by_log_in(&mut self, sharing: &Sharing) {
        let mut homes: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut strongest: BTreeMap<usize, Strength> = BTreeMap::new();
        for visitor in self.of_kind(|kind| kind == IdentifierKind::Visitor) {
            let account = self.only(&self.accounts_of(visitor));
            let Some(account) = account.filter(|_| !sharing.shared.contains_key(&visitor)) else {
                continue;
            };
            self.groups.join(visitor, account);
            for &index in &self.graph.links_of[visitor] {
                let link = &self.graph.links[index];
                let other = link.other(visitor);
                if is_lasting(self.graph.kind(other)) {
                    homes.entry(other).or_default().push(account);
                    let kept = strongest.entry(other).or_insert(link.strength);
                    *kept = link.strength.max(*kept);
                }
            }
        }
        let mut strongest_first: Vec<(Strength, usize)> = strongest
            .into_iter()
            .map(|(node, strength)| (strength, node))
            .collect();
        strongest_first.sort_unstable();
        self.count();
        for (_, node) in strongest_first.into_iter().rev() {
            let mut accounts = homes.remove(&node).unwrap_or_default();
            accounts.extend(self.accounts_of(node));
            if let Some(account) = self.only(&accounts) {
                self.bring_home(node, account);
            }
        }
    }

    fn bring_home(&mut self, node: usize, account: usize) {
        let (home, group) = (self.groups.find(account), self.groups.find(node));
        if home == group
            || self.counts[home][self.graph.kind(node) as usize] >= self.rules.per_kind_by_log_in
        {
            return;
        }
        if let Some((kept, absorbed)) = self.groups.join(home, group) {
            for kind in 0..KINDS {
                self.counts[kept][kind] += self.counts[absorbed][kind];
            }
        }
    }

    fn count(&mut self) {
        self.counts = vec![[0; KINDS]; self.graph.nodes.len()];
        for node in self.of_kind(is_lasting) {
            let group = self.groups.find(node);
            self.counts[group][self.graph.kind(node) as usize] += 1;
        }
    }

    fn proven_in(&mut self, visitor: usize) -> Seen {
        let others: Vec<usize> = self.lasting_neighbours(visitor).collect();
        others
            .into_iter()
            .map(|other| (self.graph.kind(other), self.groups.find(other)))
            .collect()
    }

    /// The people tied to a lasting identifier, directly or through visits of one person.
    fn tied_to(&mut self, node: usize, sharing: &Sharing) -> Seen {
        let mut seen = Seen::new();
        let others: Vec<usize> = self.neighbours(node).collect();
        for other in others {
            self.add_person(other, node, &mut seen);
            if self.is_visitor(other) && !sharing.shared.contains_key(&other) {
                let proven: Vec<usize> = self
                    .lasting_neighbours(other)
                    .filter(|&one| one != node)
                    .collect();
                proven
                    .into_iter()
                    .for_each(|one| self.add_person(one, node, &mut seen));
            }
        }
        seen
    }

    /// Adds the person `other` belongs to, by all they have besides `node`.
    fn add_person(&mut self, other: usize, node: usize, seen: &mut Seen) {
        let group = self.groups.find(other);
        let own = self.groups.find(node) == group;
        let has = |kind: &&IdentifierKind| {
            let besides = usize::from(own && **kind == self.graph.kind(node));
            self.counts[group][**kind as usize] > besides
        };
        seen.extend(
            IdentifierKind::ALL
                .iter()
                .filter(has)
                .map(|&kind| (kind, group)),
        );
    }

    fn judge(&mut self, node: usize, seen: Seen, sharing: &mut Sharing) {
        let Some(reason) = reason(&seen, self.rules) else {
            return;
        };
        sharing.shared.insert(node, reason);
        // What several people use but only one account has stays with that account.
        let home = seen
            .iter()
            .find(|(kind, _)| *kind == IdentifierKind::Account && reason == SharedReason::People)
            .map(|(_, group)| *group);
        for &index in &self.graph.links_of[node] {
            let other = self.graph.links[index].other(node);
            // A visit only brings itself along when strangers are kept from accounts.
            let harmless = self.rules.accounts_need_log_in && self.is_visitor(other);
            let stays = home.is_some_and(|home| harmless || self.groups.find(other) == home);
            if !stays {
                sharing
                    .demoted
                    .insert(index, SuggestReason::SharedIdentifier);
            }
        }
    }

    /// Demotes what would bring an identifier to an account without a log-in: what was proven
    /// together with an address of the account may be a relative's who reads the same mail.
    fn keep_strangers_from_accounts(&mut self, sharing: &mut Sharing) {
        for node in self.of_kind(is_lasting) {
            if self.is_at_home(node) {
                continue;
            }
            for &index in &self.graph.links_of[node] {
                // Already out; and a kiosk's thousands of proofs need not be looked through for each.
                if sharing.demoted.contains_key(&index) {
                    continue;
                }
                let other = self.graph.links[index].other(node);
                let leads_to_account = if self.is_visitor(other) {
                    let proven: Vec<usize> = self.lasting_neighbours(other).collect();
                    proven.into_iter().any(|one| self.is_at_home(one))
                } else {
                    self.is_at_home(other)
                };
                if leads_to_account {
                    sharing
                        .demoted
                        .entry(index)
                        .or_insert(SuggestReason::WeakProof);
                }
            }
        }
    }

    fn is_at_home(&mut self, node: usize) -> bool {
        let group = self.groups.find(node);
        self.counts[group][IdentifierKind::Account as usize] > 0
    }
}

/// Why something tied to these people is shared, if it is.
fn reason(seen: &Seen, rules: &Rules) -> Option<SharedReason> {
    let mut counts = [0; KINDS];
    for (kind, _) in seen {
        counts[*kind as usize] += 1;
    }
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
