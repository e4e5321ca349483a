//! `/api/v1/articles` and `/api/v1/knowledge`: writing, publishing, importing and searching knowledge, and what is
//! missing from it.

mod articles;
mod gaps;
mod imports;
mod publishing;
mod search;

use crate::app::App;
use utoipa_axum::router::OpenApiRouter;

/// The routes of the files beneath this one.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(articles::router())
        .merge(publishing::router())
        .merge(imports::router())
        .merge(search::router())
        .merge(gaps::router())
}

/// Lets what was just published be found by its words before the caller is answered; meaning follows in the
/// background.
async fn follow(app: &App) {
    if let Err(error) = app.knowledge().refresh().await {
        tracing::warn!(%error, "the knowledge index could not be refreshed; it is tried again in the background");
    }
}
