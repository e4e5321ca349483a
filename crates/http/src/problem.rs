//! Errors as the outside sees them: RFC 9457 problem documents, `application/problem+json`.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use throughline_engine::Error;
use throughline_storage::Error as StorageError;

/// What went wrong, and what to do about it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// A word for programs: `not_found`, `invalid`, `malformed`, `conflict`, `forbidden`, `unauthenticated`,
    /// `too_many_requests`, `too_large`, `method_not_allowed`, `unsupported_media_type`, `unavailable`, `internal`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// A sentence for people.
    pub detail: String,
    /// The field that is wrong, if one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Everything that is wrong, where more than one field may be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<FieldProblem>,
    /// When to try again, in seconds; sent as `Retry-After` too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<i64>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct FieldProblem {
    /// Where it is, such as `color`, `hours[1]` or `ask[email].label`.
    pub field: String,
    /// A sentence for people.
    pub detail: String,
}

impl Problem {
    /// A problem of `kind` with this status.
    pub fn new(status: StatusCode, kind: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind,
            status: status.as_u16(),
            detail: detail.into(),
            field: None,
            problems: Vec::new(),
            retry_after_s: None,
        }
    }

    /// 404.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// 422: what was given cannot be used.
    pub fn invalid(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            field: Some(field.into()),
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail)
        }
    }

    /// 422: all that is wrong with what was given.
    pub fn all_invalid(problems: Vec<FieldProblem>) -> Self {
        let first = problems.first().cloned();
        let (field, detail) = first.map_or_else(
            || ("body".to_owned(), "this cannot be used".to_owned()),
            |first| (first.field, first.detail),
        );
        Self {
            problems,
            ..Self::invalid(field, detail)
        }
    }

    /// 401.
    pub fn unauthenticated(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail)
    }

    /// 403.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// 500. What is wrong inside is for the log, not for the outside.
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "something went wrong on our side; it was logged",
        )
    }

    /// 413.
    pub fn too_large(most_bytes: u64) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            format!("this is too large; send at most {most_bytes} bytes"),
        )
    }

    /// 429.
    pub fn too_many(retry_after_ms: i64) -> Self {
        let seconds = (retry_after_ms + 999) / 1000;
        Self {
            retry_after_s: Some(seconds),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_requests",
                format!("too many requests; try again in {seconds} s"),
            )
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let detail = error.to_string();
        match error {
            Error::NotFound { .. } => Self::not_found(detail),
            Error::Invalid { field, message } => Self::invalid(field, message),
            Error::Conflict(_) => Self::new(StatusCode::CONFLICT, "conflict", detail),
            Error::Forbidden(_) => Self::forbidden(detail),
            Error::TooMany { retry_after_ms } => Self::too_many(retry_after_ms),
            Error::Storage(error) => error.into(),
        }
    }
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Unavailable(_) | StorageError::Retry(_) => {
                tracing::error!(%error, "storage is not available");
                Self {
                    retry_after_s: Some(5),
                    ..Self::new(
                        StatusCode::SERVICE_UNAVAILABLE,
                        "unavailable",
                        "the database is not available; try again",
                    )
                }
            }
            error => {
                tracing::error!(%error, "a request failed");
                Self::internal()
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.retry_after_s;
        let mut response = (status, Json(self)).into_response();
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(
                header::RETRY_AFTER,
                HeaderValue::from(seconds.max(0) as u64),
            );
        }
        response
    }
}

/// The answer where there is something, but not by this method.
pub fn no_such_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "this address does not answer to that method; see the Allow header",
    )
}

/// The answer where there is nothing.
pub fn no_such_page() -> Problem {
    Problem::not_found("there is nothing here; the API is described at /api/docs")
}
