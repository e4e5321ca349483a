//! How good the answers are: nDCG@10 over questions with known answers, and how far confidence can be trusted.

use crate::{fit, meaning};
use serde::Deserialize;
use std::collections::HashMap;
use throughline_knowledge::{
    Audience, Draft, FoundPassage, Index, IndexedArticle, Quantised, Query, confidence, passages,
};
use throughline_understanding::Embedder;
use uuid::Uuid;

#[derive(Deserialize)]
struct Faq {
    docs: Vec<Doc>,
    queries: Vec<Question>,
}

#[derive(Deserialize)]
struct Doc {
    id: String,
    title: String,
    text: String,
}

#[derive(Deserialize)]
struct Question {
    q: String,
    rel: Vec<String>,
}

/// A question, what it means, and the articles that answer it.
struct Asked {
    text: String,
    vector: Option<Quantised>,
    right: Vec<Uuid>,
}

pub fn measure(json: &str, embedder: Option<&Embedder>) {
    let faq: Faq = serde_json::from_str(json).unwrap();
    let ids: HashMap<&str, Uuid> = faq
        .docs
        .iter()
        .enumerate()
        .map(|(at, doc)| (doc.id.as_str(), Uuid::from_u128(at as u128 + 1)))
        .collect();
    let mut index = index(&faq.docs, &ids);
    embed(&mut index, embedder);
    let asked: Vec<Asked> = faq
        .queries
        .iter()
        .map(|question| Asked {
            text: question.q.clone(),
            vector: meaning(embedder, &question.q),
            right: question
                .rel
                .iter()
                .filter_map(|id| ids.get(id.as_str()).copied())
                .collect(),
        })
        .filter(|asked| !asked.right.is_empty())
        .collect();
    println!(
        "{} answers, {} questions, {:?}",
        faq.docs.len(),
        asked.len(),
        index.size()
    );
    quality(&mut index, &asked, embedder.is_some());
    trust(&index, &asked);
}

fn index(docs: &[Doc], ids: &HashMap<&str, Uuid>) -> Index {
    let mut index = Index::default();
    for doc in docs {
        let draft = Draft {
            slug: "faq".to_owned(),
            locale: "en".to_owned(),
            title: doc.title.clone(),
            // Plain text, whatever it looks like.
            body: doc
                .text
                .replace(['<', '>', '#', '*', '_', '`', '[', ']'], " "),
            audience: Audience::Public,
            tags: Vec::new(),
            questions: vec![doc.title.clone()],
        };
        index.insert(IndexedArticle {
            id: ids[doc.id.as_str()],
            version: 1,
            slug: draft.slug.clone(),
            locale: draft.locale.clone(),
            title: draft.title.clone(),
            audience: draft.audience,
            passages: passages(&draft),
        });
    }
    index
}

fn embed(index: &mut Index, embedder: Option<&Embedder>) {
    for (hash, text) in index.without_vector(usize::MAX) {
        if let Some(vector) = meaning(embedder, &text) {
            index.set_vector(&hash, &vector);
        }
    }
}

/// Articles in the order in which they are found.
fn ranked(index: &Index, asked: &Asked, vector: Option<&Quantised>) -> Vec<FoundPassage> {
    let found = index.search(&Query {
        text: &asked.text,
        vector,
        audience: Audience::Public,
        locale: Some("en"),
        limit: 100,
    });
    let mut best: Vec<FoundPassage> = Vec::new();
    for passage in found.passages {
        if best.iter().all(|one| one.article != passage.article) {
            best.push(passage);
        }
    }
    best
}

