//! Where values come from that do not stand in the declarations: addresses that differ by installation, and secrets.

use serde::Deserialize;
use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

type Lookup = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// The variables an installation runs with.
#[derive(Clone)]
pub struct Environment(Lookup);

impl Environment {
    /// This process's own.
    pub fn process() -> Self {
        Self(Arc::new(|name| std::env::var(name).ok()))
    }

    /// Exactly these.
    pub fn of<const N: usize>(variables: [(&str, &str); N]) -> Self {
        let variables: HashMap<String, String> = variables
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Self(Arc::new(move |name| variables.get(name).cloned()))
    }

    /// These, and `self` for all others.
    #[must_use]
    pub fn with(self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let variables: HashMap<String, String> = variables.into_iter().collect();
        Self(Arc::new(move |name| {
            variables.get(name).cloned().or_else(|| (self.0)(name))
        }))
    }

    /// The variable `name`, or the content of the file that `name` with `_FILE` names.
    fn find(&self, name: &str) -> Result<Option<String>, String> {
        if let Some(value) = (self.0)(name).filter(|value| !value.is_empty()) {
            return Ok(Some(value));
        }
        match (self.0)(&format!("{name}_FILE")).filter(|path| !path.is_empty()) {
            Some(path) => read(Path::new(&path)).map(Some),
            None => Ok(None),
        }
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment(values not shown)")
    }
}

/// A value, or where it comes from.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Value {
    /// It stands here.
    Plain(String),
    /// It comes from a variable.
    Variable(Variable),
    /// It is the content of a file.
    File(InFile),
}

/// `{ env = "NAME", default = "…" }`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Variable {
    env: String,
    default: Option<String>,
}

/// `{ file = "path" }`, beside the declarations unless it is absolute.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InFile {
    file: String,
}

impl Value {
    /// The value.
    pub(crate) fn get(&self, folder: &Path, environment: &Environment) -> Result<String, String> {
        match self {
            Self::Plain(value) => Ok(value.clone()),
            Self::File(InFile { file }) => read(&folder.join(file)),
            Self::Variable(Variable { env, default }) => {
                let found = environment.find(env)?.or_else(|| default.clone());
                found.ok_or_else(|| {
                    format!("the environment variable {env} is not set, nor is {env}_FILE")
                })
            }
        }
    }

    /// True when the value stands in the declaration for everybody to read.
    pub(crate) fn is_written_out(&self) -> bool {
        match self {
            Self::Plain(_) => true,
            Self::Variable(variable) => variable.default.is_some(),
            Self::File(_) => false,
        }
    }
}

fn read(path: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    match text.trim() {
        "" => Err(format!("{} is empty", path.display())),
        text => Ok(text.to_owned()),
    }
}
