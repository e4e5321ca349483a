//! Where the candidates of slots come from: `sources.yaml` beside the procedures. It says once which tool lists a
//! customer's orders and what an order looks like, so that neither procedures nor the executor know the shop.

use crate::problem::Problem;
use crate::template::Template;
use crate::trial::first_line;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The file's name within the folder.
pub const FILE: &str = "sources.yaml";

/// One source of candidates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// The tool that knows.
    pub call: String,
    /// Its arguments.
    pub args: BTreeMap<String, Template>,
    /// Where in the result the list or object of candidates stands; the whole result unless told.
    pub list: Option<String>,
    /// The field of a candidate that is its id; the key it stands under unless told.
    pub id: Option<String>,
    /// How a candidate is called for the customer.
    pub label: Template,
    /// Further words it is recognised by, with paths.
    pub words: Template,
    /// Only candidates for which this holds, such as `available == true`.
    pub only: Option<crate::condition::Condition>,
    /// The name under which the whole result can be used by paths, such as `customer`.
    pub keep: Option<String>,
}

/// All sources by name, such as `orders.of(customer)`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sources {
    /// By name.
    pub by_name: BTreeMap<String, Source>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    sources: BTreeMap<String, WrittenSource>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSource {
    call: String,
    #[serde(default)]
    args: BTreeMap<String, String>,
    list: Option<String>,
    id: Option<String>,
    label: String,
    #[serde(default)]
    words: String,
    only: Option<String>,
    keep: Option<String>,
}

/// Reads the file.
///
/// # Errors
/// What is wrong with it, with the line where that is known.
pub fn parse(file: &str, text: &str) -> Result<Sources, Vec<Problem>> {
    let written: Written = serde_saphyr::from_str(text).map_err(|error| {
        let line = error.location().map_or(1, |at| at.line() as usize);
        let what = format!(
            "the sources cannot be read: {}",
            first_line(&error.to_string())
        );
        vec![Problem::error(
            file,
            line,
            what,
            "correct the YAML there; see docs/procedures.md",
        )]
    })?;
    let mut problems = Vec::new();
    let mut by_name = BTreeMap::new();
    for (name, written) in written.sources {
        match source(written) {
            Ok(source) => {
                by_name.insert(name, source);
            }
            Err(what) => {
                let line = line_with(text, &name);
                let what = format!("the source '{name}': {what}");
                problems.push(Problem::error(
                    file,
                    line,
                    what,
                    "correct it; see docs/procedures.md",
                ));
            }
        }
    }
    if problems.is_empty() {
        Ok(Sources { by_name })
    } else {
        Err(problems)
    }
}

fn source(written: WrittenSource) -> Result<Source, String> {
    let mut args = BTreeMap::new();
    for (name, value) in &written.args {
        args.insert(name.clone(), Template::parse(value)?);
    }
    Ok(Source {
        call: written.call,
        args,
        list: written.list,
        id: written.id,
        label: Template::parse(&written.label)?,
        words: Template::parse(&written.words)?,
        only: written
            .only
            .as_deref()
            .map(crate::condition::Condition::parse)
            .transpose()?,
        keep: written.keep,
    })
}

fn line_with(text: &str, name: &str) -> usize {
    1 + text
        .lines()
        .position(|line| line.trim_start().starts_with(name))
        .unwrap_or_default()
}
