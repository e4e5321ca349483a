//! The examples most like a message.

use super::examples::Target;
use super::row::Row;
use std::collections::BTreeMap;

/// Examples of an intent that are compared with one another.
const COMPARED: usize = 200;

/// Examples by what they have in common with a message.
#[derive(Debug)]
pub(crate) struct Neighbours {
    targets: Vec<Target>,
    features: Features,
    /// How like its nearest companion an example usually is: what may be expected of a message in scope.
    pub usual: f32,
}

#[derive(Debug)]
enum Features {
    /// For each feature the examples that have it, and how much.
    Words(Vec<Vec<(u32, f32)>>),
    /// Vectors of one length, side by side.
    Meaning { length: usize, values: Vec<f32> },
}

/// How like a message the examples are: cosines, 1 for the same text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Likeness {
    /// Of the best example of each intent. 0 where there is none.
    pub intents: Vec<f32>,
    /// Of the best example against each intent.
    pub against: Vec<f32>,
    /// Of the best example outside all intents.
    pub outside: f32,
}

impl Neighbours {
    /// Examples by the features they share, of which there are `features`.
    pub(crate) fn by_words(lessons: &[(Row, Target)], features: usize) -> Self {
        let mut postings = vec![Vec::new(); features];
        for ((row, _), number) in lessons.iter().zip(0..) {
            for (feature, value) in row.iter() {
                if let Some(postings) = postings.get_mut(feature) {
                    postings.push((number, value));
                }
            }
        }
        Self {
            targets: lessons.iter().map(|(_, target)| *target).collect(),
            features: Features::Words(postings),
            usual: usual(lessons),
        }
    }

    /// Examples by their vectors, all of one length.
    pub(crate) fn by_meaning(lessons: &[(Row, Target)], length: usize) -> Self {
        let mut values = vec![0.0; lessons.len() * length];
        for ((row, _), values) in lessons.iter().zip(values.chunks_exact_mut(length.max(1))) {
            for (feature, value) in row.iter() {
                if let Some(place) = values.get_mut(feature) {
                    *place = value;
                }
            }
        }
        Self {
            targets: lessons.iter().map(|(_, target)| *target).collect(),
            features: Features::Meaning { length, values },
            usual: usual(lessons),
        }
    }

    /// How like `message` the examples of `intents` intents are.
    pub(crate) fn likeness(&self, message: &Row, intents: usize) -> Likeness {
        let mut best = Likeness {
            intents: vec![0.0; intents],
            against: vec![0.0; intents],
            outside: 0.0,
        };
        for (target, cosine) in self.targets.iter().zip(self.cosines(message)) {
            let place = match target {
                Target::Intent(intent) => best.intents.get_mut(*intent),
                Target::Not(intent) => best.against.get_mut(*intent),
                Target::Outside => Some(&mut best.outside),
            };
            if let Some(place) = place {
                *place = place.max(cosine);
            }
        }
        best
    }

    fn cosines(&self, message: &Row) -> Vec<f32> {
        match &self.features {
            Features::Words(postings) => {
                let mut sums = vec![0.0; self.targets.len()];
                for (feature, value) in message.iter() {
                    for (example, other) in postings.get(feature).into_iter().flatten() {
                        if let Some(sum) = sums.get_mut(*example as usize) {
                            *sum += value * other;
                        }
                    }
                }
                sums
            }
            Features::Meaning { length, values } => {
                let mut query = vec![0.0; *length];
                for (feature, value) in message.iter() {
                    if let Some(place) = query.get_mut(feature) {
                        *place = value;
                    }
                }
                values
                    .chunks_exact((*length).max(1))
                    .map(|example| product(example, &query))
                    .collect()
            }
        }
    }
}

/// The mean, over examples, of the cosine with the nearest other example of the same intent; 0 when every example is
/// alone.
fn usual(lessons: &[(Row, Target)]) -> f32 {
    let mut intents: BTreeMap<usize, Vec<&Row>> = BTreeMap::new();
    for (row, target) in lessons {
        if let Target::Intent(intent) = target {
            let rows = intents.entry(*intent).or_default();
            if rows.len() < COMPARED {
                rows.push(row);
            }
        }
    }
    let (mut sum, mut count) = (0.0, 0.0_f32);
    for rows in intents.values().filter(|rows| rows.len() > 1) {
        let mut nearest = vec![0.0_f32; rows.len()];
        for (at, one) in rows.iter().enumerate() {
            for (other_at, other) in rows.iter().enumerate().skip(at + 1) {
                let cosine = one.product(other);
                for at in [at, other_at] {
                    nearest[at] = nearest[at].max(cosine);
                }
            }
        }
        sum += nearest.iter().sum::<f32>();
        count += rows.len() as f32;
    }
    sum / count.max(1.0)
}

/// The inner product, in eight sums side by side, so that compilers use wide instructions.
fn product(one: &[f32], other: &[f32]) -> f32 {
    let (one, one_rest) = one.as_chunks::<8>();
    let (other, other_rest) = other.as_chunks::<8>();
    let mut sums = [0.0_f32; 8];
    for (one, other) in one.iter().zip(other) {
        for at in 0..8 {
            sums[at] += one[at] * other[at];
        }
    }
    let rest: f32 = one_rest.iter().zip(other_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}
