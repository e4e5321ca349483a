//! What a provider says when it does not answer.

use crate::error::LlmError;
use serde_json::Value;

/// The most of a provider's words that is passed on, in characters.
const MAX_WORDS: usize = 300;

/// What a status and the body beside it mean. `key` is taken out of the provider's words.
pub(crate) fn complaint(status: u16, body: &[u8], key: Option<&str>) -> LlmError {
    let body =
        serde_json::from_slice(body).unwrap_or_else(|_| Value::from(String::from_utf8_lossy(body)));
    let error = body.get("error").unwrap_or(&body);
    match status {
        // Some providers repeat parts of the key here, so that nothing of it is passed on.
        401 | 403 => LlmError::KeyRefused { status },
        429 if is_out_of_money(error) => refused(status, error, key),
        429 => LlmError::RateLimited,
        408 | 409 | 425 | 500..=599 => LlmError::Failing { status },
        300..=399 => LlmError::Refused {
            status,
            message: "it redirects, which is not followed; change language_model.base_url"
                .to_owned(),
        },
        _ => refused(status, error, key),
    }
}

/// What an error within a stream means: its status was already told to be good.
pub(super) fn in_stream(error: &Value) -> LlmError {
    let kind = word(error, "type");
    match kind {
        "authentication_error" | "permission_error" => LlmError::KeyRefused { status: 200 },
        "rate_limit_error" | "rate_limit_exceeded" => LlmError::RateLimited,
        "invalid_request_error" | "request_too_large" | "not_found_error" => {
            refused(200, error, None)
        }
        _ => LlmError::Failing { status: 200 },
    }
}

fn is_out_of_money(error: &Value) -> bool {
    [word(error, "code"), word(error, "type")].contains(&"insufficient_quota")
}

fn refused(status: u16, error: &Value, key: Option<&str>) -> LlmError {
    let said = ["message", "detail"]
        .into_iter()
        .map(|name| word(error, name));
    let said = said.chain(error.as_str()).find(|said| !said.is_empty());
    let said = said.unwrap_or("it does not say why");
    let said = match key.filter(|key| !key.is_empty()) {
        Some(key) => said.replace(key, "[key]"),
        None => said.to_owned(),
    };
    let printable = said.chars().map(|c| if c.is_control() { ' ' } else { c });
    LlmError::Refused {
        status,
        message: printable.take(MAX_WORDS).collect(),
    }
}

fn word<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or("")
}
