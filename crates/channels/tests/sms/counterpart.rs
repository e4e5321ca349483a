//! Where the programs are that nobody here wrote and the tests talk to.

use std::path::PathBuf;

/// What to do when one is missing.
pub const INSTALL: &str = "`cargo xtask test` installs the counterparts";

/// The folder of the counterparts' scripts and documents.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/counterparts/sms")
}
