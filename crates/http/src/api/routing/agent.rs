//! `/api/v1/routing/agent`: the AI agent as a worker.

use super::{PresenceChange, note};
use crate::api::guard::Caller;
use crate::api::input::Json;
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use serde_json::json;
use throughline_engine::access::audit;
use throughline_engine::routing::{AgentSettings, AgentView};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(read_agent, set_agent))
        .routes(routes!(set_agent_presence))
}

/// Read what the AI agent takes
///
/// Whether it takes new conversations, how many it has, and its queues, skills and room.
#[utoipa::path(get, path = "/api/v1/routing/agent", tag = "routing",
    responses((status = 200, description = "As it stands. 404 where there is no AI agent.", body = AgentView)),
    extensions(("x-permission" = json!("oversee"))))]
async fn read_agent(State(app): State<App>) -> Result<axum::Json<AgentView>, Problem> {
    Ok(axum::Json(app.routing()?.agent().await?))
}

/// Set what the AI agent takes
///
/// All of it: what is left out is as usual. What it has it keeps. Wherever it serves the queue, has the skills and has
/// room, it is asked before people, unless a step of the queue asks for people.
#[utoipa::path(put, path = "/api/v1/routing/agent", tag = "routing", request_body = AgentSettings,
    responses((status = 200, description = "In force.", body = AgentView)),
    extensions(("x-permission" = json!("oversee"))))]
async fn set_agent(
    State(app): State<App>,
    caller: Caller,
    Json(settings): Json<AgentSettings>,
) -> Result<axum::Json<AgentView>, Problem> {
    let routing = app.routing()?;
    let before = routing.agent().await?.settings;
    routing.set_agent(settings).await?;
    let now = routing.agent().await?;
    let details = json!({ "changed": audit::changed(&json!(before), &json!(now.settings)) });
    note(&app, &caller, "routing.agent", "agent", details).await?;
    Ok(axum::Json(now))
}

/// Say whether the AI agent takes new conversations
///
/// `away` pauses it: new conversations go to people, and what it has it keeps. `available` lets it work again.
#[utoipa::path(put, path = "/api/v1/routing/agent/presence", tag = "routing", request_body = PresenceChange,
    responses((status = 200, description = "How it stands now.", body = AgentView)),
    extensions(("x-permission" = json!("oversee"))))]
async fn set_agent_presence(
    State(app): State<App>,
    caller: Caller,
    Json(change): Json<PresenceChange>,
) -> Result<axum::Json<AgentView>, Problem> {
    let routing = app.routing()?;
    routing.set_agent_presence(change.presence).await?;
    let details = json!({ "presence": change.presence });
    note(&app, &caller, "routing.agent_presence", "agent", details).await?;
    Ok(axum::Json(routing.agent().await?))
}
