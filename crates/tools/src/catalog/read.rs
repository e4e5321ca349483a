//! From the files of a folder to a catalog, with every mistake on the way.

use super::Catalog;
use super::panel::Panel;
use super::service::Service;
use super::tool::{BUILT_IN, Contract, Idempotency, Kind, Resource, Tool, Wire};
use crate::action::{ACTIONS, Effect, at_most};
use crate::declaration;
use crate::openapi::Document;
use crate::problem::{Place, Problem, line_of, meant};
use crate::schema::Schema;
use crate::shown::{MAX_TEXT_CHARS, Redaction};
use reqwest::header::HeaderName;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// What tools of Throughline itself name as their service.
const BUILT_IN_SERVICE: &str = "builtin";
/// How long a call may take when a declaration says nothing.
const TIMEOUT_MS: u64 = 10_000;
/// Nobody waits longer in a conversation.
const MAX_TIMEOUT_MS: u64 = 120_000;
/// The largest answer when a declaration says nothing.
const MAX_RESULT_BYTES: usize = 256 * 1024;
/// The largest answer anybody may allow.
const MOST_RESULT_BYTES: usize = 4 * 1024 * 1024;
/// What a resource can be.
const RESOURCES: [&str; 3] = ["Order", "Customer", "Catalog"];

/// Reads the folder.
pub(super) fn folder(folder: &Path) -> Result<Catalog, Vec<Problem>> {
    let mut reading = Reading {
        folder,
        catalog: Catalog::default(),
        problems: Vec::new(),
    };
    let files = match declarations(folder) {
        Ok(files) => files,
        Err(error) => {
            reading.of_file(folder, format!("the folder cannot be read: {error}"));
            return Err(reading.problems);
        }
    };
    let mut tools = Vec::new();
    for file in &files {
        tools.extend(reading.file(file));
    }
    for (place, tool) in tools {
        reading.tool(place, tool);
    }
    reading.documents();
    reading.records();
    match reading.problems {
        problems if problems.is_empty() => Ok(reading.catalog),
        mut problems => {
            problems.sort_by(|one, other| (&one.file, one.line).cmp(&(&other.file, other.line)));
            Err(problems)
        }
    }
}

