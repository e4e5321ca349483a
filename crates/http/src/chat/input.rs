//! Reading what a browser sends.

use crate::api::input::parse;
use crate::problem::Problem;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use throughline_model::conversation::MESSAGE_TEXT_LIMIT;

/// The largest JSON body of the chat, in bytes: the longest text, escaped.
pub const BODY_LIMIT: usize = 256 * 1024;

/// A JSON body, with the bytes it was read from.
pub struct Read<T> {
    /// What was read.
    pub value: T,
    /// As it came.
    pub raw: Bytes,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Read<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let headers = request.headers().clone();
        let raw = Bytes::from_request(request, state).await.map_err(unread)?;
        // A page on another site can send a form or plain text without asking first, but never JSON.
        let value = parse(&headers, &raw)?;
        Ok(Self { value, raw })
    }
}

fn unread(error: BytesRejection) -> Problem {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(BODY_LIMIT as u64),
        _ => Problem::new(
            StatusCode::BAD_REQUEST,
            "malformed",
            "the body did not arrive as a whole; send it again",
        ),
    }
}

/// The token in `Authorization: Bearer …`.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.len() <= 512)
        .then_some(token)
}

/// A message as a person may write it: lines and tabs stay, other control characters go.
///
/// # Errors
/// When it is too long.
pub fn clean_text(text: &str) -> Result<String, Problem> {
    let clean: String = text
        .replace("\r\n", "\n")
        .chars()
        .map(|c| if c == '\r' { '\n' } else { c })
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect();
    let clean = clean.trim();
    if clean.chars().count() > MESSAGE_TEXT_LIMIT {
        let detail = format!("use at most {MESSAGE_TEXT_LIMIT} characters, or attach a file");
        return Err(Problem::invalid("text", detail));
    }
    Ok(clean.to_owned())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    #[test]
    fn a_text_loses_what_nobody_can_read_and_nothing_else() {
        assert_eq!(clean_text(" a\0b\u{7}\r\nc\td\u{85} ").unwrap(), "ab\nc\td");
        assert_eq!(clean_text("\u{202e}مرحبا 👩‍👩‍👧").unwrap(), "\u{202e}مرحبا 👩‍👩‍👧");
        assert!(clean_text(&"x".repeat(MESSAGE_TEXT_LIMIT)).is_ok());
        assert!(clean_text(&"x".repeat(MESSAGE_TEXT_LIMIT + 1)).is_err());
    }

    #[test]
    fn a_token_stands_in_its_header_only_in_one_form() {
        let with = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(with("Bearer abc"), Some("abc".to_owned()));
        assert_eq!(with("bearer  abc "), Some("abc".to_owned()));
        for refused in ["abc", "Basic abc", "Bearer ", "Bearer"] {
            assert_eq!(with(refused), None, "{refused}");
        }
    }
}
