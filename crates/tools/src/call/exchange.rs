//! One request and its answer, within limits.

use super::Failure;
use crate::error::{Refusal, ToolError};
use crate::schema::Schema;
use crate::shown::shortened;
use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Request, Response, StatusCode};
use serde_json::Value;
use std::time::Duration;

/// The longest sentence of a service that is kept.
const MAX_DETAIL_CHARS: usize = 1_000;

/// What a request is sent with.
pub(super) struct Exchange<'a> {
    pub(super) client: &'a Client,
    pub(super) credential: Option<&'a (HeaderName, HeaderValue)>,
    pub(super) max_bytes: usize,
}

impl Exchange<'_> {
    /// Sends `request`; the answer is JSON of at most `max_bytes`.
    pub(super) async fn send(&self, mut request: Request) -> Result<Value, Failure> {
        if let Some((name, value)) = self.credential {
            request.headers_mut().insert(name, value.clone());
        }
        let response = self
            .client
            .execute(request)
            .await
            .map_err(|error| Failure::of(broken(&error)))?;
        let status = response.status();
        let retry_after = retry_after(&response);
        let is_json = is_json(&response);
        let body = self.body(response).await;
        if !status.is_success() {
            let refusal = refusal(status, body.ok().filter(|_| is_json));
            return Err(Failure {
                error: ToolError::Refused(refusal),
                retry_after,
            });
        }
        let body = body.map_err(Failure::of)?;
        if body.is_empty() {
            return Ok(Value::Null);
        }
        let malformed = |why: String| Failure::of(ToolError::Malformed { why });
        if !is_json {
            return Err(malformed("it is not application/json".to_owned()));
        }
        serde_json::from_slice(&body).map_err(|error| {
            malformed(format!(
                "it is no JSON (line {}, column {})",
                error.line(),
                error.column()
            ))
        })
    }

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, ToolError> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
            if body.len() + chunk.len() > self.max_bytes {
                return Err(ToolError::Malformed {
                    why: format!("it is larger than {} bytes", self.max_bytes),
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

/// `answer`, when it is what the service's own document promises.
pub(super) fn fits(answer: Value, schema: Option<&Schema>) -> Result<Value, ToolError> {
    let problems = schema
        .map(|schema| schema.problems(&answer))
        .unwrap_or_default();
    match problems.first() {
        None => Ok(answer),
        Some(problem) => Err(ToolError::Malformed {
            why: format!("it is not what the service's description promises: {problem}"),
        }),
    }
}

/// What a failure of the client means. Its own texts name the URL with all arguments, so they are left out.
fn broken(error: &reqwest::Error) -> ToolError {
    let mut causes = Vec::new();
    let mut cause = std::error::Error::source(error);
    while let Some(one) = cause {
        causes.push(one.to_string());
        cause = one.source();
    }
    let why = causes
        .pop()
        .unwrap_or_else(|| "no further reason".to_owned());
    match error.is_connect() || error.is_builder() {
        true => ToolError::Unreachable { why },
        false => ToolError::Interrupted { why },
    }
}

fn is_json(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// Seconds only; a date is left alone.
fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    value.trim().parse().ok().map(Duration::from_secs)
}

fn refusal(status: StatusCode, body: Option<Vec<u8>>) -> Refusal {
    let body: Value = body
        .and_then(|body| serde_json::from_slice(&body).ok())
        .unwrap_or_default();
    let text = |names: &[&str]| {
        let found = names.iter().find_map(|name| body[*name].as_str())?;
        Some(shortened(found, MAX_DETAIL_CHARS).unwrap_or_else(|| found.to_owned()))
    };
    let moved = status.is_redirection().then(|| {
        "the service sends elsewhere; declare its new base_url, redirects are not followed"
            .to_owned()
    });
    Refusal {
        status: Some(status.as_u16()),
        code: text(&["code", "type"]),
        detail: moved.or_else(|| text(&["detail", "message", "error", "title"])),
    }
}
