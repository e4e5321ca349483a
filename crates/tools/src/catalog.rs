//! All tools of an installation.

mod panel;
mod read;
mod service;
mod tool;

pub use panel::Panel;
pub use tool::{BUILT_IN, Idempotency, Kind, Resource, Tool};

pub(crate) use service::{Place as ServicePlace, Service, Transport};
pub(crate) use tool::{Contract, Key, Wire};

use crate::environment::Environment;
use crate::openapi::Document;
use crate::problem::{Problem, meant};
use crate::schema::{ArgumentProblem, Schema};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// The most bytes of all arguments of one call.
const MAX_ARGUMENT_BYTES: usize = 64 * 1024;

/// Every declared tool, and the services behind them.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    tools: BTreeMap<String, Tool>,
    services: BTreeMap<String, Service>,
}

impl Catalog {
    /// Reads every `*.toml` of `folder`. Nothing is called: the tools of a service that describes itself over the
    /// network are complete after [`crate::Caller::complete`].
    ///
    /// # Errors
    /// Every mistake there is.
    pub fn load(folder: &Path) -> Result<Self, Vec<Problem>> {
        read::folder(folder)
    }

    /// Every tool, by name.
    pub fn tools(&self) -> impl Iterator<Item = &Tool> {
        self.tools.values()
    }

    /// The tool called `name`.
    pub fn tool(&self, name: &str) -> Option<&Tool> {
        self.tools.get(name)
    }

    /// Whether `arguments` fit what the tool called `tool` takes.
    ///
    /// # Errors
    /// What does not fit.
    pub fn check(&self, tool: &str, arguments: &Value) -> Result<(), Vec<ArgumentProblem>> {
        match self.tool(tool) {
            Some(tool) => tool.check(arguments),
            None => {
                let near = meant(tool, self.tools.keys().map(String::as_str));
                Err(vec![whole(format!("there is no tool '{tool}'{near}"))])
            }
        }
    }

    pub(crate) fn services(&self) -> impl Iterator<Item = &Service> {
        self.services.values()
    }

    /// Completes the tools of a service from its OpenAPI document.
    pub(crate) fn attach_document(&mut self, service: &str, document: &Document) -> Vec<Problem> {
        let tools = self.tools.values_mut();
        tools
            .filter(|tool| tool.service == service && tool.contract.is_none())
            .filter_map(|tool| tool.follow(document).err())
            .collect()
    }

    /// Completes the tools of an MCP server from its list: name, arguments, answer.
    pub(crate) fn attach_list(
        &mut self,
        service: &str,
        listed: &[(String, Value, Option<Value>)],
    ) -> Vec<Problem> {
        let tools = self.tools.values_mut();
        tools
            .filter(|tool| tool.service == service)
            .filter_map(|tool| tool.follow_list(listed).err())
            .collect()
    }
}

impl Tool {
    /// Whether `arguments` fit.
    ///
    /// # Errors
    /// What does not fit; that the tool is not complete yet is told in the same way.
    pub fn check(&self, arguments: &Value) -> Result<(), Vec<ArgumentProblem>> {
        let Some(contract) = &self.contract else {
            let text = format!(
                "its service '{}' has not told yet what it takes",
                self.service
            );
            return Err(vec![whole(text)]);
        };
        if arguments.to_string().len() > MAX_ARGUMENT_BYTES {
            return Err(vec![whole(
                "all arguments together are larger than 64 KiB".to_owned(),
            )]);
        }
        match contract.arguments.problems(arguments) {
            problems if problems.is_empty() => Ok(()),
            problems => Err(problems),
        }
    }

    fn follow(&mut self, document: &Document) -> Result<(), Problem> {
        let header = match &self.idempotency {
            Idempotency::Header(name) => Some(name.as_str()),
            _ => None,
        };
        let found = document.operation(&self.operation, header).map_err(|why| {
            self.at
                .problem(format!("operation '{}': {why}", self.operation))
        })?;
        let operation = found.ok_or_else(|| {
            let near = meant(&self.operation, document.names());
            let text = format!(
                "the OpenAPI document of '{}' has no operation '{}'{near}",
                self.service, self.operation
            );
            self.at.problem(text)
        })?;
        let schema = self.without_key(operation.arguments.clone())?;
        let arguments = Schema::new(schema).map_err(|why| self.at.problem(why))?;
        self.settle(Contract {
            arguments,
            wire: Wire::Http(Box::new(operation)),
        })
    }

    fn follow_list(&mut self, listed: &[(String, Value, Option<Value>)]) -> Result<(), Problem> {
        let found = listed.iter().find(|(name, ..)| *name == self.operation);
        let Some((_, arguments, answer)) = found else {
            let near = meant(
                &self.operation,
                listed.iter().map(|(name, ..)| name.as_str()),
            );
            let text = format!(
                "the MCP server '{}' has no tool '{}'{near}",
                self.service, self.operation
            );
            return Err(self.at.problem(text));
        };
        let told = |why: String| self.at.problem(why);
        let answer = answer.clone().map(Schema::new).transpose().map_err(told)?;
        let wire = Wire::Mcp { answer };
        // What was pinned by hand stays.
        if let Some(contract) = &mut self.contract {
            contract.wire = wire;
            return Ok(());
        }
        let schema = self.without_key(arguments.clone())?;
        let arguments = Schema::new(schema).map_err(|why| self.at.problem(why))?;
        self.settle(Contract { arguments, wire })
    }

    /// The argument that carries the idempotency key is filled in by the caller and shown to nobody.
    fn without_key(&self, mut schema: Value) -> Result<Value, Problem> {
        let Idempotency::Argument(name) = &self.idempotency else {
            return Ok(schema);
        };
        let known = schema["properties"]
            .as_object_mut()
            .and_then(|properties| properties.remove(name));
        if known.is_none() {
            let text = format!("idempotency: the operation has no argument '{name}'");
            return Err(self.at.problem(text));
        }
        if let Some(required) = schema["required"].as_array_mut() {
            required.retain(|one| one != name);
        }
        Ok(schema)
    }

    /// Takes the contract, when the resource can be told from its arguments.
    fn settle(&mut self, contract: Contract) -> Result<(), Problem> {
        let properties = contract.arguments.text["properties"].as_object();
        let missing = self.resource.argument.as_ref().filter(|name| {
            properties.is_none_or(|properties| !properties.contains_key(name.as_str()))
        });
        if let Some(name) = missing {
            let known = properties.into_iter().flat_map(|all| all.keys());
            let known: Vec<&str> = known.map(String::as_str).collect();
            let text = format!(
                "resource: the operation has no argument '{name}'; it has {}",
                known.join(", ")
            );
            return Err(self.at.problem(text));
        }
        self.contract = Some(contract);
        Ok(())
    }
}

fn whole(text: String) -> ArgumentProblem {
    ArgumentProblem {
        path: String::new(),
        text,
    }
}

/// Where the values of declarations come from, besides the file itself.
pub(crate) fn resolve(
    service: &Service,
    environment: &Environment,
) -> Result<ServicePlace, Problem> {
    service.place(environment)
}
