//! The environment laid over the file.

use crate::problem::Problem;
use crate::reader::{Reader, element_step};
use toml::{Table, Value};

const PREFIX: &str = "THROUGHLINE__";

/// Writes each `THROUGHLINE__…` variable into `tree`, and tells `reader` which values they are.
pub(crate) fn apply(tree: &mut Table, reader: &mut Reader<'_>) {
    for (variable, text) in reader.environment() {
        let Some(rest) = variable.strip_prefix(PREFIX) else {
            continue;
        };
        let segments: Vec<String> = rest.split("__").map(str::to_lowercase).collect();
        match place(tree, &segments, text) {
            Ok(path) => reader.mark_overridden(path, variable.clone()),
            Err(problem) => reader.report(Problem::error(
                format!("environment variable {variable}"),
                problem,
                "write THROUGHLINE__SECTION__KEY, with the names of throughline.example.toml",
            )),
        }
    }
}

fn place(tree: &mut Table, segments: &[String], text: &str) -> Result<Vec<String>, String> {
    match segments {
        [section, name, rest @ ..] if section == "endpoint" => {
            let (step, endpoint) = endpoint_named(tree, name)?;
            let mut path = vec![section.clone(), step];
            place_in_table(endpoint, rest, text)?;
            path.extend_from_slice(rest);
            Ok(path)
        }
        _ => {
            place_in_table(tree, segments, text)?;
            Ok(segments.to_vec())
        }
    }
}

fn place_in_table(table: &mut Table, segments: &[String], text: &str) -> Result<(), String> {
    match segments {
        [] => Err("it names no key".to_owned()),
        [key] if key.is_empty() => Err("it names no key".to_owned()),
        [key] => {
            table.insert(key.clone(), Value::String(text.to_owned()));
            Ok(())
        }
        [section, rest @ ..] => {
            let inner = table
                .entry(section.clone())
                .or_insert_with(|| Value::Table(Table::new()));
            match inner {
                Value::Table(inner) => place_in_table(inner, rest, text),
                other => Err(format!("'{section}' is {}, not a table", other.type_str())),
            }
        }
    }
}

/// The endpoint of the file whose name, written as a variable name would be, is `name`.
fn endpoint_named<'t>(tree: &'t mut Table, name: &str) -> Result<(String, &'t mut Table), String> {
    let endpoints = tree.get_mut("endpoint").and_then(Value::as_array_mut);
    for (index, endpoint) in endpoints.into_iter().flatten().enumerate() {
        let step = element_step(endpoint, index);
        let known = endpoint.get("name").and_then(Value::as_str);
        let matches = known.is_some_and(|known| known.replace('-', "_").to_lowercase() == name);
        if matches && let Value::Table(endpoint) = endpoint {
            return Ok((step, endpoint));
        }
    }
    Err(format!("the file has no [[endpoint]] named '{name}'"))
}
