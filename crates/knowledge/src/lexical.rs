//! Word search: an inverted index in memory, scored by BM25 (Robertson and Zaragoza, "The Probabilistic Relevance
//! Framework", 2009).

use crate::tokens::{Manner, terms};
use rayon::prelude::*;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// How fast repetition of a term stops to matter.
const K1: f32 = 1.2;
/// How much long texts are held against.
const B: f32 = 0.75;
/// The most different terms of a question that are looked up: the rarest stems, and the rarest trigrams.
const QUERY_TERMS: usize = 64;
/// How many units are scored together: few enough for their scores to stay close to the processor.
const PART: usize = 4_096;

/// The terms of all units.
#[derive(Default)]
pub(crate) struct Lexical {
    ids: HashMap<String, u32>,
    terms: Vec<Term>,
    /// Terms in each unit; 0 for removed ones.
    lengths: Vec<f32>,
    total_length: f64,
    living: usize,
}

#[derive(Default)]
struct Term {
    /// Living units with it.
    units: u32,
    /// Units with it and how often, removed ones included.
    postings: Vec<(u32, u16)>,
}

/// A term of a question: whether it is an English stem, its weight, and where it is.
type Asked<'a> = (bool, f32, &'a [(u32, u16)]);

/// What word search says of every unit.
pub(crate) struct Scores {
    units: Vec<f32>,
    english: f32,
    other: f32,
}

impl Scores {
    /// The share of the question that a unit covers, from 0 to 1: its BM25 score over the highest there could be.
    pub fn of(&self, unit: usize, english: bool) -> f32 {
        let most = if english { self.english } else { self.other };
        match most > 0.0 {
            true => (self.units.get(unit).copied().unwrap_or(0.0) / most).min(1.0),
            false => 0.0,
        }
    }
}

impl Lexical {
    /// Adds the next unit.
    pub fn push(&mut self, text: &str, manner: Manner) {
        let unit = u32::try_from(self.lengths.len()).unwrap_or(u32::MAX);
        let mut counts: HashMap<u32, u16> = HashMap::new();
        let terms = terms(text, manner);
        for term in &terms {
            let fresh = self.terms.len() as u32;
            let id = *self.ids.entry(term.clone()).or_insert(fresh);
            if id == fresh {
                self.terms.push(Term::default());
            }
            let count = counts.entry(id).or_default();
            *count = count.saturating_add(1);
        }
        for (id, count) in counts {
            let term = &mut self.terms[id as usize];
            term.units += 1;
            term.postings.push((unit, count));
        }
        // An empty unit is still there.
        let length = terms.len().max(1) as f32;
        self.lengths.push(length);
        self.total_length += f64::from(length);
        self.living += 1;
    }

    /// Takes a unit out; `text` and `manner` are those it was added with.
    pub fn remove(&mut self, unit: usize, text: &str, manner: Manner) {
        let Some(length) = self.lengths.get_mut(unit) else {
            return;
        };
        self.total_length -= f64::from(*length);
        *length = 0.0;
        self.living = self.living.saturating_sub(1);
        let gone: HashSet<String> = terms(text, manner).into_iter().collect();
        for term in gone {
            if let Some(id) = self.ids.get(&term) {
                let term = &mut self.terms[*id as usize];
                term.units = term.units.saturating_sub(1);
            }
        }
    }

    /// What every unit says to `text`.
    pub fn scores(&self, text: &str, manner: Manner) -> Scores {
        let asked = self.asked(text, manner);
        let most = |wanted: bool| -> f32 {
            let weights = asked.iter().filter(|(english, ..)| *english == wanted);
            weights.map(|(_, weight, _)| weight * (K1 + 1.0)).sum()
        };
        let average = (self.total_length / self.living.max(1) as f64).max(1.0) as f32;
        let mut units = vec![0.0; self.lengths.len()];
        let parts = units
            .par_chunks_mut(PART)
            .zip(self.lengths.par_chunks(PART));
        parts.enumerate().for_each(|(part, (scores, lengths))| {
            let first = part * PART;
            for (_, weight, postings) in &asked {
                for (unit, count) in within(postings, first..first + lengths.len()) {
                    let at = *unit as usize - first;
                    let count = f32::from(*count);
                    let norm = K1 * (1.0 - B + B * lengths[at] / average);
                    scores[at] += weight * count * (K1 + 1.0) / (count + norm);
                }
            }
        });
        Scores {
            units,
            english: most(true),
            other: most(false),
        }
    }

    /// The different terms of a question.
    fn asked(&self, text: &str, manner: Manner) -> Vec<Asked<'_>> {
        let manners: &[Manner] = match manner {
            Manner::Both => &[Manner::English, Manner::Trigrams],
            Manner::English => &[Manner::English],
            Manner::Trigrams => &[Manner::Trigrams],
        };
        let mut asked = Vec::new();
        for manner in manners {
            let mut different: Vec<String> = terms(text, *manner);
            different.sort_unstable();
            different.dedup();
            let english = *manner == Manner::English;
            let found = different.iter().map(|term| {
                let (weight, postings) = self.look_up(term);
                (english, weight, postings)
            });
            let mut found: Vec<Asked<'_>> = found.collect();
            found.sort_by(|a, b| b.1.total_cmp(&a.1));
            asked.extend(found.into_iter().take(QUERY_TERMS));
        }
        asked
    }

    /// A term's inverse document frequency, and its postings.
    fn look_up(&self, term: &str) -> (f32, &[(u32, u16)]) {
        let found = self.ids.get(term).map(|id| &self.terms[*id as usize]);
        let (units, postings) = found.map_or((0, &[][..]), |term| (term.units, &term.postings[..]));
        let (living, units) = (self.living as f32, units as f32);
        (((living - units + 0.5) / (units + 0.5)).ln_1p(), postings)
    }
}

/// The postings of these units. Postings stand in the order of their units.
fn within(postings: &[(u32, u16)], units: Range<usize>) -> &[(u32, u16)] {
    let at = |unit: usize| postings.partition_point(|(one, _)| (*one as usize) < unit);
    &postings[at(units.start)..at(units.end)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_scores_the_same_wherever_it_stands() {
        let mut index = Lexical::default();
        for at in 0..3 * PART {
            let text = if at % 7 == 0 {
                "gift card"
            } else {
                "gift wrap"
            };
            index.push(text, Manner::English);
        }
        let scores = index.scores("card", Manner::English);
        for at in 0..3 * PART {
            let expected = if at % 7 == 0 { scores.of(0, true) } else { 0.0 };
            assert_eq!(scores.of(at, true), expected, "unit {at}");
        }
        assert!(scores.of(0, true) > 0.0);
    }

    #[test]
    fn rare_words_weigh_more_than_common_ones() {
        let mut index = Lexical::default();
        for text in [
            "the order is late",
            "the order is here",
            "the warranty is here",
        ] {
            index.push(text, Manner::English);
        }
        let scores = index.scores("is the warranty", Manner::English);
        assert!(scores.of(2, true) > 3.0 * scores.of(0, true));
        assert!(scores.of(2, true) <= 1.0);
        assert_eq!(scores.of(2, false), 0.0);
    }

    #[test]
    fn a_removed_unit_leaves_no_trace_in_the_weights() {
        let mut with = Lexical::default();
        with.push("gift card", Manner::English);
        with.push("gift wrap", Manner::English);
        with.remove(1, "gift wrap", Manner::English);
        let mut without = Lexical::default();
        without.push("gift card", Manner::English);
        let score = |index: &Lexical| {
            index
                .scores("gift card please", Manner::English)
                .of(0, true)
        };
        assert_eq!(score(&with), score(&without));
    }
}
