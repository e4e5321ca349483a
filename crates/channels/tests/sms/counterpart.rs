//! Programs nobody here wrote, which the tests talk to. `cargo xtask test` installs them.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What to do when one is missing.
pub const INSTALL: &str = "`cargo xtask test` installs the counterparts";

/// The folder of the counterparts' scripts and documents.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/counterparts/sms")
}

/// Runs a counterpart with this on its standard input and gives what it writes.
pub fn output(mut command: Command, input: &str) -> String {
    let started = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = started.unwrap_or_else(|error| panic!("{command:?}: {error}; {INSTALL}"));
    let mut stdin = child.stdin.take().unwrap();
    let written = std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input.as_bytes()).ok());
        child.wait_with_output().unwrap()
    });
    let complaint = String::from_utf8_lossy(&written.stderr);
    assert!(
        written.status.success(),
        "{command:?}: {complaint}; {INSTALL}"
    );
    String::from_utf8(written.stdout).unwrap()
}
