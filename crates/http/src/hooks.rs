//! `/hooks`: what providers call. Each checks the provider's signature over the raw bytes first.

pub mod media;
pub mod sms;

use crate::app::App;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

/// All of `/hooks`. The adapters' own limits on bodies come before this one, with a clearer answer.
pub fn router() -> Router<App> {
    Router::new()
        .route("/hooks/sms/{endpoint}", post(sms::call))
        .route("/hooks/media/{token}", get(media::fetch))
        .layer(DefaultBodyLimit::max(1024 * 1024))
}
