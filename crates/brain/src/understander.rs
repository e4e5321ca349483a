//! The built-in understander: trained on the examples of the procedures when the business is loaded. It also words
//! answers, in the procedures' own words.

use crate::host::{Hearing, Phrase, Saying, Understand, Understood, Worded};
use async_trait::async_trait;
use std::sync::{Arc, PoisonError, RwLock};
use throughline_agent::phrase::phrase;
use throughline_agent::understand::{Ranked, understand};
use throughline_procedure::Library;
use throughline_understanding::{Basis, Classifier, Examples, ModelError, SentenceModel, Vectors};

/// Needs no key and no network; with the sentence model it also knows what was never said in these words.
pub struct BuiltIn {
    known: RwLock<Arc<Known>>,
}

/// What was learned, and with what it can be learned anew.
struct Known {
    classifier: Classifier,
    /// The version of the procedures it was learned from.
    version: String,
    questions: Vec<String>,
    model: Option<Arc<dyn SentenceModel>>,
    vectors: Vectors,
}

impl BuiltIn {
    /// Learns the examples of `library`, and that `questions` are about none of its procedures but for the knowledge
    /// base. `vectors` keeps what the model computes.
    ///
    /// # Errors
    /// When the model fails.
    pub fn train<'a>(
        library: &Library,
        questions: impl IntoIterator<Item = &'a str>,
        model: Option<Arc<dyn SentenceModel>>,
        vectors: &mut Vectors,
    ) -> Result<Self, ModelError> {
        let questions: Vec<String> = questions.into_iter().map(str::to_owned).collect();
        let mut examples = Examples::default();
        for (procedure, text) in library.examples() {
            examples.add(procedure, &without_numbers(text));
        }
        for question in &questions {
            examples.add_outside(question);
        }
        let classifier = match library.examples().next() {
            Some(_) => Classifier::train(&examples, model.clone(), vectors)?,
            None => Classifier::without_labels(),
        };
        Ok(Self {
            known: RwLock::new(Arc::new(Known {
                classifier,
                version: library.version(),
                questions,
                model,
                vectors: vectors.clone(),
            })),
        })
    }

    fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether meaning counts beside words.
    pub fn basis(&self) -> Basis {
        self.known().classifier.basis()
    }

    fn rank(&self, text: &str) -> Ranked {
        let ranking = self.known().classifier.classify(&without_numbers(text));
        Ranked {
            intents: ranking
                .intents
                .into_iter()
                .map(|intent| (intent.label, intent.probability))
                .collect(),
            in_scope: ranking.in_scope,
        }
    }
}

/// Without order numbers and addresses: they say nothing about what somebody wants, and are in no example.
fn without_numbers(text: &str) -> String {
    let is_number =
        |word: &&str| word.contains('@') || word.chars().filter(char::is_ascii_digit).count() >= 3;
    let words: Vec<&str> = text
        .split_whitespace()
        .filter(|word| !is_number(word))
        .collect();
    words.join(" ")
}

#[async_trait]
impl Understand for BuiltIn {
    async fn understand(&self, hearing: Hearing<'_>) -> Understood {
        let rank = |text: &str| self.rank(text);
        Understood {
            commands: understand(hearing.text, &rank, hearing.dialogue, hearing.library),
            spent: hearing.spent,
            note: None,
        }
    }

    fn learned(&self, library: &Library) -> Result<BuiltIn, String> {
        let known = self.known();
        let questions = known.questions.iter().map(String::as_str);
        let mut vectors = known.vectors.clone();
        BuiltIn::train(library, questions, known.model.clone(), &mut vectors)
            .map_err(|error| error.to_string())
    }

    fn take_up(&self, learned: &BuiltIn) {
        let known = learned.known();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = known;
    }

    fn knows(&self) -> String {
        self.known().version.clone()
    }
}

#[async_trait]
impl Phrase for BuiltIn {
    async fn phrase(&self, saying: Saying<'_>) -> Worded {
        Worded {
            text: phrase(saying.utterances, saying.style, saying.site),
            spent: saying.spent,
            note: None,
        }
    }
}
