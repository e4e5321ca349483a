//! `cargo xtask test`: everything that must hold before a change is kept.

use crate::command::{Outcome, run as run_command, run_reading};
use crate::postgres::{Server, VARIABLE};
use crate::steps::{Done, Step, run as run_steps};
use crate::weights;
use crate::workspace::{cargo, executable, root, target_dir};
use crate::{licences, node, python, system};
use std::path::PathBuf;
use std::process::Command;

/// What earlier steps hand to the tests, and what the tests came to.
#[derive(Default)]
struct State {
    wish: Wish,
    python: Option<PathBuf>,
    server: Option<Server>,
    count: Count,
}

/// What was asked for on the command line.
#[derive(Default)]
struct Wish {
    only: Vec<String>,
    skip: Vec<String>,
    package: Option<String>,
    filter: Vec<String>,
}

/// Tests that passed and failed, summed over all test binaries.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Count {
    passed: u64,
    failed: u64,
}

const SETUP: &[&str] = &["system", "python", "node", "web", "postgres", "tests"];

const STEPS: &[Step<'static, State>] = &[
    Step {
        name: "fmt",
        needs: &[],
        act: &|_| check_format(),
    },
    Step {
        name: "licences",
        needs: &[],
        act: &|_| licences::check().map(|()| Done::All),
    },
    Step {
        name: "system",
        needs: &[],
        act: &|_| system::install().map(|()| Done::All),
    },
    Step {
        name: "python",
        needs: &["system"],
        act: &prepare_python,
    },
    Step {
        name: "node",
        needs: &[],
        act: &|_| node::install("tests/counterparts").map(found),
    },
    Step {
        name: "web",
        needs: &[],
        act: &|_| node::build_web().map(found),
    },
    Step {
        name: "clippy",
        needs: &[],
        act: &|_| lint(),
    },
    Step {
        name: "build",
        needs: &[],
        act: &|_| build(),
    },
    Step {
        name: "postgres",
        needs: &["system"],
        act: &start_postgres,
    },
    Step {
        name: "tests",
        needs: &["build", "python", "node", "web", "postgres"],
        act: &test,
    },
    Step {
        name: "doc",
        needs: &[],
        act: &|_| document(),
    },
    Step {
        name: "web-check",
        needs: &["web"],
        act: &|_| node::check_web().map(found),
    },
];

/// Runs the steps asked for, then says how each went and how many tests passed and failed.
///
/// # Errors
/// When any step failed.
pub fn run(arguments: &[String]) -> Outcome {
    if arguments.iter().any(|argument| argument == "--list") {
        STEPS.iter().for_each(|step| println!("{}", step.name));
        return Ok(());
    }
    let mut state = State {
        wish: Wish::read(arguments)?,
        ..State::default()
    };
    let wanted: Vec<&str> = STEPS
        .iter()
        .map(|step| step.name)
        .filter(|name| state.wish.includes(name))
        .collect();
    let summary = run_steps(STEPS, |name| wanted.contains(&name), &mut state);
    drop(state.server.take());
    let failed = summary.failed();
    let count = state.count.with_failed_steps(&failed);
    println!("\n{}", summary.table());
    println!("{} passed, {} failed", count.passed, count.failed);
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("failed: {}", failed.join(", ")))
    }
}

impl Wish {
    fn read(arguments: &[String]) -> Outcome<Self> {
        let mut wish = Self::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut value = || {
                let value = rest
                    .next()
                    .ok_or_else(|| format!("{argument} needs a value"))?;
                Ok::<_, String>(value.clone())
            };
            match argument.as_str() {
                "--only" => wish.only = step_names(&value()?)?,
                "--skip" => wish.skip = step_names(&value()?)?,
                "--package" | "-p" => wish.package = Some(value()?),
                option if option.starts_with('-') => {
                    return Err(format!("unknown option {option}"));
                }
                filter => wish.filter.push(filter.to_owned()),
            }
        }
        Ok(wish)
    }

    /// Part of the tests was asked for: then only these and what they need are run.
    fn is_narrow(&self) -> bool {
        self.package.is_some() || !self.filter.is_empty()
    }

    fn includes(&self, step: &str) -> bool {
        let named = |names: &[String]| names.iter().any(|name| name == step);
        let basis = match self.only.is_empty() {
            true => !self.is_narrow() || SETUP.contains(&step),
            false => named(&self.only),
        };
        basis && !named(&self.skip)
    }
}

fn step_names(text: &str) -> Outcome<Vec<String>> {
    text.split(',')
        .map(|name| match STEPS.iter().any(|step| step.name == name) {
            true => Ok(name.to_owned()),
            false => Err(format!(
                "there is no step '{name}'; see cargo xtask test --list"
            )),
        })
        .collect()
}

impl Count {
    /// Adds the figures of a line like `test result: ok. 3 passed; 0 failed; …`.
    fn add_line(&mut self, line: &str) {
        if !line.starts_with("test result: ") {
            return;
        }
        self.passed += number_before(line, " passed;");
        self.failed += number_before(line, " failed;");
    }

    /// A step that failed counts as one, so that no run with a failure reads like a success.
    fn with_failed_steps(self, steps: &[&str]) -> Self {
        let counted = u64::from(self.failed > 0 && steps.contains(&"tests"));
        let steps = u64::try_from(steps.len()).unwrap_or(u64::MAX);
        Self {
            failed: self.failed + steps - counted,
            ..self
        }
    }
}

