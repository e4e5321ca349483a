//! The walk through a TOML tree: where it stands, what it has found wrong so far.

use crate::problem::Problem;
use std::collections::BTreeMap;

/// Reads settings one by one and keeps every problem, instead of stopping at the first.
pub(crate) struct Reader<'a> {
    environment: &'a BTreeMap<String, String>,
    overridden: BTreeMap<Vec<String>, String>,
    path: Vec<String>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(environment: &'a BTreeMap<String, String>) -> Self {
        Self {
            environment,
            overridden: BTreeMap::new(),
            path: Vec::new(),
            problems: Vec::new(),
        }
    }

    pub(crate) fn environment(&self) -> &'a BTreeMap<String, String> {
        self.environment
    }

    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    /// Notes that the value at `path` comes from `variable` and is therefore bare text.
    pub(crate) fn mark_overridden(&mut self, path: Vec<String>, variable: String) {
        self.overridden.insert(path, variable);
    }

    /// The environment variable that the value at hand came from, if it did.
    pub(crate) fn variable(&self) -> Option<&str> {
        (1..=self.path.len())
            .find_map(|length| self.overridden.get(&self.path[..length]))
            .map(String::as_str)
    }

    /// Runs `read` one level deeper, at `step`.
    pub(crate) fn within<T>(&mut self, step: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step.to_owned());
        let result = read(self);
        self.path.pop();
        result
    }

    /// Reports what is wrong with the value at hand. Always `None`, to end a reading with.
    pub(crate) fn reject<T>(
        &mut self,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Option<T> {
        let mut problem = problem.into();
        if let Some(variable) = self.variable() {
            problem.push_str(&format!(" (from the environment variable {variable})"));
        }
        let path = self.path_text();
        self.report(Problem::error(path, problem, remedy));
        None
    }

    pub(crate) fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn path_text(&self) -> String {
        let mut text = String::new();
        for step in &self.path {
            if !text.is_empty() && !step.starts_with('[') {
                text.push('.');
            }
            text.push_str(step);
        }
        text
    }
}

/// The step of a path for one element of a list: its name where it has one, else its place.
pub(crate) fn element_step(value: &toml::Value, index: usize) -> String {
    match value.get("name").and_then(toml::Value::as_str) {
        Some(name) => format!("[{name}]"),
        None => format!("[{index}]"),
    }
}
