//! `procedure`: what operators write for the AI agent, looked at before it is used.

use std::path::PathBuf;
use throughline_brain::Business;

/// What to do with procedures.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Checks a folder with procedures/, tools/ and policy/: prints each problem with its file and line, and ends
    /// with 1 when one of them is an error.
    Check {
        /// The folder, such as demo/shop.
        folder: PathBuf,
    },
}

/// Runs the command. It needs neither configuration nor database.
///
/// # Errors
/// How many problems keep the folder from being used.
pub fn run(command: &Command) -> Result<(), String> {
    let Command::Check { folder } = command;
    if !folder.is_dir() {
        return Err(format!("{} is no folder", folder.display()));
    }
    let found = Business::load(folder);
    let problems = match &found {
        Ok((_, warnings)) => warnings,
        Err(problems) => problems,
    };
    for problem in problems {
        crate::say(&format!("{problem}\n"));
    }
    match found {
        Ok((business, _)) => {
            let procedures = business.library.procedures.values();
            let tests: usize = procedures.map(|procedure| procedure.tests.len()).sum();
            let count = business.library.procedures.len();
            crate::say(&format!(
                "{count} procedures with {tests} tests can be used\n"
            ));
            Ok(())
        }
        Err(problems) => {
            let errors = problems.iter().filter(|problem| !problem.warning).count();
            Err(format!("{errors} of these problems must be mended first"))
        }
    }
}
