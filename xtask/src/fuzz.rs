//! `cargo xtask fuzz`: coverage-guided noise for the parsers at the border.

use crate::command::{Outcome, run as run_command};
use crate::workspace::{cargo, root, working_dir};
use std::path::{Path, PathBuf};
use std::process::Command;

/// One parser, and the directories (from the top of the checkout) its first inputs are taken from.
struct Target {
    name: &'static str,
    seeds: &'static [&'static str],
    max_len_bytes: u32,
}

const TARGETS: &[Target] = &[
    Target {
        name: "identifier",
        seeds: &["fuzz/seeds/identifier"],
        max_len_bytes: 512,
    },
    Target {
        name: "mail",
        seeds: &[
            "crates/mail/tests/fixtures/mail_parser/legacy",
            "crates/mail/tests/fixtures/mail_parser/rfc",
        ],
        max_len_bytes: 64 * 1024,
    },
    Target {
        name: "html",
        seeds: &["fuzz/seeds/html"],
        max_len_bytes: 16 * 1024,
    },
    Target {
        name: "reply_text",
        seeds: &[
            "crates/mail/tests/fixtures/reply_text/crisp/input",
            "crates/mail/tests/fixtures/reply_text/github/input",
            "crates/mail/tests/fixtures/reply_text/own/input",
            "crates/mail/tests/fixtures/reply_text/talon/input",
            "crates/mail/tests/fixtures/reply_text/zapier/input",
        ],
        max_len_bytes: 16 * 1024,
    },
    Target {
        name: "sms_webhook",
        seeds: &["fuzz/seeds/sms_webhook"],
        max_len_bytes: 8 * 1024,
    },
];

const DEFAULT_SECONDS: u32 = 60;

/// Has the compiler count which branches an input takes, as libFuzzer wants to know. These are the
/// stable flags below what nightly calls `-Zsanitizer`; our own code has no unsafe block for the
/// address sanitizer to watch.
const COVERAGE: &str = "--cfg fuzzing -Cpasses=sancov-module -Cdebug-assertions -Coverflow-checks \
    -Ccodegen-units=1 -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares";

/// `cargo xtask fuzz [seconds] [target]` or `--replay <target> <file>`
///
/// # Errors
/// When an input broke a parser, or the targets do not build.
pub fn run(arguments: &[String]) -> Outcome {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["--replay", name, file] => replay(target_named(name)?, Path::new(file)),
        [] => fuzz(TARGETS.iter(), DEFAULT_SECONDS),
        [seconds] => fuzz(TARGETS.iter(), parse_seconds(seconds)?),
        [seconds, name] => fuzz([target_named(name)?], parse_seconds(seconds)?),
        _ => Err("cargo xtask fuzz [<seconds>] [<target>], or --replay <target> <file>".into()),
    }
}

fn fuzz<'t>(targets: impl IntoIterator<Item = &'t Target>, seconds: u32) -> Outcome {
    let mut broken = Vec::new();
    for target in targets {
        println!("\n== {} ==", target.name);
        let program = build(target)?;
        let directory = working_dir(&format!("fuzz/{}", target.name))?;
        let before = crashes(&directory);
        let outcome = run_command(&mut with_corpus(&program, target, &directory, seconds)?);
        let new: Vec<PathBuf> = crashes(&directory)
            .into_iter()
            .filter(|file| !before.contains(file))
            .collect();
        for file in &new {
            println!(
                "to run it again: cargo xtask fuzz --replay {} {}",
                target.name,
                file.display()
            );
        }
        if outcome.is_err() || !new.is_empty() {
            broken.push(target.name);
        }
    }
    if broken.is_empty() {
        Ok(())
    } else {
        Err(format!("broken by an input: {}", broken.join(", ")))
    }
}

fn with_corpus(
    program: &Path,
    target: &Target,
    directory: &Path,
    seconds: u32,
) -> Outcome<Command> {
    let corpus = directory.join("corpus");
    std::fs::create_dir_all(&corpus).map_err(|error| format!("{}: {error}", corpus.display()))?;
    let mut command = Command::new(program);
    command
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-max_len={}", target.max_len_bytes))
        .arg(format!("-artifact_prefix={}/", directory.display()))
        .args([
            "-timeout=10",
            "-rss_limit_mb=2048",
            "-print_final_stats=1",
            "-verbosity=0",
            "-print_funcs=0",
        ])
        // What is found new goes to the first directory; the others are only read.
        .arg(&corpus);
    for seeds in target.seeds {
        let seeds = root().join(seeds);
        if !seeds.is_dir() {
            return Err(format!("{} is missing", seeds.display()));
        }
        command.arg(seeds);
    }
    Ok(command)
}

fn replay(target: &Target, file: &Path) -> Outcome {
    let program = build(target)?;
    run_command(Command::new(program).env("RUST_BACKTRACE", "1").arg(file))
}

/// Builds one target. Its packages are built apart from all others, since their flags differ.
fn build(target: &Target) -> Outcome<PathBuf> {
    let host = host()?;
    let directory = working_dir("fuzz-build")?;
    let mut command = cargo();
    command
        .args(["build", "--release", "--manifest-path", "fuzz/Cargo.toml"])
        .args(["--bin", target.name, "--target", &host, "--target-dir"])
        .arg(&directory)
        // With --target, these reach only what is fuzzed and not build scripts.
        .env("RUSTFLAGS", COVERAGE);
    run_command(&mut command)?;
    Ok(directory.join(host).join("release").join(target.name))
}

fn host() -> Outcome<String> {
    let text = crate::command::output_of(Command::new("rustc").arg("-vV"))?;
    text.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .ok_or_else(|| "rustc does not name its host".to_owned())
}

/// The files libFuzzer leaves for inputs that crashed, hung or took too much memory.
fn crashes(directory: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(directory).into_iter().flatten().flatten();
    files
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect()
}

fn target_named(name: &str) -> Outcome<&'static Target> {
    TARGETS
        .iter()
        .find(|target| target.name == name)
        .ok_or_else(|| {
            let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
            format!(
                "there is no target '{name}'; use one of {}",
                names.join(", ")
            )
        })
}

fn parse_seconds(text: &str) -> Outcome<u32> {
    text.parse()
        .map_err(|_| format!("'{text}' is not a number of seconds"))
}
