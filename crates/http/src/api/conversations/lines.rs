//! The lines of a conversation to the customer's addresses.

use crate::api::guard::Caller;
use crate::api::input::Path;
use crate::api::once::Posted;
use crate::api::page::{Listed, Page};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use throughline_engine::access::audit;
use throughline_engine::conversation::{self, Interaction, NewLine};
use throughline_model::id::ConversationId;
use throughline_storage::Tx;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_interactions, open_interaction))
}

/// List a conversation's interactions
#[utoipa::path(get, path = "/api/v1/conversations/{id}/interactions", tag = "conversations",
    params(("id" = ConversationId, Path)),
    responses((status = 200, description = "The latest first, all of them.", body = Page<Interaction>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_interactions(
    State(app): State<App>,
    Path(id): Path<ConversationId>,
) -> Result<Response, Problem> {
    let rows = app
        .db()
        .read(move |tx| {
            conversation::get(tx, id)?;
            conversation::interactions(tx, id)
        })
        .await?;
    Ok(Listed::whole(rows).into_response())
}

/// Go on with a conversation on another channel
///
/// Opens a line to one of the customer's own addresses, or gives the one there is. Nothing is sent, and nothing goes
/// over it unless a message names it in `via`.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/interactions", tag = "conversations",
    params(("id" = ConversationId, Path)), request_body = NewLine,
    responses((status = 201, description = "The line.", body = Interaction)),
    extensions(("x-permission" = json!("write:conversations"))))]
async fn open_interaction(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Posted { body, once }: Posted<NewLine>,
) -> Result<Response, Problem> {
    let (setup, actor) = (app.setup().clone(), caller.actor());
    let open = move |tx: &mut Tx<'_>| {
        let line = conversation::open_line(tx, &setup, id, body)?;
        let details = json!({ "identifier": body.identifier, "endpoint": body.endpoint });
        let object = id.to_string();
        let action = "conversation.open_line";
        audit::record(tx, &setup.clock, &actor, action, &object, &details)?;
        Ok(line)
    };
    once.run(&app, StatusCode::CREATED, open).await
}
