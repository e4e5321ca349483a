//! Which of the candidates is meant.

use super::words::{all_stems, folded, has_phrase, stems};
use crate::dialogue::Candidate;
use std::collections::{BTreeMap, BTreeSet};

/// What a text says about candidates; indexes into them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// Nothing.
    Nothing,
    /// These, and no others.
    These(Vec<usize>),
    /// One of these, it is not clear which.
    OneOf(Vec<usize>),
}

/// Chooses among candidates. `many`: several may be meant together. `offered`: the customer has seen the list, so that
/// "the second" and "both" speak of it.
pub fn pick(text: &str, candidates: &[Candidate], many: bool, offered: bool) -> Pick {
    if candidates.is_empty() {
        return Pick::Nothing;
    }
    let text = super::shortened(text);
    let folded = folded(text);
    if let Some(named) = by_id(&folded, candidates, many) {
        return named;
    }
    if let Some(position) = offered
        .then(|| by_position(&folded, candidates.len()))
        .flatten()
    {
        return Pick::These(vec![position]);
    }
    if many && let Some(all) = all_or_both(&folded, candidates, offered) {
        return all;
    }
    by_words(text, candidates, many)
}

/// Ids are certain: an order's number, an item's number.
fn by_id(folded_text: &str, candidates: &[Candidate], many: bool) -> Option<Pick> {
    let named: Vec<usize> = candidates
        .iter()
        .enumerate()
        .filter(|(_, candidate)| {
            let id = folded(&candidate.id);
            id.len() >= 2 && has_phrase(folded_text, &id)
        })
        .map(|(at, _)| at)
        .collect();
    match named.len() {
        0 => None,
        1 => Some(Pick::These(named)),
        _ if many => Some(Pick::These(named)),
        _ => Some(Pick::OneOf(named)),
    }
}

const POSITIONS: [(&str, usize); 10] = [
    ("first", 1),
    ("1st", 1),
    ("second", 2),
    ("2nd", 2),
    ("third", 3),
    ("3rd", 3),
    ("fourth", 4),
    ("4th", 4),
    ("fifth", 5),
    ("5th", 5),
];

fn by_position(folded: &str, count: usize) -> Option<usize> {
    let bare = folded
        .trim_start_matches("number ")
        .trim_start_matches("option ")
        .trim_start_matches("the ")
        .trim_end_matches(" one")
        .trim_end_matches(" please");
    let named = POSITIONS
        .iter()
        .find(|(word, _)| bare == *word)
        .map(|(_, n)| *n);
    let position = match bare {
        "last" => count,
        _ => named.or_else(|| bare.parse().ok())?,
    };
    (1..=count).contains(&position).then(|| position - 1)
}

const ALL: [&str; 8] = [
    "all of them",
    "all of it",
    "everything",
    "all items",
    "all the items",
    "the whole order",
    "entire order",
    "them all",
];

fn all_or_both(folded: &str, candidates: &[Candidate], offered: bool) -> Option<Pick> {
    let everything =
        ALL.iter().any(|words| has_phrase(folded, words)) || (offered && folded == "all");
    let both = offered && candidates.len() == 2 && has_phrase(folded, "both");
    if !everything && !both {
        return None;
    }
    let except = ["except", "but not", "apart from", "other than"];
    let left_out = except
        .iter()
        .find_map(|word| Some(folded.split_once(&format!(" {word} "))?.1));
    let out: Vec<usize> = match left_out.map(|words| by_words(words, candidates, true)) {
        Some(Pick::These(out)) => out,
        Some(_) => return Some(Pick::OneOf((0..candidates.len()).collect())),
        None => Vec::new(),
    };
    Some(Pick::These(
        (0..candidates.len())
            .filter(|at| !out.contains(at))
            .collect(),
    ))
}

