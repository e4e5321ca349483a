//! The Python counterparts, in an environment of their own.

use crate::command::{Outcome, run};
use crate::workspace::{root, working_dir};
use std::path::PathBuf;
use std::process::Command;

const REQUIREMENTS: &str = "tests/counterparts/requirements.txt";

/// Makes the environment, if tests ask for one, and gives its interpreter.
///
/// # Errors
/// When it cannot be made.
pub fn prepare() -> Outcome<Option<PathBuf>> {
    let requirements = root().join(REQUIREMENTS);
    let Ok(wanted) = std::fs::read_to_string(&requirements) else {
        return Ok(None);
    };
    let environment = working_dir("python")?;
    let python = environment.join("bin/python");
    // What is installed is remembered as the text it was installed from.
    let installed = environment.join("installed-requirements.txt");
    if std::fs::read_to_string(&installed).is_ok_and(|text| text == wanted) && python.is_file() {
        return Ok(Some(python));
    }
    run(Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&environment))?;
    run(Command::new(&python)
        .args(["-m", "pip", "install", "--quiet", "--requirement"])
        .arg(&requirements))?;
    std::fs::write(&installed, wanted)
        .map_err(|error| format!("{}: {error}", installed.display()))?;
    Ok(Some(python))
}

/// An interpreter with pip: the tests' one where it is, else one in an empty environment of its own.
///
/// # Errors
/// When there is no Python.
pub fn any() -> Outcome<PathBuf> {
    let tests = working_dir("python")?.join("bin/python");
    if tests.is_file() {
        return Ok(tests);
    }
    let environment = working_dir("python-bare")?;
    let python = environment.join("bin/python");
    if !python.is_file() {
        run(Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&environment))?;
    }
    Ok(python)
}
