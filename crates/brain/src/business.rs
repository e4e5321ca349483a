//! The files an operator writes: one folder with `policy/`, `procedures/` and `tools/`.

use std::fmt;
use std::path::Path;
use throughline_policy::{Policy, Sources};
use throughline_procedure::library::{ToolSpec, Tools};
use throughline_procedure::{Library, Severity};
use throughline_tools::{Catalog, Effect, Tool, wants_yes};

/// What a business wrote down for its agents. Everything fits together: a procedure names only tools there are, and a
/// tool only actions the policy knows.
#[derive(Debug)]
pub struct Business {
    /// What may be done.
    pub policy: Policy,
    /// How issues are resolved.
    pub library: Library,
    /// The files that say so: names without folders, and texts.
    pub procedures: Vec<(String, String)>,
    /// What can be done.
    pub catalog: Catalog,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// File, line and what to do, as one line for people.
    pub text: String,
    /// True when the business can be used all the same.
    pub warning: bool,
}

impl Problem {
    fn error(text: impl fmt::Display) -> Self {
        Self {
            text: text.to_string(),
            warning: false,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Business {
    /// Reads `folder`. Parts that are not there are empty: without procedures the agent answers from the knowledge,
    /// and without a policy nothing may be done, because there are no tools to do it with.
    ///
    /// # Errors
    /// Every problem of every file, when one of them keeps the business from being used.
    pub fn load(folder: &Path) -> Result<(Self, Vec<Problem>), Vec<Problem>> {
        let mut problems = Vec::new();
        let catalog = caught(catalog(folder), &mut problems);
        let policy = caught(policy(folder), &mut problems);
        let tools: Tools = catalog.iter().flat_map(Catalog::tools).map(spec).collect();
        let library = caught(library(folder, tools, &mut problems), &mut Vec::new());
        if let (Some(catalog), Some(policy)) = (&catalog, &policy) {
            problems.extend(unknown_actions(catalog, policy));
        }
        match (policy, library, catalog) {
            (Some(policy), Some((library, procedures)), Some(catalog))
                if problems.iter().all(|problem| problem.warning) =>
            {
                let business = Self {
                    policy,
                    library,
                    procedures,
                    catalog,
                };
                Ok((business, problems))
            }
            _ => Err(problems),
        }
    }
}

fn caught<T>(read: Result<T, Vec<Problem>>, problems: &mut Vec<Problem>) -> Option<T> {
    read.map_err(|found| problems.extend(found)).ok()
}

fn catalog(folder: &Path) -> Result<Catalog, Vec<Problem>> {
    let folder = folder.join("tools");
    if !folder.is_dir() {
        return Ok(Catalog::default());
    }
    Catalog::load(&folder).map_err(|found| found.iter().map(Problem::error).collect())
}

fn policy(folder: &Path) -> Result<Policy, Vec<Problem>> {
    let files = files(folder, "policy")?;
    let all = |found: Vec<throughline_policy::Problem>| {
        let named = found.iter().map(|problem| format!("policy/{problem}"));
        named.map(Problem::error).collect::<Vec<_>>()
    };
    let sources = Sources::from_files(files).map_err(all)?;
    Policy::compile(&sources).map_err(all)
}

/// Files by their names.
type Files = Vec<(String, String)>;

fn library(
    folder: &Path,
    tools: Tools,
    problems: &mut Vec<Problem>,
) -> Result<(Library, Files), Vec<Problem>> {
    let files = match folder.join("procedures").is_dir() {
        true => files(folder, "procedures"),
        false => Ok(Vec::new()),
    };
    let mut files = files.inspect_err(|found| problems.extend(found.clone()))?;
    files.retain(|(name, _)| name.ends_with(".md") || name.ends_with(".yaml"));
    let found = Library::of_folder(&files, tools);
    let told = |found: &[throughline_procedure::Problem]| -> Vec<Problem> {
        let of = |problem: &throughline_procedure::Problem| Problem {
            text: problem.to_string(),
            warning: problem.severity == Severity::Warning,
        };
        found.iter().map(of).collect()
    };
    match found {
        Ok((library, warnings)) => {
            problems.extend(told(&warnings));
            Ok((library, files))
        }
        Err(found) => {
            problems.extend(told(&found));
            Err(Vec::new())
        }
    }
}

fn unknown_actions<'a>(
    catalog: &'a Catalog,
    policy: &'a Policy,
) -> impl Iterator<Item = Problem> + 'a {
    let unknown = catalog.tools().filter(|tool| !policy.knows(&tool.action));
    unknown.map(|tool| {
        Problem::error(format!(
            "tools: '{}' stands for the action '{}', which the policy's schema does not declare",
            tool.name, tool.action
        ))
    })
}

/// What procedures must know of a tool.
fn spec(tool: &Tool) -> (String, ToolSpec) {
    let named = tool
        .arguments()
        .and_then(|schema| schema["properties"].as_object())
        .map(|properties| properties.keys().cloned().collect());
    let spec = ToolSpec {
        writes: tool.effect == Effect::Write && wants_yes(&tool.action),
        action: Some(tool.action.clone()),
        args: named,
    };
    (tool.name.clone(), spec)
}

/// The files of `folder/part`, by name; folders inside are left aside.
fn files(folder: &Path, part: &str) -> Result<Files, Vec<Problem>> {
    let folder = folder.join(part);
    let unread = |what: &Path, error: std::io::Error| {
        vec![Problem::error(format!(
            "{} cannot be read: {error}",
            what.display()
        ))]
    };
    let entries = std::fs::read_dir(&folder).map_err(|error| unread(&folder, error))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| unread(&folder, error))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        if path.is_file() && !name.starts_with('.') {
            let text = std::fs::read_to_string(&path).map_err(|error| unread(&path, error))?;
            files.push((name.to_owned(), text));
        }
    }
    files.sort();
    Ok(files)
}
