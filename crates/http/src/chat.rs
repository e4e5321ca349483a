//! `/chat`: what a visitor's browser speaks, `/chat/v1/…`, and the hosted page, `/chat/{endpoint}`. The chat on pages
//! of others is the same page in a frame: see [`crate::widget`].
//!
//! A visitor is whoever has the bearer token of `POST /chat/v1/visitors`. It stands in the `Authorization` header
//! and nowhere else: no cookie, so no other site can act for a visitor, and no URL, so no log knows it.

mod addresses;
mod articles;
mod callback;
mod events;
mod files;
mod guest;
mod hub;
mod input;
mod links;
mod lobby;
pub(crate) mod look;
mod messages;
mod page;
mod push;
mod rating;
mod resume;
mod settings;
mod shape;
mod visitors;
mod waiting;

pub use hub::Hub;
pub use lobby::{Lobby, mailboxes, terms};
pub use page::frame;
pub use push::OwnChats;
pub use settings::Wish;

use crate::app::App;
use crate::problem::no_such_method;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::routing::{get, post};
use std::time::Duration;
use tower_http::cors::CorsLayer;

/// Room for a form around a file, in bytes.
const FORM_ROOM: usize = 64 * 1024;

/// All of `/chat`.
pub fn router(app: &App) -> Router<App> {
    let file_limit = app.files().max_bytes().saturating_add(FORM_ROOM);
    let files = Router::new()
        .route("/chat/v1/files", post(files::send))
        .layer(DefaultBodyLimit::max(file_limit));
    let rest = Router::new()
        .route("/chat/v1/visitors", post(visitors::come))
        .route("/chat/v1/me", get(visitors::me))
        .route("/chat/v1/identify", post(visitors::identify))
        .route("/chat/v1/sign-out", post(visitors::sign_out))
        .route("/chat/v1/messages", post(messages::write))
        .route("/chat/v1/entries", get(messages::list))
        .route("/chat/v1/events", get(events::listen))
        .route("/chat/v1/read", post(messages::read))
        .route("/chat/v1/typing", post(messages::typing))
        .route("/chat/v1/files/{id}", get(files::fetch))
        .route("/chat/v1/codes", post(addresses::ask))
        .route("/chat/v1/codes/verify", post(addresses::verify))
        .route("/chat/v1/continue", post(addresses::go_on))
        .route("/chat/v1/contact", post(addresses::contact))
        .route("/chat/v1/links", post(links::make))
        .route("/chat/v1/rating", post(rating::rate))
        .route("/chat/v1/callback", post(callback::ask))
        .route("/chat/v1/callback/cancel", post(callback::cancel))
        .route("/chat/v1/push", post(push::start))
        .route("/chat/v1/push/stop", post(push::stop))
        .route("/chat/v1/settings/{endpoint}", get(settings::read))
        .route("/chat/v1/articles/{endpoint}", get(articles::search))
        .route("/chat/v1/articles/{endpoint}/{slug}", get(articles::read))
        .route("/chat/v1/resume", post(resume::resume))
        .layer(DefaultBodyLimit::max(input::BODY_LIMIT));
    files
        .merge(rest)
        // Set here, under the layer: browsers ask with OPTIONS first, which is no route's method, and a fallback
        // put over all of the server later would answer them in its place.
        .method_not_allowed_fallback(async || no_such_method())
        .layer(cors(app))
        .merge(page::router())
}

/// Which pages may ask at all: those that any chat allows. Each request is then checked against its own chat.
fn cors(app: &App) -> CorsLayer {
    let origins = app
        .endpoints()
        .filter_map(|one| one.config.webchat.as_ref())
        .flat_map(|chat| &chat.allowed_origins)
        .filter_map(|origin| HeaderValue::from_str(&origin.origin().ascii_serialization()).ok());
    CorsLayer::new()
        .allow_origin(origins.collect::<Vec<_>>())
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            HeaderName::from_static("last-event-id"),
        ])
        .expose_headers([header::RETRY_AFTER])
        .max_age(Duration::from_secs(600))
}
