//! What happens to every request, whatever it asks for: an id, a log line, a time limit, safe headers.

use crate::app::App;
use crate::problem::Problem;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::any::Any;
use std::time::{Duration, Instant};
use tracing::Instrument as _;

/// The header that names a request, in the answer and in the log.
pub static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request an id, writes its end into the log and counts it.
pub async fn accompany(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id =
        request_id(&request).unwrap_or_else(|| app.setup().clock.new_id().simple().to_string());
    if let Ok(value) = HeaderValue::from_str(&id) {
        request.headers_mut().insert(REQUEST_ID.clone(), value);
    }
    let method = request.method().clone();
    // The path of the route, not of the request: links with secrets in them stay out of the log.
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let span = tracing::info_span!("request", id, %method, route);
    let begun = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let seconds = begun.elapsed().as_secs_f64();
    let status = response.status().as_u16();
    span.in_scope(|| tracing::debug!(status, seconds, "answered"));
    metrics::histogram!(
        "throughline_http_request_seconds",
        "method" => method.to_string(),
        "route" => route,
        "status" => status.to_string()
    )
    .record(seconds);
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID.clone(), value);
    }
    response
}

/// The id a caller gave, if it is fit for a log.
fn request_id(request: &Request) -> Option<String> {
    let given = request.headers().get(&REQUEST_ID)?.to_str().ok()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    (!given.is_empty() && given.len() <= 64 && given.chars().all(plain)).then(|| given.to_owned())
}

/// How many times as long an upload may take: files come over slow lines.
const UPLOAD_PATIENCE: u64 = 10;

/// Ends a request that takes too long. An answer that has begun, a stream above all, goes on.
pub async fn limit_time(State(app): State<App>, request: Request, next: Next) -> Response {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let is_upload = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/"));
    let patience = if is_upload { UPLOAD_PATIENCE } else { 1 };
    let limit_ms = app
        .config()
        .server
        .request_timeout_ms
        .saturating_mul(patience);
    match tokio::time::timeout(Duration::from_millis(limit_ms), next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!(limit_ms, "a request took too long");
            Problem {
                retry_after_s: Some(5),
                ..Problem::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "unavailable",
                    "this took too long; try again, with the same Idempotency-Key if it changes something",
                )
            }
            .into_response()
        }
    }
}

/// Headers that make a browser careful, where the page has not set its own.
pub async fn protect(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let encrypted = app.config().server.public_base().starts_with("https:");
    let headers = response.headers_mut();
    let mut careful = vec![
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ];
    if encrypted {
        careful.push((header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"));
    }
    for (name, value) in careful {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

/// The answer after a handler panicked. The panic itself is in the log.
pub fn panicked(_: Box<dyn Any + Send + 'static>) -> Response<Body> {
    tracing::error!("a request handler panicked");
    Problem::internal().into_response()
}
