//! `/invite`: the page behind the link of an invite, where a member sets a password. The desk is another program;
//! this page is here so that the first administrator needs nothing else.

use crate::app::App;
use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// The page with its script and style.
pub fn router() -> Router<App> {
    Router::new()
        .route("/invite", get(page))
        .route("/invite/page.js", get(script))
        .route("/invite/page.css", get(style))
}

async fn page() -> Response {
    let careful = HeaderValue::from_static(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    let headers = [(header::CONTENT_SECURITY_POLICY, careful)];
    (
        headers,
        file("text/html; charset=utf-8", include_str!("invite/page.html")),
    )
        .into_response()
}

async fn script() -> Response {
    file(
        "text/javascript; charset=utf-8",
        include_str!("invite/page.js"),
    )
}

async fn style() -> Response {
    file("text/css; charset=utf-8", include_str!("invite/page.css"))
}

fn file(media_type: &'static str, text: &'static str) -> Response {
    let headers: [(HeaderName, HeaderValue); 2] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, text).into_response()
}
