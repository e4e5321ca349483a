//! The project's own commands, run as `cargo xtask <command>`.
//!
//! Everything a fresh machine lacks is fetched on first use, so that `run` and `test` are all that
//! anyone has to know.
#![expect(clippy::print_stdout, reason = "these are commands for a terminal")]

mod bench;
mod command;
mod demo;
mod fuzz;
mod generate;
mod licences;
mod node;
mod postgres;
mod python;
mod screens;
mod spdx;
mod steps;
mod system;
mod verify;
mod visit;
mod weights;
mod workspace;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask run [-- <arguments>]      build everything and start the demo shop in .throughline/
cargo xtask test [<filter>]           install what tests need, start PostgreSQL, check everything
    --only <step,step>                only these steps
    --skip <step,step>                all but these
    --package <name>                  only this package's tests
    --list                            the names of the steps
cargo xtask bench <name> [<arguments>]
cargo xtask weights                   fetch the sentence model, once; without it words are compared
cargo xtask fuzz [<seconds>] [<target>]   feed the parsers of the border, 60 s each
cargo xtask fuzz --replay <target> <file> run one input again
cargo xtask postgres [-- <command>]   start a PostgreSQL for <command> (default: a shell)
cargo xtask generate                  write the generated files anew
cargo xtask screens                   take the pictures in docs/screens anew";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((command, rest)) = arguments.split_first() else {
        println!("{USAGE}");
        return ExitCode::FAILURE;
    };
    let outcome = match command.as_str() {
        "run" => demo::run(rest),
        "test" => verify::run(rest),
        "bench" => bench::run(rest),
        "fuzz" => fuzz::run(rest),
        "postgres" => postgres::run(rest),
        "weights" => weights::run(),
        "generate" => generate::run(),
        "screens" => screens::run(),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        other => Err(format!("there is no command '{other}'\n{USAGE}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("xtask: {problem}");
            ExitCode::FAILURE
        }
    }
}
