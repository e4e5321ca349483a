//! What a classifier learns from.

use std::collections::{BTreeMap, BTreeSet};

/// Texts with what they mean. A set: the order in which they come in does not matter, nor does saying a thing twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Examples(BTreeSet<(String, Meant)>);

/// What a text means.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Meant {
    Intent(String),
    Not(String),
    Outside,
}

/// What a text means, for learning: intents by their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// This intent.
    Intent(usize),
    /// Any other than this intent, or none.
    Not(usize),
    /// None of the intents.
    Outside,
}

impl Examples {
    /// `text` means `label`. A text may mean several labels. Texts of blanks are not taken.
    pub fn add(&mut self, label: impl Into<String>, text: &str) {
        self.insert(text, Meant::Intent(label.into()));
    }

    /// `text` does not mean `label`, however much it sounds like it. It may mean another label, or none.
    pub fn add_against(&mut self, label: impl Into<String>, text: &str) {
        self.insert(text, Meant::Not(label.into()));
    }

    /// `text` means none of the labels.
    pub fn add_outside(&mut self, text: &str) {
        self.insert(text, Meant::Outside);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn insert(&mut self, text: &str, meant: Meant) {
        let text = text.trim();
        if !text.is_empty() {
            self.0.insert((text.to_owned(), meant));
        }
    }

    /// The labels that have an example of their own, in the order of the alphabet.
    pub(crate) fn labels(&self) -> Vec<String> {
        let own = self.0.iter().filter_map(|(_, meant)| match meant {
            Meant::Intent(label) => Some(label),
            Meant::Not(_) | Meant::Outside => None,
        });
        own.collect::<BTreeSet<_>>().into_iter().cloned().collect()
    }

    /// Texts and what they mean by numbers into `labels`. What speaks against a label that is not among them says
    /// nothing.
    pub(crate) fn lessons<'a>(
        &'a self,
        labels: &[String],
    ) -> impl Iterator<Item = (&'a str, Target)> {
        let numbers: BTreeMap<String, usize> = labels.iter().cloned().zip(0..).collect();
        self.0.iter().filter_map(move |(text, meant)| {
            let target = match meant {
                Meant::Intent(label) => Target::Intent(*numbers.get(label)?),
                Meant::Not(label) => Target::Not(*numbers.get(label)?),
                Meant::Outside => Target::Outside,
            };
            Some((text.as_str(), target))
        })
    }
}

impl<L: Into<String>, T: AsRef<str>> Extend<(L, T)> for Examples {
    fn extend<I: IntoIterator<Item = (L, T)>>(&mut self, pairs: I) {
        for (label, text) in pairs {
            self.add(label, text.as_ref());
        }
    }
}

impl<L: Into<String>, T: AsRef<str>> FromIterator<(L, T)> for Examples {
    fn from_iter<I: IntoIterator<Item = (L, T)>>(pairs: I) -> Self {
        let mut examples = Self::default();
        examples.extend(pairs);
        examples
    }
}
