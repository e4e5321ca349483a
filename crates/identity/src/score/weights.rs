//! How much each degree of agreement says.

use super::attributes::{FIELD_COUNT, Field, PersonAttributes};
use super::compare::{LEVELS, Level};
use std::collections::BTreeMap;

/// Probabilities by level, in the order of [`Level`]; the first entry (missing) is unused.
pub type ByLevel = [f64; LEVELS];

/// The weights of the model.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// For each field: how likely each level is between two records of one person.
    pub m: [ByLevel; FIELD_COUNT],
    /// For each field: how likely each level is between two people.
    pub u: [ByLevel; FIELD_COUNT],
    /// The odds that two records taken at random are one person's.
    pub prior_odds: f64,
    /// Added to the logarithm of the odds when given name *and* date of birth both differ, zero or
    /// less. A household shares surname, address, phone and often email, so these agree together
    /// between different people, which the model, taking each field for itself, cannot know.
    pub own_details_differ: f64,
    /// How common values are; without it every value of a field counts alike.
    pub frequencies: Frequencies,
}

impl Weights {
    pub(crate) fn prior_log_odds(&self) -> f64 {
        self.prior_odds.ln()
    }

    /// The logarithm of m/u; `exact` is the value both share, if they share one.
    pub(crate) fn log_ratio(&self, field: Field, level: Level, exact: Option<&str>) -> f64 {
        if level == Level::Missing {
            return 0.0;
        }
        let m = self.m[field as usize][level as usize];
        let usual = self.u[field as usize][level as usize];
        let u = exact
            .and_then(|value| self.frequencies.share(field, value))
            .unwrap_or(usual);
        (m / u).ln()
    }
}

/// How common the values of each field are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frequencies {
    counts: BTreeMap<(Field, String), u32>,
    totals: [u32; FIELD_COUNT],
}

impl Frequencies {
    /// Counts the values of a population.
    pub fn of<'a>(people: impl IntoIterator<Item = &'a PersonAttributes>) -> Self {
        let mut frequencies = Self::default();
        for person in people {
            for &field in Field::ALL {
                if let Some(value) = person.get(field) {
                    *frequencies
                        .counts
                        .entry((field, value.to_owned()))
                        .or_default() += 1;
                    frequencies.totals[field as usize] += 1;
                }
            }
        }
        frequencies
    }

    /// The share of people with that value; none when nothing was counted for the field.
    fn share(&self, field: Field, value: &str) -> Option<f64> {
        let total = self.totals[field as usize];
        if total == 0 {
            return None;
        }
        let count = self
            .counts
            .get(&(field, value.to_owned()))
            .copied()
            .unwrap_or(1);
        Some(f64::from(count.max(1)) / f64::from(total))
    }
}
