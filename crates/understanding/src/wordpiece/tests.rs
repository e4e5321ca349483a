#![expect(clippy::unwrap_used, reason = "a failed reading is a failed test")]
use super::*;
use proptest::prelude::*;

const VOCABULARY: &str = include_str!("../../tests/fixtures/wordpiece/vocab.txt");
const GOLDEN: &str = include_str!("../../tests/fixtures/wordpiece/golden.json");

#[derive(serde::Deserialize)]
struct Golden {
    text: String,
    pieces: Vec<String>,
}

fn words() -> WordPiece {
    WordPiece::from_vocabulary(VOCABULARY).unwrap()
}

fn pieces(text: &str, limit: usize) -> Vec<&'static str> {
    let all: Vec<&str> = VOCABULARY.lines().collect();
    words()
        .encode(text, limit)
        .into_iter()
        .map(|id| all[usize::try_from(id).unwrap()])
        .collect()
}

#[test]
fn texts_in_many_scripts_are_cut_as_the_reference_does() {
    let golden: Vec<Golden> = serde_json::from_str(GOLDEN).unwrap();
    assert!(golden.len() > 25);
    for Golden { text, pieces: want } in golden {
        assert_eq!(pieces(&text, 1_000), want, "{text:?}");
    }
}

#[test]
fn a_customer_cannot_write_control_tokens() {
    let ids = words().encode("[SEP] [CLS]", 100);
    assert_eq!(ids.iter().filter(|id| **id == words().end).count(), 1);
    assert_eq!(ids.iter().filter(|id| **id == words().start).count(), 1);
}

#[test]
fn a_long_message_is_cut_off_and_still_ends() {
    let ids = pieces(&"return ".repeat(10_000), 6);
    assert_eq!(
        ids,
        ["[CLS]", "return", "return", "return", "return", "[SEP]"]
    );
}

#[test]
fn of_a_long_question_the_beginning_and_the_end_are_read() {
    let all: Vec<&str> = VOCABULARY.lines().collect();
    let text = format!("my order {}i want to return", "x ".repeat(500));
    let read: Vec<&str> = words()
        .encode_ends(&text, 9)
        .into_iter()
        .map(|id| all[usize::try_from(id).unwrap()])
        .collect();
    let whole = pieces(&text, 2_000);
    assert_eq!(read[..6], whole[..6]);
    assert_eq!(read[6..], whole[whole.len() - 3..]);
    assert_eq!(
        words().encode_ends("my order", 9),
        words().encode("my order", 9)
    );
}

#[test]
fn a_vocabulary_of_another_model_is_refused() {
    let error = WordPiece::from_vocabulary("a\nb\n").err().unwrap();
    assert!(error.to_string().contains("[CLS]"), "{error}");
}

proptest! {
    #[test]
    fn any_text_gives_at_most_the_limit(text in "\\PC{0,300}", limit in 2_usize..40) {
        let ids = words().encode(&text, limit);
        prop_assert!(ids.len() <= limit && ids.len() >= 2);
        prop_assert_eq!(ids[0], words().start);
        prop_assert_eq!(*ids.last().unwrap(), words().end);
    }

    #[test]
    fn what_fits_does_not_depend_on_the_limit(text in "[a-zé ,.]{0,200}", limit in 2_usize..60) {
        let all = words().encode(&text, 1_000);
        let some = words().encode(&text, limit);
        prop_assert_eq!(&all[..some.len() - 1], &some[..some.len() - 1]);
    }
}
