//! Members' decisions: which of them stand when they contradict each other.

use crate::groups::Groups;
use throughline_model::clock::Millis;
use throughline_model::id::AssertionId;

/// A decision that two nodes are, or are not, one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Word {
    /// False for a separation a program asserted: every member's decision is above it.
    pub(crate) by_human: bool,
    pub(crate) at: Millis,
    pub(crate) id: AssertionId,
    pub(crate) same: bool,
    pub(crate) a: usize,
    pub(crate) b: usize,
}

/// What the decisions make of people.
pub(crate) struct Decisions {
    /// Everyone the members joined, on top of what the rules had joined.
    pub(crate) groups: Groups,
    /// Pairs no rule may bring together.
    pub(crate) apart: Vec<(usize, usize)>,
}

/// Keeps the latest decision wherever two contradict each other.
///
/// A decision is about whole people, so it is read against `groups`, what the rules alone make of
/// the evidence: a later merge of two groups overrides an earlier separation of any of their
/// members, and the other way round.
pub(crate) fn decide(words: &[Word], mut groups: Groups) -> Decisions {
    let mut latest_first = words.to_vec();
    latest_first.sort_unstable_by(|one, other| other.cmp(one));
    let mut apart = Vec::new();
    for word in latest_first {
        if word.same {
            if !would_break(&mut groups, &apart, word.a, word.b) {
                groups.join(word.a, word.b);
            }
        } else if !groups.same(word.a, word.b) {
            apart.push((word.a, word.b));
        }
    }
    Decisions { groups, apart }
}

fn would_break(groups: &mut Groups, apart: &[(usize, usize)], a: usize, b: usize) -> bool {
    let (a, b) = (groups.find(a), groups.find(b));
    apart.iter().any(|&(x, y)| {
        let (x, y) = (groups.find(x), groups.find(y));
        (x, y) == (a, b) || (x, y) == (b, a)
    })
}
