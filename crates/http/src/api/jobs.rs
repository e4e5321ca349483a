//! `/api/v1/jobs`: work that died, and starting it again.

use crate::api::guard::Caller;
use crate::api::input::{Nothing, Path, Query};
use crate::api::once::Posted;
use crate::api::page::{Page, PageQuery, Wanted};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use throughline_engine::access::audit;
use throughline_engine::job::{self, DeadJob};
use throughline_model::id::JobId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_dead_jobs))
        .routes(routes!(replay_job))
}

/// A job that was started again.
#[derive(Serialize, utoipa::ToSchema)]
struct Replayed {
    /// Its id.
    id: JobId,
}

/// List dead letters
///
/// Jobs that had all their tries, or that no try would help.
#[utoipa::path(get, path = "/api/v1/jobs/dead", tag = "jobs", params(PageQuery),
    responses((status = 200, description = "Newest first.", body = Page<DeadJob>)),
    extensions(("x-permission" = json!("oversee"))))]
async fn list_dead_jobs(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let wanted = Wanted::new(uri, query.cursor.as_deref(), query.limit)?;
    let (after, fetch) = (wanted.after, wanted.fetch);
    let rows = app.db().read(move |tx| job::dead(tx, after, fetch)).await?;
    Ok(wanted.answer(rows, |job| job.id).into_response())
}

/// Start a dead job again
///
/// With all its tries.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/replay", tag = "jobs", params(("id" = JobId, Path)),
    responses((status = 200, description = "It is in the queue.", body = Replayed)),
    extensions(("x-permission" = json!("oversee"))))]
async fn replay_job(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<JobId>,
    Posted {
        body: Nothing {},
        once,
    }: Posted<Nothing>,
) -> Result<Response, Problem> {
    let (clock, actor) = (app.setup().clock.clone(), caller.actor());
    let replay = move |tx: &mut throughline_storage::Tx<'_>| {
        job::replay(tx, &clock, id)?;
        audit::record(
            tx,
            &clock,
            &actor,
            "job.replay",
            &id.to_string(),
            &json!({}),
        )?;
        Ok(Replayed { id })
    };
    once.run(&app, StatusCode::OK, replay).await
}
