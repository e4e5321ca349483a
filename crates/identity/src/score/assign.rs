//! Choosing among candidates when nobody is twice on either side.

use std::collections::BTreeSet;

/// Keeps of the scored pairs `(left, right, score)` those of at least `threshold`, best first, and
/// each left and each right at most once. Equal scores go by the smaller indices.
pub fn one_to_one(mut pairs: Vec<(usize, usize, f64)>, threshold: f64) -> Vec<(usize, usize)> {
    pairs.retain(|(_, _, score)| *score >= threshold);
    pairs.sort_by(|one, other| {
        other
            .2
            .total_cmp(&one.2)
            .then_with(|| (one.0, one.1).cmp(&(other.0, other.1)))
    });
    let (mut lefts, mut rights) = (BTreeSet::new(), BTreeSet::new());
    let mut kept = Vec::new();
    for (left, right, _) in pairs {
        if !lefts.contains(&left) && !rights.contains(&right) {
            lefts.insert(left);
            rights.insert(right);
            kept.push((left, right));
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_pair_wins_and_takes_both_out() {
        let pairs = vec![
            (0, 0, 2.0),
            (0, 1, 3.0),
            (1, 1, 2.5),
            (1, 0, 1.0),
            (2, 2, -1.0),
        ];
        assert_eq!(one_to_one(pairs, 0.0), [(0, 1), (1, 0)]);
    }
}
