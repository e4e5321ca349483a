//! `/api/v1/conversations/{id}/typing`: somebody at the desk writes.

use crate::api::guard::Caller;
use crate::api::input::{Json, Path};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use throughline_engine::conversation;
use throughline_model::id::ConversationId;
use throughline_storage::Hint;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(tell_typing))
}

/// Whether the caller is typing.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct TypingNews {
    /// True when they are, false when they have stopped.
    typing: bool,
}

/// Tell that somebody is typing
///
/// Everyone who follows the conversation hears it, the customer in the chat included. It is not stored.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/typing", tag = "live",
    params(("id" = ConversationId, Path)), request_body = TypingNews,
    responses((status = 204, description = "Told.")),
    extensions(("x-permission" = json!("write:conversations"))))]
async fn tell_typing(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Json(news): Json<TypingNews>,
) -> Result<StatusCode, Problem> {
    app.db().read(move |tx| conversation::get(tx, id)).await?;
    let event = json!({ "type": "typing", "author": caller.author(), "typing": news.typing });
    app.db().hints().publish(Hint::Fleeting {
        conversation: id,
        event: event.to_string(),
    });
    Ok(StatusCode::NO_CONTENT)
}