fn number_before(line: &str, mark: &str) -> u64 {
    line.split_once(mark)
        .and_then(|(before, _)| before.rsplit(' ').next()?.parse().ok())
        .unwrap_or(0)
}

fn found(there: bool) -> Done {
    match there {
        true => Done::All,
        false => Done::Nothing("there is no package.json"),
    }
}

fn check_format() -> Outcome<Done> {
    run_command(cargo().args(["fmt", "--all", "--check"]))?;
    if root().join("fuzz/Cargo.toml").is_file() {
        run_command(cargo().args(["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"]))?;
    }
    Ok(Done::All)
}

fn lint() -> Outcome<Done> {
    let arguments = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    run_command(cargo().args(arguments)).map(|()| Done::All)
}

fn build() -> Outcome<Done> {
    // With all targets, so that the tests' own dependencies are part of one and the same build.
    run_command(cargo().args(["build", "--workspace", "--all-targets"])).map(|()| Done::All)
}

fn document() -> Outcome<Done> {
    let mut command = cargo();
    command
        .args(["doc", "--workspace", "--no-deps"])
        .env("RUSTDOCFLAGS", "-D warnings");
    run_command(&mut command).map(|()| Done::All)
}

fn prepare_python(state: &mut State) -> Outcome<Done> {
    state.python = python::prepare()?;
    Ok(match state.python {
        Some(_) => Done::All,
        None => Done::Nothing("there is no requirements.txt"),
    })
}

fn start_postgres(state: &mut State) -> Outcome<Done> {
    let server = Server::find_or_start()?;
    println!("PostgreSQL answers");
    state.server = Some(server);
    Ok(Done::All)
}

fn test(state: &mut State) -> Outcome<Done> {
    let mut command = cargo();
    command.args(["test", "--no-fail-fast"]);
    match &state.wish.package {
        Some(package) => command.args(["--package", package]),
        None => command.arg("--workspace"),
    };
    if !state.wish.filter.is_empty() {
        command.arg("--").args(&state.wish.filter);
    }
    add_counterparts(&mut command, state)?;
    let count = &mut state.count;
    run_reading(&mut command, |line| count.add_line(line)).map(|()| Done::All)
}

/// Tells the tests where their counterparts are.
fn add_counterparts(command: &mut Command, state: &State) -> Outcome {
    if let Some(server) = &state.server {
        command.env(VARIABLE, server.url());
    }
    if let Some(python) = &state.python {
        command.env("THROUGHLINE_TEST_PYTHON", python);
    }
    if let Some(chromium) = executable("chromium") {
        command.env("THROUGHLINE_CHROMIUM", chromium);
    }
    // Without it, tests that need it are told by words alone.
    if let Some(model) = weights::fetch()? {
        command.env("THROUGHLINE_TEST_MODEL", model);
    }
    command.env(
        "THROUGHLINE_TEST_BINARY",
        target_dir()?.join("debug/throughline"),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed reading is a failed test")]
    use super::*;

    fn wish(arguments: &[&str]) -> Wish {
        let arguments: Vec<String> = arguments.iter().map(|text| (*text).to_owned()).collect();
        Wish::read(&arguments).unwrap()
    }

    #[test]
    fn results_of_all_test_binaries_are_summed() {
        let mut count = Count::default();
        for line in [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out",
            "a test printed: 9 passed; 9 failed;",
            "test result: FAILED. 12 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
        ] {
            count.add_line(line);
        }
        assert_eq!(
            count,
            Count {
                passed: 15,
                failed: 2
            }
        );
    }

    #[test]
    fn a_failed_step_is_a_failure_even_when_no_test_failed() {
        let green = Count {
            passed: 5,
            failed: 0,
        };
        assert_eq!(green.with_failed_steps(&["clippy", "tests"]).failed, 2);
        let red = Count {
            passed: 5,
            failed: 3,
        };
        assert_eq!(red.with_failed_steps(&["clippy", "tests"]).failed, 4);
        assert_eq!(green.with_failed_steps(&[]), green);
    }

    #[test]
    fn a_filter_asks_for_tests_and_what_they_need() {
        let wish = wish(&["a_customer_who_writes", "--package", "throughline-engine"]);
        assert!(wish.includes("postgres") && wish.includes("tests"));
        assert!(!wish.includes("clippy") && !wish.includes("build"));
    }

    #[test]
    fn steps_can_be_chosen_and_left_out() {
        let chosen = wish(&["--only", "fmt,licences"]);
        assert!(chosen.includes("fmt") && !chosen.includes("tests"));
        let rest = wish(&["--skip", "clippy"]);
        assert!(rest.includes("fmt") && !rest.includes("clippy"));
        assert!(Wish::read(&["--only".to_owned(), "nonsense".to_owned()]).is_err());
    }

    #[test]
    fn a_step_only_needs_steps_that_come_before_it() {
        for (index, step) in STEPS.iter().enumerate() {
            for need in step.needs {
                let earlier = STEPS[..index].iter().any(|other| other.name == *need);
                assert!(earlier, "{} needs {need}", step.name);
            }
        }
    }
}
