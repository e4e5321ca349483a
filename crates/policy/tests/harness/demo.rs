//! The demo shop's policy, as it stands in the repository.

use std::path::{Path, PathBuf};
use throughline_policy::{Policy, Sources};

/// The folder of the demo's policy.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/shop/policy")
}

/// The files of a folder, without those of folders in it.
pub fn files(folder: &Path) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder).expect("the folder of the policy can be read");
    entries
        .map(|entry| entry.expect("an entry can be read").path())
        .filter(|path| path.is_file())
        .map(|path| {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            (
                name,
                std::fs::read_to_string(&path).expect("a file can be read"),
            )
        })
        .collect()
}

/// The business policy's files.
pub fn sources() -> Sources {
    Sources::from_files(files(&folder())).expect("the folder is complete")
}

/// The business policy.
pub fn policy() -> Policy {
    Policy::compile(&sources()).unwrap_or_else(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}", lines.join("\n"))
    })
}
