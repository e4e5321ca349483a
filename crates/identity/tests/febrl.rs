//! The suggestion scorer on a public data set with known duplicates, without the social security
//! number. Run with `--nocapture` to see the figures. The labels are only used to judge.
#![expect(clippy::unwrap_used, reason = "tests")]
#![expect(clippy::print_stdout, reason = "reports its figures")]

#[path = "febrl/records.rs"]
mod records;

use records::{Quality, Record, candidates, quality, read};
use throughline_identity::score::assign::one_to_one;
use throughline_identity::score::estimate::estimate;
use throughline_identity::score::{PersonAttributes, Weights, log_odds};

/// How many people there are, each with an original record and a duplicate.
const PEOPLE: usize = 5_000;

/// The two files one after the other, and the pairs across the two that share a key.
fn febrl4() -> (Vec<Record>, Vec<(usize, usize)>) {
    let mut records = read(include_str!("fixtures/febrl/dataset4a.csv"));
    records.extend(read(include_str!("fixtures/febrl/dataset4b.csv")));
    assert_eq!(records.len(), 2 * PEOPLE);
    let pairs = candidates(&records, |a, b| (a < PEOPLE) != (b < PEOPLE));
    (records, pairs)
}

fn judge(name: &str, records: &[Record], pairs: &[(usize, usize)], weights: &Weights) {
    let scored: Vec<(usize, usize, f64)> = pairs
        .iter()
        .map(|&(a, b)| {
            (
                a,
                b,
                log_odds(&records[a].attributes, &records[b].attributes, weights),
            )
        })
        .collect();
    let likely: Vec<(usize, usize)> = scored
        .iter()
        .filter(|one| one.2 >= 0.0)
        .map(|one| (one.0, one.1))
        .collect();
    let assigned = one_to_one(scored, 0.0);
    for (how, found) in [("pairwise", likely), ("one to one", assigned)] {
        let Quality {
            precision,
            recall,
            f1,
        } = quality(records, &found, PEOPLE);
        println!("Febrl4, {name}, {how}: precision {precision:.4} recall {recall:.4} F1 {f1:.4}");
        assert!(f1 >= 0.98);
    }
}

#[test]
fn records_of_one_person_share_a_key() {
    let (records, pairs) = febrl4();
    let met = pairs
        .iter()
        .filter(|(a, b)| records[*a].person == records[*b].person)
        .count();
    println!(
        "Febrl4, blocking: {met} of {PEOPLE} pairs meet among {} candidates",
        pairs.len()
    );
    assert!(met >= 4_990 && pairs.len() < 50_000);
}

#[test]
fn duplicates_are_found_with_weights_estimated_without_labels() {
    let (records, pairs) = febrl4();
    let people: Vec<PersonAttributes> = records
        .iter()
        .map(|record| record.attributes.clone())
        .collect();
    let weights = estimate(&people, &pairs, (PEOPLE * PEOPLE) as f64);
    judge("estimated weights", &records, &pairs, &weights);
}

#[test]
fn duplicates_are_found_with_the_weights_the_product_ships() {
    let (records, pairs) = febrl4();
    judge("default weights", &records, &pairs, &Weights::default());
}
