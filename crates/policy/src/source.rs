//! The files of a policy, and what is wrong with them.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// One file, as the operator wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = PolicyFile)]
pub struct SourceFile {
    /// Its name without folders, such as `returns.cedar`.
    pub name: String,
    /// Its content.
    pub text: String,
}

impl SourceFile {
    /// A file of this name and content.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
        }
    }

    /// The line that the byte at `offset` is on, counted from 1.
    pub(crate) fn line_at(&self, offset: usize) -> usize {
        let before = self.text.as_bytes().iter().take(offset);
        1 + before.filter(|byte| **byte == b'\n').count()
    }

    /// The first line that contains `needle`, or 1.
    pub(crate) fn line_of(&self, needle: &str) -> usize {
        self.text
            .find(needle)
            .map_or(1, |offset| self.line_at(offset))
    }
}

/// All files of one policy: what words there are, the rules, and the document they keep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sources {
    /// The `.cedarschema` file.
    pub schema: SourceFile,
    /// The `.cedar` files, in the order of their names.
    pub rules: Vec<SourceFile>,
    /// The readable document, in Markdown.
    pub document: SourceFile,
}

impl Sources {
    /// Sorts the files of a folder by their endings. Files of other kinds are left aside.
    ///
    /// # Errors
    /// When there is not exactly one schema and one document, or no rules.
    pub fn from_files(
        files: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Vec<Problem>> {
        let (mut schemas, mut rules, mut documents) = (Vec::new(), Vec::new(), Vec::new());
        for (name, text) in files {
            let file = SourceFile { name, text };
            match file.name.rsplit_once('.').map(|(_, ending)| ending) {
                Some("cedarschema") => schemas.push(file),
                Some("cedar") => rules.push(file),
                Some("md") => documents.push(file),
                _ => {}
            }
        }
        rules.sort_by(|one, other| one.name.cmp(&other.name));
        let mut problems = Vec::new();
        let schema = only(schemas, "schema", ".cedarschema", &mut problems);
        let document = only(documents, "document", ".md", &mut problems);
        if rules.is_empty() {
            problems.push(Problem::general(
                "there are no rules: put at least one .cedar file into the folder",
            ));
        }
        match (schema, document) {
            (Some(schema), Some(document)) if problems.is_empty() => Ok(Self {
                schema,
                rules,
                document,
            }),
            _ => Err(problems),
        }
    }

    /// Names this content. Two policies have the same version if and only if all files are the same.
    pub fn version(&self) -> Version {
        let mut hash = Sha256::new();
        let mut add = |text: &str| {
            // With its length in front, so that no text can pass for the end of another.
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        };
        let files = [&self.schema, &self.document]
            .into_iter()
            .chain(&self.rules);
        for file in files {
            add(&file.name);
            add(&file.text);
        }
        Version(hex::encode(hash.finalize()))
    }
}

fn only(
    mut files: Vec<SourceFile>,
    what: &str,
    ending: &str,
    problems: &mut Vec<Problem>,
) -> Option<SourceFile> {
    if files.len() > 1 {
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        problems.push(Problem::general(format!(
            "there can be one {what} only; keep one of {}",
            names.join(", ")
        )));
    }
    let file = files.pop();
    if file.is_none() {
        problems.push(Problem::general(format!(
            "there is no {what}: put one {ending} file into the folder"
        )));
    }
    file
}

/// The name of one exact content of a policy: the SHA-256 of its files, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(String);

impl Version {
    /// All 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first 12 digits, for people.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Something that keeps a policy from being used.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[schema(as = PolicyProblem)]
pub struct Problem {
    /// The file it is in; empty when it is about the folder.
    pub file: String,
    /// The line, counted from 1; 0 when it is about the folder.
    pub line: usize,
    /// What is wrong and what to do about it.
    pub message: String,
}

impl Problem {
    pub(crate) fn general(message: impl Into<String>) -> Self {
        Self {
            file: String::new(),
            line: 0,
            message: message.into(),
        }
    }

    pub(crate) fn at(file: &SourceFile, line: usize, message: impl Into<String>) -> Self {
        Self {
            file: file.name.clone(),
            line,
            message: message.into(),
        }
    }
}

/// `returns.cedar:12: …`
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.file.is_empty() {
            true => f.write_str(&self.message),
            false => write!(f, "{}:{}: {}", self.file, self.line, self.message),
        }
    }
}
