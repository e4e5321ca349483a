//! How many people end up in somebody else's profile, and how much of what belongs together is found.
//!
//! `cargo run --release -p throughline-identity --example bench_identity -- [seed] [people]`
//!
//! A population ([`population`]) contacts a business for three years ([`stream`]); all of what they
//! share, mistype, lose and steal is in the constants of those files. Compared are our rules, and the
//! usual ways of doing without them: joining everything seen together, and joining everything proven,
//! both also with a cap on how many neighbours an identifier may have.
//!
//! *People mixed* counts everyone with an identifier (account, address, number, handle) in a profile
//! whose identifiers no one person uses all of. *With visits* also counts each visit of a browser as
//! an identifier: two people who each prove the mailbox or number they share are then in one profile,
//! that of the mailbox, which no rule can tell apart. *Linked* is the share of the pairs of one
//! person's identifiers that truthful evidence of theirs connects at any assurance, claims included.
#![expect(clippy::unwrap_used, reason = "a tool for developers")]
#![expect(clippy::print_stdout, reason = "prints its result")]

mod judge;
mod population;
mod stream;

use judge::{Answer, judge};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::collections::{HashMap, HashSet};
use std::time::Instant;
use stream::Stream;
use throughline_identity::{Assertion, Rules, SharedReason, partition};
use throughline_model::assurance::Assurance;
use throughline_model::id::CustomerId;

/// From how many neighbours on the capped peer ignores an identifier.
const CAP: usize = 10;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let seed: u64 = arguments.next().map_or(1, |text| text.parse().unwrap());
    let size: usize = arguments
        .next()
        .map_or(100_000, |text| text.parse().unwrap());
    let population = population::populate(size, &mut StdRng::seed_from_u64(seed));
    let people = population.people.len();
    let stream = stream::record(&population, seed, &Rules::default());
    println!(
        "seed {seed}: {people} people in {} households, {} contacts, {} identifiers, {} assertions, {} phone epochs opened",
        population.households.len(),
        stream.contacts,
        stream.nodes.len(),
        stream.assertions.len(),
        stream.epochs_opened,
    );
    println!("| rule | people mixed | with visits | linked | linked or suggested | largest mix |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for (name, rules) in [
        ("ours", Rules::default()),
        (
            "ours, but three people make it shared",
            Rules {
                shared_at: 3,
                ..Rules::default()
            },
        ),
        (
            "ours, but an account's mailbox brings phones to it",
            Rules {
                accounts_need_log_in: false,
                ..Rules::default()
            },
        ),
        (
            "ours, but log-ins bring nothing",
            Rules {
                per_kind_by_log_in: 0,
                ..Rules::default()
            },
        ),
        (
            "ours, but log-ins bring up to five of a kind",
            Rules {
                per_kind_by_log_in: 5,
                ..Rules::default()
            },
        ),
        (
            "ours, but a browser is one person for ever",
            Rules {
                sitting_ms: i64::MAX,
                ..Rules::default()
            },
        ),
    ] {
        show(name, &stream, people, &ours(&stream, &rules));
    }
    let proven = |one: &Assertion| one.assurance >= Assurance::PROVEN;
    show(
        "peer: join all proven",
        &stream,
        people,
        &joined(&stream, proven, usize::MAX),
    );
    show(
        "peer: join all proven, degree cap",
        &stream,
        people,
        &joined(&stream, proven, CAP),
    );
    show(
        "peer: join all seen together",
        &stream,
        people,
        &joined(&stream, |_| true, usize::MAX),
    );
    show(
        "peer: join all seen together, degree cap",
        &stream,
        people,
        &joined(&stream, |_| true, CAP),
    );
    throughput(&stream);
}

fn show(name: &str, stream: &Stream, people: usize, answer: &Answer) {
    let verdict = judge(stream, people, answer);
    println!(
        "| {name} | {:.3}% | {:.3}% | {:.1}% | {:.1}% | {} |",
        verdict.mixed * 100.0,
        verdict.mixed_with_visits * 100.0,
        verdict.linked * 100.0,
        verdict.linked_or_suggested * 100.0,
        verdict.largest,
    );
}

fn ours(stream: &Stream, rules: &Rules) -> Answer {
    let partition = partition(&stream.nodes, &stream.assertions, rules);
    let number = |customer: CustomerId| stream.index[&customer.0.into()];
    Answer {
        customer: stream
            .nodes
            .iter()
            .map(|node| number(partition.customer_of[&node.id]))
            .collect(),
        suggested: partition
            .suggestions
            .iter()
            .map(|one| (number(one.a), number(one.b)))
            .map(|(a, b)| (a.min(b), a.max(b)))
            .collect(),
    }
}

/// Plain connected components over the assertions that count, without identifiers that have more
/// neighbours than `cap`.
fn joined(stream: &Stream, counts: impl Fn(&Assertion) -> bool, cap: usize) -> Answer {
    let edges: HashSet<(usize, usize)> = stream
        .assertions
        .iter()
        .filter(|one| counts(one))
        .filter_map(|one| Some((stream.index[&one.a], stream.index[&one.b?])))
        .collect();
    let mut degree: HashMap<usize, usize> = HashMap::new();
    for (a, b) in &edges {
        *degree.entry(*a).or_default() += 1;
        *degree.entry(*b).or_default() += 1;
    }
    let mut parent: Vec<usize> = (0..stream.nodes.len()).collect();
    for (a, b) in edges {
        if degree[&a] <= cap && degree[&b] <= cap {
            let (a, b) = (root(&mut parent, a), root(&mut parent, b));
            parent[a] = b;
        }
    }
    let customer = (0..parent.len())
        .map(|node| root(&mut parent, node))
        .collect();
    Answer {
        customer,
        suggested: HashSet::new(),
    }
}

fn root(parent: &mut [usize], mut node: usize) -> usize {
    while parent[node] != node {
        parent[node] = parent[parent[node]];
        node = parent[node];
    }
    node
}

fn throughput(stream: &Stream) {
    let started = Instant::now();
    let partition = partition(&stream.nodes, &stream.assertions, &Rules::default());
    let seconds = started.elapsed().as_secs_f64();
    let shared = |reason| {
        partition
            .shared
            .values()
            .filter(|one| **one == reason)
            .count()
    };
    println!(
        "one partition of everything: {seconds:.2} s, {:.0} assertions/s; {} suggestions; shared identifiers: {} by accounts, {} by people, {} by a crowd",
        stream.assertions.len() as f64 / seconds,
        partition.suggestions.len(),
        shared(SharedReason::Accounts),
        shared(SharedReason::People),
        shared(SharedReason::Crowd),
    );
}
