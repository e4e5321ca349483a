//! Stories about a shop's messages, and the laws every classifier keeps.
#![expect(clippy::unwrap_used, reason = "a failed reading is a failed test")]

use proptest::prelude::*;
use std::sync::Arc;
use throughline_understanding::{
    Basis, Classifier, DIMENSIONS, Examples, ModelError, Ranking, SentenceModel, Vectors,
};

const RETURN: &str = "return_item";
const STATUS: &str = "order_status";
const CANCEL: &str = "cancel_order";

const SHOP: &[(&str, &str)] = &[
    (RETURN, "I want to send my order back"),
    (RETURN, "how can I return these shoes"),
    (RETURN, "please start a return for my jacket"),
    (RETURN, "the shirt does not fit, I want to return it"),
    (STATUS, "where is my order"),
    (STATUS, "has my parcel been shipped yet"),
    (STATUS, "when will my package arrive"),
    (STATUS, "track my delivery"),
    (CANCEL, "cancel my order"),
    (CANCEL, "I no longer want what I ordered, please cancel it"),
    (CANCEL, "stop the order before it ships"),
];

/// Words that mean the same to [`Synonyms`].
const MEANINGS: &[&[&str]] = &[
    &["return", "back", "fit", "refund", "retour"],
    &["where", "arrive", "shipped", "track", "whereabouts", "wo"],
    &["cancel", "stop", "revoke", "storniere"],
    &["weather", "rain"],
];

/// A sentence model that knows a few words, for what must hold with any model.
struct Synonyms;

impl SentenceModel for Synonyms {
    fn name(&self) -> &str {
        "synonyms"
    }

    fn vector(&self, text: &str) -> Result<Vec<f32>, ModelError> {
        let text = text.to_lowercase();
        let mut vector = vec![0.01; DIMENSIONS];
        for (place, words) in vector.iter_mut().zip(MEANINGS) {
            let known = text
                .split(|symbol: char| !symbol.is_alphanumeric())
                .filter(|word| words.contains(word));
            *place += known.count() as f32;
        }
        let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
        Ok(vector.iter().map(|value| value / length).collect())
    }
}

/// A sentence model whose file has gone bad.
struct Broken;

impl SentenceModel for Broken {
    fn name(&self) -> &str {
        "broken"
    }

    fn vector(&self, _: &str) -> Result<Vec<f32>, ModelError> {
        Err(ModelError::Model("it does not run".to_owned()))
    }
}

fn shop() -> Examples {
    SHOP.iter().copied().collect()
}

fn by_words(examples: &Examples) -> Classifier {
    Classifier::train(examples, None, &mut Vectors::default()).unwrap()
}

fn by_meaning(examples: &Examples, vectors: &mut Vectors) -> Classifier {
    Classifier::train(examples, Some(Arc::new(Synonyms)), vectors).unwrap()
}

fn best(ranking: &Ranking) -> &str {
    &ranking.best().unwrap().label
}

fn probability(ranking: &Ranking, label: &str) -> f32 {
    let intent = ranking.intents.iter().find(|one| one.label == label);
    intent.unwrap().probability
}

/// What holds for every ranking of every text.
fn assert_sound(ranking: &Ranking) {
    let all: f32 = ranking.intents.iter().map(|one| one.probability).sum();
    assert!((all - 1.0).abs() < 1e-3, "{ranking:?}");
    assert!((0.0..=1.0).contains(&ranking.in_scope), "{ranking:?}");
    let falling = ranking
        .intents
        .is_sorted_by(|a, b| a.probability >= b.probability);
    assert!(falling, "{ranking:?}");
}

#[test]
fn a_customer_is_understood_by_words_alone() {
    let classifier = by_words(&shop());
    assert_eq!(classifier.basis(), Basis::Words);
    for (text, label) in [
        ("I would like to return a jacket", RETURN),
        ("where is my package?", STATUS),
        ("pls CANCEL the order", CANCEL),
        ("returning the shoes", RETURN),
    ] {
        let ranking = classifier.classify(text);
        assert_eq!(best(&ranking), label, "{ranking:?}");
        assert_eq!(ranking.basis, Basis::Words);
    }
}

