//! Streams that never end by themselves, and how they end when the server stops.

use crate::app::App;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use futures::StreamExt as _;

/// Ends event streams as soon as the server is asked to stop: their clients come back to the next one and resume.
pub async fn end_with_server(State(app): State<App>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let streams = HeaderValue::from_static("text/event-stream");
    if response.headers().get(header::CONTENT_TYPE) != Some(&streams) {
        return response;
    }
    let stopped = app.stopping().clone().cancelled_owned();
    response.map(|body| Body::from_stream(body.into_data_stream().take_until(stopped)))
}
