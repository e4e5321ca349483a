//! Chat completions, as OpenAI defined them and as everyone compatible speaks them.
//!
//! Source: OpenAI's API reference, "Create chat completion" and its streaming events.

use super::{complaint, count, data, system, text};
use crate::assembly::Assembly;
use crate::error::LlmError;
use crate::reply::{Call, Stop};
use crate::request::{Message, Request, Tool};
use crate::sse::ServerEvent;
use serde_json::{Value, json};
use throughline_config::{LanguageModel, Structured};

pub(super) fn body(config: &LanguageModel, request: &Request) -> Value {
    let mut messages = Vec::with_capacity(request.messages.len() + 1);
    let system = system(config, request);
    if !system.is_empty() {
        messages.push(json!({ "role": "system", "content": system }));
    }
    messages.extend(request.messages.iter().map(message));
    let mut body = json!({
        "model": config.model,
        "messages": messages,
        "stream": true,
        "stream_options": { "include_usage": true },
    });
    body[max_tokens_name(config)] = request.max_tokens.into();
    if let Some(temperature) = request.temperature.filter(|_| config.send_temperature) {
        body["temperature"] = temperature.into();
    }
    if !request.tools.is_empty() {
        body["tools"] = request.tools.iter().map(tool).collect();
    }
    if let (Some(schema), Structured::Schema) = (&request.schema, config.structured) {
        body["response_format"] = json!({
            "type": "json_schema",
            "json_schema": { "name": schema.name, "schema": schema.schema, "strict": true },
        });
    }
    body
}

/// OpenAI's newer models refuse the name that everyone else knows.
fn max_tokens_name(config: &LanguageModel) -> &'static str {
    let host = config.base_url.as_ref().and_then(|url| url.host_str());
    match host {
        None | Some("api.openai.com") => "max_completion_tokens",
        Some(_) => "max_tokens",
    }
}

fn message(message: &Message) -> Value {
    match message {
        Message::User(text) => json!({ "role": "user", "content": text }),
        Message::Assistant { text, calls } if calls.is_empty() => {
            json!({ "role": "assistant", "content": text })
        }
        Message::Assistant { text, calls } => {
            let content = (!text.is_empty()).then_some(text);
            let calls: Vec<Value> = calls.iter().map(call).collect();
            json!({ "role": "assistant", "content": content, "tool_calls": calls })
        }
        Message::ToolResult { call, content } => {
            json!({ "role": "tool", "tool_call_id": call, "content": content })
        }
    }
}

fn call(call: &Call) -> Value {
    let arguments = call.arguments.to_string();
    json!({ "id": call.id, "type": "function", "function": { "name": call.name, "arguments": arguments } })
}

fn tool(tool: &Tool) -> Value {
    let function = json!({ "name": tool.name, "description": tool.description, "parameters": tool.parameters });
    json!({ "type": "function", "function": function })
}

pub(super) fn read(event: &ServerEvent, assembly: &mut Assembly) -> Result<(), LlmError> {
    if event.data.trim() == "[DONE]" {
        assembly.end();
        return Ok(());
    }
    let chunk = data(event)?;
    if let Some(error) = chunk.get("error").filter(|error| !error.is_null()) {
        return Err(complaint::in_stream(error));
    }
    if let Some(usage) = chunk.get("usage").filter(|usage| usage.is_object()) {
        read_usage(usage, assembly);
    }
    // A chunk that only tells usage has no choices.
    let Some(choice) = chunk.get("choices").and_then(|choices| choices.get(0)) else {
        return Ok(());
    };
    if let Some(delta) = choice.get("delta") {
        read_delta(delta, assembly)?;
    }
    if let Some(reason) = choice.get("finish_reason").and_then(Value::as_str) {
        assembly.stop(stop(reason));
    }
    Ok(())
}

fn read_usage(usage: &Value, assembly: &mut Assembly) {
    if let Some(tokens) = count(usage, "prompt_tokens") {
        assembly.count_input(tokens);
    }
    if let Some(tokens) = count(usage, "completion_tokens") {
        assembly.count_output(tokens);
    }
}

fn read_delta(delta: &Value, assembly: &mut Assembly) -> Result<(), LlmError> {
    // Two names that servers have for what a model thinks aloud.
    assembly.add_thought(text(delta, "reasoning_content"));
    assembly.add_thought(text(delta, "reasoning"));
    assembly.add_text(text(delta, "content"))?;
    if !text(delta, "refusal").is_empty() {
        assembly.stop(Stop::Refused);
    }
    let calls = delta.get("tool_calls").and_then(Value::as_array);
    for call in calls.into_iter().flatten() {
        read_call(call, assembly)?;
    }
    Ok(())
}

fn read_call(call: &Value, assembly: &mut Assembly) -> Result<(), LlmError> {
    let none = Value::Null;
    let function = call.get("function").unwrap_or(&none);
    let (id, name) = (text(call, "id"), text(function, "name"));
    let key = count(call, "index").unwrap_or_else(|| unnumbered(id, assembly));
    if !assembly.has_call(key) {
        assembly.open_call(key, id, name)?;
    }
    match function.get("arguments") {
        Some(Value::String(piece)) => assembly.add_arguments(key, piece),
        // Some servers send the object itself.
        Some(whole @ Value::Object(_)) => assembly.add_arguments(key, &whole.to_string()),
        _ => Ok(()),
    }
}

/// The place of a call that a server did not number: a new id is a new call.
fn unnumbered(id: &str, assembly: &Assembly) -> u64 {
    match assembly.latest_call() {
        None => 0,
        Some((key, latest)) if id.is_empty() || id == latest => key,
        Some((key, _)) => key.saturating_add(1),
    }
}

fn stop(reason: &str) -> Stop {
    match reason {
        "stop" => Stop::End,
        "tool_calls" | "function_call" => Stop::Tools,
        "length" => Stop::Length,
        "content_filter" => Stop::Refused,
        other => Stop::Other(other.to_owned()),
    }
}
