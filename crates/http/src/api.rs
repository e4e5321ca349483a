//! `/api/v1`: the interface for members and programs.

use crate::app::App;
use axum::Router;

/// All of `/api`.
pub fn router(_app: &App) -> Router<App> {
    Router::new()
}
