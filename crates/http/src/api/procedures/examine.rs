//! Procedures as they are in force, and what an edit would do before it is published.

use crate::api::input::{Json, Path};
use crate::api::page::{Listed, Page};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use throughline_engine::agent::procedures::{
    ProcedureEdit, ProcedureProblem, ProcedureSummary, ProcedureTest, ProcedureView,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_procedures))
        .routes(routes!(check_procedures))
        .routes(routes!(read_procedure))
        .routes(routes!(test_procedure))
}

/// What a check came to.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
struct ProcedureCheck {
    /// What was found, by file and line. Where one is no warning, the files cannot be used.
    problems: Vec<ProcedureProblem>,
}

/// List procedures
///
/// Those that new conversations begin with, by name.
#[utoipa::path(get, path = "/api/v1/procedures", tag = "agent",
    responses((status = 200, description = "All of them.", body = Page<ProcedureSummary>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_procedures(State(app): State<App>) -> Result<Response, Problem> {
    Ok(Listed::whole(app.agent()?.procedures()).into_response())
}

/// Read a procedure
///
/// As it is in force: with its file, and what the check says about it.
#[utoipa::path(get, path = "/api/v1/procedures/{name}", tag = "agent",
    params(("name" = String, Path)),
    responses((status = 200, description = "The procedure.", body = ProcedureView)),
    extensions(("x-permission" = json!("read"))))]
async fn read_procedure(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<axum::Json<ProcedureView>, Problem> {
    Ok(axum::Json(app.agent()?.procedure(&name).await?))
}

/// Check procedures
///
/// Every problem of the procedures in force as they would be with this edit, with file and line. Nothing is changed.
#[utoipa::path(post, path = "/api/v1/procedures/check", tag = "agent", request_body = ProcedureEdit,
    responses((status = 200, description = "What was found.", body = ProcedureCheck)),
    extensions(("x-permission" = json!("write:policy"))))]
async fn check_procedures(
    State(app): State<App>,
    Json(edit): Json<ProcedureEdit>,
) -> Result<axum::Json<ProcedureCheck>, Problem> {
    let problems = app.agent()?.check_procedures(&edit).await?;
    Ok(axum::Json(ProcedureCheck { problems }))
}

/// Run a procedure's tests
///
/// On every channel, through the loop that conversations run through, by the rules in force, with this edit where there
/// is one. Tools that read are called; those that change something are answered for.
#[utoipa::path(post, path = "/api/v1/procedures/{name}/test", tag = "agent",
    params(("name" = String, Path)), request_body = ProcedureEdit,
    responses((status = 200, description = "Each test, and what came of it.", body = Page<ProcedureTest>)),
    extensions(("x-permission" = json!("write:policy"))))]
async fn test_procedure(
    State(app): State<App>,
    Path(name): Path<String>,
    Json(edit): Json<ProcedureEdit>,
) -> Result<Response, Problem> {
    let tests = app.agent()?.test_procedure(&name, &edit).await?;
    Ok(Listed::whole(tests).into_response())
}