fn ndcg(index: &Index, asked: &[&Asked], with_meaning: bool) -> f64 {
    let gain = |rank: usize| 1.0 / ((rank + 2) as f64).log2();
    let each = asked.iter().map(|asked| {
        let vector = asked.vector.as_ref().filter(|_| with_meaning);
        let found = ranked(index, asked, vector);
        let got: f64 = found
            .iter()
            .take(10)
            .enumerate()
            .filter(|(_, one)| asked.right.contains(&one.article))
            .map(|(rank, _)| gain(rank))
            .sum();
        let most: f64 = (0..asked.right.len().min(10)).map(gain).sum();
        got / most
    });
    each.sum::<f64>() / asked.len() as f64
}

fn quality(index: &mut Index, asked: &[Asked], with_meaning: bool) {
    let all: Vec<&Asked> = asked.iter().collect();
    println!(
        "nDCG@10 by words alone           {:.4}",
        ndcg(index, &all, false)
    );
    if !with_meaning {
        return;
    }
    let shipped = index.weight();
    println!(
        "nDCG@10 as shipped (weight {shipped:.2}) {:.4}",
        ndcg(index, &all, true)
    );
    let halves: [Vec<&Asked>; 2] = [0, 1].map(|half| {
        asked
            .iter()
            .enumerate()
            .filter(|(at, _)| at % 2 == half)
            .map(|(_, one)| one)
            .collect()
    });
    let mut scores = Vec::new();
    for step in 0..=20_u8 {
        let weight = f32::from(step) / 20.0;
        index.set_weight(weight);
        let pair = [0, 1].map(|half| ndcg(index, &halves[half], true));
        println!("  weight {weight:.2}: {:.4}", (pair[0] + pair[1]) / 2.0);
        scores.push(pair);
    }
    // The weight is chosen on one half and measured on the other.
    let chosen = [0, 1].map(|half: usize| {
        scores
            .iter()
            .max_by(|a, b| a[half].total_cmp(&b[half]))
            .unwrap()[1 - half]
    });
    println!(
        "nDCG@10 tuned on the other half  {:.4}",
        (chosen[0] + chosen[1]) / 2.0
    );
    index.set_weight(shipped);
}

/// Every other question has its answer taken away. Does confidence tell?
fn trust(index: &Index, asked: &[Asked]) {
    let mut cases = Vec::new();
    for (at, one) in asked.iter().enumerate() {
        let answerable = (at / 2) % 2 == 0;
        let found = ranked(index, one, one.vector.as_ref());
        let best = found
            .iter()
            .find(|passage| answerable || !one.right.contains(&passage.article));
        if let Some(best) = best {
            cases.push(fit::Case {
                words: best.words,
                meaning: best.meaning,
                right: one.right.contains(&best.article),
            });
        }
    }
    let halves: [Vec<fit::Case>; 2] = [0, 1].map(|half| {
        cases
            .iter()
            .enumerate()
            .filter(|(at, _)| at % 2 == half)
            .map(|(_, one)| *one)
            .collect()
    });
    println!(
        "a fit of confidence to all questions: {:?}",
        fit::logistic(&cases)
    );
    let fits = halves.each_ref().map(|half| fit::logistic(half));
    println!(
        "AUROC, fitted on the other half  {:.4}",
        (fit::auroc(&halves[1], |case| fits[0].of(case))
            + fit::auroc(&halves[0], |case| fits[1].of(case)))
            / 2.0
    );
    let shipped = |case: &fit::Case| confidence::of(case.words, case.meaning);
    println!(
        "AUROC as shipped                 {:.4}",
        fit::auroc(&cases, shipped)
    );
    println!(
        "calibration error as shipped     {:.4}",
        fit::calibration_error(&cases, shipped)
    );
    for at in [confidence::ANSWER_AT, confidence::CLARIFY_AT] {
        let said: Vec<&fit::Case> = cases.iter().filter(|case| shipped(case) >= at).collect();
        let right = said.iter().filter(|case| case.right).count();
        println!(
            "confidence {at:.2} and more: {:.1}% of all, {:.1}% of them right",
            100.0 * said.len() as f64 / cases.len() as f64,
            100.0 * right as f64 / said.len().max(1) as f64
        );
    }
}
