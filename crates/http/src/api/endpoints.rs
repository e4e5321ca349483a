//! `/api/v1/endpoints`: the configured addresses of the business.

use crate::api::page::{Listed, Page};
use crate::app::App;
use crate::problem::Problem;
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
