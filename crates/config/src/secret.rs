//! Values that are used but never shown.

use crate::reader::Reader;
use crate::setting::Setting;
use std::fmt;

/// A password, token or key. Its value is never part of `Debug` output and cannot be serialised.
///
/// In the file it is written by where it comes from: `{ env = "NAME" }` or `{ file = "path" }`. For
/// demonstrations only, `{ insecure_value = "…" }` gives the value itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    value: String,
    source: Source,
}

#[derive(Clone, PartialEq, Eq)]
enum Source {
    Variable(String),
    File(String),
    Inline,
}

impl Secret {
    /// A secret whose value is already known, for tests and for keys the program made itself.
    pub fn from_value(value: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            source: Source::Inline,
        }
    }

    /// The value. Call this only where it is used, never on the way to a log.
    pub fn expose(&self) -> &str {
        &self.value
    }

    /// Whether the value stood in the configuration file itself.
    pub(crate) fn is_inline(&self) -> bool {
        self.source == Source::Inline
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Source::Variable(name) => write!(f, "Secret(environment variable {name})"),
            Source::File(path) => write!(f, "Secret(file {path})"),
            Source::Inline => f.write_str("Secret(value not shown)"),
        }
    }
}

const REMEDY: &str = "write { env = \"NAME\" } or { file = \"path\" }";

impl Setting for Secret {
    fn read(value: &toml::Value, at: &mut Reader<'_>) -> Option<Self> {
        let variable = at.variable().map(str::to_owned);
        match (value, variable) {
            (toml::Value::Table(source), _) => from_source(source, at),
            (toml::Value::String(text), Some(variable)) if !text.is_empty() => Some(Self {
                value: text.clone(),
                source: Source::Variable(variable),
            }),
            // The value is not repeated in the message: it may be the secret itself.
            _ => at.reject("a secret may not stand here as plain text", REMEDY),
        }
    }
}

fn from_source(source: &toml::Table, at: &mut Reader<'_>) -> Option<Secret> {
    let mut entries = source.iter();
    let (Some((kind, toml::Value::String(text))), None) = (entries.next(), entries.next()) else {
        return at.reject("a secret has exactly one source", REMEDY);
    };
    match kind.as_str() {
        "env" => from_variable(text, at),
        "file" => from_file(text, at),
        "insecure_value" if !text.is_empty() => Some(Secret::from_value(text)),
        "insecure_value" => at.reject("the secret is empty", "give it a value"),
        other => at.reject(format!("'{other}' is not a source of a secret"), REMEDY),
    }
}

fn from_variable(name: &str, at: &mut Reader<'_>) -> Option<Secret> {
    match at.environment().get(name) {
        Some(value) if !value.is_empty() => Some(Secret {
            value: value.clone(),
            source: Source::Variable(name.to_owned()),
        }),
        Some(_) => at.reject(
            format!("the environment variable {name} is empty"),
            "give it the secret's value",
        ),
        None => at.reject(
            format!("the environment variable {name} is not set"),
            "set it in the environment of the program",
        ),
    }
}

fn from_file(path: &str, at: &mut Reader<'_>) -> Option<Secret> {
    match std::fs::read_to_string(path) {
        Ok(content) if !content.trim().is_empty() => Some(Secret {
            // Editors and `echo` end a file with a newline that is no part of the secret.
            value: content.trim_end_matches(['\r', '\n']).to_owned(),
            source: Source::File(path.to_owned()),
        }),
        Ok(_) => at.reject(
            format!("the file {path} is empty"),
            "write the secret into it",
        ),
        Err(error) => at.reject(
            format!("the file {path} cannot be read: {error}"),
            "create it, readable by the user the program runs as",
        ),
    }
}
