//! Reads Febrl files, finds the pairs that share a key, and says how well they were told apart.

use std::collections::{BTreeMap, BTreeSet};
use throughline_identity::score::{Field, PersonAttributes, blocking_keys};

pub struct Record {
    /// The number of the person, the same in a record and its corrupted duplicates.
    pub person: String,
    pub attributes: PersonAttributes,
}

pub fn read(csv: &str) -> Vec<Record> {
    let mut lines = csv.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').map(str::trim).collect();
    lines
        .filter(|line| !line.trim().is_empty())
        .map(|line| record(&header, line))
        .collect()
}

fn record(header: &[&str], line: &str) -> Record {
    let mut attributes = PersonAttributes::new();
    let mut person = String::new();
    for (name, value) in header.iter().zip(line.split(',').map(str::trim)) {
        if *name == "rec_id" {
            person = value.split('-').nth(1).unwrap().to_owned();
        } else if let Ok(field) = name.parse::<Field>() {
            attributes = attributes.with(field, value);
        }
    }
    Record { person, attributes }
}

/// The pairs that share a blocking key and that `wanted` lets through, smaller index first.
pub fn candidates(
    records: &[Record],
    wanted: impl Fn(usize, usize) -> bool,
) -> Vec<(usize, usize)> {
    let mut by_key: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, record) in records.iter().enumerate() {
        for key in blocking_keys(&record.attributes) {
            by_key.entry(key).or_default().push(index);
        }
    }
    let mut pairs = BTreeSet::new();
    for block in by_key.values() {
        for (at, &a) in block.iter().enumerate() {
            pairs.extend(
                block[at + 1..]
                    .iter()
                    .filter(|b| wanted(a, **b))
                    .map(|b| (a, *b)),
            );
        }
    }
    pairs.into_iter().collect()
}

pub struct Quality {
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
}

/// Judges the pairs `found` against the `truth` pairs there are.
pub fn quality(records: &[Record], found: &[(usize, usize)], truth: usize) -> Quality {
    let right = found
        .iter()
        .filter(|(a, b)| records[*a].person == records[*b].person)
        .count() as f64;
    let (precision, recall) = (right / found.len() as f64, right / truth as f64);
    Quality {
        precision,
        recall,
        f1: 2.0 * precision * recall / (precision + recall),
    }
}
