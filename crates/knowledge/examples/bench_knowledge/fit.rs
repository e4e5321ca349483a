//! Fitting and judging confidence.

/// A best passage, and whether it answers.
#[derive(Clone, Copy)]
pub struct Case {
    pub words: f64,
    pub meaning: Option<f64>,
    pub right: bool,
}

/// A logistic regression over words and meaning.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fit {
    pub bias: f64,
    pub words: f64,
    pub meaning: f64,
}

impl Fit {
    pub fn of(&self, case: &Case) -> f64 {
        let sum = self.bias + self.words * case.words + self.meaning * case.meaning.unwrap_or(0.0);
        1.0 / (1.0 + (-sum).exp())
    }
}

/// By gradient descent, lightly drawn towards zero.
pub fn logistic(cases: &[Case]) -> Fit {
    let mut fit = Fit::default();
    let count = cases.len().max(1) as f64;
    for _ in 0..40_000 {
        let mut slope = Fit::default();
        for case in cases {
            let error = fit.of(case) - f64::from(u8::from(case.right));
            slope.bias += error;
            slope.words += error * case.words;
            slope.meaning += error * case.meaning.unwrap_or(0.0);
        }
        let rate = 5.0 / count;
        fit.bias -= rate * slope.bias;
        fit.words -= rate * (slope.words + 0.001 * count * fit.words * 0.1);
        fit.meaning -= rate * (slope.meaning + 0.001 * count * fit.meaning * 0.1);
    }
    fit
}

/// How often a right case is surer than a wrong one.
pub fn auroc(cases: &[Case], confidence: impl Fn(&Case) -> f64) -> f64 {
    let of = |right| {
        cases
            .iter()
            .filter(move |case| case.right == right)
            .map(&confidence)
            .collect::<Vec<f64>>()
    };
    let (right, wrong) = (of(true), of(false));
    let above = |a: &f64, b: &f64| {
        if a > b {
            1.0
        } else if a < b {
            0.0
        } else {
            0.5
        }
    };
    let sum: f64 = right
        .iter()
        .map(|a| wrong.iter().map(|b| above(a, b)).sum::<f64>())
        .sum();
    sum / (right.len() * wrong.len()).max(1) as f64
}

/// How far confidence and the share of right cases lie apart, over ten equal steps (expected calibration error).
pub fn calibration_error(cases: &[Case], confidence: impl Fn(&Case) -> f64) -> f64 {
    let mut steps = [(0.0, 0.0, 0.0); 10];
    for case in cases {
        let sure = confidence(case);
        let step = &mut steps[((sure * 10.0) as usize).min(9)];
        step.0 += 1.0;
        step.1 += sure;
        step.2 += f64::from(u8::from(case.right));
    }
    steps
        .iter()
        .map(|(_, sure, right)| (sure - right).abs())
        .sum::<f64>()
        / cases.len().max(1) as f64
}
