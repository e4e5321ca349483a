//! `/api/v1/procedures`: how issues are resolved, as the AI agent has it, checked and tried out.

use crate::api::input::{Json, Path};
use crate::api::page::{Listed, Page};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use throughline_engine::agent::{
    ProcedureFile, ProcedureProblem, ProcedureSummary, ProcedureTest, ProcedureView,
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

/// Procedures as they would be.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ProcedureEdit {
    /// Files that differ from those in the agent's folder. The others are checked along with them.
    files: Vec<ProcedureFile>,
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
/// With its file as it stands in the agent's folder now, and what the check says about it.
#[utoipa::path(get, path = "/api/v1/procedures/{name}", tag = "agent",
    params(("name" = String, Path)),
    responses((status = 200, description = "The procedure.", body = ProcedureView)),
    extensions(("x-permission" = json!("read"))))]
async fn read_procedure(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<axum::Json<ProcedureView>, Problem> {
    let agent = app.agent()?;
    Ok(axum::Json(agent.procedure(&name, folder(&app)?).await?))
}

/// Check procedures
///
/// Every problem of the agent's folder as it would be with these files, with file and line. Nothing is changed.
#[utoipa::path(post, path = "/api/v1/procedures/check", tag = "agent", request_body = ProcedureEdit,
    responses((status = 200, description = "What was found.", body = ProcedureCheck)),
    extensions(("x-permission" = json!("oversee"))))]
async fn check_procedures(
    State(app): State<App>,
    Json(edit): Json<ProcedureEdit>,
) -> Result<axum::Json<ProcedureCheck>, Problem> {
    let agent = app.agent()?;
    let problems = agent.check_procedures(folder(&app)?, edit.files).await?;
    Ok(axum::Json(ProcedureCheck { problems }))
}

/// Run a procedure's tests
///
/// On every channel, through the loop that conversations run through, by the rules in force. Tools that read are
/// called; those that change something are answered for.
#[utoipa::path(post, path = "/api/v1/procedures/{name}/test", tag = "agent",
    params(("name" = String, Path)), request_body = Object,
    responses((status = 200, description = "Each test, and what came of it.", body = Page<ProcedureTest>)),
    extensions(("x-permission" = json!("oversee"))))]
async fn test_procedure(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let tests = app.agent()?.test_procedure(&name).await?;
    Ok(Listed::whole(tests).into_response())
}

/// The agent's folder. There is one where there is an agent.
fn folder(app: &App) -> Result<&std::path::Path, Problem> {
    let folder = app.config().agent.folder.as_deref();
    folder.ok_or_else(|| {
        Problem::not_found("the agent has no folder; see [agent] in the configuration")
    })
}
