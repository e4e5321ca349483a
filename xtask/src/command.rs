//! Other programs, and what becomes of them.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

/// What an attempt came to; a failure is a sentence for the person at the terminal.
pub type Outcome<T = ()> = Result<T, String>;

/// Runs `command` with this terminal, after showing it.
///
/// # Errors
/// When it cannot be started or ends with a failure.
pub fn run(command: &mut Command) -> Outcome {
    show(command);
    let status = command
        .status()
        .map_err(|error| not_started(command, &error))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{}` ended with {status}", line(command)))
    }
}

/// Runs `command` and gives what it wrote to standard output.
///
/// # Errors
/// When it cannot be started or ends with a failure; what it wrote to standard error is given.
pub fn output_of(command: &mut Command) -> Outcome<String> {
    let output = command
        .output()
        .map_err(|error| not_started(command, &error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!(
        "`{}` ended with {}: {}",
        line(command),
        output.status,
        String::from_utf8_lossy(&output.stderr).trim()
    ))
}

/// Whether `command` can be run and succeeds. What it writes is not shown.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs `command`, shows each line of its standard output as it comes and hands it to `read`.
///
/// # Errors
/// As [`run`].
pub fn run_reading(command: &mut Command, mut read: impl FnMut(&str)) -> Outcome {
    show(command);
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| not_started(command, &error))?;
    if let Some(stdout) = child.stdout.take() {
        let mut lines = BufReader::new(stdout);
        let mut bytes = Vec::new();
        // A test may print bytes that are no UTF-8: read bytes, and decode what can be decoded.
        while lines
            .read_until(b'\n', &mut bytes)
            .is_ok_and(|read| read > 0)
        {
            let _: std::io::Result<()> = std::io::stdout().write_all(&bytes);
            read(String::from_utf8_lossy(&bytes).trim_end());
            bytes.clear();
        }
    }
    let status = child.wait().map_err(|error| not_started(command, &error))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{}` ended with {status}", line(command)))
    }
}

fn show(command: &Command) {
    println!("$ {}", line(command));
    let _: std::io::Result<()> = std::io::stdout().flush();
}

fn not_started(command: &Command, error: &std::io::Error) -> String {
    let program = command.get_program().to_string_lossy();
    format!("`{program}` cannot be started: {error}")
}

fn line(command: &Command) -> String {
    let program = command.get_program().to_string_lossy();
    // Full paths of the toolchain only hide what is being done.
    let mut text = program.rsplit('/').next().unwrap_or(&program).to_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}
