//! Whether messages about nothing that was learnt are told apart.
//!
//! Some intents of BANKING77 are held out: nothing of them is learnt. In scope are the test messages of the others.
//! Out of scope are, in turn, the test messages of those held out, and questions about other subjects:
//!
//! * *intents*: 19 of 77 by lot, which leaves close relatives of most of them in,
//! * *topics*: all intents of one topic, each topic in turn,
//! * *others*: the questions of the other file.
//!
//! A small shop's case, 15 intents of 15 examples each, is measured, too.

use crate::Lab;
use crate::bank::{Lot, Message};
use crate::score::{Case, auroc, calibration_error, fit};
use std::collections::BTreeSet;

/// Words in the names of intents that belong together.
const TOPICS: &[(&str, &[&str])] = &[
    ("top-ups", &["top_up", "topping_up"]),
    ("currencies", &["exchange", "fiat_currency"]),
    ("identity", &["identity", "source_of_funds"]),
    ("secrets", &["pin", "passcode"]),
    ("transfers", &["transfer", "beneficiary"]),
    ("cash", &["atm", "cash", "contactless"]),
];

/// What is learnt of one split.
struct Split {
    name: String,
    /// Labels that are known.
    inside: BTreeSet<String>,
    /// Labels whose messages are the ones out of scope; those in neither set are left out.
    outside: BTreeSet<String>,
    /// Examples of each label.
    examples: usize,
    seed: u64,
}

pub fn measure(lab: &mut Lab, others: &[String]) {
    if others.is_empty() {
        println!("no questions about other subjects given: only held-out intents are measured");
    }
    let labels = lab.bank.labels();
    let mut pool = Vec::new();
    for (name, known, examples) in [
        ("58 intents, all examples", 58, usize::MAX),
        ("58 intents, ten each", 58, 10),
        ("15 intents, fifteen each", 15, 15),
    ] {
        let splits = (0..3).map(|seed| by_lot(name, &labels, known, examples, seed));
        measure_splits(lab, splits.collect(), others, &mut pool);
    }
    for (name, examples) in [
        ("topics, all examples", usize::MAX),
        ("topics, ten each", 10),
    ] {
        let splits = TOPICS
            .iter()
            .map(|(_, words)| of_topic(name, &labels, words, examples));
        measure_splits(lab, splits.collect(), &[], &mut pool);
    }
    println!(
        "a fit of bias, best, margin, words, meaning, usual to all of it: {:.2?}",
        fit(&pool)
    );
}

fn by_lot(name: &str, labels: &[String], known: usize, examples: usize, seed: u64) -> Split {
    let mut order = labels.to_vec();
    Lot(1_000 + seed).shuffle(&mut order);
    Split {
        name: name.to_owned(),
        inside: order.iter().take(known).cloned().collect(),
        // As many for 15 known intents as for 58.
        outside: order.iter().rev().take(19).cloned().collect(),
        examples,
        seed,
    }
}

fn of_topic(name: &str, labels: &[String], words: &[&str], examples: usize) -> Split {
    let (outside, inside) = labels
        .iter()
        .cloned()
        .partition(|label| words.iter().any(|word| label.contains(word)));
    Split {
        name: name.to_owned(),
        inside,
        outside,
        examples,
        seed: 0,
    }
}

/// Prints the means over `splits`, and adds their cases to `pool`.
fn measure_splits(lab: &mut Lab, splits: Vec<Split>, others: &[String], pool: &mut Vec<Case>) {
    let count = splits.len() as f64;
    let name = splits[0].name.clone();
    let test = lab.bank.test.clone();
    let (mut near, mut far, mut error, mut usual) = (0.0, 0.0, 0.0, 0.0);
    for split in splits {
        let drawn = lab.bank.draw(split.examples, split.seed, |label| {
            split.inside.contains(label)
        });
        let classifier = lab.train(&drawn);
        let mut judge = |texts: Vec<&str>, right: bool, share: f64| -> Vec<Case> {
            let weight = share / texts.len().max(1) as f64;
            let case = |text| {
                let ranking = lab.classify(&classifier, text);
                Case {
                    signs: ranking.signs,
                    in_scope: ranking.in_scope,
                    right,
                    weight,
                }
            };
            texts.into_iter().map(case).collect()
        };
        let inside = judge(of(&test, &split.inside), true, 0.5);
        let share = if others.is_empty() { 0.5 } else { 0.25 };
        let held_out = judge(of(&test, &split.outside), false, share);
        let strange = judge(others.iter().map(String::as_str).collect(), false, share);
        near += auroc(&[&inside[..], &held_out].concat()) / count;
        far += auroc(&[&inside[..], &strange].concat()) / count;
        usual += f64::from(inside[0].signs.usual) / count;
        let all = [inside, held_out, strange].concat();
        error += calibration_error(&all) / count;
        pool.extend(all);
    }
    print!("{name}: AUROC held out {near:.3}");
    if !others.is_empty() {
        print!(", other subjects {far:.4}");
    }
    println!(", calibration error {error:.3}, examples usually {usual:.2} alike");
}

fn of<'a>(test: &'a [Message], labels: &BTreeSet<String>) -> Vec<&'a str> {
    test.iter()
        .filter(|one| labels.contains(&one.label))
        .map(|one| one.text.as_str())
        .collect()
}
