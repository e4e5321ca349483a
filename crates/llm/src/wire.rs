//! The two contracts, as text: what a request looks like, and what the events of an answer mean.

mod anthropic;
mod complaint;
mod openai;

pub(crate) use complaint::complaint;

use crate::assembly::Assembly;
use crate::error::LlmError;
use crate::request::{Request, Schema};
use crate::sse::ServerEvent;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use throughline_config::{LanguageModel, Structured, Wire};
use url::Url;

/// Where calls go: `base` and the contract's own path, whether or not the operator wrote its version.
pub(crate) fn url(config: &LanguageModel) -> Result<Url, LlmError> {
    let mut url: Url = config
        .base_url()
        .parse()
        .map_err(|_| LlmError::Unreachable)?;
    let base = url.path().trim_end_matches('/').to_owned();
    let path = match config.wire {
        Wire::Openai if base.ends_with("/chat/completions") => base,
        Wire::Openai => format!("{base}/chat/completions"),
        Wire::Anthropic if base.ends_with("/messages") => base,
        Wire::Anthropic if base.ends_with("/v1") => format!("{base}/messages"),
        Wire::Anthropic => format!("{base}/v1/messages"),
    };
    url.set_path(&path);
    Ok(url)
}

/// The headers of every call.
pub(crate) fn headers(config: &LanguageModel) -> Result<HeaderMap, LlmError> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let key = config.key.as_ref().map(|key| key.expose());
    if let Some(key) = key {
        headers.insert(AUTHORIZATION, secret(&format!("Bearer {key}"))?);
    }
    if config.wire == Wire::Anthropic {
        let version = HeaderValue::from_static(anthropic::VERSION);
        headers.insert(HeaderName::from_static("anthropic-version"), version);
    }
    Ok(headers)
}

fn secret(text: &str) -> Result<HeaderValue, LlmError> {
    let value = HeaderValue::from_str(text);
    // A key with a line break or the like cannot be sent, and no provider gave it out.
    let mut value = value.map_err(|_| LlmError::KeyRefused { status: 0 })?;
    value.set_sensitive(true);
    Ok(value)
}

/// The body of a call.
pub(crate) fn body(config: &LanguageModel, request: &Request) -> Value {
    match config.wire {
        Wire::Openai => openai::body(config, request),
        Wire::Anthropic => anthropic::body(config, request),
    }
}

/// An answer that nothing has arrived of.
pub(crate) fn assembly(config: &LanguageModel, request: &Request) -> Assembly {
    let forced = config.wire == Wire::Anthropic && config.structured == Structured::Schema;
    Assembly::new(
        request
            .schema
            .as_ref()
            .filter(|_| forced)
            .map(|schema| schema.name.clone()),
    )
}

/// Adds what an event says to an answer. Kinds that this version does not know are overlooked.
pub(crate) fn read(
    wire: Wire,
    event: &ServerEvent,
    assembly: &mut Assembly,
) -> Result<(), LlmError> {
    match wire {
        Wire::Openai => openai::read(event, assembly),
        Wire::Anthropic => anthropic::read(event, assembly),
    }
}

fn data(event: &ServerEvent) -> Result<Value, LlmError> {
    serde_json::from_str(&event.data)
        .map_err(|error| LlmError::Malformed(format!("an event is not JSON: {error}")))
}

/// The system text, with the schema where only the model itself can keep to it.
fn system(config: &LanguageModel, request: &Request) -> String {
    match (&request.schema, config.structured) {
        (Some(schema), Structured::Text) => with_schema(&request.system, schema),
        _ => request.system.clone(),
    }
}

fn with_schema(system: &str, schema: &Schema) -> String {
    format!(
        "{system}\n\nAnswer with one JSON object and nothing else: no words around it, no code fence. It follows this \
         JSON Schema:\n{}",
        schema.schema
    )
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or("")
}

/// A number, where there is one.
fn count(value: &Value, name: &str) -> Option<u64> {
    value.get(name).and_then(Value::as_u64)
}
