//! Questions nobody has answered, grouped: ten ways to ask for one missing article are one gap.

use crate::tokens::{Manner, terms};
use crate::vector::Quantised;
use std::collections::{HashMap, HashSet};

/// Questions whose meanings are this close ask for the same.
const CLOSE_IN_MEANING: f32 = 0.7;
/// Questions whose words overlap this much ask for the same.
const CLOSE_IN_WORDS: f32 = 0.55;

/// A question without an answer.
#[derive(Clone, Debug)]
pub struct Question {
    /// In the asker's words.
    pub text: String,
    /// What it means, if that is known.
    pub vector: Option<Quantised>,
}

/// Puts like questions together: lists of places in `questions`, the largest first, each led by the question that is
/// most like the others.
pub fn groups(questions: &[Question]) -> Vec<Vec<usize>> {
    let words = weighed(questions);
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for at in 0..questions.len() {
        let like = |group: &&mut Vec<usize>| {
            // The first of a group stands for it: chains of likeness would join everything.
            group
                .first()
                .is_some_and(|first| alike(questions, &words, *first, at))
        };
        match groups.iter_mut().find(like) {
            Some(group) => group.push(at),
            None => groups.push(vec![at]),
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    groups
}

type Words = HashMap<String, f32>;

/// The terms of each question, weighed by how rare they are among all, at length one.
fn weighed(questions: &[Question]) -> Vec<Words> {
    let terms: Vec<HashSet<String>> = questions
        .iter()
        .map(|question| terms(&question.text, Manner::Both).into_iter().collect())
        .collect();
    let mut counts: HashMap<&str, f32> = HashMap::new();
    for term in terms.iter().flatten() {
        *counts.entry(term).or_default() += 1.0;
    }
    let total = questions.len() as f32;
    let weigh = |terms: &HashSet<String>| {
        let mut words: Words = HashMap::new();
        for term in terms {
            let count = counts.get(term.as_str()).copied().unwrap_or(1.0);
            words.insert(term.clone(), (total / count).ln_1p());
        }
        let length = words
            .values()
            .map(|weight| weight * weight)
            .sum::<f32>()
            .sqrt();
        for weight in words.values_mut() {
            *weight /= length.max(f32::MIN_POSITIVE);
        }
        words
    };
    terms.iter().map(weigh).collect()
}

fn alike(questions: &[Question], words: &[Words], a: usize, b: usize) -> bool {
    if let (Some(one), Some(other)) = (&questions[a].vector, &questions[b].vector)
        && one.cosine(other) >= CLOSE_IN_MEANING
    {
        return true;
    }
    let overlap: f32 = words[a]
        .iter()
        .filter_map(|(term, weight)| Some(weight * words[b].get(term)?))
        .sum();
    overlap >= CLOSE_IN_WORDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_to_ask_for_one_thing_are_one_gap() {
        let asked = [
            "Do you ship to Norway?",
            "Is there a student discount?",
            "can you ship to norway",
            "student discounts",
            "???",
        ];
        let questions = asked.map(|text| Question {
            text: text.to_owned(),
            vector: None,
        });
        assert_eq!(groups(&questions), [vec![0, 2], vec![1, 3], vec![4]]);
        assert!(groups(&[]).is_empty());
    }

    #[test]
    fn other_words_for_the_same_meet_by_meaning() {
        let vector = |x: f32, y: f32| Quantised::new(&[x, y]);
        let question = |text: &str, vector| Question {
            text: text.to_owned(),
            vector,
        };
        let asked = [
            question("bulk price", vector(1.0, 0.1)),
            question("cheaper for fifty?", vector(1.0, 0.0)),
            question("opening hours", vector(0.0, 1.0)),
        ];
        assert_eq!(groups(&asked), [vec![0, 1], vec![2]]);
    }
}
