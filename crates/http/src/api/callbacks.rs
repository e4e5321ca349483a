//! `/api/v1/conversations/{id}/callback`: customers who are to be called back.

use crate::api::guard::Caller;
use crate::api::input::{Json, Path};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use serde::Deserialize;
use throughline_engine::conversation::{Conversation, NewCallback};
use throughline_engine::routing::CallbackOutcome;
use throughline_model::id::ConversationId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(request_callback, cancel_callback))
        .routes(routes!(report_callback))
}

/// What came of calling back.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct CallbackReport {
    /// Whether somebody answered.
    outcome: CallbackOutcome,
}

/// Arrange a call back
///
/// From then on the conversation is a call for a person: at its time, or when it is the customer's turn. A time at which
/// its queue is closed becomes the next opening; `callback.at` says which. Asked for again, what was asked for last
/// counts. Who calls does so with a telephone of their own, and says what came of it.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/callback", tag = "routing",
    params(("id" = ConversationId, Path)), request_body = NewCallback,
    responses((status = 200, description = "Arranged.", body = Conversation)),
    extensions(("x-permission" = json!("write:conversations"))))]
async fn request_callback(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Json(wish): Json<NewCallback>,
) -> Result<axum::Json<Conversation>, Problem> {
    let routing = app.routing()?;
    let asked = routing.request_callback(id, wish, caller.author()).await?;
    Ok(axum::Json(asked))
}

/// Take a call back back
///
/// The customer waits on as before, in the conversation.
#[utoipa::path(delete, path = "/api/v1/conversations/{id}/callback", tag = "routing",
    params(("id" = ConversationId, Path)),
    responses((status = 200, description = "Nobody calls.", body = Conversation)),
    extensions(("x-permission" = json!("write:conversations"))))]
async fn cancel_callback(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ConversationId>,
) -> Result<axum::Json<Conversation>, Problem> {
    let routing = app.routing()?;
    let cancelled = routing.cancel_callback(id, caller.author()).await?;
    Ok(axum::Json(cancelled))
}

/// Say what came of a call back
///
/// Who was reached is served. Where nobody answered it is tried again, as often and as much later as the queue says; after
/// that the conversation stays open with whoever called last. A program speaks for the member who has the conversation.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/callback/outcome", tag = "routing",
    params(("id" = ConversationId, Path)), request_body = CallbackReport,
    responses((status = 200, description = "Taken note of.", body = Conversation)),
    extensions(("x-permission" = json!("write:conversations"))))]
async fn report_callback(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Json(report): Json<CallbackReport>,
) -> Result<axum::Json<Conversation>, Problem> {
    let (routing, by) = (app.routing()?, caller.principal.member());
    let told = routing.report_callback(id, by, caller.author(), report.outcome);
    Ok(axum::Json(told.await?))
}
