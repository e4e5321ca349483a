//! `/hooks`: what providers call. Each checks the provider's signature over the raw bytes first.

use crate::app::App;
use axum::Router;

/// All of `/hooks`.
pub fn router() -> Router<App> {
    Router::new()
}
