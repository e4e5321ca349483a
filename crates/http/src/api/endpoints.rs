//! `/api/v1/endpoints`: the configured addresses of the business, and how what comes in over each is received.

use crate::api::guard::Caller;
use crate::api::input::{Json, Path};
use crate::api::page::{Listed, Page};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use throughline_engine::endpoint::{self, Endpoint, Health, Reception};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_endpoints))
        .routes(routes!(list_endpoint_health))
        .routes(routes!(read_reception, set_reception))
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

/// Read how what comes in over an endpoint is received
///
/// A queue that is not among `GET /api/v1/routing/queues` was removed since: what waits for it waits in the fallback.
#[utoipa::path(get, path = "/api/v1/endpoints/{name}/reception", tag = "endpoints",
    params(("name" = String, Path, description = "The name of an endpoint.")),
    responses((status = 200, description = "What counts now.", body = Reception)),
    extensions(("x-permission" = json!("read"))))]
async fn read_reception(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<axum::Json<Reception>, Problem> {
    let found = app
        .db()
        .read(move |tx| endpoint::reception(tx, &name))
        .await?;
    Ok(axum::Json(found))
}

/// Set how what comes in over an endpoint is received
///
/// All of it: what is left out is as usual. It counts for the next message. A conversation that has begun keeps its queue,
/// priority and tags; once its customer writes where only people answer, it is theirs.
#[utoipa::path(put, path = "/api/v1/endpoints/{name}/reception", tag = "endpoints", request_body = Reception,
    params(("name" = String, Path, description = "The name of an endpoint.")),
    responses((status = 200, description = "In force.", body = Reception)),
    extensions(("x-permission" = json!("admin"))))]
async fn set_reception(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Json(new): Json<Reception>,
) -> Result<axum::Json<Reception>, Problem> {
    let queues = app.routing()?.settings().await?;
    let (clock, actor) = (app.setup().clock.clone(), caller.actor());
    let now = app
        .db()
        .write(move |tx| endpoint::set_reception(tx, &clock, &actor, &name, &new, &queues))
        .await?;
    Ok(axum::Json(now))
}
