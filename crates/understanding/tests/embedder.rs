//! The sentence model, where its weights are: `THROUGHLINE_TEST_MODELS` names the directory of all models.
#![expect(clippy::unwrap_used, reason = "a failed reading is a failed test")]

use std::path::{Path, PathBuf};
use std::thread;
use throughline_understanding::{DIMENSIONS, Embedder, ModelError};

/// None where no weights were fetched; the tests then say so and have nothing to check.
fn embedder() -> Option<Embedder> {
    let Some(models) = std::env::var_os("THROUGHLINE_TEST_MODELS") else {
        eprintln!("THROUGHLINE_TEST_MODELS is not set: nothing is checked here");
        return None;
    };
    Some(Embedder::load(&PathBuf::from(models).join("minilm")).unwrap())
}

fn cosine(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

#[test]
fn a_directory_without_weights_is_an_error_that_says_what_to_do() {
    let error = Embedder::load(Path::new("/nowhere")).unwrap_err();
    assert!(matches!(error, ModelError::File { .. }));
    assert!(error.to_string().contains("cargo xtask weights"), "{error}");
}

#[test]
fn questions_of_one_meaning_point_the_same_way() {
    let Some(embedder) = embedder() else { return };
    let vector = |text: &str| embedder.embed(text).unwrap();
    let wish = vector("I want to return my headphones");
    let same = cosine(&wish, &vector("how do I send an item back"));
    let other = cosine(&wish, &vector("what is the weather in Paris"));
    assert!(same > other + 0.25, "{same} {other}");
    assert_eq!(wish.len(), DIMENSIONS);
    assert!((cosine(&wish, &wish) - 1.0).abs() < 1e-5);
}

#[test]
fn vectors_do_not_depend_on_neighbours_threads_or_calls() {
    let Some(embedder) = embedder() else { return };
    let texts = [
        "Where is my parcel?",
        "x",
        "I was charged twice. ".repeat(15).leak(),
    ];
    let alone: Vec<_> = texts
        .iter()
        .map(|text| embedder.embed(text).unwrap())
        .collect();
    assert_eq!(embedder.embed_batch(&texts).unwrap(), alone);
    thread::scope(|scope| {
        let tasks: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| embedder.embed(texts[0]).unwrap()))
            .collect();
        for task in tasks {
            assert_eq!(task.join().unwrap(), alone[0]);
        }
    });
}

#[test]
fn anything_may_be_embedded() {
    let Some(embedder) = embedder() else { return };
    let long = "word ".repeat(2_000);
    for text in [
        "",
        " ",
        "\u{0}",
        "我想退货",
        "🙂🙂",
        &long,
        &"x".repeat(10_000),
    ] {
        let vector = embedder.embed(text).unwrap();
        assert!(vector.iter().all(|value| value.is_finite()));
    }
}
