//! What customers write, and whether it is a wish to be left alone.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use proptest::prelude::*;
use throughline_channels::sms::opt_out::{Wish, wish};

const WISHES: &str = include_str!("fixtures/sms/wishes.tsv");
const HELD_OUT: &str = include_str!("fixtures/sms/wishes_held_out.tsv");

fn phrases(
    table: &'static str,
) -> impl Iterator<Item = (Option<Wish>, &'static str, &'static str)> {
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let mut columns = line.splitn(3, '\t');
            let wanted = match columns.next().unwrap() {
                "stop" => Some(Wish::Stop),
                "start" => Some(Wish::Start),
                "help" => Some(Wish::Help),
                "none" => None,
                other => panic!("unknown wish {other}"),
            };
            (wanted, columns.next().unwrap(), columns.next().unwrap())
        })
}

fn misunderstood(table: &'static str) -> Vec<String> {
    phrases(table)
        .filter(|(wanted, _, text)| wish(text) != *wanted)
        .map(|(wanted, language, text)| {
            format!("{language} {text:?}: {:?}, wanted {wanted:?}", wish(text))
        })
        .collect()
}

#[test]
fn customers_are_understood_in_six_languages() {
    assert!(phrases(WISHES).count() >= 120);
    for table in [WISHES, HELD_OUT] {
        let wrong = misunderstood(table);
        assert!(
            wrong.is_empty(),
            "{} misunderstood:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
    }
}

#[test]
fn capitals_and_marks_change_no_wish() {
    for (wanted, _, text) in phrases(WISHES).chain(phrases(HELD_OUT)) {
        assert_eq!(wish(&text.to_uppercase()), wanted, "{text} in capitals");
        assert_eq!(wish(&format!("  {text}  ")), wanted, "{text} with blanks");
    }
}

#[test]
fn a_very_long_text_is_read_in_bounded_time() {
    let long = "please stop ".repeat(10_000);
    assert_eq!(wish(&long), Some(Wish::Stop));
    assert_eq!(wish(&"do not ".repeat(20_000)), None);
}

proptest! {
    #[test]
    fn any_text_is_read_without_harm(text in "\\PC{0,300}") {
        let _ = wish(&text);
    }

    #[test]
    fn an_order_number_after_a_support_request_is_no_wish(number in 0u32..) {
        prop_assert_eq!(wish(&format!("Please cancel my order {number}")), None);
    }
}
