//! How much meaning should count beside words, learnt from the operator's own questions.
//!
//! Authors write several ways to ask for one passage. Each such question is asked with itself taken out of the index:
//! it should find the passage it belongs to by everything else. The weight that ranks those passages highest on
//! average (mean reciprocal rank) is taken. No model is run: the vectors of the questions are in the index already.

use crate::article::Audience;
use crate::index::{Evidence, Index, Query, USUAL_WEIGHT, fused};

/// Fewer questions teach nothing.
pub const LEAST_QUESTIONS: usize = 20;
/// More are not needed.
const MOST_QUESTIONS: usize = 200;

/// The weight that fits the questions in `index` best. None when there are too few of them.
pub fn best_weight(index: &Index) -> Option<f32> {
    let extra = index.extra_questions();
    let step = extra.len().div_ceil(MOST_QUESTIONS).max(1);
    let mut sums = candidates().map(|weight| (weight, 0.0)).collect::<Vec<_>>();
    let mut asked = 0;
    for (unit, passage, question, locale) in extra.iter().step_by(step) {
        let Some(vector) = index.vector(*unit) else {
            continue;
        };
        let query = Query {
            text: &question.text,
            vector: Some(&vector),
            audience: Audience::Internal,
            locale: Some(locale),
            limit: 1,
        };
        let evidence = index.evidence(&query, Some(*unit));
        for (weight, sum) in &mut sums {
            *sum += reciprocal_rank(&evidence, *passage, *weight);
        }
        asked += 1;
    }
    let distance = |weight: f32| (weight - USUAL_WEIGHT).abs();
    let best = sums.into_iter().max_by(|a, b| {
        // Of equal ones, the one nearest to the usual.
        f64::total_cmp(&a.1, &b.1).then_with(|| distance(b.0).total_cmp(&distance(a.0)))
    });
    best.filter(|_| asked >= LEAST_QUESTIONS)
        .map(|(weight, _)| weight)
}

/// 0, 0.05, … 1.
fn candidates() -> impl Iterator<Item = f32> {
    (0..=20_u8).map(|step| f32::from(step) / 20.0)
}

fn reciprocal_rank(evidence: &Evidence, right: usize, weight: f32) -> f64 {
    let Some(own) = evidence.passages.get(right).copied().flatten() else {
        return 0.0;
    };
    let own = fused(weight, own);
    let better = evidence
        .passages
        .iter()
        .flatten()
        .filter(|scores| fused(weight, **scores) > own)
        .count();
    1.0 / (better + 1) as f64
}