fn declarations(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

struct Reading<'a> {
    folder: &'a Path,
    catalog: Catalog,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    /// Takes the services of a file and gives its tools, which may name services of other files.
    fn file(&mut self, path: &Path) -> Vec<(Place, declaration::Tool)> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                self.of_file(path, format!("it cannot be read: {error}"));
                return Vec::new();
            }
        };
        let file: Arc<Path> = Arc::from(path);
        let place = |offset: usize| Place {
            file: file.clone(),
            line: line_of(&text, offset),
        };
        let declared: declaration::File = match toml::from_str(&text) {
            Ok(declared) => declared,
            Err(error) => {
                let at = place(error.span().map_or(0, |span| span.start));
                self.problems.push(at.problem(error.message()));
                return Vec::new();
            }
        };
        for (name, service) in declared.service {
            let at = place(service.span().start);
            self.service(name, service.into_inner(), at);
        }
        let tools = declared.tool.into_iter();
        tools
            .map(|tool| (place(tool.span().start), tool.into_inner()))
            .collect()
    }

    fn service(&mut self, name: String, declared: declaration::Service, at: Place) {
        let service = Service {
            document_url: None,
            folder: self.folder.to_path_buf(),
            declared,
            at,
            name: name.clone(),
        };
        let declared = &service.declared;
        let wrong = match (&declared.base_url, &declared.openapi, &declared.mcp) {
            _ if name == BUILT_IN_SERVICE => {
                Some("'builtin' is Throughline itself; choose another name")
            }
            (Some(_), Some(_), None) => None,
            (None, None, Some(server)) => match (&server.command, &server.url) {
                (Some(_), None) | (None, Some(_)) => None,
                _ => Some("mcp needs either a command or a url"),
            },
            _ => Some("write base_url and openapi for an HTTP API, or mcp for an MCP server"),
        };
        self.problems
            .extend(wrong.map(|text| service.problem(text.to_owned())));
        let auth = declared.auth.as_ref();
        let secrets = auth
            .into_iter()
            .flat_map(|auth| [&auth.bearer, &auth.value]);
        if secrets
            .flatten()
            .any(crate::environment::Value::is_written_out)
        {
            let text = "auth: a secret does not stand in this file; write { env = \"NAME\" } or { file = \"path\" }";
            self.problems.push(service.problem(text.to_owned()));
        }
        if self.catalog.services.contains_key(&name) {
            let problem = service.problem("there is another one of this name".to_owned());
            self.problems.push(problem);
        }
        self.catalog.services.insert(name, service);
    }

    fn tool(&mut self, at: Place, declared: declaration::Tool) {
        let kind = self.kind(&declared, &at);
        let mut wrong = wrong_words(&declared);
        let redaction = Redaction::new(&declared.redact).unwrap_or_else(|why| {
            wrong.push(format!("redact: {why}"));
            Redaction::default()
        });
        let idempotency = idempotency(&declared, &mut wrong);
        let contract = pinned(&declared, kind, &mut wrong);
        let panel = panel(&declared, &mut wrong);
        if self.catalog.tools.contains_key(&declared.name) {
            wrong.push(format!("there is another tool '{}'", declared.name));
        }
        let told = wrong.into_iter().map(|text| at.problem(text));
        self.problems.extend(told);
        let mut tool = Tool {
            operation: declared.operation.unwrap_or_else(|| declared.name.clone()),
            description: declared.description.trim().to_owned(),
            effect: declared.effect,
            action: declared.action,
            resource: Resource {
                kind: declared.resource.r#type,
                argument: declared.resource.argument,
                record: declared.resource.record,
            },
            kind: kind.unwrap_or(Kind::BuiltIn),
            timeout: Duration::from_millis(declared.timeout_ms.unwrap_or(TIMEOUT_MS)),
            idempotency,
            panel,
            service: declared.service,
            redaction,
            max_result_bytes: declared.max_result_bytes.unwrap_or(MAX_RESULT_BYTES),
            max_text_chars: declared.max_text_chars.unwrap_or(MAX_TEXT_CHARS),
            contract: None,
            at,
            name: declared.name,
        };
        if let Some(contract) = contract {
            self.problems.extend(tool.settle(contract).err());
        }
        // An unknown service was told already.
        if kind.is_some() {
            self.catalog.tools.insert(tool.name.clone(), tool);
        }
    }

    fn kind(&mut self, declared: &declaration::Tool, at: &Place) -> Option<Kind> {
        let services = &self.catalog.services;
        let found = services.get(&declared.service);
        if declared.service == BUILT_IN_SERVICE {
            if !BUILT_IN.contains(&declared.name.as_str()) {
                let text = format!(
                    "Throughline has no built-in tool '{}'; it has {}",
                    declared.name,
                    BUILT_IN.join(", ")
                );
                self.problems.push(at.problem(text));
                return None;
            }
            return Some(Kind::BuiltIn);
        }
        match found {
            Some(service) if service.declared.mcp.is_some() => Some(Kind::Mcp),
            Some(_) => Some(Kind::Http),
            None => {
                let near = meant(&declared.service, services.keys().map(String::as_str));
                let text = format!("there is no service '{}'{near}", declared.service);
                self.problems.push(at.problem(text));
                None
            }
        }
    }

    /// Reads the OpenAPI documents that are files and completes the tools.
    fn documents(&mut self) {
        let services: Vec<Service> = self.catalog.services.values().cloned().collect();
        for service in services {
            let Some(named) = &service.declared.openapi else {
                continue;
            };
            if named.starts_with("https://") || named.starts_with("http://") {
                if let Some(kept) = self.catalog.services.get_mut(&service.name) {
                    kept.document_url = Some(named.clone());
                }
                continue;
            }
            match document(&self.folder.join(named)) {
                Ok(document) => {
                    let found = self.catalog.attach_document(&service.name, &document);
                    self.problems.extend(found);
                }
                Err(why) => self.problems.push(service.problem(why)),
            }
        }
    }

    /// Every record must be fetched by a read tool for the same kind of resource.
    fn records(&mut self) {
        let tools = &self.catalog.tools;
        for tool in tools.values() {
            let Some(record) = &tool.resource.record else {
                continue;
            };
            let wrong = match tools.get(record) {
                None => {
                    let near = meant(record, tools.keys().map(String::as_str));
                    Some(format!(
                        "resource: there is no tool '{record}' to fetch the record{near}"
                    ))
                }
                Some(found) if found.effect != Effect::Read => Some(format!(
                    "resource: '{record}' changes something; a record is fetched by a read"
                )),
                Some(found)
                    if found.resource.kind != tool.resource.kind
                        || found.resource.argument.is_none() =>
                {
                    Some(format!(
                        "resource: '{record}' does not fetch one {}",
                        tool.resource.kind
                    ))
                }
                Some(_) => None,
            };
            self.problems
                .extend(wrong.map(|text| tool.at.problem(text)));
        }
    }

    fn of_file(&mut self, file: &Path, text: String) {
        self.problems.push(Problem {
            file: file.to_path_buf(),
            line: None,
            text,
        });
    }
}

fn document(path: &Path) -> Result<Document, String> {
    let named = |error: &dyn std::fmt::Display| format!("openapi: {}: {error}", path.display());
    let text = std::fs::read(path).map_err(|error| named(&error))?;
    let value = serde_json::from_slice(&text).map_err(|error| named(&error))?;
    Document::new(value).map_err(|why| named(&why))
}

