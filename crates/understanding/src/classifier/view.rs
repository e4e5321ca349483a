//! One way to look at a text: by its words, or by its meaning.

use super::examples::Target;
use super::neighbours::Neighbours;
use super::regression::{Course, Regression, softmax};
use super::row::Row;

/// How sharply likeness is told apart.
const SHARPNESS: f32 = 15.0;
/// How much the nearest examples count beside the regression.
const NEIGHBOURS_SHARE: f32 = 0.35;

/// What was learnt from examples seen one way.
#[derive(Debug)]
pub(crate) struct View {
    regression: Regression,
    neighbours: Neighbours,
}

/// What one view says of a message.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Judgement {
    /// Of each intent, if it is one of them. They add up to 1.
    pub probabilities: Vec<f32>,
    /// That it is none of them, as the examples outside tell.
    pub outside: f32,
    /// The cosine of the most like example of any intent.
    pub likeness: f32,
    /// What that is usually, for a message in scope.
    pub usual: f32,
    /// The cosine of the most like example outside.
    pub outside_likeness: f32,
}

impl View {
    pub(crate) fn of_words(
        lessons: &[(Row, Target)],
        features: usize,
        intents: usize,
        course: Course,
    ) -> Self {
        Self {
            regression: Regression::learn(lessons, features, intents + 1, course),
            neighbours: Neighbours::by_words(lessons, features),
        }
    }

    pub(crate) fn of_meaning(
        lessons: &[(Row, Target)],
        length: usize,
        intents: usize,
        course: Course,
    ) -> Self {
        Self {
            regression: Regression::learn(lessons, length, intents + 1, course),
            neighbours: Neighbours::by_meaning(lessons, length),
        }
    }

    /// What `message` is among `intents` intents. `known` is the share of it that the row stands for.
    pub(crate) fn judge(&self, message: &Row, known: f32, intents: usize) -> Judgement {
        let mut learnt = self.regression.probabilities(message);
        let outside = learnt.pop().unwrap_or_default();
        let inside: f32 = learnt.iter().sum();
        let likeness = self.neighbours.likeness(message, intents);
        let mut near: Vec<f32> = likeness
            .intents
            .iter()
            .zip(&likeness.against)
            // What speaks against an intent more clearly than anything for it is taken off.
            .map(|(own, against)| SHARPNESS * (own - (against - own).max(0.0)))
            .collect();
        softmax(&mut near);
        let probabilities = learnt
            .iter()
            .zip(&near)
            .map(|(learnt, near)| {
                let learnt = learnt / inside.max(f32::MIN_POSITIVE);
                learnt + NEIGHBOURS_SHARE * (near - learnt)
            })
            .collect();
        Judgement {
            probabilities,
            outside,
            likeness: known * likeness.intents.iter().copied().fold(0.0, f32::max),
            usual: self.neighbours.usual,
            outside_likeness: known * likeness.outside,
        }
    }
}
