//! `throughline.example.toml` is generated, complete and true.
#![expect(clippy::unwrap_used, reason = "a failed reading is a failed test")]

use std::path::Path;
use throughline_config::{Config, Severity, example_toml, parse, problems};

/// Where the file stands; `cargo xtask generate` sets the variable that has it written.
const COMMITTED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../throughline.example.toml"
);

#[test]
fn the_committed_example_is_up_to_date() {
    if std::env::var_os("THROUGHLINE_WRITE_GENERATED").is_some() {
        std::fs::write(COMMITTED, example_toml()).unwrap();
    }
    let committed = std::fs::read_to_string(Path::new(COMMITTED)).unwrap();
    assert!(
        committed == example_toml(),
        "throughline.example.toml differs from the settings; run `cargo xtask generate`"
    );
}

#[test]
fn the_example_as_it_stands_changes_nothing() {
    let config = parse(&example_toml(), std::iter::empty()).unwrap();
    assert_eq!(format!("{config:?}"), format!("{:?}", Config::default()));
}

/// Takes the comment signs off every key and table, in place of the secrets a value each.
fn in_force(example: &str) -> String {
    let mut text = String::new();
    for line in example.lines() {
        let bare = line.strip_prefix('#').filter(|rest| {
            rest.starts_with('[') || rest.starts_with(|c: char| c.is_ascii_lowercase())
        });
        text.push_str(bare.unwrap_or(line));
        text.push('\n');
    }
    text
}

#[test]
fn every_line_of_the_example_may_be_put_in_force() {
    let names = [
        "POSTGRES_PASSWORD",
        "S3_SECRET_ACCESS_KEY",
        "THROUGHLINE_SECRET_KEY",
        "SMTP_PASSWORD",
        "METRICS_TOKEN",
        "CHAT_JWT_KEY",
        "IMAP_PASSWORD",
        "TWILIO_AUTH_TOKEN",
        "TWILIO_API_KEY_SECRET",
        "LANGUAGE_MODEL_KEY",
    ];
    let value = "0123456789abcdef0123456789abcdef";
    let env = names.map(|name| (name.to_owned(), value.to_owned()));
    let errors = parse(&in_force(&example_toml()), env.into_iter()).unwrap_err();
    // The example names files that exist nowhere, shows the tables of all channels in one endpoint,
    // and an endpoint it does not define; nothing else may be wrong with it.
    for problem in errors.problems() {
        let excused = problem.problem.contains("cannot be read")
            || problem.problem.contains("the endpoint's channel is")
            || problem.problem.contains("there is no email endpoint named");
        assert!(excused, "{problem}");
    }
}

#[test]
fn every_key_is_documented() {
    let example = example_toml();
    let lines: Vec<&str> = example.lines().collect();
    let keys = lines
        .windows(2)
        .filter(|pair| pair[1].starts_with('#') && !pair[1].starts_with("# ") && pair[1].len() > 1);
    let mut seen = 0;
    for pair in keys {
        seen += 1;
        assert!(
            pair[0].starts_with("# "),
            "'{}' has no documentation",
            pair[1]
        );
    }
    assert!(seen > 60, "only {seen} keys were found");
}

#[test]
fn the_defaults_need_no_attention() {
    let found = problems(&Config::default());
    assert!(
        found
            .iter()
            .all(|problem| problem.severity == Severity::Warning)
    );
    assert_eq!(found, vec![]);
}
