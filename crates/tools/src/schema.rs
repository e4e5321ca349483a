//! JSON schemas of arguments and answers.

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value;
use std::fmt;
use std::sync::Arc;

/// So many problems are told at once.
const MOST_PROBLEMS: usize = 10;

/// One argument that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArgumentProblem {
    /// Where, as a JSON pointer; empty for the arguments as a whole.
    pub path: String,
    /// What is wrong. The value itself is not repeated.
    pub text: String,
}

impl fmt::Display for ArgumentProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.text),
            path => write!(f, "{path}: {}", self.text),
        }
    }
}

/// A schema, ready to be used.
#[derive(Clone)]
pub struct Schema {
    /// As it is shown to whoever fills in arguments.
    pub text: Value,
    validator: Arc<Validator>,
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Schema({})", self.text)
    }
}

impl Schema {
    /// Prepares `text`. Patterns run in linear time, and nothing is fetched: a reference leads into the schema itself.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(text: Value) -> Result<Self, String> {
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_pattern_options(PatternOptions::regex())
            .build(&text)
            .map_err(|error| format!("the schema cannot be used: {error}"))?;
        Ok(Self {
            text,
            validator: Arc::new(validator),
        })
    }

    /// What is wrong with `value`, at most ten of it.
    pub fn problems(&self, value: &Value) -> Vec<ArgumentProblem> {
        self.validator
            .iter_errors(value)
            .take(MOST_PROBLEMS)
            .map(|error| ArgumentProblem {
                path: error.instance_path().to_string(),
                text: error.masked_with("the value").to_string(),
            })
            .collect()
    }
}