#[test]
fn a_customer_who_uses_other_words_is_understood_by_what_they_mean() {
    let classifier = by_meaning(&shop(), &mut Vectors::default());
    assert_eq!(classifier.basis(), Basis::WordsAndMeaning);
    for (text, label) in [
        ("whereabouts?", STATUS),
        ("revoke!", CANCEL),
        ("retour", RETURN),
    ] {
        let ranking = classifier.classify(text);
        assert_eq!(best(&ranking), label, "{ranking:?}");
        assert_eq!(ranking.basis, Basis::WordsAndMeaning);
    }
}

#[test]
fn somebody_who_asks_for_the_weather_is_less_in_scope_than_a_customer() {
    for classifier in [
        by_words(&shop()),
        by_meaning(&shop(), &mut Vectors::default()),
    ] {
        let weather = classifier
            .classify("will there be rain in Lisbon tomorrow")
            .in_scope;
        let customer = classifier.classify("please track my order").in_scope;
        assert!(customer > weather + 0.1, "{customer} {weather}");
    }
}

#[test]
fn what_was_named_as_outside_is_outside() {
    let mut examples = shop();
    let text = "where is your office";
    let before = by_words(&examples).classify(text).in_scope;
    for other in [
        "where is your office",
        "where are your offices",
        "which city is your office in",
    ] {
        examples.add_outside(other);
    }
    let after = by_words(&examples).classify(text).in_scope;
    assert!(after < before / 2.0, "{before} {after}");
}

#[test]
fn what_speaks_against_a_label_makes_it_less_probable() {
    let mut examples = shop();
    let text = "I sent my order back, where is my refund";
    let before = probability(&by_words(&examples).classify(text), RETURN);
    examples.add_against(RETURN, "I sent my order back and wait for the refund");
    examples.add_against("unknown_label", "says nothing");
    let classifier = by_words(&examples);
    let after = probability(&classifier.classify(text), RETURN);
    assert!(after < before, "{before} {after}");
    assert_eq!(classifier.labels(), [CANCEL, STATUS, RETURN]);
}

#[test]
fn a_text_without_words_is_about_nothing() {
    let classifier = by_meaning(&shop(), &mut Vectors::default());
    for text in ["", "   ", "?!", "🙂🙂", "\u{0}"] {
        let ranking = classifier.classify(text);
        assert_eq!(ranking.in_scope, 0.0, "{text:?}");
        assert_sound(&ranking);
    }
}

#[test]
fn a_classifier_without_labels_finds_everything_out_of_scope() {
    let empty = by_words(&Examples::default());
    for classifier in [empty, Classifier::without_labels()] {
        let ranking = classifier.classify("where is my order");
        assert_eq!(ranking.best(), None);
        assert_eq!(ranking.in_scope, 0.0);
    }
}

#[test]
fn a_single_label_is_the_best_of_all_and_still_not_always_meant() {
    let classifier = by_words(&Examples::from_iter([(STATUS, "where is my order")]));
    let sure = classifier.classify("where is my order");
    let strange = classifier.classify("sing me a song");
    assert_eq!(best(&strange), STATUS);
    assert!(
        sure.in_scope > strange.in_scope + 0.2,
        "{sure:?} {strange:?}"
    );
}

#[test]
fn a_model_that_fails_leaves_words() {
    let broken: Arc<dyn SentenceModel> = Arc::new(Broken);
    let refused = Classifier::train(&shop(), Some(broken), &mut Vectors::default());
    assert!(matches!(refused, Err(ModelError::Model(_))));
    let classifier = by_meaning(&shop(), &mut Vectors::default());
    for vector in [None, Some(&[1.0_f32, 2.0][..])] {
        let ranking = classifier.classify_with("where is my order", vector);
        assert_eq!(ranking.basis, Basis::Words);
        assert_eq!(ranking, by_words(&shop()).classify("where is my order"));
    }
}

