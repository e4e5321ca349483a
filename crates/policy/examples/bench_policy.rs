//! `cargo xtask bench policy [<folder>]`: replays the public data through facts and policy, and measures the speed.
//!
//! The folder has `users.json`, `orders.json`, `products.json`, `retail_tasks_train.json` and
//! `retail_tasks_dev.json` of tau-bench's retail domain (see `tests/fixtures/retail/README.md`). Without one, the part
//! kept in the repository is replayed, which is said.
#![expect(clippy::print_stdout, reason = "this is a report for a terminal")]

#[path = "../tests/harness/demo.rs"]
mod demo;
#[path = "../tests/harness/mutants.rs"]
mod mutants;
#[path = "../tests/harness/replay.rs"]
mod replay;
#[path = "../tests/harness/retail.rs"]
mod retail;

use replay::Outcome;
use retail::{Shop, known, tasks};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use throughline_policy::{Policy, Request};

const VARIABLE: &str = "THROUGHLINE_RETAIL_DATA";

/// One set of tasks and the share of it that must be permitted.
struct Set {
    file: &'static str,
    at_least: usize,
    of: usize,
}

fn main() -> ExitCode {
    let policy = demo::policy();
    println!(
        "policy {}, {} rules",
        policy.version().short(),
        policy.rules().len()
    );
    let given = std::env::args()
        .nth(1)
        .or_else(|| std::env::var(VARIABLE).ok());
    let (folder, sets) = match &given {
        Some(folder) => (PathBuf::from(folder), whole()),
        None => {
            println!(
                "no data set named (as an argument or in {VARIABLE}): this is the part kept in the repository"
            );
            (
                Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/retail"),
                part(),
            )
        }
    };
    match replay_all(&policy, &folder, &sets) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn whole() -> Vec<Set> {
    let set = |file, at_least, of| Set { file, at_least, of };
    vec![
        set("retail_tasks_train.json", 724, 768),
        set("retail_tasks_dev.json", 25, 25),
    ]
}

fn part() -> Vec<Set> {
    vec![Set {
        file: "tasks.json",
        at_least: 66,
        of: 73,
    }]
}

fn replay_all(policy: &Policy, folder: &Path, sets: &[Set]) -> Result<bool, String> {
    let shop = Shop::read(folder)?;
    let mut good = true;
    let mut wrong = 0;
    let mut requests = Vec::new();
    for set in sets {
        let tasks = tasks(folder, set.file)?;
        let outcome = replay::run(policy, &shop, &tasks);
        good &= report(set, &outcome);
        wrong += outcome.mutants().0;
        for task in &tasks {
            let calls = task.actions.iter();
            requests.extend(calls.map(|call| shop.request(&known(&task.user_id), call)));
        }
    }
    println!("{wrong} wrong actions in all");
    let rate = speed(policy, &requests);
    println!("{rate:.0} decisions/s on one core, facts included");
    Ok(good && rate >= 20_000.0)
}

fn report(set: &Set, outcome: &Outcome) -> bool {
    let (wrong, denied) = outcome.mutants();
    println!(
        "{}: {} of {} correct actions permitted, {denied} of {wrong} wrong ones denied",
        set.file, outcome.permitted, outcome.actions
    );
    for (rules, count) in &outcome.denied_for {
        println!("  {count} correct ones denied for {rules}");
    }
    for (what, (count, denied)) in &outcome.mutants {
        println!("  {denied} of {count} with {what} denied");
    }
    for leak in outcome.leaks.iter().take(10) {
        println!("  LEAK {leak}");
    }
    println!(
        "  {} of {} requests decided alike on every channel",
        outcome.on_channels - outcome.differing,
        outcome.on_channels
    );
    outcome.actions == set.of
        && outcome.permitted >= set.at_least
        && denied == wrong
        && outcome.leaks.is_empty()
        && outcome.differing == 0
}

/// Decisions per second of one core, over the same requests again and again. What other programs take of the core
/// meanwhile does not count, where the system tells it.
fn speed(policy: &Policy, requests: &[Request]) -> f64 {
    let (begun, spent) = (Instant::now(), on_core());
    let mut decided = 0_u32;
    while begun.elapsed() < Duration::from_secs(3) {
        for request in requests {
            black_box(policy.decide(black_box(request)));
            decided += 1;
        }
    }
    let seconds = match (spent, on_core()) {
        (Some(before), Some(after)) => (after - before).as_secs_f64(),
        _ => begun.elapsed().as_secs_f64(),
    };
    f64::from(decided) / seconds
}

/// How long this thread has been on a core, as Linux tells it.
fn on_core() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = told.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}
