//! Packages for Node, and the web front end.

use crate::command::{Outcome, output_of, run};
use crate::workspace::root;
use std::path::Path;
use std::process::Command;

/// The oldest Node that everything here runs on.
const LEAST_MAJOR: u32 = 20;

/// Installs the packages of `directory` as its lock file says, unless they already are.
/// Gives `false` when there is nothing to install.
///
/// # Errors
/// When there is no suitable Node, or the installation fails.
pub fn install(directory: &str) -> Outcome<bool> {
    let directory = root().join(directory);
    if !directory.join("package.json").is_file() {
        return Ok(false);
    }
    check_version()?;
    let lock = std::fs::read(directory.join("package-lock.json")).map_err(|error| {
        format!(
            "{}/package-lock.json: {error}; run npm install there and commit it",
            directory.display()
        )
    })?;
    // npm has no quick way to say that nothing changed: the installed lock file is kept beside it.
    let installed = directory.join("node_modules/.installed-package-lock.json");
    if std::fs::read(&installed).is_ok_and(|text| text == lock) {
        return Ok(true);
    }
    run(npm(&directory).args(["ci", "--no-audit", "--no-fund"]))?;
    std::fs::write(&installed, lock)
        .map_err(|error| format!("{}: {error}", installed.display()))?;
    Ok(true)
}

/// Builds the web front end, where there is one.
///
/// # Errors
/// When its build fails.
pub fn build_web() -> Outcome<bool> {
    if !install("web")? {
        return Ok(false);
    }
    run(npm(&root().join("web")).args(["run", "build", "--if-present"]))?;
    Ok(true)
}

/// Runs the web front end's own checks, where there are any.
///
/// # Errors
/// When they fail.
pub fn check_web() -> Outcome<bool> {
    if !install("web")? {
        return Ok(false);
    }
    run(npm(&root().join("web")).args(["run", "check", "--if-present"]))?;
    Ok(true)
}

fn npm(directory: &Path) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(directory);
    command
}

fn check_version() -> Outcome {
    let text = output_of(Command::new("node").arg("--version"))
        .map_err(|problem| format!("{problem}; install Node {LEAST_MAJOR} or newer"))?;
    let major = text.trim().trim_start_matches('v').split('.').next();
    match major.and_then(|major| major.parse::<u32>().ok()) {
        Some(major) if major >= LEAST_MAJOR => Ok(()),
        _ => Err(format!(
            "Node {} is too old; install {LEAST_MAJOR} or newer",
            text.trim()
        )),
    }
}
