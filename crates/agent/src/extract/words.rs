//! Words in a form that can be compared.

use rust_stemmers::{Algorithm, Stemmer};

/// Words that say nothing about which thing is meant.
const EMPTY: &[&str] = &[
    "a", "an", "the", "this", "that", "these", "those", "my", "your", "our", "i", "me", "you",
    "we", "it", "its", "is", "are", "was", "were", "be", "been", "am", "do", "does", "did", "to",
    "of", "in", "on", "at", "for", "from", "with", "by", "or", "and", "but", "so", "if", "as",
    "would", "will", "can", "could", "should", "have", "has", "had", "want", "wants", "like",
    "need", "please", "thanks", "thank", "hi", "hello", "hey", "order", "orders", "item", "items",
    "one", "ones", "thing", "back", "get", "got", "just", "some", "there", "they", "them", "then",
    "what", "which", "how", "also", "too", "about", "ending", "s", "t", "m", "ve", "re", "ll", "d",
    "number", "no", "yes", "not", "only", "into", "instead", "use", "go", "return", "send", "give",
    "make",
];

/// Lower case, apostrophes straight, everything but letters and digits a space.
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\'' | '’' | '‘' => folded.push('\''),
            c if c.is_alphanumeric() => folded.extend(c.to_lowercase()),
            _ => folded.push(' '),
        }
    }
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The stems of the words that say something.
pub fn stems(text: &str) -> Vec<String> {
    let stemmer = Stemmer::create(Algorithm::English);
    let text = folded(text).replace("'s", "").replace('\'', " ");
    let words = text.split_whitespace().filter(|word| !EMPTY.contains(word));
    words.map(|word| stemmer.stem(word).into_owned()).collect()
}

/// The stems of all words, empty ones too: for phrases such as "no longer needed".
pub fn all_stems(text: &str) -> Vec<String> {
    let stemmer = Stemmer::create(Algorithm::English);
    let text = folded(text).replace('\'', "");
    text.split_whitespace()
        .map(|word| stemmer.stem(word).into_owned())
        .collect()
}

/// Whether a folded text contains a folded phrase as whole words.
pub fn has_phrase(folded: &str, phrase: &str) -> bool {
    format!(" {folded} ").contains(&format!(" {phrase} "))
}
