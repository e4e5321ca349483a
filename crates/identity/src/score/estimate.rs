//! Weights from unlabelled data, by expectation maximisation.
//!
//! What agreement between *different* people looks like (u) is counted on pairs taken at random,
//! which are all but never one person. What agreement between records of *one* person looks like
//! (m), and how many such pairs there are, is then found by turns: guess who matches, count how the
//! matches agree, guess again. No pair is ever labelled.

use super::attributes::{FIELD_COUNT, Field, PersonAttributes};
use super::compare::{LEVELS, Level, Levels, compare};
use super::weights::{ByLevel, Frequencies, Weights};
use std::collections::BTreeMap;

/// Rounds of guessing; the estimates no longer move well before.
const ROUNDS: usize = 30;

/// Pairs taken at random to see how strangers agree.
const STRANGERS: usize = 400_000;

/// Counts added to every level, so that one never seen keeps a small probability.
const SMOOTHING: f64 = 0.5;

/// Estimates weights on the pairs `(left, right)` of indices into `people` that share a blocking key.
/// `all_pairs` is the number of pairs there could be; those not listed count as strangers.
pub fn estimate(people: &[PersonAttributes], pairs: &[(usize, usize)], all_pairs: f64) -> Weights {
    let mut patterns: BTreeMap<Levels, f64> = BTreeMap::new();
    for &(a, b) in pairs {
        *patterns.entry(compare(&people[a], &people[b])).or_default() += 1.0;
    }
    let mut weights = Weights {
        m: [first_guess(); FIELD_COUNT],
        u: strangers(people),
        prior_odds: people.len() as f64 / 2.0 / all_pairs,
        own_details_differ: 0.0,
        frequencies: Frequencies::default(),
    };
    for _ in 0..ROUNDS {
        let matched: Vec<(&Levels, f64)> = patterns
            .iter()
            .map(|(levels, count)| (levels, count * match_probability(levels, &weights)))
            .collect();
        let matches: f64 = matched.iter().map(|(_, weight)| weight).sum();
        let mut counts = [[SMOOTHING; LEVELS]; FIELD_COUNT];
        for (levels, weight) in matched {
            for (field, level) in levels.iter().enumerate() {
                counts[field][*level as usize] += weight;
            }
        }
        weights.m = counts.map(shares);
        weights.prior_odds = (matches / (all_pairs - matches)).max(f64::MIN_POSITIVE);
    }
    weights.frequencies = Frequencies::of(people);
    weights
}

fn match_probability(levels: &Levels, weights: &Weights) -> f64 {
    let evidence = Field::ALL
        .iter()
        .map(|&field| weights.log_ratio(field, levels[field as usize], None));
    super::probability(weights.prior_log_odds() + evidence.sum::<f64>())
}

/// Where the guessing starts: most details of one person agree.
fn first_guess() -> ByLevel {
    shares([0.0, 80.0, 8.0, 4.0, 2.0, 6.0])
}

fn strangers(people: &[PersonAttributes]) -> [ByLevel; FIELD_COUNT] {
    let mut counts = [[SMOOTHING; LEVELS]; FIELD_COUNT];
    let count = people.len();
    // A fixed walk over pairs, as good as chance and the same every time.
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % count.max(1)
    };
    for _ in 0..STRANGERS.min(count * count) {
        let (a, b) = (next(), next());
        if a != b {
            for (field, level) in compare(&people[a], &people[b]).iter().enumerate() {
                counts[field][*level as usize] += 1.0;
            }
        }
    }
    counts.map(shares)
}

/// Counts as shares of what is known.
fn shares(mut counts: ByLevel) -> ByLevel {
    counts[Level::Missing as usize] = 0.0;
    let total: f64 = counts.iter().sum();
    counts.map(|count| count / total)
}
