//! Text to the numbers MiniLM reads: BERT's uncased WordPiece.
//!
//! The rules are those of `BertNormalizer`, `BertPreTokenizer` and `WordPiece` in Hugging Face's `tokenizers` (from
//! Devlin et al. 2019, `tokenization.py`), with one difference: a customer who writes `[SEP]` has written a word, not
//! a control token.

use crate::embedder::ModelError;
use regex::Regex;
use std::collections::HashMap;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// A word of more characters than this is one unknown word, whatever is in it.
const LONGEST_WORD: usize = 100;

/// The most tokens of a text that are looked at to find its end.
const READ_LIMIT: usize = 2_048;

/// Marks a piece that continues a word.
const CONTINUED: &str = "##";

/// The pieces a model knows, and how text is cut into them.
pub(crate) struct WordPiece {
    pieces: HashMap<String, i32>,
    start: i32,
    end: i32,
    unknown: i32,
}

impl WordPiece {
    /// Reads a vocabulary: one piece in each line, its number is the line's.
    ///
    /// # Errors
    /// When `[CLS]`, `[SEP]` or `[UNK]` is not in it.
    pub(crate) fn from_vocabulary(text: &str) -> Result<Self, ModelError> {
        let pieces: HashMap<String, i32> = text
            .lines()
            .zip(0..)
            .map(|(piece, id)| (piece.trim_end().to_owned(), id))
            .collect();
        let number = |piece: &'static str| {
            pieces
                .get(piece)
                .copied()
                .ok_or(ModelError::Vocabulary(piece))
        };
        Ok(Self {
            start: number("[CLS]")?,
            end: number("[SEP]")?,
            unknown: number("[UNK]")?,
            pieces,
        })
    }

    /// The pieces of `text` between `[CLS]` and `[SEP]`. What does not fit into `limit` is cut off its end.
    pub(crate) fn encode(&self, text: &str, limit: usize) -> Vec<i32> {
        let room = limit.saturating_sub(1);
        let mut ids = vec![self.start];
        let mut word = Vec::new();
        for symbol in normalised(text) {
            if ids.len() >= room {
                break;
            }
            if symbol.is_whitespace() {
                self.flush(&mut word, &mut ids);
            } else if is_punctuation(symbol) {
                self.flush(&mut word, &mut ids);
                self.flush(&mut vec![symbol], &mut ids);
            } else {
                word.push(symbol);
            }
        }
        self.flush(&mut word, &mut ids);
        ids.truncate(room);
        ids.push(self.end);
        ids
    }

    /// As [`WordPiece::encode`], but what does not fit is cut out of the middle; a third of what is kept is the end.
    pub(crate) fn encode_ends(&self, text: &str, limit: usize) -> Vec<i32> {
        let mut ids = self.encode(text, READ_LIMIT.max(limit));
        if ids.len() > limit {
            let end = limit / 3;
            ids.drain(limit - end..ids.len() - end);
        }
        ids
    }

    /// Cuts `word` into the longest pieces from its start on, and empties it. A word that cannot be cut to its last
    /// character is unknown as a whole.
    fn flush(&self, word: &mut Vec<char>, ids: &mut Vec<i32>) {
        if word.is_empty() {
            return;
        }
        let known = ids.len();
        let mut begin = 0;
        let whole = word.len() <= LONGEST_WORD;
        while whole && begin < word.len() {
            let Some((id, end)) = self.longest(word, begin) else {
                break;
            };
            ids.push(id);
            begin = end;
        }
        if begin < word.len() {
            ids.truncate(known);
            ids.push(self.unknown);
        }
        word.clear();
    }

    /// The longest piece of `word` from `begin` on, and where it ends.
    fn longest(&self, word: &[char], begin: usize) -> Option<(i32, usize)> {
        let mut piece: String = if begin > 0 { CONTINUED } else { "" }.to_owned();
        piece.extend(word.get(begin..)?);
        for end in (begin + 1..=word.len()).rev() {
            if let Some(id) = self.pieces.get(&piece) {
                return Some((*id, end));
            }
            piece.pop();
        }
        None
    }
}

/// The characters of `text` without control characters and accents, in lower case, with ideographs standing alone.
fn normalised(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .filter(|symbol| !is_removed(*symbol))
        .flat_map(|symbol| match is_ideograph(symbol) {
            true => [Some(' '), Some(symbol), Some(' ')],
            false => [Some(symbol), None, None],
        })
        .flatten()
        .nfd()
        .filter(|symbol| symbol.is_ascii() || !matches(&ACCENT, *symbol))
        .flat_map(char::to_lowercase)
}

static ACCENT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\p{Mn}$").ok());
static PUNCTUATION: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\p{P}$").ok());
static CONTROL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\p{C}$").ok());

fn matches(class: &LazyLock<Option<Regex>>, symbol: char) -> bool {
    let mut buffer = [0; 4];
    let text = symbol.encode_utf8(&mut buffer);
    class.as_ref().is_some_and(|class| class.is_match(text))
}

fn is_removed(symbol: char) -> bool {
    match symbol {
        '\t' | '\n' | '\r' => false,
        '\u{fffd}' => true,
        _ if symbol.is_ascii() => symbol.is_ascii_control(),
        _ => matches(&CONTROL, symbol),
    }
}

fn is_punctuation(symbol: char) -> bool {
    match symbol.is_ascii() {
        true => symbol.is_ascii_punctuation(),
        false => matches(&PUNCTUATION, symbol),
    }
}

/// The CJK blocks of BERT's `_is_chinese_char`. Kana and Hangul are not among them: those are written with spaces or
/// in words.
fn is_ideograph(symbol: char) -> bool {
    matches!(u32::from(symbol),
        0x4E00..=0x9FFF
        | 0x3400..=0x4DBF
        | 0x20000..=0x2A6DF
        | 0x2A700..=0x2B73F
        | 0x2B740..=0x2B81F
        | 0x2B920..=0x2CEAF
        | 0xF900..=0xFAFF
        | 0x2F800..=0x2FA1F)
}

#[cfg(test)]
#[path = "wordpiece/tests.rs"]
mod tests;
