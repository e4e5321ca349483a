//! What is wrong with a declaration, where, and what to do about it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, as it was named when the folder was opened.
    pub file: PathBuf,
    /// The line, from 1; none when the whole file, or what it refers to, is meant.
    pub line: Option<usize>,
    /// What is wrong and what to do.
    pub text: String,
}

/// `tools/shop.toml:12: …`
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.text)
    }
}

/// A line of a file.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) file: Arc<Path>,
    pub(crate) line: usize,
}

impl Place {
    pub(crate) fn problem(&self, text: impl Into<String>) -> Problem {
        Problem {
            file: self.file.to_path_buf(),
            line: Some(self.line),
            text: text.into(),
        }
    }
}

/// The line on which byte `offset` of `text` stands, from 1.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}

/// The name among `known` that `wanted` was probably meant to be.
pub(crate) fn meant<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> String {
    let near = known
        .map(|name| (strsim::jaro_winkler(wanted, name), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0));
    match near {
        Some((_, name)) => format!("; did you mean '{name}'?"),
        None => String::new(),
    }
}
