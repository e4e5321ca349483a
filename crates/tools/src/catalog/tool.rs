//! One tool as it was declared.

use super::panel::Panel;
use crate::action::Effect;
use crate::openapi::Operation;
use crate::problem::Place;
use crate::schema::Schema;
use crate::shown::Redaction;
use serde_json::{Map, Value};
use std::time::Duration;

/// The tools Throughline does itself. What they do is not this crate's business; their declarations are.
pub const BUILT_IN: [&str; 4] = [
    "send_message",
    "send_code",
    "check_code",
    "schedule_callback",
];

/// A tool.
#[derive(Clone, Debug)]
pub struct Tool {
    /// What procedures and the AI call it by.
    pub name: String,
    /// What it does, for whoever chooses among tools.
    pub description: String,
    /// What a call does to the world.
    pub effect: Effect,
    /// The Cedar action that must be permitted.
    pub action: String,
    /// What the action is about.
    pub resource: Resource,
    /// Who carries it out.
    pub kind: Kind,
    /// How long a call may take, all tries together.
    pub timeout: Duration,
    /// How a call says that it is the same as an earlier one.
    pub idempotency: Idempotency,
    /// What people at the desk see of a customer by it.
    pub panel: Option<Panel>,
    pub(crate) service: String,
    pub(crate) operation: String,
    pub(crate) redaction: Redaction,
    pub(crate) max_result_bytes: usize,
    pub(crate) max_text_chars: usize,
    pub(crate) contract: Option<Contract>,
    pub(crate) at: Place,
}

impl Tool {
    /// The JSON schema of its arguments; none while its service has not told.
    pub fn arguments(&self) -> Option<&Value> {
        Some(&self.contract.as_ref()?.arguments.text)
    }

    /// The id of the resource these arguments are about; none for a tool that is about none in particular.
    pub fn resource_id<'a>(&self, arguments: &'a Value) -> Option<&'a str> {
        arguments[self.resource.argument.as_ref()?].as_str()
    }

    /// `arguments` with the deed's key among them, where the service takes it as one.
    pub(crate) fn with_key(&self, arguments: &Value, key: Key<'_>) -> Map<String, Value> {
        let mut arguments = arguments.as_object().cloned().unwrap_or_default();
        if let Idempotency::Argument(name) = &self.idempotency {
            arguments.insert(name.clone(), Value::from(key.0));
        }
        arguments
    }

    /// True when a lost answer may be asked for again: nothing happens twice.
    pub fn may_repeat(&self) -> bool {
        self.effect == Effect::Read || self.idempotency != Idempotency::None
    }
}

/// What an action is about, in the words of the policy's schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The entity type: `Order`, `Customer` or `Catalog`.
    pub kind: String,
    /// The argument that holds its id; none for `Catalog`.
    pub argument: Option<String>,
    /// The read tool that fetches its record, which the policy's facts are made from; none when there are none.
    pub record: Option<String>,
}

/// Who carries a tool out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Throughline itself.
    BuiltIn,
    /// An HTTP API.
    Http,
    /// An MCP server.
    Mcp,
}

/// How a call says that it is the same as an earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Idempotency {
    /// It cannot.
    None,
    /// By a header.
    Header(String),
    /// By an argument the caller fills in.
    Argument(String),
}

/// What a tool takes and how it is sent.
#[derive(Clone, Debug)]
pub(crate) struct Contract {
    pub(crate) arguments: Schema,
    pub(crate) wire: Wire,
}

/// How a call is sent.
#[derive(Clone, Debug)]
pub(crate) enum Wire {
    BuiltIn,
    Http(Box<Operation>),
    Mcp { answer: Option<Schema> },
}

/// The idempotency key of one call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key<'a>(pub(crate) &'a str);
