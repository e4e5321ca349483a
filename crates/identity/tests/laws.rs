//! The laws of identity, over arbitrary evidence.
#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use throughline_identity::{Assertion, AssertionKind, Node, Partition, Rules, partition};
use throughline_model::assurance::Assurance;
use throughline_model::id::{AssertionId, CustomerId, IdentifierId};
use throughline_model::identifier::IdentifierKind;
use uuid::Uuid;

/// Some evidence: nodes 1..=n with ids and ages that do not go together, assertions among them.
#[derive(Clone, Debug)]
struct Evidence {
    nodes: Vec<Node>,
    assertions: Vec<Assertion>,
    trusting: bool,
}

impl Evidence {
    fn partition(&self) -> Partition {
        partition(&self.nodes, &self.assertions, &rules(self.trusting))
    }

    fn with(&self, more: Assertion) -> Self {
        let mut all = self.clone();
        all.assertions.push(more);
        all
    }
}

/// Low limits, so that small worlds reach them; sittings of several assertions; and half of the
/// worlds trust what is proven around accounts more than usual.
fn rules(trusting: bool) -> Rules {
    Rules {
        per_kind: 3,
        crowd_at: 4,
        sitting_ms: 6,
        accounts_need_log_in: !trusting,
        per_kind_by_log_in: if trusting { 3 } else { 1 },
        ..Rules::default()
    }
}

fn identifier(number: usize) -> IdentifierId {
    IdentifierId(Uuid::from_u128(number as u128))
}

fn assertion_id(number: usize) -> AssertionId {
    AssertionId(Uuid::from_u128(1 << 64 | number as u128))
}

fn kinds() -> impl Strategy<Value = IdentifierKind> {
    use IdentifierKind::*;
    prop_oneof![3 => Just(Phone), 3 => Just(Email), 2 => Just(Account), 1 => Just(Device), 4 => Just(Visitor), 1 => Just(Social)]
}

fn assertion(number: usize, nodes: usize) -> impl Strategy<Value = Assertion> {
    use AssertionKind::*;
    let kind = prop_oneof![12 => Just(Verified), 2 => Just(Claimed), 1 => Just(Observed), 2 => Just(Merged), 2 => Just(NotSame), 2 => Just(Retracted)];
    (
        kind,
        0..nodes,
        0..nodes,
        0..30usize,
        0..4i64,
        0..40i64,
        prop::bool::weighted(0.2),
    )
        .prop_map(
            move |(kind, a, b, retracts, level, at, by_human)| Assertion {
                id: assertion_id(number),
                at,
                kind,
                a: identifier(a),
                b: (kind != Retracted).then(|| identifier(b)),
                retracts: (kind == Retracted).then(|| assertion_id(retracts)),
                assurance: Assurance::from_level(if level == 0 { 1 } else { 2 }),
                by_human: by_human || matches!(kind, Merged | NotSame) && level > 0,
            },
        )
}

fn evidence() -> impl Strategy<Value = Evidence> {
    (3..14usize).prop_flat_map(|count| {
        let nodes = prop::collection::vec((kinds(), 0..5i64), count).prop_map(|made| {
            let node = |(number, (kind, born_at))| Node {
                id: identifier(number),
                kind,
                born_at,
                value: format!("value-{number}"),
            };
            made.into_iter().enumerate().map(node).collect::<Vec<_>>()
        });
        let assertions = (4..32usize).prop_flat_map(move |many| {
            (0..many)
                .map(|number| assertion(number, count))
                .collect::<Vec<_>>()
        });
        (nodes, assertions, any::<bool>()).prop_map(|(nodes, assertions, trusting)| Evidence {
            nodes,
            assertions,
            trusting,
        })
    })
}

fn members(partition: &Partition) -> BTreeMap<CustomerId, BTreeSet<IdentifierId>> {
    let mut members: BTreeMap<CustomerId, BTreeSet<IdentifierId>> = BTreeMap::new();
    for (node, customer) in &partition.customer_of {
        members.entry(*customer).or_default().insert(*node);
    }
    members
}