/// What is wrong with the words of a declaration, whatever its service says.
/// A panel shows what a read says about one customer.
fn panel(declared: &declaration::Tool, wrong: &mut Vec<String>) -> Option<Panel> {
    let panel = declared.panel.clone()?;
    let fits = declared.effect == Effect::Read && declared.resource.r#type == "Customer";
    if !fits {
        wrong.push("panel: only a tool that reads about a Customer has one".to_owned());
    }
    let panel = Panel::new(panel);
    panel.map_err(|why| wrong.push(why)).ok()
}

fn wrong_words(declared: &declaration::Tool) -> Vec<String> {
    let mut wrong = Vec::new();
    if !is_name(&declared.name) {
        wrong.push(format!(
            "'{}' is no name for a tool: lower-case letters, digits and _, beginning with a letter, at most 64",
            declared.name
        ));
    }
    if declared.description.trim().is_empty() {
        wrong.push("describe what it does: whoever chooses among tools reads this".to_owned());
    }
    match (at_most(&declared.action), declared.effect) {
        (None, _) => {
            let near = meant(&declared.action, ACTIONS.iter().map(|(name, _)| *name));
            wrong.push(format!("there is no action '{}'{near}", declared.action));
        }
        (Some(Effect::Read), Effect::Write) => wrong.push(format!(
            "it changes something, and '{}' is an action that only looks",
            declared.action
        )),
        // The policy asks for a confirmation before these.
        (Some(Effect::Write), Effect::Read)
            if !matches!(declared.action.as_str(), "identify" | "handoff") =>
        {
            wrong.push(format!(
                "'{}' is an action that changes something: write effect = \"write\"",
                declared.action
            ));
        }
        _ => {}
    }
    let resource = &declared.resource;
    if !RESOURCES.contains(&resource.r#type.as_str()) {
        wrong.push(format!(
            "resource: there is no type '{}'; there is {}",
            resource.r#type,
            RESOURCES.join(", ")
        ));
    } else if (resource.r#type == "Catalog") != resource.argument.is_none() {
        wrong.push(match resource.argument {
            None => format!(
                "resource: say in which argument the id of the {} stands",
                resource.r#type
            ),
            Some(_) => "resource: the catalog has no id; leave 'argument' out".to_owned(),
        });
    }
    if !(1..=MAX_TIMEOUT_MS).contains(&declared.timeout_ms.unwrap_or(TIMEOUT_MS)) {
        wrong.push(format!("timeout_ms must be from 1 to {MAX_TIMEOUT_MS}"));
    }
    if !(1..=MOST_RESULT_BYTES).contains(&declared.max_result_bytes.unwrap_or(MAX_RESULT_BYTES)) {
        wrong.push(format!(
            "max_result_bytes must be from 1 to {MOST_RESULT_BYTES}"
        ));
    }
    wrong
}

fn is_name(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '_')
}

fn idempotency(declared: &declaration::Tool, wrong: &mut Vec<String>) -> Idempotency {
    let Some(written) = &declared.idempotency else {
        return Idempotency::None;
    };
    match (&written.header, &written.argument) {
        (Some(header), None) if HeaderName::from_bytes(header.as_bytes()).is_ok() => {
            Idempotency::Header(header.clone())
        }
        (None, Some(argument)) => Idempotency::Argument(argument.clone()),
        _ => {
            wrong.push("idempotency: write { header = \"…\" } or { argument = \"…\" }".to_owned());
            Idempotency::None
        }
    }
}

/// The contract of a tool whose arguments stand in the declaration.
fn pinned(
    declared: &declaration::Tool,
    kind: Option<Kind>,
    wrong: &mut Vec<String>,
) -> Option<Contract> {
    let wire = match kind? {
        Kind::BuiltIn => Wire::BuiltIn,
        Kind::Mcp => Wire::Mcp { answer: None },
        Kind::Http => {
            if declared.arguments.is_some() {
                wrong.push(
                    "arguments: they stand in the OpenAPI document; leave them out".to_owned(),
                );
            }
            return None;
        }
    };
    let Some(arguments) = &declared.arguments else {
        if kind == Some(Kind::BuiltIn) {
            wrong
                .push("arguments: write the JSON schema of a built-in tool's arguments".to_owned());
        }
        return None;
    };
    if arguments["type"] != "object" {
        wrong.push("arguments: the schema must say type = \"object\"".to_owned());
        return None;
    }
    match Schema::new(arguments.clone()) {
        Ok(arguments) => Some(Contract { arguments, wire }),
        Err(why) => {
            wrong.push(format!("arguments: {why}"));
            None
        }
    }
}
