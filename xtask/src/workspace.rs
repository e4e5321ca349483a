//! Where things are.

use crate::command::{Outcome, output_of};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The top of the checkout.
pub fn root() -> PathBuf {
    // Asked at run time: checkouts that share a target directory may share this binary.
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest
        .parent()
        .map_or(manifest.clone(), Path::to_path_buf)
}

/// A cargo command that starts at the top of the checkout.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    // What cargo told this process about xtask would make some build scripts (ring's) think that everything changed.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// The directory cargo builds into.
///
/// # Errors
/// When cargo cannot tell.
pub fn target_dir() -> Outcome<PathBuf> {
    let text = output_of(cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| format!("cargo metadata: {error}"))?;
    metadata["target_directory"]
        .as_str()
        .map(PathBuf::from)
        .ok_or_else(|| "cargo metadata names no target directory".to_owned())
}

/// A directory of our own below the target directory: made if it is not there.
///
/// # Errors
/// When it cannot be made.
pub fn working_dir(name: &str) -> Outcome<PathBuf> {
    let path = target_dir()?.join("xtask").join(name);
    std::fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(path)
}

/// The first executable file called `name` on PATH, or in Debian's directory for daemons.
pub fn executable(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin"), PathBuf::from("/sbin")])
        .map(|directory| directory.join(name))
        .find(|file| file.is_file())
}
