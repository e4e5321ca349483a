//! How sure it is that the best passage answers the question.

use serde::{Deserialize, Serialize};
use throughline_model::words;

words! {
    /// What to do with the best passage.
    Advice {
        /// It answers: say it, and cite it.
        Answer = "answer",
        /// It may answer: ask whether this is meant, or for more words.
        Clarify = "clarify",
        /// Nothing answers: do not invent; hand over.
        HandOff = "hand_off",
    }
}

/// From this confidence on the answer may be given.
pub const ANSWER_AT: f64 = 0.6;
/// From this confidence on it is worth asking back.
pub const CLARIFY_AT: f64 = 0.3;

impl Advice {
    /// What to do at this confidence.
    pub fn at(confidence: f64) -> Self {
        if confidence >= ANSWER_AT {
            Self::Answer
        } else if confidence >= CLARIFY_AT {
            Self::Clarify
        } else {
            Self::HandOff
        }
    }
}

/// Weights of a logistic regression: what stands alone, what goes with words, what goes with meaning.
struct Calibration {
    bias: f64,
    words: f64,
    meaning: f64,
}

/// With vectors. Fitted by `cargo xtask bench knowledge` on FAQ questions, half of them with their answer taken out of
/// the index.
const BY_BOTH: Calibration = Calibration {
    bias: -11.8,
    words: 1.4,
    meaning: 17.9,
};
/// By words alone, fitted the same way.
const BY_WORDS: Calibration = Calibration {
    bias: -3.3,
    words: 8.7,
    meaning: 0.0,
};

/// The probability that a passage with these scores answers.
pub fn of(words: f64, meaning: Option<f64>) -> f64 {
    let calibration = if meaning.is_some() { BY_BOTH } else { BY_WORDS };
    let sum =
        calibration.bias + calibration.words * words + calibration.meaning * meaning.unwrap_or(0.0);
    1.0 / (1.0 + (-sum).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_the_passage_fits_the_surer_it_is() {
        let steps: Vec<f64> = (0..=10)
            .map(|step| of(f64::from(step) / 10.0, Some(f64::from(step) / 10.0)))
            .collect();
        assert!(steps.is_sorted());
        assert_eq!(Advice::at(steps[0]), Advice::HandOff);
        assert_eq!(Advice::at(steps[10]), Advice::Answer);
        assert_eq!(Advice::at(of(0.0, None)), Advice::HandOff);
        assert_eq!(Advice::at(of(1.0, None)), Advice::Answer);
    }
}
