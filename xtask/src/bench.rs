//! `cargo xtask bench`: measurements, in release builds.

use crate::command::{Outcome, run as run_command};
use crate::postgres::{Server, VARIABLE};
use crate::visit::Visit;
use crate::workspace::cargo;

/// No examples of a package: browsers visit the demo shop. Each is a script in `tests/journeys/browser`.
const VISITS: &[(&str, &str)] = &[
    // From the Enter key in the widget to the screen of the desk.
    ("live", "live.mjs"),
    // A conversation of very many entries at the desk.
    ("timeline", "timeline.mjs"),
];

/// One measurement: a program among the examples of a package.
struct Bench {
    name: &'static str,
    package: &'static str,
    example: &'static str,
    needs_postgres: bool,
    /// Measures the server itself, which is then built first.
    needs_server: bool,
}

const BENCHES: &[Bench] = &[
    Bench {
        name: "identity",
        package: "throughline-identity",
        example: "bench_identity",
        needs_postgres: false,
        needs_server: false,
    },
    Bench {
        name: "ingest",
        package: "journeys",
        example: "bench_ingest",
        needs_postgres: true,
        needs_server: true,
    },
    Bench {
        name: "crash",
        package: "journeys",
        example: "crash",
        needs_postgres: true,
        needs_server: true,
    },
    Bench {
        name: "policy",
        package: "throughline-policy",
        example: "bench_policy",
        needs_postgres: false,
        needs_server: false,
    },
    Bench {
        name: "knowledge",
        package: "throughline-knowledge",
        example: "bench_knowledge",
        needs_postgres: false,
        needs_server: false,
    },
    Bench {
        name: "understanding",
        package: "throughline-understanding",
        example: "bench_understanding",
        needs_postgres: false,
        needs_server: false,
    },
    Bench {
        name: "routing",
        package: "throughline-routing",
        example: "bench_routing",
        needs_postgres: false,
        needs_server: false,
    },
    Bench {
        name: "dispatch",
        package: "throughline-engine",
        example: "bench_dispatch",
        needs_postgres: true,
        needs_server: false,
    },
];

/// Runs one of them, with the arguments that follow its name.
///
/// # Errors
/// When there is none of that name, or it fails.
pub fn run(arguments: &[String]) -> Outcome {
    let (name, rest) = arguments
        .split_first()
        .ok_or_else(|| format!("name what to measure: {}", names()))?;
    if let Some(&(_, script)) = VISITS.iter().find(|(visit, _)| visit == name) {
        let visit = Visit {
            script,
            release: true,
            pictures: None,
            arguments: rest,
        };
        return visit.make();
    }
    let bench = BENCHES
        .iter()
        .find(|bench| bench.name == name)
        .ok_or_else(|| format!("there is no benchmark '{name}'; use one of {}", names()))?;
    let server = bench
        .needs_postgres
        .then(Server::find_or_start)
        .transpose()?;
    if bench.needs_server {
        run_command(cargo().args(["build", "--release", "--package", "throughline"]))?;
    }
    let mut command = cargo();
    command.args([
        "run",
        "--release",
        "--package",
        bench.package,
        "--example",
        bench.example,
    ]);
    command.arg("--").args(rest);
    if let Some(server) = &server {
        command.env(VARIABLE, server.url());
    }
    run_command(&mut command)
}

fn names() -> String {
    let benches = BENCHES.iter().map(|bench| bench.name);
    let visits = VISITS.iter().map(|(name, _)| *name);
    benches.chain(visits).collect::<Vec<_>>().join(", ")
}
