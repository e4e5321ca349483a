//! Policies as they were published, and which of them counts.

use crate::api::guard::Caller;
use crate::api::input::{Path, Query};
use crate::api::once::Posted;
use crate::api::page::{Page, Wanted};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use throughline_engine::access::Permission;
use throughline_engine::policy::{self, Edit, PolicyKind, PolicyVersion, VersionSummary};
use throughline_policy::source::SourceFile;
use throughline_storage::Tx;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(read_policy))
        .routes(routes!(publish_policy))
        .routes(routes!(roll_back_policy))
        .routes(routes!(list_policy_versions))
        .routes(routes!(read_policy_version))
}

/// A policy to be published.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PolicyPublication {
    /// All its files: `.cedar`, one `.cedarschema` and one `.md`.
    files: Vec<SourceFile>,
    /// What is to be said about it, up to 2,000 characters.
    #[serde(default)]
    note: String,
    /// The number that was in force when the edit was begun: nothing is published when it is another one by now.
    based_on: Option<i64>,
    /// Why it is to be published although a law does not hold. Only administrators may say so; it is audited.
    despite: Option<String>,
}

/// A version to go back to.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PolicyRollback {
    /// Its number.
    number: i64,
    /// What is to be said about it.
    note: Option<String>,
    /// Why it is to be published although a law does not hold. Only administrators may say so; it is audited.
    despite: Option<String>,
}

/// Which versions.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PolicyVersionQuery {
    /// Where the page begins: `next` of the page before. Leave it out for the first page.
    cursor: Option<String>,
    /// Rows on the page, 1 to 100; 25 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
    /// Only those with this hash, which decisions name.
    version: Option<String>,
}

/// Read the policy in force
///
/// Its files, and its document beside the rules that enforce it. The number is 0 while nobody has published one.
#[utoipa::path(get, path = "/api/v1/policies/{policy}", tag = "policies",
    params(("policy" = PolicyKind, Path)),
    responses((status = 200, description = "The policy.", body = PolicyVersion)),
    extensions(("x-permission" = json!("read"))))]
async fn read_policy(
    State(app): State<App>,
    Path(kind): Path<PolicyKind>,
) -> Result<axum::Json<PolicyVersion>, Problem> {
    let setup = app.setup().clone();
    let read = move |tx: &mut Tx<'_>| policy::in_force(tx, &setup, kind);
    Ok(axum::Json(app.db().read(read).await?))
}

/// Publish a policy
///
/// It is checked and proven first: a problem, or a law that does not hold, keeps it from being published. From then on
/// every decision is made by it, without a restart.
#[utoipa::path(post, path = "/api/v1/policies/{policy}/publish", tag = "policies",
    params(("policy" = PolicyKind, Path)), request_body = PolicyPublication,
    responses((status = 201, description = "It is in force.", body = VersionSummary)),
    extensions(("x-permission" = json!("write:policy"))))]
async fn publish_policy(
    State(app): State<App>,
    caller: Caller,
    Path(kind): Path<PolicyKind>,
    Posted { body, once }: Posted<PolicyPublication>,
) -> Result<Response, Problem> {
    let edit = Edit {
        kind,
        files: body.files,
        note: body.note,
        despite: body.despite,
        based_on: body.based_on,
        restores: None,
    };
    put_in_force(&app, &caller, edit, once).await
}

/// Roll a policy back
///
/// Publishes an earlier version's files anew, as a new version that passes the same gate.
#[utoipa::path(post, path = "/api/v1/policies/{policy}/rollback", tag = "policies",
    params(("policy" = PolicyKind, Path)), request_body = PolicyRollback,
    responses((status = 201, description = "The earlier rules are in force.", body = VersionSummary)),
    extensions(("x-permission" = json!("write:policy"))))]
async fn roll_back_policy(
    State(app): State<App>,
    caller: Caller,
    Path(kind): Path<PolicyKind>,
    Posted { body, once }: Posted<PolicyRollback>,
) -> Result<Response, Problem> {
    let number = body.number;
    let find = move |tx: &mut Tx<'_>| policy::earlier(tx, kind, number);
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
    once: crate::api::once::Once,
) -> Result<Response, Problem> {
    if edit.despite.is_some() {
        caller.principal.require(Permission::Admin)?;
    }
    let prepared = policy::prepare(&app.setup().policy, edit).await?;
    let (setup, actor) = (app.setup().clone(), caller.actor());
    let publish = move |tx: &mut Tx<'_>| policy::publish(tx, &setup, &prepared, &actor);
    let answer = once.run(app, StatusCode::CREATED, publish).await?;
    if let Err(error) = policy::refresh(app.db(), app.setup()).await {
        tracing::warn!(%error, "the published policy could not be read; it is tried again in the background");
    }
    Ok(answer)
}

/// List a policy's versions
#[utoipa::path(get, path = "/api/v1/policies/{policy}/versions", tag = "policies",
    params(("policy" = PolicyKind, Path), PolicyVersionQuery),
    responses((status = 200, description = "Newest first.", body = Page<VersionSummary>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_policy_versions(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Path(kind): Path<PolicyKind>,
    Query(query): Query<PolicyVersionQuery>,
) -> Result<Response, Problem> {
    let wanted = Wanted::new(uri, query.cursor.as_deref(), query.limit)?;
    let (after, fetch) = (wanted.after, wanted.fetch);
    let list = move |tx: &mut Tx<'_>| {
        let hash = query.version.as_deref();
        policy::versions(tx, kind, hash, after, fetch)
    };
    let rows = app.db().read(list).await?;
    Ok(wanted
        .answer(rows, |version| version.number)
        .into_response())
}

/// Read a version of a policy
///
/// As it was published: its files, its document beside its rules, and its proofs.
#[utoipa::path(get, path = "/api/v1/policies/{policy}/versions/{number}", tag = "policies",
    params(("policy" = PolicyKind, Path), ("number" = i64, Path)),
    responses((status = 200, description = "The version.", body = PolicyVersion)),
    extensions(("x-permission" = json!("read"))))]
async fn read_policy_version(
    State(app): State<App>,
    Path((kind, number)): Path<(PolicyKind, i64)>,
) -> Result<axum::Json<PolicyVersion>, Problem> {
    let read = move |tx: &mut Tx<'_>| policy::version(tx, kind, number);
    Ok(axum::Json(app.db().read(read).await?))
}
