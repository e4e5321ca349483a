//! Estimates the scorer's weights from a file in Febrl's form, without its labels, and judges the
//! result by them:
//! `cargo run --release -p throughline-identity --example estimate_weights -- dataset3.csv`
#![expect(clippy::unwrap_used, reason = "a tool for developers")]
#![expect(clippy::print_stdout, reason = "prints its result")]

#[path = "../tests/febrl/records.rs"]
mod records;

use records::{Quality, candidates, quality, read};
use std::collections::BTreeMap;
use throughline_identity::score::estimate::estimate;
use throughline_identity::score::{Field, PersonAttributes, log_odds};

fn main() {
    let path = std::env::args().nth(1).unwrap();
    let records = read(&std::fs::read_to_string(path).unwrap());
    let people: Vec<PersonAttributes> = records
        .iter()
        .map(|record| record.attributes.clone())
        .collect();
    let pairs = candidates(&records, |_, _| true);
    let all_pairs = (people.len() * (people.len() - 1)) as f64 / 2.0;
    let weights = estimate(&people, &pairs, all_pairs);
    for (name, table) in [("m", &weights.m), ("u", &weights.u)] {
        println!("{name}:");
        for field in Field::ALL {
            let row: Vec<String> = table[*field as usize]
                .iter()
                .map(|share| format!("{share:.6}"))
                .collect();
            println!("    [{}], // {field}", row.join(", "));
        }
    }
    let found: Vec<(usize, usize)> = pairs
        .iter()
        .copied()
        .filter(|&(a, b)| log_odds(&people[a], &people[b], &weights) >= 0.0)
        .collect();
    let mut copies: BTreeMap<&str, usize> = BTreeMap::new();
    for record in &records {
        *copies.entry(&record.person).or_default() += 1;
    }
    let truth = copies.values().map(|count| count * (count - 1) / 2).sum();
    let Quality {
        precision,
        recall,
        f1,
    } = quality(&records, &found, truth);
    println!(
        "{truth} true pairs, {} candidates, prior odds {:.2e}",
        pairs.len(),
        weights.prior_odds
    );
    println!("pairwise: precision {precision:.4} recall {recall:.4} F1 {f1:.4}");
}
