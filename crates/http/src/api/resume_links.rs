//! `/api/v1/conversations/{id}/resume-links`: a conversation goes on in another browser.

use crate::api::guard::Caller;
use crate::api::input::Path;
use crate::app::App;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use throughline_engine::visitor;
use throughline_model::clock::Millis;
use throughline_model::id::ConversationId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(make_resume_link))
}

/// A link that carries a conversation, once.
#[derive(Serialize, utoipa::ToSchema)]
struct ResumeLinkView {
    /// The token by itself, for POST /chat/v1/resume.
    token: String,
    /// The link. Short enough for a text message or a QR code.
    url: String,
    /// Until when it works, in milliseconds since 1970.
    expires_at: Millis,
}

/// Make a link that carries the conversation on
///
/// Give it only to the person the conversation is with: whoever opens it is taken for them, and counts as proven as
/// well as they are now. It works once, for 15 minutes, and opens the chat.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/resume-links", tag = "conversations",
    params(("id" = ConversationId, Path)),
    responses((status = 201, description = "Made. It is shown only now.", body = ResumeLinkView)),
    extensions(("x-permission" = json!("write:conversations"))))]
async fn make_resume_link(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ConversationId>,
) -> Result<(StatusCode, Json<ResumeLinkView>), Problem> {
    let (setup, actor) = (app.setup().clone(), caller.actor());
    let link = app
        .db()
        .write(move |tx| visitor::make_link(tx, &setup, id, &actor))
        .await?;
    let url = format!(
        "{}chat/resume/{}",
        app.config().server.public_base(),
        link.token
    );
    let made = ResumeLinkView {
        token: link.token,
        url,
        expires_at: link.expires_at,
    };
    Ok((StatusCode::CREATED, Json(made)))
}
