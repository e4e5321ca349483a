//! `throughline simulate routing`, as an operator asks it how many agents are enough.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::process::{Command, Output};

/// Asks about a centre, watched for two hours, twice.
fn run(centre: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_throughline"))
        .args(["simulate", "routing", "--hours", "2", "--runs", "2"])
        .args(centre)
        .output()
        .unwrap()
}

/// What it answers.
fn says(centre: &[&str]) -> String {
    let output = run(centre);
    assert!(output.status.success(), "{centre:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Why it does not answer.
fn refuses(centre: &[&str]) -> String {
    let output = run(centre);
    assert!(!output.status.success(), "{centre:?}: {output:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// How long customers wait on average, in seconds.
fn average_wait(answer: &str) -> f64 {
    let line = answer.lines().find(|line| line.starts_with("average wait"));
    let figure = line.and_then(|line| line.split_whitespace().nth(3));
    figure.unwrap().parse().unwrap()
}

#[test]
fn an_operator_reads_how_long_customers_would_wait() {
    let calls = ["--calls", "orders:120:180", "--patience", "180"];
    let answer = says(&[&calls[..], &["--agents", "9"]].concat());
    let lines: Vec<&str> = answer.lines().collect();
    let told = [
        "customers ",
        "wait at all ",
        "average wait (s) ",
        "answered within 20 s ",
        "gave up ",
        "agents' time talking ",
        "theory says ",
    ];
    assert_eq!(lines.len(), told.len(), "{answer}");
    for (line, begins) in lines.iter().zip(told) {
        assert!(line.starts_with(begins), "{answer}");
    }
    assert!(lines[1..6].iter().all(|line| line.contains(" ± ")));
    assert!(
        lines[6].contains("0.1528 wait, 4.84 s on average, 0.0269 give up"),
        "{answer}"
    );

    let again = says(&[&calls[..], &["--agents", "9"]].concat());
    assert_eq!(again, answer, "the same customers call again");
    let more = says(&[&calls[..], &["--agents", "14"]].concat());
    assert!(
        average_wait(&more) < average_wait(&answer),
        "{answer}{more}"
    );
}

#[test]
fn agents_of_several_skills_have_no_theory_beside_them() {
    let answer = says(&[
        "--calls",
        "orders:60:180",
        "--calls",
        "returns:60:180",
        "--agents",
        "4:orders",
        "--agents",
        "5:orders+returns",
    ]);
    assert!(answer.contains("gave up              0.0000"), "{answer}");
    assert!(!answer.contains("theory"), "{answer}");
}

#[test]
fn what_cannot_be_simulated_is_told_in_words() {
    let nobody_calls = refuses(&["--calls", "orders:120:180", "--agents", "3:refunds"]);
    assert!(
        nobody_calls.contains("agents take 'refunds', and there are no such calls"),
        "{nobody_calls}"
    );
    let how_long = refuses(&["--calls", "orders:120", "--agents", "3"]);
    assert!(
        how_long.contains("give name:per hour:seconds, such as returns:240:180"),
        "{how_long}"
    );
}
