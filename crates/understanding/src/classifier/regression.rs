//! Multinomial logistic regression, learnt by stochastic gradient descent with a step of its own for each weight
//! (AdaGrad; Duchi, Hazan & Singer 2011).

use super::examples::Target;
use super::row::Row;

/// How long and how boldly to learn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Course {
    /// How often each example is seen.
    pub epochs: usize,
    /// The first step's length.
    pub rate: f32,
    /// How sharp the probabilities are: what sums of weights are multiplied with.
    pub sharpness: f32,
}

/// Below this an error teaches nothing worth its time.
const NEGLIGIBLE: f32 = 1e-4;

/// Features to probabilities of classes.
#[derive(Debug)]
pub(crate) struct Regression {
    classes: usize,
    /// For each feature a weight for each class.
    weights: Vec<f32>,
    bias: Vec<f32>,
    sharpness: f32,
}

/// The sums of squared slopes, which make steps shorter.
struct Slopes {
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Regression {
    /// Learns `lessons`. There are `classes` classes; an outside target is the last one.
    pub(crate) fn learn(
        lessons: &[(Row, Target)],
        features: usize,
        classes: usize,
        course: Course,
    ) -> Self {
        let mut regression = Self {
            classes,
            weights: vec![0.0; features * classes],
            bias: vec![0.0; classes],
            sharpness: course.sharpness,
        };
        let mut slopes = Slopes {
            weights: vec![1e-6; features * classes],
            bias: vec![1e-6; classes],
        };
        let mut order: Vec<&(Row, Target)> = lessons.iter().collect();
        let mut shuffle = Shuffle(0x9e37_79b9_7f4a_7c15);
        for _ in 0..course.epochs {
            shuffle.apply(&mut order);
            for (row, target) in &order {
                let errors = regression.errors(row, *target);
                regression.step(row, &errors, &mut slopes, course.rate);
            }
        }
        regression
    }

    /// The probability of each class. They add up to 1.
    pub(crate) fn probabilities(&self, row: &Row) -> Vec<f32> {
        let mut sums = self.bias.clone();
        for (feature, value) in row.iter() {
            let weights = self.of(feature);
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += weight * value;
            }
        }
        sums.iter_mut().for_each(|sum| *sum *= self.sharpness);
        softmax(&mut sums);
        sums
    }

    fn of(&self, feature: usize) -> &[f32] {
        let start = feature * self.classes;
        self.weights
            .get(start..start + self.classes)
            .unwrap_or_default()
    }

    /// How far each class's probability is above what it should be.
    fn errors(&self, row: &Row, target: Target) -> Vec<f32> {
        let mut found = self.probabilities(row);
        match target {
            Target::Intent(class) => lower(&mut found, class, 1.0),
            Target::Outside => lower(&mut found, self.classes - 1, 1.0),
            Target::Not(class) => {
                // Wanted is what the others would be without it: its share goes to them, as they stand to one another.
                let share = found.get(class).copied().unwrap_or_default();
                let rest = (1.0 - share).max(NEGLIGIBLE);
                for error in &mut found {
                    *error *= -share / rest;
                }
                lower(&mut found, class, -share - share * share / rest);
            }
        }
        found
    }

    fn step(&mut self, row: &Row, errors: &[f32], slopes: &mut Slopes, rate: f32) {
        if errors.iter().all(|error| error.abs() < NEGLIGIBLE) {
            return;
        }
        advance(&mut self.bias, &mut slopes.bias, errors, 1.0, rate);
        for (feature, value) in row.iter() {
            let start = feature * self.classes;
            let range = start..start + self.classes;
            if let (Some(weights), Some(slopes)) = (
                self.weights.get_mut(range.clone()),
                slopes.weights.get_mut(range),
            ) {
                advance(weights, slopes, errors, value, rate);
            }
        }
    }
}

fn lower(values: &mut [f32], at: usize, by: f32) {
    if let Some(value) = values.get_mut(at) {
        *value -= by;
    }
}

fn advance(weights: &mut [f32], slopes: &mut [f32], errors: &[f32], value: f32, rate: f32) {
    for ((weight, squares), error) in weights.iter_mut().zip(slopes).zip(errors) {
        let slope = error * value;
        *squares += slope * slope;
        *weight -= rate * slope / squares.sqrt();
    }
}

/// Sums to probabilities.
pub(crate) fn softmax(sums: &mut [f32]) {
    let most = sums.iter().copied().fold(f32::MIN, f32::max);
    sums.iter_mut().for_each(|sum| *sum = (*sum - most).exp());
    let all: f32 = sums.iter().sum();
    sums.iter_mut().for_each(|sum| *sum /= all);
}

/// An order that looks like chance and is the same every time (Fisher & Yates; Knuth's generator, MMIX).
struct Shuffle(u64);

impl Shuffle {
    fn apply<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let other = (self.0 >> 33) as usize % (last + 1);
            items.swap(last, other);
        }
    }
}
