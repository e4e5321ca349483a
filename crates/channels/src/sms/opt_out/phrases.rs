//! The phrases of each language. [`super::pattern`] explains how they are written; letters are small
//! and without accents.

mod english;
mod french;
mod german;
mod italian;
mod portuguese;
mod spanish;

use super::Wish;
use super::pattern::{Language, Phrase};
use std::sync::OnceLock;

const LANGUAGES: [&Language; 6] = [
    &english::ENGLISH,
    &german::GERMAN,
    &spanish::SPANISH,
    &french::FRENCH,
    &portuguese::PORTUGUESE,
    &italian::ITALIAN,
];

/// Every phrase of every language.
pub(super) fn all() -> &'static [Phrase] {
    static PHRASES: OnceLock<Vec<Phrase>> = OnceLock::new();
    PHRASES.get_or_init(|| LANGUAGES.into_iter().flat_map(of).collect())
}

fn of(language: &'static Language) -> impl Iterator<Item = Phrase> {
    let wishes = [
        (Wish::Stop, language.stop),
        (Wish::Start, language.start),
        (Wish::Help, language.help),
    ];
    wishes.into_iter().flat_map(move |(wish, phrases)| {
        phrases
            .iter()
            .map(move |text| Phrase::new(wish, language, text))
    })
}
