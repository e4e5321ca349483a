//! `/api/v1/tags`: tags in use. A conversation's own are changed with its state.

use crate::api::page::{Listed, Page};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use throughline_engine::conversation;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_tags))
}

/// List tags
#[utoipa::path(get, path = "/api/v1/tags", tag = "conversations",
    responses((status = 200, description = "The latest 200 used, the latest first.", body = Page<String>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_tags(State(app): State<App>) -> Result<Response, Problem> {
    let tags = app.db().read(conversation::known_tags).await?;
    Ok(Listed::whole(tags).into_response())
}
