//! Messages as Anthropic's server speaks them.

use super::Asked;
use super::act::{Piece, Said, tokens, words};
use super::openai::halves;
use serde_json::{Value, json};

pub(super) fn key(asked: &Asked) -> Option<&str> {
    // Where both are brought, the real server takes the first.
    let bearer = || asked.header("authorization")?.strip_prefix("Bearer ");
    asked.header("x-api-key").or_else(bearer)
}

/// What the real server would not accept.
pub(super) fn problem(asked: &Asked) -> Option<String> {
    if !asked.path.ends_with("/v1/messages") {
        return Some(format!("Not found: {}", asked.path));
    }
    if asked.header("anthropic-version").is_none() {
        return Some("anthropic-version: header is required".to_owned());
    }
    let body = &asked.body;
    let sampling = ["temperature", "top_p", "top_k"]
        .into_iter()
        .find(|name| body.get(name).is_some());
    if let Some(name) = sampling.filter(|_| asked.header("anthropic-version") != Some("2023-06-01"))
    {
        return Some(format!("{name}: Extra inputs are not permitted"));
    }
    if body["model"].as_str().is_none_or(str::is_empty) {
        return Some("model: Field required".to_owned());
    }
    if body["max_tokens"].as_u64().is_none_or(|most| most == 0) {
        return Some("max_tokens: Field required".to_owned());
    }
    let messages = body["messages"].as_array().map_or(&[][..], Vec::as_slice);
    if messages.first().is_none_or(|first| first["role"] != "user") {
        return Some("messages: first message must use the \"user\" role".to_owned());
    }
    messages.iter().find_map(
        |message| match (message["role"].as_str(), &message["content"]) {
            (Some("user" | "assistant"), Value::String(text)) if !text.is_empty() => None,
            (Some("user" | "assistant"), Value::Array(blocks)) if !blocks.is_empty() => {
                let empty = |block: &Value| block["type"] == "text" && block["text"] == "";
                blocks
                    .iter()
                    .any(empty)
                    .then(|| "messages: text content blocks must be non-empty".to_owned())
            }
            _ => Some("messages: Input should be 'user' or 'assistant' with content".to_owned()),
        },
    )
}

pub(super) fn error(status: u16, message: &str) -> Value {
    let kind = match status {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        429 => "rate_limit_error",
        529 => "overloaded_error",
        400..=499 => "invalid_request_error",
        _ => "api_error",
    };
    json!({ "type": "error", "error": { "type": kind, "message": message }, "request_id": "req_stub" })
}

pub(super) fn events(said: &Said, asked: &Asked) -> Vec<Piece> {
    let start = json!({ "type": "message_start", "message": message(asked, json!([]), Value::Null, usage(asked, 1)) });
    let mut events = vec![event(&start), event(&json!({ "type": "ping" }))];
    for (index, block) in blocks(said, asked).into_iter().enumerate() {
        let (empty, pieces) = opened(&block);
        events.push(event(
            &json!({ "type": "content_block_start", "index": index, "content_block": empty }),
        ));
        events.extend(pieces.into_iter().map(|delta| {
            event(&json!({ "type": "content_block_delta", "index": index, "delta": delta }))
        }));
        events.push(event(
            &json!({ "type": "content_block_stop", "index": index }),
        ));
    }
    events.push(event(&json!({
        "type": "message_delta",
        "delta": { "stop_reason": stop_reason(said, asked), "stop_sequence": null },
        "usage": { "output_tokens": tokens(&said.text) },
    })));
    events.push(event(&json!({ "type": "message_stop" })));
    events
}

pub(super) fn whole(said: &Said, asked: &Asked) -> Value {
    let stop = stop_reason(said, asked).into();
    message(
        asked,
        blocks(said, asked).into(),
        stop,
        usage(asked, tokens(&said.text)),
    )
}

/// A block as it begins, and the pieces that fill it.
fn opened(block: &Value) -> (Value, Vec<Value>) {
    if let Some(text) = block["text"].as_str() {
        let pieces = words(text)
            .into_iter()
            .map(|word| json!({ "type": "text_delta", "text": word }));
        return (json!({ "type": "text", "text": "" }), pieces.collect());
    }
    let mut empty = block.clone();
    empty["input"] = json!({});
    let input = block["input"].to_string();
    // As the real server does, the first piece says nothing.
    let pieces = std::iter::once("").chain(words(&input).into_iter().flat_map(halves));
    let pieces = pieces.map(|piece| json!({ "type": "input_json_delta", "partial_json": piece }));
    (empty, pieces.collect())
}

fn blocks(said: &Said, asked: &Asked) -> Vec<Value> {
    if let Some(name) = forced_tool(asked).filter(|_| said.is_structured) {
        let input: Value = serde_json::from_str(&said.text).unwrap_or_default();
        return vec![
            json!({ "type": "tool_use", "id": "toolu_stub", "name": name, "input": input }),
        ];
    }
    let text = (!said.text.is_empty()).then(|| json!({ "type": "text", "text": said.text }));
    let calls = said.calls.iter().enumerate().map(|(index, (name, input))| {
        json!({ "type": "tool_use", "id": format!("toolu_stub{index}"), "name": name, "input": input })
    });
    text.into_iter().chain(calls).collect()
}

fn forced_tool(asked: &Asked) -> Option<&str> {
    let choice = &asked.body["tool_choice"];
    (choice["type"] == "tool").then(|| choice["name"].as_str())?
}

fn message(asked: &Asked, content: Value, stop_reason: Value, usage: Value) -> Value {
    json!({
        "id": "msg_stub",
        "type": "message",
        "role": "assistant",
        "model": asked.body["model"],
        "content": content,
        "stop_reason": stop_reason,
        "stop_sequence": null,
        "usage": usage,
    })
}

fn usage(asked: &Asked, output_tokens: u64) -> Value {
    json!({
        "input_tokens": tokens(&asked.body.to_string()),
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": output_tokens,
    })
}

fn event(data: &Value) -> Piece {
    let kind = data["type"].as_str().unwrap_or("");
    Piece::text(&format!("event: {kind}\ndata: {data}\n\n"))
}

fn stop_reason(said: &Said, asked: &Asked) -> &'static str {
    match () {
        () if said.is_cut_short => "max_tokens",
        () if said.is_structured && forced_tool(asked).is_some() => "tool_use",
        () if said.calls.is_empty() => "end_turn",
        () => "tool_use",
    }
}
