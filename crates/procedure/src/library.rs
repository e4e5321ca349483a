//! All procedures of a folder, and the version a conversation is pinned to.

use crate::head::parse;
use crate::lint;
use crate::problem::{Problem, Severity};
use crate::procedure::Procedure;
use crate::source::{self, Sources};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What the library must know of a tool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolSpec {
    /// Whether it changes something that needs the customer's yes.
    pub writes: bool,
    /// The policy action it stands for; `None` when it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The names of its arguments; `None` when they are not known.
    pub args: Option<Vec<String>>,
}

/// The tools there are, by name.
pub type Tools = BTreeMap<String, ToolSpec>;

/// All procedures of a folder with the sources of their slots.
///
/// It is a plain value: the host stores it as JSON by [`Library::version`], so that a conversation goes on with the
/// version it began with while a newer one is published.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Library {
    /// By name.
    pub procedures: BTreeMap<String, Procedure>,
    /// Where slots' candidates come from.
    pub sources: Sources,
    /// The tools the procedures may call.
    pub tools: Tools,
}

/// The version of one procedure that a conversation goes on with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// The procedure.
    pub procedure: String,
    /// The author's version number, for people.
    pub version: u32,
    /// The hash of its file.
    pub hash: String,
    /// The version of the library it stood in.
    pub library: String,
}

/// Where procedures stand within the folder of a business; problems name their files with it.
pub const FOLDER: &str = "procedures";

impl Library {
    /// Reads the files of [`FOLDER`], which are named without it.
    ///
    /// # Errors
    /// As [`Library::load`].
    pub fn of_folder(
        files: &[(String, String)],
        tools: Tools,
    ) -> Result<(Self, Vec<Problem>), Vec<Problem>> {
        let named: Vec<(String, &str)> = files
            .iter()
            .map(|(name, text)| (format!("{FOLDER}/{name}"), text.as_str()))
            .collect();
        Self::load(
            named.iter().map(|(name, text)| (name.as_str(), *text)),
            tools,
        )
    }

    /// Reads a folder: `files` are pairs of name and text. `sources.yaml` is read as sources, `*.md` as procedures,
    /// everything else is left alone.
    ///
    /// # Errors
    /// Every problem of every file, when one of them is an error; then nothing can be published.
    pub fn load<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
        tools: Tools,
    ) -> Result<(Self, Vec<Problem>), Vec<Problem>> {
        let mut library = Self {
            tools,
            ..Self::default()
        };
        let mut problems = Vec::new();
        for (file, text) in files {
            if file == source::FILE || file.ends_with("/sources.yaml") {
                match source::parse(file, text) {
                    Ok(sources) => library.sources = sources,
                    Err(found) => problems.extend(found),
                }
            } else if file.ends_with(".md") && !file.ends_with("README.md") {
                library.add(file, text, &mut problems);
            }
        }
        problems.extend(lint::library(&library));
        problems.sort();
        match problems
            .iter()
            .any(|problem| problem.severity == Severity::Error)
        {
            true => Err(problems),
            false => Ok((library, problems)),
        }
    }

    fn add(&mut self, file: &str, text: &str, problems: &mut Vec<Problem>) {
        match parse(file, text) {
            Ok((procedure, warnings)) => {
                problems.extend(warnings);
                if let Some(other) = self.procedures.get(&procedure.name) {
                    let what = format!("{} is also a procedure of {}", procedure.name, other.file);
                    problems.push(Problem::error(
                        file,
                        2,
                        what,
                        "give one of them another name",
                    ));
                }
                self.procedures.insert(procedure.name.clone(), procedure);
            }
            Err(found) => problems.extend(found),
        }
    }

    /// The version: a SHA-256 over all files' hashes, sources and tools, in hex.
    pub fn version(&self) -> String {
        let mut hash = Sha256::new();
        for (name, procedure) in &self.procedures {
            hash.update(name.as_bytes());
            hash.update(procedure.hash.as_bytes());
        }
        // Maps with string keys always have a JSON form.
        hash.update(serde_json::to_vec(&(&self.sources, &self.tools)).unwrap_or_default());
        hex::encode(hash.finalize())
    }

    /// The procedure of that name.
    pub fn get(&self, name: &str) -> Option<&Procedure> {
        self.procedures.get(name)
    }

    /// The procedure that proves who somebody is, to this level at least; the least that is enough.
    pub fn identifying(&self, level: u8) -> Option<&Procedure> {
        let able = self
            .procedures
            .values()
            .filter(|p| p.identifies.is_some_and(|gives| gives >= level));
        able.min_by_key(|p| p.identifies)
    }

    /// What a conversation that starts `procedure` now is pinned to.
    pub fn pin(&self, procedure: &str) -> Option<Pin> {
        let found = self.get(procedure)?;
        Some(Pin {
            procedure: found.name.clone(),
            version: found.version,
            hash: found.hash.clone(),
            library: self.version(),
        })
    }

    /// Every example with the procedure it stands for; what a classifier is trained on.
    pub fn examples(&self) -> impl Iterator<Item = (&str, &str)> {
        let startable = self
            .procedures
            .values()
            .filter(|p| p.identifies.is_none() || !p.examples.is_empty());
        startable.flat_map(|p| {
            p.examples
                .iter()
                .map(|e| (p.name.as_str(), e.text.as_str()))
        })
    }
}
