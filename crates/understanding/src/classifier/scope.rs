//! Whether a message is about any of the labels.

use super::view::Judgement;

/// What speaks for a message being about one of the labels; each from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Signs {
    /// The probability of the best label.
    pub best: f32,
    /// How far the best label is ahead of the next.
    pub margin: f32,
    /// How like the most like example its words are (cosine); words that stand in no example count against it.
    pub words: f32,
    /// How like the most like example its meaning is (cosine). None without a sentence model.
    pub meaning: Option<f32>,
    /// How like one another examples of one label usually are, by meaning, or by words without a sentence model. 0
    /// where no label has two examples.
    pub usual: f32,
    /// How much it looks like an example outside of all labels.
    pub outside: f32,
}

impl Signs {
    pub(crate) fn of(
        probabilities: &[f32],
        words: &Judgement,
        meaning: Option<&Judgement>,
    ) -> Self {
        let nearest = meaning.unwrap_or(words);
        let (best, next) = best_two(probabilities);
        Self {
            best,
            margin: best - next,
            words: words.likeness,
            meaning: meaning.map(|one| one.likeness),
            usual: nearest.usual,
            outside: nearest
                .outside
                .max(nearest.outside_likeness - nearest.likeness)
                .clamp(0.0, 1.0),
        }
    }

    /// The probability that it is.
    pub(crate) fn in_scope(&self) -> f32 {
        let (fit, least) = match self.meaning {
            Some(_) => (&BY_MEANING, LEAST_MEANING),
            None => (&BY_WORDS, LEAST_WORDS),
        };
        let sum = fit.bias
            + fit.best * self.best
            + fit.margin * self.margin
            + fit.words * self.words
            + fit.meaning * self.meaning.unwrap_or_default()
            + fit.usual * self.usual.max(least);
        (1.0 - self.outside) / (1.0 + (-sum).exp())
    }
}

/// A logistic regression over [`Signs`].
struct Fit {
    bias: f32,
    best: f32,
    margin: f32,
    words: f32,
    meaning: f32,
    usual: f32,
}

/// Both are what `cargo xtask bench understanding` prints as a fit to all its splits, where half of what is asked is in
/// scope: few and many examples, few and many labels, with near and with strange things out of scope.
const BY_MEANING: Fit = Fit {
    bias: 1.20,
    best: 0.22,
    margin: 2.57,
    words: 1.03,
    meaning: 14.22,
    usual: -16.21,
};
const BY_WORDS: Fit = Fit {
    bias: -0.74,
    best: 4.06,
    margin: -0.15,
    words: 6.26,
    meaning: 0.0,
    usual: -7.80,
};

/// The least that is taken for usual. A handful of examples are less alike than the fits have seen, only for being few;
/// that must not make strange things look usual.
const LEAST_MEANING: f32 = 0.72;
const LEAST_WORDS: f32 = 0.42;

fn best_two(probabilities: &[f32]) -> (f32, f32) {
    probabilities
        .iter()
        .fold((0.0, 0.0), |(best, next), value| match *value > best {
            true => (*value, best),
            false => (best, value.max(next)),
        })
}