#[test]
fn vectors_that_were_kept_make_the_same_classifier_without_computing() {
    let mut vectors = Vectors::default();
    let fresh = by_meaning(&shop(), &mut vectors);
    assert_eq!(vectors.len(), SHOP.len());
    let mut kept = Vectors::from_bytes(&vectors.to_bytes()).unwrap();
    assert_eq!(kept, vectors);

    /// Has the other's name and would fail if it were asked.
    struct NeverAsked;
    impl SentenceModel for NeverAsked {
        fn name(&self) -> &str {
            Synonyms.name()
        }
        fn vector(&self, text: &str) -> Result<Vec<f32>, ModelError> {
            Err(ModelError::Model(format!("{text} was asked for again")))
        }
    }
    let again = Classifier::train(&shop(), Some(Arc::new(NeverAsked)), &mut kept).unwrap();
    let vector = Synonyms.vector("revoke it").unwrap();
    assert_eq!(
        again.classify_with("revoke it", Some(&vector)),
        fresh.classify("revoke it")
    );
}

#[test]
fn vectors_of_another_model_are_forgotten() {
    let mut vectors = Vectors::default();
    by_meaning(&shop(), &mut vectors);
    assert!(vectors.of("where is it", &Broken).is_err());
    assert!(vectors.is_empty());
}

#[test]
fn broken_stored_vectors_are_none() {
    let mut vectors = Vectors::default();
    by_meaning(&shop(), &mut vectors);
    let bytes = vectors.to_bytes();
    assert_eq!(Vectors::from_bytes(&bytes[..bytes.len() - 1]), None);
    assert_eq!(Vectors::from_bytes(&bytes[1..]), None);
    let mut infinite = bytes;
    let end = infinite.len();
    infinite[end - 4..].copy_from_slice(&f32::INFINITY.to_le_bytes());
    assert_eq!(Vectors::from_bytes(&infinite), None);
}

#[test]
fn the_end_of_an_endless_message_does_not_count() {
    let classifier = by_words(&shop());
    let long = "where is my order. ".repeat(120);
    let endless = format!("{long}{}", "cancel ".repeat(200_000));
    assert_eq!(best(&classifier.classify(&endless)), STATUS);
    assert_sound(&classifier.classify(&"x".repeat(1_000_000)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_order_of_examples_and_saying_them_twice_does_not_matter(
        order in Just(SHOP.to_vec()).prop_shuffle(),
        twice in 0..SHOP.len(),
        text in "[a-z ]{0,40}|where is my (order|jacket)",
    ) {
        let examples: Examples = order.into_iter().chain([SHOP[twice]]).collect();
        let mut vectors = Vectors::default();
        prop_assert_eq!(by_words(&examples).classify(&text), by_words(&shop()).classify(&text));
        prop_assert_eq!(
            by_meaning(&examples, &mut vectors).classify(&text),
            by_meaning(&shop(), &mut Vectors::default()).classify(&text)
        );
    }

    #[test]
    fn any_text_has_a_sound_ranking(text in any::<String>()) {
        assert_sound(&by_words(&shop()).classify(&text));
        assert_sound(&by_meaning(&shop(), &mut Vectors::default()).classify(&text));
    }

    #[test]
    fn any_examples_can_be_learnt(
        texts in proptest::collection::vec((0..4_u8, 0..3_u8, any::<String>()), 0..12),
        text in any::<String>(),
    ) {
        let mut examples = Examples::default();
        for (label, kind, text) in &texts {
            match kind {
                0 => examples.add(label.to_string(), text),
                1 => examples.add_against(label.to_string(), text),
                _ => examples.add_outside(text),
            }
        }
        let classifier = by_words(&examples);
        let ranking = classifier.classify(&text);
        if classifier.labels().is_empty() {
            prop_assert_eq!(ranking.in_scope, 0.0);
        } else {
            assert_sound(&ranking);
        }
    }

    #[test]
    fn any_bytes_are_vectors_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let mut stored = b"throughline vectors 1\n".to_vec();
        stored.extend(bytes);
        let _ = Vectors::from_bytes(&stored);
    }
}
