//! `/api/v1/procedures`: how issues are resolved, as the AI agent has it, what an edit would do, and publishing it.

mod examine;
mod publishing;

use crate::app::App;
use utoipa_axum::router::OpenApiRouter;

/// The routes of the files beneath this one.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(examine::router())
        .merge(publishing::router())
}
