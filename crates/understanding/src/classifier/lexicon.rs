//! Texts by their words: which words, pairs of words and pieces of words stand in them, the rarer the heavier
//! (TF-IDF).

use super::row::Row;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Characters of a text that are looked at. What a customer wants stands at the beginning.
const TEXT_LIMIT: usize = 2_000;
/// Characters of a word that are looked at.
const WORD_LIMIT: usize = 40;
/// Characters in a piece of a word; blanks around the word belong to it.
const PIECES: [usize; 2] = [3, 4];
/// From this many texts on, what stands in one of them only is left out.
const MANY: usize = 500;

/// The features of a set of texts.
#[derive(Debug)]
pub(crate) struct Lexicon {
    /// The number and the weight of each.
    features: HashMap<String, (u32, f32)>,
    /// The weight of what stands in one text only, or in none.
    rarest: f32,
}

impl Lexicon {
    /// The features of `texts`.
    pub(crate) fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let mut all: usize = 0;
        for text in texts {
            all += 1;
            for gram in grams(text).into_iter().collect::<BTreeSet<_>>() {
                *counts.entry(gram).or_default() += 1;
            }
        }
        let least = if all < MANY { 1 } else { 2 };
        let features = counts
            .into_iter()
            .filter(|(_, count)| *count >= least)
            .zip(0..)
            .map(|((gram, count), number)| {
                let weight = (all as f32 / count as f32).ln() + 1.0;
                (gram, (number, weight))
            });
        Self {
            rarest: (all.max(1) as f32).ln() + 1.0,
            features: features.collect(),
        }
    }

    /// How many features there are.
    pub(crate) fn len(&self) -> usize {
        self.features.len()
    }

    /// The known features of `text`, at length one; empty when it has none.
    pub(crate) fn row(&self, text: &str) -> Row {
        self.row_and_share(text).0
    }

    /// The same, and the share of the text that is known, from 0 to 1: what cosines of the row must be multiplied with
    /// to hold for the whole text.
    pub(crate) fn row_and_share(&self, text: &str) -> (Row, f32) {
        let mut found: BTreeMap<u32, (f32, f32)> = BTreeMap::new();
        let mut unknown: BTreeSet<String> = BTreeSet::new();
        for gram in grams(text) {
            match self.features.get(&gram) {
                Some((number, weight)) => found.entry(*number).or_insert((0.0, *weight)).0 += 1.0,
                None => {
                    unknown.insert(gram);
                }
            }
        }
        let known: Vec<(u32, f32)> = found
            .into_iter()
            .map(|(number, (count, weight))| (number, (1.0 + count.ln()) * weight))
            .collect();
        let squares: f32 = known.iter().map(|(_, value)| value * value).sum();
        let strange = unknown.len() as f32 * self.rarest * self.rarest;
        let share = (squares / (squares + strange).max(f32::MIN_POSITIVE)).sqrt();
        (Row::new(known), share)
    }
}

/// Words, pairs of neighbours and pieces of words, each marked by its kind.
fn grams(text: &str) -> Vec<String> {
    let text: String = text.chars().take(TEXT_LIMIT).collect();
    let text = text.to_lowercase();
    let words: Vec<&str> = text
        .split(|symbol: char| !symbol.is_alphanumeric() && symbol != '\'')
        .filter(|word| !word.is_empty())
        .collect();
    let mut grams = Vec::new();
    for (at, word) in words.iter().enumerate() {
        grams.push(format!("w{word}"));
        if let Some(next) = words.get(at + 1) {
            grams.push(format!("b{word} {next}"));
        }
        let mut symbols = vec![' '];
        symbols.extend(word.chars().take(WORD_LIMIT));
        symbols.push(' ');
        for length in PIECES {
            let pieces = symbols.windows(length);
            grams.extend(pieces.map(|piece| format!("c{}", piece.iter().collect::<String>())));
        }
    }
    grams
}
