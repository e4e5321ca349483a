//! The AI agent in a conversation: what it would do, why it did what it did, and giving it the conversation back.

use crate::api::guard::Caller;
use crate::api::input::{Path, Query};
use crate::api::page::{Listed, Page};
use crate::app::App;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use throughline_engine::agent::{self, Copilot, Trace};
use throughline_engine::conversation;
use throughline_model::id::ConversationId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Traces of one page at most.
const TRACES: usize = 200;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(read_copilot))
        .routes(routes!(list_traces))
        .routes(routes!(hand_back))
}

/// See what the AI agent would do
///
/// A suggested answer with what it is taken from, the next step of the procedure that fits, a summary, and what the
/// policy said so far. Nothing is sent and nothing is changed.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/copilot", tag = "agent",
    params(("id" = ConversationId, Path)),
    responses((status = 200, description = "For the person who answers.", body = Copilot)),
    extensions(("x-permission" = json!("read"))))]
async fn read_copilot(
    State(app): State<App>,
    Path(id): Path<ConversationId>,
) -> Result<Response, Problem> {
    Ok(Json(app.agent()?.copilot(id).await?).into_response())
}

/// Which part of the trace is wanted.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TraceQuery {
    /// Only what follows this revision.
    #[serde(default)]
    after: i64,
}

/// Read why the AI agent did what it did
///
/// Each thing it thought about: what it heard and understood, which step it took, what the policy and the tools
/// answered, and what it said.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/agent-trace", tag = "agent",
    params(("id" = ConversationId, Path), TraceQuery),
    responses((status = 200, description = "In order, at most 200; go on with `after`.", body = Page<Trace>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_traces(
    State(app): State<App>,
    Path(id): Path<ConversationId>,
    Query(query): Query<TraceQuery>,
) -> Result<Response, Problem> {
    let rows = app
        .db()
        .read(move |tx| {
            conversation::get(tx, id)?;
            agent::traces(tx, id, query.after, TRACES)
        })
        .await?;
    Ok(Listed::whole(rows).into_response())
}

/// Give the conversation back to the AI agent
///
/// It listens again from the customer's next message on. Whoever looked after the conversation does not any more. Refused with
/// a 409 when the customer wrote last over an endpoint where only people answer.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/hand-back", tag = "agent",
    params(("id" = ConversationId, Path)),
    responses((status = 204, description = "The agent listens again.")),
    extensions(("x-permission" = json!("write:conversations"))))]
async fn hand_back(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ConversationId>,
) -> Result<StatusCode, Problem> {
    app.agent()?;
    let setup = app.setup().clone();
    app.db()
        .write(move |tx| agent::hand_back(tx, &setup, id, caller.author()))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