/// By the words in labels, weighted by how well a word tells the candidates apart.
fn by_words(text: &str, candidates: &[Candidate], many: bool) -> Pick {
    let index = Index::of(candidates);
    if !many {
        return index.best(&wanted(text));
    }
    let mut these = BTreeSet::new();
    let mut unclear = None;
    for part in parts(text) {
        match index.best(&wanted(part)) {
            Pick::These(found) => these.extend(found),
            Pick::OneOf(found) => unclear = unclear.or(Some(found)),
            Pick::Nothing => {}
        }
    }
    match (these.is_empty(), unclear) {
        (_, Some(unclear)) if unclear.iter().all(|at| !these.contains(at)) => Pick::OneOf(unclear),
        (false, _) => Pick::These(these.into_iter().collect()),
        (true, _) => Pick::Nothing,
    }
}

/// What is wanted, without what is not: "the lamp, not the desk".
fn wanted(text: &str) -> String {
    let lower = text.to_lowercase();
    for word in ["instead of ", "rather than ", ", not ", " but not "] {
        if let Some((wanted, _)) = lower.split_once(word) {
            return wanted.to_owned();
        }
    }
    match lower
        .split_once("not ")
        .and_then(|(_, rest)| rest.split_once(" but "))
    {
        Some((_, wanted)) => wanted.to_owned(),
        None => lower,
    }
}

fn parts(text: &str) -> Vec<&str> {
    let mut parts = vec![text];
    for mark in [" and ", ",", "&", " plus ", ";", "\n", " as well as "] {
        parts = parts
            .into_iter()
            .flat_map(|part| part.split(mark))
            .collect();
    }
    parts
}

struct Index {
    /// Each candidate's stems.
    stems: Vec<BTreeSet<String>>,
    /// Each candidate's further phrases.
    phrases: Vec<Vec<Vec<String>>>,
    /// How many candidates have a stem.
    spread: BTreeMap<String, usize>,
}

impl Index {
    fn of(candidates: &[Candidate]) -> Self {
        let stems: Vec<BTreeSet<String>> = candidates
            .iter()
            .map(|c| {
                stems(&format!("{} {}", c.label, c.words).replace('_', " "))
                    .into_iter()
                    .collect()
            })
            .collect();
        let mut spread = BTreeMap::new();
        for stem in stems.iter().flatten() {
            *spread.entry(stem.clone()).or_insert(0) += 1;
        }
        let phrases = candidates
            .iter()
            .map(|c| {
                c.words
                    .split('|')
                    .chain([c.label.as_str()])
                    .map(all_stems)
                    .filter(|p| p.len() > 1)
                    .collect()
            })
            .collect();
        Self {
            stems,
            phrases,
            spread,
        }
    }

    fn best(&self, text: &str) -> Pick {
        let said: BTreeSet<String> = stems(text).into_iter().collect();
        let all_said = all_stems(text);
        let scores: Vec<f64> = (0..self.stems.len())
            .map(|at| self.score(at, &said, &all_said))
            .collect();
        let best = scores.iter().copied().fold(0.0, f64::max);
        if best <= 0.0 {
            return Pick::Nothing;
        }
        let near: Vec<usize> = (0..scores.len())
            .filter(|at| scores[*at] >= best - 1e-9)
            .collect();
        match near.as_slice() {
            [_] => Pick::These(near),
            // Words all candidates share tell nothing.
            _ if near.len() == scores.len() => Pick::Nothing,
            _ => Pick::OneOf(near),
        }
    }

    fn score(&self, at: usize, said: &BTreeSet<String>, all_said: &[String]) -> f64 {
        let count = self.stems.len() as f64;
        let weight = |stem: &String| {
            let spread = *self.spread.get(stem).unwrap_or(&1) as f64;
            (1.0 + count / spread).ln()
        };
        let single: f64 = self.stems[at].intersection(said).map(weight).sum();
        let phrased = self.phrases[at]
            .iter()
            .filter(|phrase| contains(all_said, phrase))
            .map(Vec::len)
            .max();
        single + phrased.unwrap_or_default() as f64
    }
}

fn contains(words: &[String], phrase: &[String]) -> bool {
    words.windows(phrase.len()).any(|window| window == phrase)
}
