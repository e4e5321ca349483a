//! What an edit would do, before it is published.

use super::PolicyFiles;
use crate::api::input::{Json, Path};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use std::sync::Arc;
use throughline_engine::Error;
use throughline_engine::policy::{self, Checked, Compiled, Impact, PolicyKind, Proofs};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(check_policy))
        .routes(routes!(weigh_policy))
        .routes(routes!(prove_policy))
        .routes(routes!(replay_policy))
}

/// Check a policy
///
/// Every problem with its file and line; where there is none, the document beside the rules that enforce it.
#[utoipa::path(post, path = "/api/v1/policies/{policy}/check", tag = "policies",
    params(("policy" = PolicyKind, Path)), request_body = PolicyFiles,
    responses((status = 200, description = "What was found.", body = Checked)),
    extensions(("x-permission" = json!("write:policy"))))]
async fn check_policy(
    Path(kind): Path<PolicyKind>,
    Json(edit): Json<PolicyFiles>,
) -> Result<axum::Json<Checked>, Problem> {
    Ok(axum::Json(policy::check(kind, edit.files).await?))
}

/// Weigh a policy against recorded decisions
///
/// The newest 10,000 recorded requests are decided by the policy in force and by this one; those that would be answered
/// differently are named.
#[utoipa::path(post, path = "/api/v1/policies/{policy}/impact", tag = "policies",
    params(("policy" = PolicyKind, Path)), request_body = PolicyFiles,
    responses((status = 200, description = "What would change.", body = Impact)),
    extensions(("x-permission" = json!("write:policy"))))]
async fn weigh_policy(
    State(app): State<App>,
    Path(kind): Path<PolicyKind>,
    Json(edit): Json<PolicyFiles>,
) -> Result<axum::Json<Impact>, Problem> {
    let edit = Arc::new(policy::usable(kind, edit.files).await?);
    let impact = policy::impact(app.db(), &app.setup().policy, edit).await?;
    Ok(axum::Json(impact))
}

/// Prove a policy
///
/// Whether the laws that every policy must keep hold for all requests there can be, and what this one loosens and
/// tightens against the one in force. Where the solver cvc5 is not installed, the outcome is `skipped`.
#[utoipa::path(post, path = "/api/v1/policies/{policy}/prove", tag = "policies",
    params(("policy" = PolicyKind, Path)), request_body = PolicyFiles,
    responses((status = 200, description = "What holds.", body = Proofs)),
    extensions(("x-permission" = json!("write:policy"))))]
async fn prove_policy(
    State(app): State<App>,
    Path(kind): Path<PolicyKind>,
    Json(edit): Json<PolicyFiles>,
) -> Result<axum::Json<Proofs>, Problem> {
    let edit = policy::usable(kind, edit.files).await?;
    Ok(axum::Json(policy::prove(&app.setup().policy, &edit).await?))
}

/// Replay recorded decisions
///
/// The newest 10,000 recorded requests are decided again by a version. By the one that decided them, nothing changes.
#[utoipa::path(post, path = "/api/v1/policies/{policy}/versions/{number}/replay", tag = "policies",
    params(("policy" = PolicyKind, Path), ("number" = i64, Path)), request_body = Object,
    responses((status = 200, description = "Which answers differ.", body = Impact)),
    extensions(("x-permission" = json!("write:policy"))))]
async fn replay_policy(
    State(app): State<App>,
    Path((kind, number)): Path<(PolicyKind, i64)>,
) -> Result<axum::Json<Impact>, Problem> {
    let files = app
        .db()
        .read(move |tx| Ok::<_, Error>(policy::earlier(tx, kind, number)?.files))
        .await?;
    let version: Compiled = policy::usable(kind, files).await?;
    Ok(axum::Json(
        policy::replay(app.db(), Arc::new(version)).await?,
    ))
}
