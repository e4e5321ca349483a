//! `/chat`: what a visitor's browser speaks.

use crate::app::App;
use axum::Router;

/// All of `/chat`.
pub fn router(_app: &App) -> Router<App> {
    Router::new()
}
