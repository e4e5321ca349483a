//! `/api/v1`: the interface for members and programs.
//!
//! One file per resource. Each handler reads its input ([`input`], [`page`], [`once`]), calls the engine in one
//! transaction and shapes the answer. Who may call it stands beside it as `x-permission`, and [`guard`] sees to it:
//! a handler that needs to know its caller takes a [`guard::Caller`].

mod approvals;
mod audit;
mod callbacks;
mod conversations;
mod cookie;
mod customers;
mod deliveries;
mod document;
mod endpoints;
mod events;
pub mod files;
pub mod guard;
mod inbox;
pub mod input;
mod invites;
mod jobs;
mod knowledge;
mod macros;
mod members;
mod notifications;
pub mod once;
pub mod page;
mod policies;
mod procedures;
mod ratings;
mod resume_links;
mod routing;
mod search;
mod session;
mod tags;
mod tokens;
mod typing;
mod viewing;
mod views;
mod webhooks;
mod widgets;

pub use document::document;
pub use invites::link as invite_link;

use crate::app::App;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;

/// All of `/api`.
pub fn router(app: &App) -> Router<App> {
    let (router, document) = routes(app).split_for_parts();
    let document = document::complete(document);
    let guard = guard::Guard::new(app.clone(), &document);
    let most = usize::try_from(app.config().server.max_body_bytes).unwrap_or(usize::MAX);
    router
        .layer(DefaultBodyLimit::max(most))
        .layer(from_fn_with_state(guard, guard::guard))
        .layer(map_response(keep_private))
        .merge(document::router(&document))
}

fn routes(app: &App) -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(document::preface())
        .merge(session::router())
        .merge(members::router())
        .merge(invites::router())
        .merge(tokens::router())
        .merge(endpoints::router())
        .merge(widgets::router())
        .merge(customers::router())
        .merge(inbox::router())
        .merge(conversations::router())
        .merge(resume_links::router())
        .merge(ratings::router())
        .merge(typing::router())
        .merge(viewing::router())
        .merge(tags::router())
        .merge(views::router())
        .merge(macros::router())
        .merge(notifications::router())
        .merge(search::router())
        .merge(deliveries::router())
        .merge(files::router(app.files().max_bytes()))
        .merge(jobs::router())
        .merge(webhooks::router())
        .merge(knowledge::router())
        .merge(policies::router())
        .merge(procedures::router())
        .merge(approvals::router())
        .merge(routing::router())
        .merge(callbacks::router())
        .merge(audit::router())
        .merge(events::router())
}

/// Answers of the API are for their caller alone.
pub(crate) async fn keep_private(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    headers.insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("same-origin"),
    );
    response
}
