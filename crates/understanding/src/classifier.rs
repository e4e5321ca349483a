//! What a message is about, learnt from examples.
//!
//! Two views of a text are learnt: its words, and, where there is a sentence model, its meaning. In each view a
//! logistic regression and the nearest examples say how probable every label is; what they say is mixed. How sure and
//! how like any example that is decides whether the message is about one of the labels at all.

pub mod examples;
mod lexicon;
mod neighbours;
mod regression;
mod row;
mod scope;
mod view;

use crate::vectors::{SentenceModel, Vectors};
use crate::{ModelError, embedder::DIMENSIONS};
use examples::{Examples, Target};
use lexicon::Lexicon;
use regression::Course;
use row::Row;
pub use scope::Signs;
use std::sync::Arc;
use view::View;

/// How the words' regression learns.
const WORDS: Course = Course {
    epochs: 20,
    rate: 0.3,
    sharpness: 1.0,
};
/// How the meaning's regression learns.
const MEANING: Course = Course {
    epochs: 30,
    rate: 0.5,
    sharpness: 1.0,
};
/// How much meaning counts beside words.
const MEANING_SHARE: f32 = 0.65;

/// Says what a message is about. Deterministic: the same examples in any order make the same classifier.
#[derive(Debug)]
pub struct Classifier {
    labels: Vec<String>,
    lexicon: Lexicon,
    words: View,
    meaning: Option<Meaning>,
}

struct Meaning {
    model: Arc<dyn SentenceModel>,
    view: View,
}

/// What a message is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    /// Every label, the most probable first. The probabilities hold if the message is about one of the labels; they
    /// add up to 1.
    pub intents: Vec<Intent>,
    /// How probable it is that the message is about one of the labels, from 0 to 1.
    pub in_scope: f32,
    /// What that was concluded from.
    pub signs: Signs,
    /// What this rests on.
    pub basis: Basis,
}

/// A label, and how probable it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Intent {
    /// The label.
    pub label: String,
    /// From 0 to 1.
    pub probability: f32,
}

/// What a ranking rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Words alone: no sentence model was there, or it failed.
    Words,
    /// Words and what the message means.
    WordsAndMeaning,
}

impl Ranking {
    /// The most probable label. None when there are no labels.
    pub fn best(&self) -> Option<&Intent> {
        self.intents.first()
    }
}

impl Classifier {
    /// Learns `examples`. With a `model`, meaning counts beside words: the vectors of the examples are taken from
    /// `vectors`, and those that are not there yet are computed and put there, some milliseconds each.
    ///
    /// # Errors
    /// When the model fails.
    pub fn train(
        examples: &Examples,
        model: Option<Arc<dyn SentenceModel>>,
        vectors: &mut Vectors,
    ) -> Result<Self, ModelError> {
        let labels = examples.labels();
        let lessons: Vec<(&str, Target)> = examples.lessons(&labels).collect();
        let lexicon = Lexicon::of(lessons.iter().map(|(text, _)| *text));
        let rows = lessons
            .iter()
            .map(|(text, target)| (lexicon.row(text), *target));
        let words = View::of_words(
            &rows.collect::<Vec<_>>(),
            lexicon.len(),
            labels.len(),
            WORDS,
        );
        let meaning = model.map(|model| {
            let rows = lessons
                .iter()
                .map(|(text, target)| Ok((Row::dense(vectors.of(text, &*model)?), *target)))
                .collect::<Result<Vec<_>, ModelError>>()?;
            let view = View::of_meaning(&rows, DIMENSIONS, labels.len(), MEANING);
            Ok(Meaning { model, view })
        });
        Ok(Self {
            lexicon,
            words,
            meaning: meaning.transpose()?,
            labels,
        })
    }

    /// A classifier that knows no labels: every message is out of its scope.
    pub fn without_labels() -> Self {
        let none: [(Row, Target); 0] = [];
        Self {
            labels: Vec::new(),
            lexicon: Lexicon::of(std::iter::empty()),
            words: View::of_words(&none, 0, 0, WORDS),
            meaning: None,
        }
    }

    /// What is known, in the order of the alphabet.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// What rankings rest on: words alone when there was no sentence model.
    pub fn basis(&self) -> Basis {
        match self.meaning {
            Some(_) => Basis::WordsAndMeaning,
            None => Basis::Words,
        }
    }

    /// What `text` is about. Of a long text the beginning counts. A text without words is about nothing. When the
    /// model fails, words alone decide.
    pub fn classify(&self, text: &str) -> Ranking {
        let vector = self
            .meaning
            .as_ref()
            .and_then(|meaning| meaning.model.vector(text).ok());
        self.classify_with(text, vector.as_deref())
    }

    /// [`Classifier::classify`] for a caller that has the text's vector, by the same model, already. Without one, words
    /// alone decide.
    pub fn classify_with(&self, text: &str, vector: Option<&[f32]>) -> Ranking {
        let count = self.labels.len();
        let (row, known) = self.lexicon.row_and_share(text);
        let words = self.words.judge(&row, known, count);
        let meaning = self
            .meaning
            .as_ref()
            .zip(vector.filter(|vector| vector.len() == DIMENSIONS))
            .map(|(meaning, vector)| meaning.view.judge(&Row::dense(vector), 1.0, count));
        let probabilities: Vec<f32> = match &meaning {
            None => words.probabilities.clone(),
            Some(meaning) => words
                .probabilities
                .iter()
                .zip(&meaning.probabilities)
                .map(|(words, meaning)| words + MEANING_SHARE * (meaning - words))
                .collect(),
        };
        let says_something = count > 0 && text.chars().any(char::is_alphanumeric);
        let signs = Signs::of(&probabilities, &words, meaning.as_ref());
        Ranking {
            in_scope: if says_something {
                signs.in_scope()
            } else {
                0.0
            },
            signs,
            basis: match meaning {
                Some(_) => Basis::WordsAndMeaning,
                None => Basis::Words,
            },
            intents: self.ranked(&probabilities),
        }
    }

    fn ranked(&self, probabilities: &[f32]) -> Vec<Intent> {
        let mut intents: Vec<Intent> = self
            .labels
            .iter()
            .zip(probabilities)
            .map(|(label, probability)| Intent {
                label: label.clone(),
                probability: *probability,
            })
            .collect();
        intents.sort_by(|one, other| other.probability.total_cmp(&one.probability));
        intents
    }
}

impl std::fmt::Debug for Meaning {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Meaning")
            .field("model", &self.model.name())
            .finish_non_exhaustive()
    }
}
