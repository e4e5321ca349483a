//! `/api/v1/endpoints`: the configured addresses of the business.

use crate::api::input::Path;
use crate::api::page::{Listed, Page};
use crate::app::App;
use crate::problem::Problem;
use crate::widget::{self, WidgetTag};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use throughline_engine::endpoint::{self, Endpoint, Health};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_endpoints))
        .routes(routes!(list_endpoint_health))
        .routes(routes!(read_widget_tag))
}

/// List endpoints
///
/// Those that were configured once and have history are among them.
#[utoipa::path(get, path = "/api/v1/endpoints", tag = "endpoints",
    responses((status = 200, description = "By name, all of them.", body = Page<Endpoint>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_endpoints(State(app): State<App>) -> Result<Response, Problem> {
    let rows = app.db().read(endpoint::all).await?;
    Ok(Listed::whole(rows).into_response())
}

/// List how endpoints are doing
///
/// From what went through them: the latest contact, what waits, what failed within the last day.
#[utoipa::path(get, path = "/api/v1/endpoints/health", tag = "endpoints",
    responses((status = 200, description = "By the endpoint's name, all of them.", body = Page<Health>)),
    extensions(("x-permission" = json!("oversee"))))]
async fn list_endpoint_health(State(app): State<App>) -> Result<Response, Problem> {
    let clock = app.setup().clock.clone();
    let rows = app
        .db()
        .read(move |tx| endpoint::health(tx, &clock))
        .await?;
    Ok(Listed::whole(rows).into_response())
}

/// Read the tag that puts a chat on a page
///
/// With the checksum of what it loads. It goes on working when this program is updated; read it again to get the new
/// loader.
#[utoipa::path(get, path = "/api/v1/endpoints/{name}/widget", tag = "endpoints",
    params(("name" = String, Path, description = "The name of a chat.")),
    responses((status = 200, description = "The tag.", body = WidgetTag)),
    extensions(("x-permission" = json!("read"))))]
async fn read_widget_tag(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<axum::Json<WidgetTag>, Problem> {
    widget::tag_of(&app, &name).map(axum::Json)
}
