//! Chat completions as OpenAI's server speaks them.

use super::Asked;
use super::act::{Piece, Said, tokens, words};
use serde_json::{Value, json};

const ID: &str = "chatcmpl-stub";
const CREATED: u64 = 1_700_000_000;

pub(super) fn key(asked: &Asked) -> Option<&str> {
    asked.header("authorization")?.strip_prefix("Bearer ")
}

/// What the real server would not accept.
pub(super) fn problem(asked: &Asked) -> Option<String> {
    if !asked.path.ends_with("/chat/completions") {
        return Some(format!("Unknown request URL: POST {}", asked.path));
    }
    let body = &asked.body;
    if body["model"].as_str().is_none_or(str::is_empty) {
        return Some("you must provide a model parameter".to_owned());
    }
    let messages = body["messages"].as_array().map_or(&[][..], Vec::as_slice);
    if messages.is_empty() {
        return Some("[] is too short - 'messages'".to_owned());
    }
    let mut open: Vec<&str> = Vec::new();
    for message in messages {
        match message["role"].as_str() {
            Some("tool") => {
                let id = message["tool_call_id"].as_str().unwrap_or("");
                if !open.contains(&id) {
                    return Some(
                        "messages with role 'tool' must be a response to 'tool_calls'".to_owned(),
                    );
                }
                open.retain(|one| *one != id);
            }
            Some("system" | "developer" | "user" | "assistant") if !open.is_empty() => {
                return Some("'tool_calls' must be followed by tool messages".to_owned());
            }
            Some("assistant") => {
                let calls = message["tool_calls"].as_array().into_iter().flatten();
                open = calls.filter_map(|call| call["id"].as_str()).collect();
            }
            Some("system" | "developer" | "user") if message["content"].is_string() => {}
            other => return Some(format!("Invalid message with role {other:?}")),
        }
    }
    None
}

pub(super) fn error(status: u16, message: &str) -> Value {
    let kind = match status {
        401 => "authentication_error",
        429 => "rate_limit_error",
        400..=499 => "invalid_request_error",
        _ => "server_error",
    };
    // The one code that a client must know stands for itself.
    let code = (message == "insufficient_quota").then_some(message);
    json!({ "error": { "message": message, "type": kind, "param": null, "code": code } })
}

pub(super) fn events(said: &Said, asked: &Asked) -> Vec<Piece> {
    let mut events = vec![chunk(
        asked,
        json!({ "role": "assistant", "content": "", "refusal": null }),
        None,
    )];
    events.extend(
        words(&said.text)
            .into_iter()
            .map(|word| chunk(asked, json!({ "content": word }), None)),
    );
    for (index, (name, arguments)) in said.calls.iter().enumerate() {
        let function = json!({ "name": name, "arguments": "" });
        let call =
            json!({ "index": index, "id": id(index), "type": "function", "function": function });
        events.push(chunk(asked, json!({ "tool_calls": [call] }), None));
        let arguments = arguments.to_string();
        events.extend(words(&arguments).into_iter().flat_map(halves).map(|piece| {
            let call = json!({ "index": index, "function": { "arguments": piece } });
            chunk(asked, json!({ "tool_calls": [call] }), None)
        }));
    }
    events.push(chunk(asked, json!({}), Some(finish_reason(said))));
    if asked.body["stream_options"]["include_usage"] == json!(true) {
        let mut last = envelope(asked, "chat.completion.chunk");
        last["choices"] = json!([]);
        last["usage"] = usage(said, asked);
        events.push(data(&last));
    }
    events.push(Piece::text("data: [DONE]\n\n"));
    events
}

pub(super) fn whole(said: &Said, asked: &Asked) -> Value {
    let calls = said
        .calls
        .iter()
        .enumerate()
        .map(|(index, (name, arguments))| {
            let function = json!({ "name": name, "arguments": arguments.to_string() });
            json!({ "id": id(index), "type": "function", "function": function })
        });
    let mut message = json!({ "role": "assistant", "content": said.text, "refusal": null });
    let calls: Vec<Value> = calls.collect();
    if !calls.is_empty() {
        message["tool_calls"] = calls.into();
    }
    let mut answer = envelope(asked, "chat.completion");
    answer["choices"] = json!([{ "index": 0, "message": message, "logprobs": null, "finish_reason": finish_reason(said) }]);
    answer["usage"] = usage(said, asked);
    answer
}

fn chunk(asked: &Asked, delta: Value, finish_reason: Option<&str>) -> Piece {
    let mut chunk = envelope(asked, "chat.completion.chunk");
    chunk["choices"] =
        json!([{ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish_reason }]);
    data(&chunk)
}

fn envelope(asked: &Asked, object: &str) -> Value {
    json!({ "id": ID, "object": object, "created": CREATED, "model": asked.body["model"] })
}

fn data(chunk: &Value) -> Piece {
    Piece::text(&format!("data: {chunk}\n\n"))
}

fn usage(said: &Said, asked: &Asked) -> Value {
    let (input, output) = (tokens(&asked.body.to_string()), tokens(&said.text));
    json!({ "prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output })
}

fn finish_reason(said: &Said) -> &'static str {
    match () {
        () if said.is_cut_short => "length",
        () if said.calls.is_empty() => "stop",
        () => "tool_calls",
    }
}

fn id(index: usize) -> String {
    format!("call_stub{index}")
}

/// Arguments come in pieces that end anywhere.
pub(super) fn halves(text: &str) -> [&str; 2] {
    let middle = (0..=text.len() / 2)
        .rfind(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    [&text[..middle], &text[middle..]]
}
