//! `cargo xtask bench crash [--kills N] [--seed N] [--engine sqlite|postgres]`: the drill at full length.
#![expect(clippy::print_stdout, reason = "this is a command for a terminal")]

use journeys::drill::{Plan, run};
use std::process::ExitCode;
use throughline_storage::Engine;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)
    };
    let number = |name: &str, usual: u64| match value(name).map(|text| text.parse()) {
        None => Ok(usual),
        Some(Ok(number)) => Ok(number),
        Some(Err(_)) => Err(format!("{name} needs a number")),
    };
    let (kills, seed) = match (number("--kills", 200), number("--seed", 1)) {
        (Ok(kills), Ok(seed)) => (kills, seed),
        (Err(problem), _) | (_, Err(problem)) => {
            eprintln!("{problem}");
            return ExitCode::FAILURE;
        }
    };
    let engines: &[Engine] = match value("--engine").map(String::as_str) {
        Some("sqlite") => &[Engine::Sqlite],
        Some("postgres") => &[Engine::Postgres],
        _ => &[Engine::Sqlite, Engine::Postgres],
    };
    let mut clean = true;
    for engine in engines {
        let plan = Plan {
            seed,
            ..Plan::new(*engine, u32::try_from(kills).unwrap_or(u32::MAX))
        };
        println!("{engine:?}, seed {seed}");
        let report = run(&plan, |progress| eprintln!("  {progress}")).await;
        println!(
            "{report}{}\n",
            if report.is_clean() {
                "every promise kept"
            } else {
                "PROMISES BROKEN"
            }
        );
        clean &= report.is_clean();
    }
    if clean {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
