//! Anthropic's messages.
//!
//! Source: Anthropic's API reference, "Create a Message" and "Streaming Messages", in version [`VERSION`]. Since then
//! the key is a bearer token and a temperature is refused. An answer with a schema is the arguments of a tool that the
//! model must call, which servers of either version know.

use super::{complaint, count, data, system, text};
use crate::assembly::Assembly;
use crate::error::LlmError;
use crate::reply::{Call, Stop};
use crate::request::{Message, Request, Schema, Tool};
use crate::sse::ServerEvent;
use serde_json::{Value, json};
use throughline_config::{LanguageModel, Structured};

/// The version of the contract, as its official SDKs send it since their release of that day.
pub(super) const VERSION: &str = "2026-10-21";

pub(super) fn body(config: &LanguageModel, request: &Request) -> Value {
    let mut body = json!({
        "model": config.model,
        "max_tokens": request.max_tokens,
        "messages": messages(&request.messages),
        "stream": true,
    });
    let system = system(config, request);
    if !system.is_empty() {
        body["system"] = system.into();
    }
    let mut tools: Vec<Value> = request.tools.iter().map(tool).collect();
    if let (Some(schema), Structured::Schema) = (&request.schema, config.structured) {
        tools.push(answer_tool(schema));
        body["tool_choice"] = json!({ "type": "tool", "name": schema.name });
    }
    if !tools.is_empty() {
        body["tools"] = tools.into();
    }
    body
}

/// Messages of one side are joined: results of several calls belong into one message.
fn messages(messages: &[Message]) -> Vec<Value> {
    let mut joined: Vec<(&str, Vec<Value>)> = Vec::new();
    for message in messages {
        let (role, blocks) = blocks(message);
        match joined.last_mut() {
            Some((last, content)) if *last == role => content.extend(blocks),
            _ => joined.push((role, blocks)),
        }
    }
    let told = joined
        .into_iter()
        .filter(|(_, content)| !content.is_empty());
    told.map(|(role, content)| json!({ "role": role, "content": content }))
        .collect()
}

fn blocks(message: &Message) -> (&'static str, Vec<Value>) {
    match message {
        Message::User(text) => ("user", words(text).into_iter().collect()),
        Message::Assistant { text, calls } => (
            "assistant",
            words(text)
                .into_iter()
                .chain(calls.iter().map(call))
                .collect(),
        ),
        Message::ToolResult { call, content } => (
            "user",
            vec![json!({ "type": "tool_result", "tool_use_id": call, "content": content })],
        ),
    }
}

/// Empty words are refused.
fn words(text: &str) -> Option<Value> {
    (!text.trim().is_empty()).then(|| json!({ "type": "text", "text": text }))
}

fn call(call: &Call) -> Value {
    json!({ "type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments })
}

fn tool(tool: &Tool) -> Value {
    json!({ "name": tool.name, "description": tool.description, "input_schema": tool.parameters })
}

fn answer_tool(schema: &Schema) -> Value {
    json!({ "name": schema.name, "description": "Gives the answer.", "input_schema": schema.schema })
}

pub(super) fn read(event: &ServerEvent, assembly: &mut Assembly) -> Result<(), LlmError> {
    let data = data(event)?;
    // The kind stands in both places; some servers forget the first.
    let kind = match text(&data, "type") {
        "" => event.kind.as_str(),
        kind => kind,
    };
    let none = Value::Null;
    let part = |name| data.get(name).unwrap_or(&none);
    match kind {
        "message_start" => read_usage(part("message").get("usage"), assembly),
        "content_block_start" => return open_block(&data, part("content_block"), assembly),
        "content_block_delta" => return read_delta(&data, part("delta"), assembly),
        "message_delta" => {
            read_usage(data.get("usage"), assembly);
            if let Some(reason) = part("delta").get("stop_reason").and_then(Value::as_str) {
                assembly.stop(stop(reason));
            }
        }
        "message_stop" => assembly.end(),
        "error" => return Err(complaint::in_stream(part("error"))),
        _ => {}
    }
    Ok(())
}

fn read_usage(usage: Option<&Value>, assembly: &mut Assembly) {
    let Some(usage) = usage else { return };
    if let Some(fresh) = count(usage, "input_tokens") {
        let cached = ["cache_creation_input_tokens", "cache_read_input_tokens"];
        let cached = cached.into_iter().filter_map(|name| count(usage, name));
        assembly.count_input(cached.fold(fresh, u64::saturating_add));
    }
    if let Some(tokens) = count(usage, "output_tokens") {
        assembly.count_output(tokens);
    }
}

fn open_block(data: &Value, block: &Value, assembly: &mut Assembly) -> Result<(), LlmError> {
    match text(block, "type") {
        "text" => assembly.add_text(text(block, "text")),
        "tool_use" => {
            let key = count(data, "index").unwrap_or(0);
            assembly.open_call(key, text(block, "id"), text(block, "name"))?;
            // Usually empty and followed by pieces; a server that does not stream arguments sends them whole.
            match block
                .get("input")
                .filter(|input| input.as_object().is_some_and(|input| !input.is_empty()))
            {
                Some(input) => assembly.add_arguments(key, &input.to_string()),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

fn read_delta(data: &Value, delta: &Value, assembly: &mut Assembly) -> Result<(), LlmError> {
    match text(delta, "type") {
        "text_delta" => assembly.add_text(text(delta, "text")),
        "input_json_delta" => assembly.add_arguments(
            count(data, "index").unwrap_or(0),
            text(delta, "partial_json"),
        ),
        "thinking_delta" => {
            assembly.add_thought(text(delta, "thinking"));
            Ok(())
        }
        _ => Ok(()),
    }
}

fn stop(reason: &str) -> Stop {
    match reason {
        "end_turn" | "stop_sequence" => Stop::End,
        "tool_use" => Stop::Tools,
        "max_tokens" | "model_context_window_exceeded" => Stop::Length,
        "refusal" => Stop::Refused,
        other => Stop::Other(other.to_owned()),
    }
}
