//! How well a partition matches the truth.

use crate::stream::Stream;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use throughline_model::identifier::IdentifierKind;

/// A customer per node, as any number, and the pairs of customers that are suggested.
pub struct Answer {
    pub customer: Vec<usize>,
    pub suggested: HashSet<(usize, usize)>,
}

pub struct Verdict {
    /// Share of people with an identifier in a profile whose identifiers no one person uses all of.
    pub mixed: f64,
    /// The same with every visit of a browser counted as an identifier too.
    pub mixed_with_visits: f64,
    /// Pairs of one person's identifiers that evidence of that person connects: linked, and linked
    /// or suggested.
    pub linked: f64,
    pub linked_or_suggested: f64,
    /// The people the largest profile's identifiers belong to.
    pub largest: usize,
}

/// What the truth is compared by: identifiers, without the devices that are only context.
fn counts(kind: IdentifierKind, with_visits: bool) -> bool {
    match kind {
        IdentifierKind::Device => false,
        IdentifierKind::Visitor => with_visits,
        _ => true,
    }
}

pub fn judge(stream: &Stream, people: usize, answer: &Answer) -> Verdict {
    let (mixed, largest) = mixed(stream, answer, false);
    let (mixed_with_visits, _) = self::mixed(stream, answer, true);
    let (linked, linked_or_suggested) = recall(stream, answer);
    Verdict {
        mixed: mixed as f64 / people as f64,
        mixed_with_visits: mixed_with_visits as f64 / people as f64,
        linked,
        linked_or_suggested,
        largest,
    }
}

fn mixed(stream: &Stream, answer: &Answer, with_visits: bool) -> (usize, usize) {
    let mut profiles: HashMap<usize, Vec<usize>> = HashMap::new();
    for (node, customer) in answer.customer.iter().enumerate() {
        // What nobody uses (a mistyped address) mixes nobody.
        if counts(stream.nodes[node].kind, with_visits) && !stream.users[node].is_empty() {
            profiles.entry(*customer).or_default().push(node);
        }
    }
    let (mut people, mut largest) = (BTreeSet::<usize>::new(), 0);
    for nodes in profiles.values() {
        let mut common = stream.users[nodes[0]].clone();
        let mut all: BTreeSet<usize> = BTreeSet::new();
        for &node in nodes {
            common.retain(|person| stream.users[node].contains(person));
            all.extend(&stream.users[node]);
        }
        if common.is_empty() {
            largest = largest.max(all.len());
            people.extend(all);
        }
    }
    (people.len(), largest)
}

fn recall(stream: &Stream, answer: &Answer) -> (f64, f64) {
    let (mut pairs, mut linked, mut suggested) = (0_u64, 0_u64, 0_u64);
    for piece in connected_by_their_own_evidence(stream) {
        for (at, &a) in piece.iter().enumerate() {
            for &b in &piece[at + 1..] {
                let (x, y) = (answer.customer[a], answer.customer[b]);
                pairs += 1;
                linked += u64::from(x == y);
                suggested += u64::from(x != y && answer.suggested.contains(&(x.min(y), x.max(y))));
            }
        }
    }
    (
        linked as f64 / pairs as f64,
        (linked + suggested) as f64 / pairs as f64,
    )
}

/// For every person the lasting identifiers that truthful evidence of theirs connects, directly or
/// not, at any assurance.
fn connected_by_their_own_evidence(stream: &Stream) -> Vec<Vec<usize>> {
    let mut evidence: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
    for (assertion, author) in stream.assertions.iter().zip(&stream.authors) {
        if let (Some(author), Some(b)) = (author, assertion.b) {
            evidence
                .entry(*author)
                .or_default()
                .push((stream.index[&assertion.a], stream.index[&b]));
        }
    }
    let mut pieces = Vec::new();
    for edges in evidence.values() {
        let mut groups: BTreeMap<usize, usize> = BTreeMap::new();
        for &(a, b) in edges {
            let (a, b) = (root(&mut groups, a), root(&mut groups, b));
            groups.insert(a, b);
        }
        let nodes: Vec<usize> = groups.keys().copied().collect();
        let mut by_root: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for node in nodes
            .into_iter()
            .filter(|&node| counts(stream.nodes[node].kind, false))
        {
            by_root
                .entry(root(&mut groups, node))
                .or_default()
                .push(node);
        }
        pieces.extend(by_root.into_values().filter(|piece| piece.len() > 1));
    }
    pieces
}

fn root(groups: &mut BTreeMap<usize, usize>, mut node: usize) -> usize {
    while let Some(&next) = groups.get(&node) {
        if next == node {
            break;
        }
        node = next;
    }
    groups.insert(node, node);
    node
}
