//! Text as the terms that word search counts.
//!
//! English words are stemmed, so that "returned" finds "returns". Other languages get character trigrams, which need
//! no dictionary and bear compounds and endings: "Rücksendung" finds "zurücksenden". A question gets both.

use rust_stemmers::{Algorithm, Stemmer};

/// Stands before trigrams, so that they never meet stems.
const TRIGRAM: char = '\u{1}';
/// So much of a text is read, in bytes: a question is shorter, and a passage too.
const READ_LIMIT: usize = 8_000;
/// Longer words are no words.
const WORD_LIMIT: usize = 40;

/// How a text is cut into terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Stems of words.
    English,
    /// Trigrams of characters.
    Trigrams,
    /// Both, for questions: people ask in other languages than they seem to speak.
    Both,
}

impl Manner {
    /// How texts of this language are cut.
    pub fn of(language: &str) -> Self {
        match language {
            "en" => Self::English,
            _ => Self::Trigrams,
        }
    }
}

/// The terms of `text`, in order, repetitions included.
pub fn terms(text: &str, manner: Manner) -> Vec<String> {
    let stemmer = Stemmer::create(Algorithm::English);
    let mut terms = Vec::new();
    for word in words(text) {
        if manner != Manner::Trigrams {
            terms.push(stemmer.stem(&word).into_owned());
        }
        if manner != Manner::English {
            trigrams(&word, &mut terms);
        }
    }
    terms
}

/// The words of `text`: runs of letters and digits in lower case without accents.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    beginning(text, READ_LIMIT)
        .split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '\u{2019}')
        .map(|word| {
            word.chars()
                .filter(|c| c.is_alphanumeric())
                .flat_map(char::to_lowercase)
                .map(without_accent)
                .take(WORD_LIMIT)
                .collect::<String>()
        })
        .filter(|word| !word.is_empty())
}

fn trigrams(word: &str, terms: &mut Vec<String>) {
    let characters: Vec<char> = word.chars().collect();
    // Scripts without spaces: two signs make a word.
    let width = match characters.iter().any(|c| is_dense(*c)) {
        true => 2,
        false => 3,
    };
    if characters.len() <= width {
        terms.push(format!("{TRIGRAM}{word}"));
        return;
    }
    for window in characters.windows(width) {
        let mut term = String::from(TRIGRAM);
        term.extend(window);
        terms.push(term);
    }
}

/// Chinese, Japanese, Korean and Thai signs.
fn is_dense(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// A Latin letter without its accent; every other sign as it is.
pub fn without_accent(c: char) -> char {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ğ' => 'g',
        'ì'..='ï' | 'ī' | 'į' | 'ı' => 'i',
        'ł' | 'ľ' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ř' => 'r',
        'ś' | 'š' | 'ş' | 'ș' => 's',
        'ß' => 's',
        'ť' | 'ț' | 'ţ' => 't',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

/// The first `limit` bytes of a text, or a little less, so that no character is cut.
pub fn beginning(text: &str, limit: usize) -> &str {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_words_meet_their_other_forms() {
        assert_eq!(
            terms("I don't want my RETURNED items", Manner::English),
            terms("i dont want my returns item", Manner::English)
        );
    }

    #[test]
    fn other_languages_meet_by_parts_of_words() {
        let a = terms("Rücksendung", Manner::Trigrams);
        let b = terms("zurücksenden", Manner::Trigrams);
        assert!(
            a.iter().filter(|term| b.contains(term)).count() >= 5,
            "{a:?} {b:?}"
        );
        assert_eq!(terms("返品方法", Manner::Trigrams).len(), 3);
        assert_eq!(terms("да", Manner::Trigrams).len(), 1);
    }

    #[test]
    fn signs_alone_are_no_terms() {
        assert!(terms("?! … 🙃 '", Manner::Both).is_empty());
    }

    #[test]
    fn a_text_of_any_length_is_read_in_bounded_time() {
        assert!(terms(&"é".repeat(1_000_000), Manner::Both).len() < 100);
    }
}
