//! What the customer has told or proven.

use crate::api::guard::Caller;
use crate::api::input::{Json, Path};
use crate::api::page::{Listed, Page};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use throughline_engine::conversation::{self, Fact};
use throughline_model::id::{ConversationId, InteractionId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_facts))
        .routes(routes!(put_fact))
}

/// A fact to be written down.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewFact {
    /// Any JSON but null, of at most 8192 bytes.
    value: serde_json::Value,
    /// The interaction in which the customer told it, if it was in one of this conversation.
    #[serde(default)]
    interaction: Option<InteractionId>,
}

/// List what is known in a conversation
#[utoipa::path(get, path = "/api/v1/conversations/{id}/facts", tag = "conversations",
    params(("id" = ConversationId, Path)),
    responses((status = 200, description = "By name, all of them.", body = Page<Fact>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_facts(
    State(app): State<App>,
    Path(id): Path<ConversationId>,
) -> Result<Response, Problem> {
    let rows = app
        .db()
        .read(move |tx| {
            conversation::get(tx, id)?;
            conversation::facts(tx, id)
        })
        .await?;
    Ok(Listed::whole(rows).into_response())
}

/// Write a fact down
///
/// So that nobody asks the customer again. What was known before stays in the timeline.
#[utoipa::path(put, path = "/api/v1/conversations/{id}/facts/{name}", tag = "conversations",
    params(("id" = ConversationId, Path), ("name" = String, Path, description = "Up to 64 small letters, digits and underscores, such as `order_number`.")),
    request_body = NewFact,
    responses((status = 200, description = "Written down.", body = Fact)),
    extensions(("x-permission" = json!("write:conversations"))))]
async fn put_fact(
    State(app): State<App>,
    caller: Caller,
    Path((id, name)): Path<(ConversationId, String)>,
    Json(fact): Json<NewFact>,
) -> Result<axum::Json<Fact>, Problem> {
    let setup = app.setup().clone();
    let fact = app
        .db()
        .write(move |tx| {
            let line = fact.interaction;
            if let Some(line) = line {
                let known = conversation::interactions(tx, id)?;
                if !known.iter().any(|one| one.id == line) {
                    return Err(throughline_engine::Error::invalid(
                        "interaction",
                        "this conversation has no such interaction",
                    ));
                }
            }
            let author = caller.author();
            conversation::set_fact(tx, &setup, id, &name, &fact.value, author, line)
        })
        .await?;
    Ok(axum::Json(fact))
}
