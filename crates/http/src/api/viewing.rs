//! `/api/v1/conversations/{id}/viewing`: somebody at the desk has the conversation open.

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
use throughline_storage::{Hint, Hints};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(tell_viewing))
}

/// Whether the caller has the conversation open.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ViewingNews {
    /// True when they have, false when they have left.
    viewing: bool,
    /// True for somebody who has just come and wants to know who else is there.
    #[serde(default)]
    asks: bool,
}

/// Tell that somebody has a conversation open
///
/// Colleagues who follow it hear it as `fleeting`; the customer does not. It is not stored: repeat it at least every
/// 30 seconds, and answer whoever asks. A member whose stream of the conversation ends has left without saying so;
/// whoever follows it in two places says it again when they hear that of themselves.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/viewing", tag = "live",
    params(("id" = ConversationId, Path)), request_body = ViewingNews,
    responses((status = 204, description = "Told.")),
    extensions(("x-permission" = json!("write:conversations"))))]
async fn tell_viewing(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Json(news): Json<ViewingNews>,
) -> Result<StatusCode, Problem> {
    app.db().read(move |tx| conversation::get(tx, id)).await?;
    tell(app.db().hints(), id, &caller, &news);
    Ok(StatusCode::NO_CONTENT)
}

/// Tells everybody at the desk that `caller`, whose stream has ended, does not have the conversation open any more.
pub(super) fn tell_gone(hints: &Hints, conversation: ConversationId, caller: &Caller) {
    let news = ViewingNews {
        viewing: false,
        asks: false,
    };
    tell(hints, conversation, caller, &news);
}

fn tell(hints: &Hints, conversation: ConversationId, caller: &Caller, news: &ViewingNews) {
    let event = json!({
        "type": "viewing",
        "author": caller.author(),
        "viewing": news.viewing,
        "asks": news.asks,
    });
    hints.publish(Hint::Fleeting {
        conversation,
        event: event.to_string(),
    });
}
