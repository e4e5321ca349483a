//! The laws of the index.

use proptest::prelude::*;
use throughline_knowledge::tune::best_weight;
use throughline_knowledge::{
    Audience, Draft, Found, Index, IndexedArticle, Quantised, Query, passages,
};
use uuid::Uuid;

fn article(number: u128, audience: Audience, body: &str, questions: &[String]) -> IndexedArticle {
    let draft = Draft {
        slug: format!("a{number}"),
        locale: "en".to_owned(),
        title: format!("Article {number}"),
        body: body.to_owned(),
        audience,
        tags: Vec::new(),
        questions: questions.to_vec(),
    };
    IndexedArticle {
        id: Uuid::from_u128(number),
        version: 1,
        slug: draft.slug.clone(),
        locale: draft.locale.clone(),
        title: draft.title.clone(),
        audience,
        passages: passages(&draft),
    }
}

fn ask(index: &Index, text: &str, audience: Audience) -> Found {
    index.search(&Query {
        text,
        vector: None,
        audience,
        locale: Some("en"),
        limit: 10,
    })
}

fn words() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof!["red", "lamp", "bulb", "cord", "wall", "dim", "glow"],
        1..8,
    )
    .prop_map(|words| words.join(" "))
}

#[derive(Clone, Debug)]
enum Step {
    Put(u128, bool, String),
    Remove(u128),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0..6_u128, any::<bool>(), words()).prop_map(|(number, public, text)| Step::Put(number, public, text)),
        1 => (0..6_u128).prop_map(Step::Remove),
    ];
    proptest::collection::vec(step, 0..24)
}

proptest! {
    #[test]
    fn an_index_that_followed_every_change_equals_one_built_anew(steps in steps(), question in words()) {
        let mut followed = Index::default();
        let mut last: std::collections::BTreeMap<u128, IndexedArticle> = std::collections::BTreeMap::new();
        for step in steps {
            match step {
                Step::Put(number, public, text) => {
                    let audience = if public { Audience::Public } else { Audience::Internal };
                    let one = article(number, audience, &text, &[]);
                    followed.insert(one.clone());
                    last.insert(number, one);
                }
                Step::Remove(number) => {
                    followed.remove(Uuid::from_u128(number));
                    last.remove(&number);
                }
            }
        }
        let mut fresh = Index::default();
        for one in last.into_values() {
            fresh.insert(one);
        }
        prop_assert_eq!(followed.size(), fresh.size());
        for audience in Audience::ALL {
            let (a, b) = (ask(&followed, &question, *audience), ask(&fresh, &question, *audience));
            let rounded = |found: &Found| {
                let each = found.passages.iter().map(|one| (one.article, (one.score * 1e4).round() as i64));
                each.collect::<Vec<_>>()
            };
            prop_assert_eq!(rounded(&a), rounded(&b));
        }
    }

    #[test]
    fn no_question_leads_the_public_to_what_is_internal(texts in proptest::collection::vec((any::<bool>(), words()), 0..12), question in words()) {
        let mut index = Index::default();
        for (number, (public, text)) in texts.into_iter().enumerate() {
            let audience = if public { Audience::Public } else { Audience::Internal };
            index.insert(article(number as u128, audience, &text, std::slice::from_ref(&text)));
        }
        for one in ask(&index, &question, Audience::Public).passages {
            prop_assert_eq!(one.audience, Audience::Public);
        }
    }

    #[test]
    fn scores_lie_between_nothing_and_certainty(text in words(), question in "\\PC{0,80}") {
        let mut index = Index::default();
        index.insert(article(1, Audience::Public, &text, &[]));
        let found = ask(&index, &question, Audience::Public);
        prop_assert!((0.0..=1.0).contains(&found.confidence));
        for one in found.passages {
            prop_assert!(one.score > 0.0 && one.score <= 1.0 && one.words <= 1.0);
        }
    }
}

#[test]
fn many_changes_do_not_make_the_index_grow_without_end() {
    let mut index = Index::default();
    for round in 0..3_000 {
        index.insert(article(1, Audience::Public, &format!("lamp {round}"), &[]));
    }
    assert_eq!(index.size().units, 1);
    assert_eq!(ask(&index, "2999", Audience::Public).passages.len(), 1);
    assert!(ask(&index, "1234", Audience::Public).passages.is_empty());
}

#[test]
fn a_question_of_any_length_is_answered() {
    let mut index = Index::default();
    index.insert(article(1, Audience::Public, "A lamp.", &[]));
    let long = "lamp ".repeat(2_000);
    assert_eq!(ask(&index, &long, Audience::Public).passages.len(), 1);
    assert!(
        ask(&index, &"\u{1f642}".repeat(10_000), Audience::Public)
            .passages
            .is_empty()
    );
}

/// Words lead astray here, meaning does not.
#[test]
fn the_weight_of_meaning_is_learnt_from_the_authors_questions() {
    let mut index = Index::default();
    for number in 0..30_u128 {
        let (own, other) = (number, (number + 1) % 30);
        let body = format!("Text about subject{own}.");
        // Each question uses the word of another article.
        let question = format!("please subject{other} something{own}");
        index.insert(article(number, Audience::Public, &body, &[question]));
    }
    assert_eq!(best_weight(&index), None, "no vectors yet");
    let mut missing = index.without_vector(1_000);
    assert_eq!(missing.len(), 60);
    missing.sort();
    for (hash, text) in missing {
        let digits = |from: &str| {
            let rest = text.split(from).nth(1).unwrap_or_default();
            rest.chars()
                .take_while(char::is_ascii_digit)
                .collect::<String>()
                .parse::<usize>()
                .ok()
        };
        let subject = digits("something")
            .or(digits("about subject"))
            .unwrap_or_default();
        let mut vector = vec![0.01_f32; 32];
        vector[subject] = 1.0;
        if let Some(vector) = Quantised::new(&vector) {
            index.set_vector(&hash, &vector);
        }
    }
    let weight = best_weight(&index);
    assert!(weight.is_some_and(|weight| weight >= 0.6), "{weight:?}");
}
