//! Judging and fitting how sure one is.

use throughline_understanding::classifier::Signs;

/// A message, how sure the classifier is that it is in scope, and whether it is.
#[derive(Clone, Copy)]
pub struct Case {
    pub signs: Signs,
    pub in_scope: f32,
    pub right: bool,
    /// How much it counts in a fit.
    pub weight: f64,
}

/// How often something in scope is surer to be than something that is not: over all pairs, ties by half.
pub fn auroc(cases: &[Case]) -> f64 {
    let mut sorted: Vec<(f32, bool)> = cases.iter().map(|one| (one.in_scope, one.right)).collect();
    sorted.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (mut below, mut won) = (0.0, 0.0);
    for same in sorted.chunk_by(|one, other| one.0 == other.0) {
        let right = same.iter().filter(|one| one.1).count() as f64;
        let wrong = same.len() as f64 - right;
        won += right * (below + wrong / 2.0);
        below += wrong;
    }
    let right = sorted.iter().filter(|one| one.1).count() as f64;
    won / (right * below).max(1.0)
}

/// How far what is said and what is true lie apart, over ten equal steps (expected calibration error).
pub fn calibration_error(cases: &[Case]) -> f64 {
    let mut steps = [(0.0, 0.0); 10];
    let mut all = 0.0;
    for case in cases {
        let step = &mut steps[((case.in_scope * 10.0) as usize).min(9)];
        step.0 += case.weight * f64::from(case.in_scope);
        step.1 += case.weight * f64::from(u8::from(case.right));
        all += case.weight;
    }
    steps
        .iter()
        .map(|(said, right)| (said - right).abs())
        .sum::<f64>()
        / all
}

/// A logistic regression over the signs: bias first, then each sign in its order.
pub fn fit(cases: &[Case]) -> [f64; 6] {
    let mut fit = [0.0; 6];
    let signs = |case: &Case| {
        let signs = case.signs;
        [
            1.0,
            f64::from(signs.best),
            f64::from(signs.margin),
            f64::from(signs.words),
            f64::from(signs.meaning.unwrap_or(0.0)),
            f64::from(signs.usual),
        ]
    };
    let all: f64 = cases.iter().map(|one| one.weight).sum();
    for _ in 0..8_000 {
        let mut slope = [0.0; 6];
        for case in cases {
            let signs = signs(case);
            let sum: f64 = fit
                .iter()
                .zip(signs)
                .map(|(factor, sign)| factor * sign)
                .sum();
            let error = 1.0 / (1.0 + (-sum).exp()) - f64::from(u8::from(case.right));
            for (slope, sign) in slope.iter_mut().zip(signs) {
                *slope += case.weight * error * sign;
            }
        }
        for (factor, slope) in fit.iter_mut().zip(slope) {
            *factor -= 4.0 * slope / all;
        }
    }
    fit
}