/// The nodes reachable from `seed` over assertions that `counts`.
fn closure(
    evidence: &Evidence,
    seed: IdentifierId,
    counts: fn(&Assertion) -> bool,
) -> BTreeSet<IdentifierId> {
    let mut reached = BTreeSet::from([seed]);
    loop {
        let before = reached.len();
        for one in evidence.assertions.iter().filter(|one| counts(one)) {
            if let Some(b) = one.b
                && (reached.contains(&one.a) || reached.contains(&b))
            {
                reached.extend([one.a, b]);
            }
        }
        if reached.len() == before {
            return reached;
        }
    }
}

/// The evidence among `nodes`, with every retraction.
fn restricted(evidence: &Evidence, nodes: &BTreeSet<IdentifierId>) -> Evidence {
    let within = |one: &&Assertion| {
        one.retracts.is_some()
            || (nodes.contains(&one.a) && one.b.is_some_and(|b| nodes.contains(&b)))
    };
    Evidence {
        nodes: evidence
            .nodes
            .iter()
            .filter(|node| nodes.contains(&node.id))
            .cloned()
            .collect(),
        assertions: evidence.assertions.iter().filter(within).cloned().collect(),
        trusting: evidence.trusting,
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(debug_assertions) { 512 } else { 8192 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_order_and_any_repetition_gives_the_same_partition(
        (evidence, shuffled) in evidence().prop_flat_map(|mut one| {
            // A broken store might even give two assertions one id.
            for (number, assertion) in one.assertions.iter_mut().enumerate() {
                assertion.id = assertion_id(number - number / 8);
            }
            let twice: Vec<Assertion> = one.assertions.iter().chain(&one.assertions).cloned().collect();
            let shuffled = (Just(one.nodes.clone()).prop_shuffle(), Just(twice).prop_shuffle());
            (Just(one), shuffled)
        })
    ) {
        let other = Evidence { nodes: shuffled.0, assertions: shuffled.1, trusting: evidence.trusting };
        prop_assert_eq!(evidence.partition(), other.partition());
    }

    #[test]
    fn a_customer_bears_the_id_of_its_oldest_identifier(evidence in evidence()) {
        let partition = evidence.partition();
        prop_assert_eq!(partition.customer_of.len(), evidence.nodes.len());
        for (customer, members) in members(&partition) {
            let oldest = evidence.nodes.iter().filter(|node| members.contains(&node.id)).min_by_key(|node| (node.born_at, node.id)).unwrap();
            prop_assert_eq!(customer, CustomerId::from(oldest.id));
        }
        for one in &partition.suggestions {
            prop_assert!(one.a < one.b && one.score > 0.0 && one.score < 1.0 && !one.reasons.is_empty());
        }
    }

    /// The merge may be older or newer than anything else that was said.
    #[test]
    fn a_merge_any_messages_and_an_unmerge_equal_never_merged(evidence in evidence(), a in 0..14usize, b in 0..14usize, at in 0..40i64) {
        let merge = Assertion {
            id: assertion_id(900), at, kind: AssertionKind::Merged, a: identifier(a), b: Some(identifier(b)),
            retracts: None, assurance: Assurance::NONE, by_human: true,
        };
        let unmerge = Assertion {
            id: assertion_id(901), kind: AssertionKind::Retracted, b: None, retracts: Some(merge.id), ..merge.clone()
        };
        prop_assert_eq!(evidence.with(merge).with(unmerge).partition(), evidence.partition());
    }

    #[test]
    fn rules_never_bring_two_accounts_together_nor_exceed_a_limit(mut evidence in evidence()) {
        evidence.assertions.retain(|one| !(one.kind == AssertionKind::Merged && one.by_human));
        let kind_of: BTreeMap<IdentifierId, IdentifierKind> = evidence.nodes.iter().map(|node| (node.id, node.kind)).collect();
        for members in members(&evidence.partition()).values() {
            let count = |kind| members.iter().filter(|node| kind_of[node] == kind).count();
            prop_assert!(count(IdentifierKind::Account) <= 1);
            prop_assert!(count(IdentifierKind::Phone) <= 3 && count(IdentifierKind::Email) <= 3);
            prop_assert!(count(IdentifierKind::Device) == 0 || members.len() == 1);
        }
    }

    #[test]
    fn the_latest_word_of_a_member_holds(evidence in evidence(), a in 0..14usize, b in 0..14usize, same: bool) {
        let count = evidence.nodes.len();
        let (a, b) = (identifier(a % count), identifier((a % count + 1 + b % (count - 1)) % count));
        let kind = if same { AssertionKind::Merged } else { AssertionKind::NotSame };
        let word = Assertion {
            id: assertion_id(900), at: 1_000, kind, a, b: Some(b), retracts: None,
            assurance: Assurance::NONE, by_human: true,
        };
        let partition = evidence.with(word).partition();
        let (a, b) = (partition.customer_of[&a], partition.customer_of[&b]);
        prop_assert_eq!(a == b, same);
        prop_assert!(same || !partition.suggestions.iter().any(|one| (one.a, one.b) == (a.min(b), a.max(b))));
    }

    /// Every merge no later separation could contradict holds, whatever the rules say.
    #[test]
    fn no_rule_undoes_a_merge(mut evidence in evidence()) {
        evidence.assertions.retain(|one| !matches!(one.kind, AssertionKind::NotSame | AssertionKind::Retracted));
        let partition = evidence.partition();
        let known = evidence.nodes.len();
        for one in evidence.assertions.iter().filter(|one| one.kind == AssertionKind::Merged && one.by_human) {
            let b = one.b.unwrap();
            if [one.a, b].iter().all(|id| id.0.as_u128() < known as u128) {
                prop_assert_eq!(partition.customer_of[&one.a], partition.customer_of[&b]);
            }
        }
    }

    #[test]
    fn what_somebody_merely_says_or_is_seen_with_moves_nobody(evidence in evidence(), a in 0..14usize, b in 0..14usize, kind in 0..3usize) {
        let (kind, level) = [(AssertionKind::Claimed, 3), (AssertionKind::Observed, 3), (AssertionKind::Verified, 1)][kind];
        let said = Assertion {
            id: assertion_id(900), at: 50, kind, a: identifier(a), b: Some(identifier(b)), retracts: None,
            assurance: Assurance::from_level(level), by_human: false,
        };
        let after = evidence.with(said).partition();
        let before = evidence.partition();
        prop_assert_eq!(after.customer_of, before.customer_of);
        prop_assert_eq!(after.shared, before.shared);
    }

    #[test]
    fn what_a_member_decides_about_others_moves_nobody(evidence in evidence()) {
        let before = evidence.partition();
        let mut after = evidence.clone();
        let strangers = [evidence.nodes.len(), evidence.nodes.len() + 1].map(identifier);
        after.nodes.extend(strangers.map(|id| Node {
            id,
            kind: IdentifierKind::Email,
            born_at: 0,
            value: id.to_string(),
        }));
        let after = after.with(Assertion {
            id: assertion_id(99),
            at: 7,
            kind: AssertionKind::Merged,
            a: strangers[0],
            b: Some(strangers[1]),
            retracts: None,
            assurance: Assurance::PROVEN,
            by_human: true,
        });
        let after = after.partition();
        prop_assert_eq!(after.customer_of[&strangers[0]], after.customer_of[&strangers[1]]);
        for (node, customer) in &before.customer_of {
            prop_assert_eq!(after.customer_of[node], *customer);
        }
        prop_assert_eq!(after.shared, before.shared);
    }

    #[test]
    fn what_is_reachable_over_linking_assertions_decides_the_customer(evidence in evidence(), seed in 0..14usize) {
        let seed = identifier(seed % evidence.nodes.len());
        let whole = evidence.partition();
        let nodes = closure(&evidence, seed, Assertion::may_link);
        let part = restricted(&evidence, &nodes).partition();
        for node in &nodes {
            prop_assert_eq!(whole.customer_of[node], part.customer_of[node]);
            prop_assert_eq!(whole.shared.get(node), part.shared.get(node));
        }
    }

    #[test]
    fn what_is_reachable_over_all_assertions_decides_the_suggestions(evidence in evidence(), seed in 0..14usize) {
        let seed = identifier(seed % evidence.nodes.len());
        let whole = evidence.partition();
        let nodes = closure(&evidence, seed, |_| true);
        let part = restricted(&evidence, &nodes).partition();
        let inside = |customer: CustomerId| nodes.contains(&IdentifierId(customer.0));
        let expected: Vec<_> = whole.suggestions.iter().filter(|one| inside(one.a)).cloned().collect();
        prop_assert_eq!(part.suggestions, expected);
    }
}
