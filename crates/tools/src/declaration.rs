//! What may stand in a declaration file.

use crate::action::Effect;
use crate::environment::Value;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// One file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    #[serde(default)]
    pub(crate) service: BTreeMap<String, Spanned<Service>>,
    #[serde(default)]
    pub(crate) tool: Vec<Spanned<Tool>>,
}

/// `[service.name]`: an HTTP API or an MCP server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Service {
    /// Where an HTTP API is.
    pub(crate) base_url: Option<Value>,
    /// Its OpenAPI document: a file beside the declarations, or a URL.
    pub(crate) openapi: Option<String>,
    /// An MCP server.
    pub(crate) mcp: Option<McpServer>,
    /// What is shown to it.
    pub(crate) auth: Option<Auth>,
    /// Lets a secret go over plain HTTP to a host that is not this machine.
    #[serde(default)]
    pub(crate) allow_plain_http: bool,
    /// Says that it is in a network of the operator's own: its name may lead to addresses that are not on the internet.
    #[serde(default)]
    pub(crate) private_network: bool,
}

/// An MCP server: a program, or a place.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct McpServer {
    pub(crate) command: Option<Value>,
    #[serde(default)]
    pub(crate) args: Vec<Value>,
    /// The only variables the program gets, besides PATH.
    #[serde(default)]
    pub(crate) env: BTreeMap<String, Value>,
    pub(crate) url: Option<Value>,
}

/// A secret for a service.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Auth {
    /// Sent as `Authorization: Bearer …`.
    pub(crate) bearer: Option<Value>,
    /// Sent as this header.
    pub(crate) header: Option<String>,
    pub(crate) value: Option<Value>,
}

/// `[[tool]]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tool {
    pub(crate) name: String,
    pub(crate) description: String,
    /// A service of this folder, or `builtin`.
    pub(crate) service: String,
    /// The operation's `operationId`, or the MCP tool; the tool's own name when left out.
    pub(crate) operation: Option<String>,
    pub(crate) effect: Effect,
    pub(crate) action: String,
    pub(crate) resource: Resource,
    pub(crate) timeout_ms: Option<u64>,
    pub(crate) idempotency: Option<Idempotency>,
    /// JSON pointers, `*` for any name or place, of what is taken out of answers.
    #[serde(default)]
    pub(crate) redact: Vec<String>,
    pub(crate) max_result_bytes: Option<usize>,
    pub(crate) max_text_chars: Option<usize>,
    /// What people at the desk see of a customer by it.
    pub(crate) panel: Option<Panel>,
    /// A JSON schema, where no document gives one, or to pin an MCP tool to what was reviewed.
    pub(crate) arguments: Option<serde_json::Value>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Panel {
    pub(crate) title: String,
    /// A JSON pointer, `*` for any name or place.
    #[serde(default)]
    pub(crate) rows: String,
    /// JSON pointers within a row.
    pub(crate) show: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Resource {
    pub(crate) r#type: String,
    pub(crate) argument: Option<String>,
    pub(crate) record: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Idempotency {
    pub(crate) header: Option<String>,
    pub(crate) argument: Option<String>,
}
