//! Procedures as they were published, and which of them count.

use crate::api::guard::Caller;
use crate::api::input::{Path, Query};
use crate::api::once::{Once, Posted};
use crate::api::page::{Page, Wanted};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;
use throughline_engine::access::Permission;
use throughline_engine::agent::procedures::{
    self, Edit, ProcedureEdit, ProcedureFile, ProcedureVersion, VersionSummary,
};
use throughline_storage::Tx;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(publish_procedures))
        .routes(routes!(roll_back_procedures))
        .routes(routes!(list_procedure_versions))
        .routes(routes!(read_procedures_in_force))
        .routes(routes!(read_procedure_version))
}

/// Procedures to be published.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ProcedurePublication {
    /// Files that are new or differ from those in force. The others stay.
    #[serde(default)]
    files: Vec<ProcedureFile>,
    /// Names of files that are to be gone.
    #[serde(default)]
    removed: Vec<String>,
    /// What is to be said about it, up to 2,000 characters.
    #[serde(default)]
    note: String,
    /// The number that was in force when the edit was begun: nothing is published when it is another one by now.
    based_on: Option<i64>,
    /// Why it is to be published although tests fail. Only administrators may say so; it is audited.
    despite: Option<String>,
}

/// A version to go back to.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ProcedureRollback {
    /// Its number.
    number: i64,
    /// What is to be said about it.
    note: Option<String>,
    /// Why it is to be published although tests fail. Only administrators may say so; it is audited.
    despite: Option<String>,
}

/// Which versions.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ProcedureVersionQuery {
    /// Where the page begins: `next` of the page before. Leave it out for the first page.
    cursor: Option<String>,
    /// Rows on the page, 1 to 100; 25 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
    /// Only those with this hash.
    version: Option<String>,
}

/// Publish procedures
///
/// They are checked first, all of them together, and the tests of all are played: a problem, or a test that came out as
/// expected so far and does not any more, keeps them from being published. New conversations begin with them at once;
/// those under way go on with the version they began with.
#[utoipa::path(post, path = "/api/v1/procedures/publish", tag = "agent", request_body = ProcedurePublication,
    responses((status = 201, description = "They are in force.", body = VersionSummary)),
    extensions(("x-permission" = json!("write:policy"))))]
async fn publish_procedures(
    State(app): State<App>,
    caller: Caller,
    Posted { body, once }: Posted<ProcedurePublication>,
) -> Result<Response, Problem> {
    let edit = Edit {
        change: ProcedureEdit {
            files: body.files,
            removed: body.removed,
        },
        note: body.note,
        despite: body.despite,
        based_on: body.based_on,
        restores: None,
    };
    put_in_force(&app, &caller, edit, once).await
}

/// Roll procedures back
///
/// Publishes an earlier version's files anew, as a new version that passes the same gate.
#[utoipa::path(post, path = "/api/v1/procedures/rollback", tag = "agent", request_body = ProcedureRollback,
    responses((status = 201, description = "The earlier procedures are in force.", body = VersionSummary)),
    extensions(("x-permission" = json!("write:policy"))))]
async fn roll_back_procedures(
    State(app): State<App>,
    caller: Caller,
    Posted { body, once }: Posted<ProcedureRollback>,
) -> Result<Response, Problem> {
    let number = body.number;
    let find = move |tx: &mut Tx<'_>| procedures::earlier(tx, number);
    let earlier = app.db().read(find).await?;
    let edit = Edit {
        note: body.note.unwrap_or_else(|| earlier.note.clone()),
        despite: body.despite,
        ..earlier
    };
    put_in_force(&app, &caller, edit, once).await
}

async fn put_in_force(
    app: &App,
    caller: &Caller,
    edit: Edit,
    once: Once,
) -> Result<Response, Problem> {
    if edit.despite.is_some() {
        caller.principal.require(Permission::Admin)?;
    }
    let agent = Arc::clone(app.agent()?);
    let prepared = agent.prepare(edit).await?;
    let (setup, actor) = (app.setup().clone(), caller.actor());
    let publish = move |tx: &mut Tx<'_>| procedures::publish(tx, &setup, &prepared, &actor);
    let answer = once.run(app, StatusCode::CREATED, publish).await?;
    if let Err(error) = agent.refresh().await {
        tracing::warn!(%error, "the published procedures could not be followed; it is tried again in the background");
    }
    Ok(answer)
}

/// List the versions of the procedures
#[utoipa::path(get, path = "/api/v1/procedures/versions", tag = "agent",
    params(ProcedureVersionQuery),
    responses((status = 200, description = "Newest first.", body = Page<VersionSummary>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_procedure_versions(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ProcedureVersionQuery>,
) -> Result<Response, Problem> {
    let wanted = Wanted::new(uri, query.cursor.as_deref(), query.limit)?;
    let (after, fetch) = (wanted.after, wanted.fetch);
    let list = move |tx: &mut Tx<'_>| {
        let hash = query.version.as_deref();
        procedures::versions(tx, hash, after, fetch)
    };
    let rows = app.db().read(list).await?;
    Ok(wanted
        .answer(rows, |version| version.number)
        .into_response())
}

/// Read the procedures in force
///
/// All their files. The number is 0, and there are none, while nobody has published any.
#[utoipa::path(get, path = "/api/v1/procedures/versions/in-force", tag = "agent",
    responses((status = 200, description = "The version.", body = ProcedureVersion)),
    extensions(("x-permission" = json!("read"))))]
async fn read_procedures_in_force(
    State(app): State<App>,
) -> Result<axum::Json<ProcedureVersion>, Problem> {
    // Where nobody follows procedures, none are in force.
    app.agent()?;
    Ok(axum::Json(app.db().read(procedures::in_force).await?))
}

/// Read a version of the procedures
///
/// As it was published: its files, and what its tests came to.
#[utoipa::path(get, path = "/api/v1/procedures/versions/{number}", tag = "agent",
    params(("number" = i64, Path)),
    responses((status = 200, description = "The version.", body = ProcedureVersion)),
    extensions(("x-permission" = json!("read"))))]
async fn read_procedure_version(
    State(app): State<App>,
    Path(number): Path<i64>,
) -> Result<axum::Json<ProcedureVersion>, Problem> {
    let read = move |tx: &mut Tx<'_>| procedures::version(tx, number);
    Ok(axum::Json(app.db().read(read).await?))
}
