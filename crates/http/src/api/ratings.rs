//! `/api/v1/ratings`: how customers say they were served.

use crate::api::input::{Path, Query};
use crate::api::page::{Page, Wanted};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use throughline_engine::rating::{self, Rating};
use throughline_model::clock::Millis;
use throughline_model::id::ConversationId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_ratings))
        .routes(routes!(read_rating))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RatingQuery {
    /// Only those given at this time or later, in milliseconds since 1970.
    since: Option<Millis>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// Rows on the page, 1 to 100; 25 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
}

/// List ratings
///
/// One for each conversation that was rated: what its customer said last.
#[utoipa::path(get, path = "/api/v1/ratings", tag = "conversations", params(RatingQuery),
    responses((status = 200, description = "The latest first.", body = Page<Rating>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_ratings(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<RatingQuery>,
) -> Result<Response, Problem> {
    let wanted =
        Wanted::<(Millis, ConversationId)>::new(uri, query.cursor.as_deref(), query.limit)?;
    let (since, after, fetch) = (query.since.unwrap_or(0), wanted.after, wanted.fetch);
    let rows = app
        .db()
        .read(move |tx| rating::list(tx, since, after, fetch))
        .await?;
    let key = |one: &Rating| (one.at, one.conversation);
    Ok(wanted.answer(rows, key).into_response())
}

/// Read a conversation's rating
#[utoipa::path(get, path = "/api/v1/conversations/{id}/rating", tag = "conversations",
    params(("id" = ConversationId, Path)),
    responses((status = 200, description = "What the customer said last.", body = Rating)),
    extensions(("x-permission" = json!("read"))))]
async fn read_rating(
    State(app): State<App>,
    Path(id): Path<ConversationId>,
) -> Result<axum::Json<Rating>, Problem> {
    let found = app
        .db()
        .read(move |tx| rating::of_conversation(tx, id))
        .await?;
    let found = found.ok_or_else(|| Problem::not_found("this conversation was not rated"))?;
    Ok(axum::Json(found))
}
