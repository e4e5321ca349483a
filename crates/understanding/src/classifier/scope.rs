//! Whether a message is about any of the labels.

use super::view::Judgement;

/// What speaks for a message being about one of the labels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Signs {
    /// The probability of the best label.
    best: f32,
    /// How like the nearest example its words are.
    words: f32,
    /// How like the nearest example its meaning is.
    meaning: Option<f32>,
    /// How much it looks like an example outside.
    outside: f32,
}

impl Signs {
    pub(crate) fn of(
        probabilities: &[f32],
        words: &Judgement,
        meaning: Option<&Judgement>,
    ) -> Self {
        let nearest = meaning.unwrap_or(words);
        Self {
            best: probabilities.iter().copied().fold(0.0, f32::max),
            words: words.likeness,
            meaning: meaning.map(|one| one.likeness),
            outside: nearest
                .outside
                .max((nearest.outside_likeness - nearest.likeness).max(0.0)),
        }
    }

    /// The probability that it is.
    pub(crate) fn in_scope(&self) -> f32 {
        let sum = match self.meaning {
            Some(meaning) => -7.0 + 3.0 * self.best + 9.0 * meaning,
            None => -3.5 + 4.0 * self.best + 4.0 * self.words,
        };
        (1.0 - self.outside) / (1.0 + (-sum).exp())
    }
}
