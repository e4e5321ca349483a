//! Why the shop does not do something, as `application/problem+json` (RFC 9457).

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A refusal: nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    detail: String,
}

/// The body of a refusal.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// The kind of problem, as a relative URI.
    pub r#type: String,
    /// The same for every problem of this kind.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong here, and what to do.
    pub detail: String,
    /// One word for programs, such as `wrong_status`.
    pub code: String,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
        }
    }

    /// The one word for programs.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// There is no such thing.
    pub fn unknown(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// An argument cannot be accepted.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail)
    }

    /// The order does not stand where this would be possible.
    pub fn wrong_status(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "wrong_status", detail)
    }

    /// It was done before.
    pub fn done_already(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "done_already", detail)
    }

    /// The idempotency key belongs to another instruction.
    pub fn key_reused() -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "key_reused",
            "this Idempotency-Key came with another instruction before; use a new key",
        )
    }

    /// No key, or a wrong one.
    pub fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "send the shop's key as 'Authorization: Bearer …'",
        )
    }

    /// The instruction cannot be read.
    pub fn unreadable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "unreadable", detail)
    }

    /// The shop cannot do it now.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What is sent.
    pub fn problem(&self) -> Problem {
        Problem {
            r#type: format!("/problems/{}", self.code),
            title: self
                .status
                .canonical_reason()
                .unwrap_or("Problem")
                .to_owned(),
            status: self.status.as_u16(),
            detail: self.detail.clone(),
            code: self.code.to_owned(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let content_type = [(header::CONTENT_TYPE, "application/problem+json")];
        (self.status, content_type, Json(self.problem())).into_response()
    }
}
