//! Segments are counted as Twilio's own calculator counts them.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[path = "sms/counterpart.rs"]
mod counterpart;
#[path = "sms/program.rs"]
mod program;

use proptest::prelude::*;
use std::process::Command;
use throughline_channels::sms::segments::{Encoding, count};

/// Made by tests/counterparts/sms/segments_golden.mjs.
const GOLDEN: &str = include_str!("../../../tests/counterparts/sms/segments_golden.tsv");

/// Every line on which we and the calculator differ.
fn differences(table: &str) -> Vec<String> {
    table
        .lines()
        .filter_map(|line| {
            let mut columns = line.splitn(3, '\t');
            let encoding = match columns.next().unwrap() {
                "GSM-7" => Encoding::Gsm7,
                "UCS-2" => Encoding::Ucs2,
                other => panic!("unknown encoding {other}"),
            };
            let segments: u32 = columns.next().unwrap().parse().unwrap();
            let text: String = serde_json::from_str(columns.next().unwrap()).unwrap();
            let ours = count(&text);
            ((ours.encoding, ours.count) != (encoding, segments))
                .then(|| format!("{text:?}: {ours:?}, not {encoding:?} {segments}"))
        })
        .collect()
}

#[test]
fn every_text_of_the_golden_table_costs_what_the_provider_says() {
    assert!(GOLDEN.lines().count() > 1000);
    let wrong = differences(GOLDEN);
    assert!(
        wrong.is_empty(),
        "{} differ, first {}",
        wrong.len(),
        wrong[0]
    );
}

/// What a script of the counterparts writes.
fn node(script: &str, arguments: &[&str]) -> String {
    let mut command = Command::new("node");
    command
        .arg(counterpart::folder().join(script))
        .args(arguments);
    program::output(command, "")
}

#[test]
fn thousands_of_fresh_texts_cost_what_the_calculator_says() {
    let table = node("segments_golden.mjs", &["6000", "20260101"]);
    let wrong = differences(&table);
    assert!(
        wrong.is_empty(),
        "{} of {} differ, first {}",
        wrong.len(),
        table.lines().count(),
        wrong[0]
    );
}

#[test]
fn the_committed_tables_are_what_their_scripts_write() {
    assert_eq!(node("segments_golden.mjs", &[]), GOLDEN);
    let clusters = include_str!("../src/sms/segments/cluster_table.rs");
    assert_eq!(node("cluster_table.mjs", &[]), clusters);
}

#[test]
fn the_known_limits_hold() {
    let cases = [
        ("", Encoding::Gsm7, 1),
        (&"a".repeat(160), Encoding::Gsm7, 1),
        (&"a".repeat(161), Encoding::Gsm7, 2),
        (&"a".repeat(306), Encoding::Gsm7, 2),
        (&"a".repeat(307), Encoding::Gsm7, 3),
        (&"€".repeat(80), Encoding::Gsm7, 1),
        // 153 is odd: an escape never parts from what it escapes, so a part holds 76.
        (&"€".repeat(152), Encoding::Gsm7, 2),
        (&"€".repeat(153), Encoding::Gsm7, 3),
        (&"ж".repeat(70), Encoding::Ucs2, 1),
        (&"ж".repeat(71), Encoding::Ucs2, 2),
        (&"ж".repeat(135), Encoding::Ucs2, 3),
        // 67 is odd as well: 33 emoji a part.
        (&"👍".repeat(66), Encoding::Ucs2, 2),
        (&"👍".repeat(67), Encoding::Ucs2, 3),
    ];
    for (text, encoding, parts) in cases {
        let ours = count(text);
        assert_eq!((ours.encoding, ours.count), (encoding, parts), "{text}");
    }
}

proptest! {
    #[test]
    fn more_text_never_costs_less_and_never_more_than_its_units_allow(text in "\\PC{0,400}", more in "[a-z]{0,40}") {
        let before = count(&text).count;
        let both = format!("{text}{more}");
        let after = count(&both).count;
        prop_assert!(after >= before);
        prop_assert!(after as usize <= both.encode_utf16().count().max(1));
    }
}
