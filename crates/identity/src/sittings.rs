//! The sittings of a visitor. A browser outlives the person in front of it: what was proven in it
//! today and what was proven in it a month ago need not be one person's. So each stretch of use is
//! a node of its own, and the visitor is whose all of them are.

use crate::rules::Rules;
use std::collections::{BTreeMap, BTreeSet};
use throughline_model::clock::Millis;

/// When each visitor proved something.
#[derive(Default)]
pub(crate) struct Uses(BTreeMap<usize, BTreeSet<Millis>>);

impl Uses {
    pub(crate) fn add(&mut self, visitor: usize, at: Millis) {
        self.0.entry(visitor).or_default().insert(at);
    }

    /// Splits the visitors that were used in several sittings; `first` is the index of the first
    /// sitting's node.
    pub(crate) fn split(self, first: usize, rules: &Rules) -> Sittings {
        let mut sittings = Sittings::default();
        let mut next = first;
        for (visitor, times) in self.0 {
            let starts = starts(&times, rules.sitting_ms);
            if starts.len() > 1 {
                let nodes = starts.into_iter().zip(next..).collect::<BTreeMap<_, _>>();
                next += nodes.len();
                sittings.0.insert(visitor, nodes);
            }
        }
        sittings
    }
}

/// A sitting begins with the first use after a pause.
fn starts(times: &BTreeSet<Millis>, pause_ms: i64) -> Vec<Millis> {
    let mut last = None;
    let begins = |at: &&Millis| {
        let paused = last.is_none_or(|last: Millis| at.saturating_sub(last) > pause_ms);
        last = Some(**at);
        paused
    };
    times.iter().filter(begins).copied().collect()
}

/// The nodes of the sittings, by visitor and by when they began; visitors with a single one have
/// none but their own node.
#[derive(Default)]
pub(crate) struct Sittings(BTreeMap<usize, BTreeMap<Millis, usize>>);

impl Sittings {
    /// The node that stands for `node` at that time.
    pub(crate) fn node_at(&self, node: usize, at: Millis) -> usize {
        let sitting = self
            .0
            .get(&node)
            .and_then(|sittings| sittings.range(..=at).next_back());
        sitting.map_or(node, |(_, sitting)| *sitting)
    }

    /// Each split visitor with its sittings, in the order of their nodes.
    pub(crate) fn each(&self) -> impl Iterator<Item = (usize, Vec<usize>)> {
        self.0
            .iter()
            .map(|(visitor, sittings)| (*visitor, sittings.values().copied().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sitting_lasts_until_a_pause() {
        let rules = Rules {
            sitting_ms: 10,
            ..Rules::default()
        };
        let mut uses = Uses::default();
        for at in [40, 0, 8, 18, 45] {
            uses.add(3, at);
        }
        uses.add(5, 7);
        let sittings = uses.split(9, &rules);
        assert_eq!(
            [0, 8, 18, 40, 45].map(|at| sittings.node_at(3, at)),
            [9, 9, 9, 10, 10]
        );
        assert_eq!(
            sittings.node_at(5, 7),
            5,
            "one sitting needs no node of its own"
        );
        assert_eq!(sittings.each().collect::<Vec<_>>(), [(3, vec![9, 10])]);
    }
}
