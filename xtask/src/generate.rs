//! `cargo xtask generate`: files that are written by the program itself.

use crate::command::{Outcome, run as run_command};
use crate::workspace::cargo;

/// Tests that compare a committed file with what it should be, by test target and name. Under
/// `THROUGHLINE_WRITE_GENERATED` they write the file first. `cargo xtask test` runs them as they
/// are, so a file that was forgotten fails there.
const GENERATORS: &[(&str, &str)] = &[
    ("example", ""),
    ("demo", ""),
    ("api", "the_document_is_the_committed_one"),
];

/// Writes each of them anew.
///
/// # Errors
/// When one cannot be written.
pub fn run() -> Outcome {
    for (target, name) in GENERATORS {
        let mut command = cargo();
        // The whole workspace, so that nothing is built anew for other features.
        command.args(["test", "--quiet", "--workspace", "--test", target, name]);
        run_command(command.env("THROUGHLINE_WRITE_GENERATED", "1"))?;
    }
    Ok(())
}
