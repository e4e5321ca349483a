//! The HTTP face of Throughline.
//!
//! * [`api`]: the versioned REST interface for members and programs, `/api/v1/…`,
//! * [`chat`]: what a visitor's browser speaks, `/chat/v1/…`, and the hosted chat page `/chat/{endpoint}`,
//! * [`hooks`]: what providers call, `/hooks/…`,
//! * [`observe`]: health and metrics.
//!
//! One file per resource verb or small resource; each handler checks what came in, calls one use case of the
//! engine in one transaction, and shapes the answer. Every error leaves as problem+json ([`problem`]).

pub mod api;
pub mod app;
pub mod chat;
pub mod hooks;
pub mod observe;
pub mod problem;

pub use app::{App, ConfiguredEndpoint};

use axum::Router;

/// Everything the server answers to.
pub fn router(app: App) -> Router {
    Router::new()
        .merge(api::router(&app))
        .merge(chat::router(&app))
        .merge(hooks::router())
        .merge(observe::router())
        .fallback(problem::no_such_page)
        .with_state(app)
}
