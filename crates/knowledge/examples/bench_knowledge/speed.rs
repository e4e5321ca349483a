//! How fast a large knowledge base answers, the embedding of the question included.

use crate::meaning;
use std::time::{Duration, Instant};
use throughline_knowledge::{Audience, Index, IndexedArticle, Passage, Quantised, Query};
use throughline_understanding::Embedder;
use uuid::Uuid;

const DIMENSIONS: usize = 384;
/// Words of a passage.
const LENGTH: usize = 90;
/// Passages of an article.
const PASSAGES: usize = 10;
/// Different words.
const VOCABULARY: usize = 40_000;

/// What customers ask. Their words are the most frequent ones of the generated texts, which is the hardest case.
const QUESTIONS: &[&str] = &[
    "How long does it take until I get my money back after I returned an item?",
    "where is my order",
    "I want to change the shipping address of the order that I placed yesterday, is that still possible?",
    "Can I pay with two gift cards at once or do I need a credit card for the rest?",
    "the package says delivered but there is nothing at my door",
    "my laptop stopped working after six months, is this covered by the warranty",
    "Do you ship to Canada and how much is express delivery?",
    "I forgot my password and the email with the link does not arrive",
    "cancel",
    "How do I return only one of the three things in my order and keep the others, and can the refund go to another card than the one I have paid with because that one is closed now?",
];

/// A generator of numbers that is the same everywhere (xorshift64*).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// From 0 to 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

pub fn measure(count: usize, embedder: Option<&Embedder>) {
    let begun = Instant::now();
    let index = filled(count);
    println!(
        "{:?} generated and indexed by words in {:.1} s",
        index.size(),
        begun.elapsed().as_secs_f64()
    );
    let mut dice = Dice(7);
    let (mut whole, mut without): (Vec<Duration>, Vec<Duration>) = (Vec::new(), Vec::new());
    for round in 0..60 {
        for text in QUESTIONS {
            let begun = Instant::now();
            let vector = meaning(embedder, text).or_else(|| Quantised::new(&random(&mut dice)));
            let embedded = begun.elapsed();
            let found = index.search(&Query {
                text,
                vector: vector.as_ref(),
                audience: Audience::Public,
                locale: Some("en"),
                limit: 10,
            });
            assert_eq!(found.passages.len(), 10);
            // The first rounds warm up.
            if round >= 10 {
                whole.push(begun.elapsed());
                without.push(begun.elapsed() - embedded);
            }
        }
    }
    report("search without embedding", without);
    report("search with embedding   ", whole);
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!(
        "{what}: median {:.1} ms, p99 {:.1} ms, longest {:.1} ms over {} questions",
        at(0.5),
        at(0.99),
        at(1.0),
        times.len()
    );
}

fn filled(count: usize) -> Index {
    let mut dice = Dice(42);
    let words = vocabulary();
    let mut index = Index::default();
    for article in 0..count.div_ceil(PASSAGES) {
        let passages = (0..PASSAGES.min(count - article * PASSAGES)).map(|number| Passage {
            number,
            anchor: format!("p{number}"),
            headings: vec![format!("Article {article}")],
            text: text(&mut dice, &words),
            questions: Vec::new(),
        });
        index.insert(IndexedArticle {
            id: Uuid::from_u128(article as u128 + 1),
            version: 1,
            slug: format!("a{article}"),
            locale: "en".to_owned(),
            title: format!("Article {article}"),
            audience: Audience::Public,
            passages: passages.collect(),
        });
    }
    for (hash, _) in index.without_vector(usize::MAX) {
        if let Some(vector) = Quantised::new(&random(&mut dice)) {
            index.set_vector(&hash, &vector);
        }
    }
    index
}

fn vocabulary() -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in QUESTIONS.iter().flat_map(|text| text.split(' ')) {
        let word = word.to_lowercase();
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words.extend((words.len()..VOCABULARY).map(|number| format!("word{number}")));
    words
}

/// Words as frequent as in any language: the n-th as often as 1/n (Zipf).
fn text(dice: &mut Dice, words: &[String]) -> String {
    let most = (words.len() as f64).ln();
    let word = |dice: &mut Dice| {
        words[((dice.share() * most).exp() as usize - 1).min(words.len() - 1)].as_str()
    };
    (0..LENGTH)
        .map(|_| word(dice))
        .collect::<Vec<_>>()
        .join(" ")
}

fn random(dice: &mut Dice) -> Vec<f32> {
    (0..DIMENSIONS)
        .map(|_| (dice.share() + dice.share() - 1.0) as f32)
        .collect()
}
