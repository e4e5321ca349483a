//! The HTTP face of Throughline.
//!
//! * [`api`]: the versioned REST interface for members and programs, `/api/v1/…`,
//! * [`chat`]: what a visitor's browser speaks, `/chat/v1/…`, and the hosted chat page `/chat/{endpoint}`,
//! * [`desk`]: the page people work at, `/desk`,
//! * [`help`]: the public help pages, `/help`,
//! * [`hooks`]: what providers call, `/hooks/…`,
//! * [`mcp`]: the same as tools of the Model Context Protocol, `/mcp`,
//! * [`invite`]: the page on which an invited member sets a password,
//! * [`observe`]: health and metrics,
//! * [`widget`]: the chat on pages of others, `/widget.js` and `/widget/…`.
//!
//! What every request goes through is in [`request`].
//!
//! One file per resource verb or small resource; each handler checks what came in, calls one use case of the
//! engine in one transaction, and shapes the answer. Every error leaves as problem+json ([`problem`]).

pub mod api;
pub mod app;
mod assets;
pub mod chat;
pub mod client;
pub mod desk;
pub mod help;
pub mod hooks;
pub mod html;
pub mod invite;
pub mod mcp;
pub mod observe;
pub mod problem;
pub mod request;
mod streams;
pub mod widget;

pub use app::{App, ConfiguredEndpoint};

use axum::Router;
use axum::middleware::from_fn_with_state;
use tower_http::catch_panic::CatchPanicLayer;

/// Everything the server answers to. Serve it with the addresses of its connections
/// (`into_make_service_with_connect_info::<SocketAddr>`): limits are kept per address.
pub fn router(app: App) -> Router {
    let api = api::router(&app);
    Router::new()
        .merge(mcp::router(&app, api.clone()))
        .merge(api)
        .merge(chat::router(&app))
        .merge(desk::router())
        .merge(help::router())
        .merge(hooks::router())
        .merge(invite::router())
        .merge(observe::router())
        .merge(widget::router())
        .fallback(async || problem::no_such_page())
        .method_not_allowed_fallback(async || problem::no_such_method())
        .layer(from_fn_with_state(app.clone(), streams::end_with_server))
        .layer(CatchPanicLayer::custom(request::panicked))
        .layer(from_fn_with_state(app.clone(), request::limit_time))
        .layer(from_fn_with_state(app.clone(), request::protect))
        .layer(from_fn_with_state(app.clone(), request::accompany))
        .with_state(app)
}
