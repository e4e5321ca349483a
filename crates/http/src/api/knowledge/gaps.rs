//! Questions nobody has answered.

use crate::api::guard::Caller;
use crate::api::once::Posted;
use crate::api::page::{Listed, Page};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use throughline_engine::access::audit;
use throughline_engine::knowledge::{self, GapGroup};
use throughline_storage::Tx;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

/// The most questions closed at once.
const MOST: usize = 1_000;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_knowledge_gaps))
        .routes(routes!(close_knowledge_gaps))
}

/// Questions to be taken out of the report.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct GapsToClose {
    /// Their ids.
    #[schema(value_type = Vec<String>)]
    ids: Vec<Uuid>,
}

/// How many were closed.
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
struct ClosedGaps {
    /// So many were open until now.
    closed: u64,
}

/// List the gaps in the knowledge base
///
/// The newest 1,000 questions that found no good answer, grouped by likeness, the most asked first.
#[utoipa::path(get, path = "/api/v1/knowledge/gaps", tag = "knowledge",
    responses((status = 200, description = "The most asked first.", body = Page<GapGroup>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_knowledge_gaps(State(app): State<App>) -> Result<Response, Problem> {
    let gaps = knowledge::gaps(app.db()).await?;
    Ok(Listed::whole(gaps).into_response())
}

/// Close gaps
///
/// The questions are answered now, or need no answer: they leave the report.
#[utoipa::path(post, path = "/api/v1/knowledge/gaps/close", tag = "knowledge", request_body = GapsToClose,
    responses((status = 200, description = "They left the report.", body = ClosedGaps)),
    extensions(("x-permission" = json!("write:knowledge"))))]
async fn close_knowledge_gaps(
    State(app): State<App>,
    caller: Caller,
    Posted { body, once }: Posted<GapsToClose>,
) -> Result<Response, Problem> {
    if body.ids.len() > MOST {
        return Err(Problem::invalid("ids", format!("name at most {MOST}")));
    }
    let (clock, actor) = (app.setup().clock.clone(), caller.actor());
    let close = move |tx: &mut Tx<'_>| {
        let closed = knowledge::close_gaps(tx, &clock, &body.ids)?;
        let details = json!({ "closed": closed });
        audit::record(tx, &clock, &actor, "knowledge.close_gaps", "", &details)?;
        Ok(ClosedGaps { closed })
    };
    once.run(&app, StatusCode::OK, close).await
}
