//! Runs a counterpart that reads, writes and ends.

use crate::counterpart::INSTALL;
use std::io::Write;
use std::process::{Command, Stdio};

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
