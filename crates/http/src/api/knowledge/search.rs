//! Finding the passage that answers.

use crate::api::input::Query;
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use serde::Deserialize;
use throughline_engine::knowledge::{Audience, Found, Progress};
use throughline_knowledge::checked_locale;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Passages when nothing is said, and the most.
const LIMITS: (usize, usize) = (5, 50);

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(search_knowledge))
        .routes(routes!(read_knowledge_index))
}

/// A question.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SearchQuery {
    /// In the asker's words; the first 2,000 bytes count.
    q: String,
    /// Whose eyes the answer is for; `internal` when left out. With `public`, nothing internal is found.
    audience: Option<Audience>,
    /// The asker's language: what is written in it goes before the rest.
    locale: Option<String>,
    /// Passages wanted, 1 to 50; 5 when left out.
    #[param(minimum = 1, maximum = 50)]
    limit: Option<usize>,
}

/// Search the knowledge base
///
/// The passages that fit best, with what a citation needs, and how likely it is that the first one answers.
#[utoipa::path(get, path = "/api/v1/knowledge/search", tag = "knowledge", params(SearchQuery),
    responses((status = 200, description = "What was found.", body = Found)),
    extensions(("x-permission" = json!("read"))))]
async fn search_knowledge(
    State(app): State<App>,
    Query(query): Query<SearchQuery>,
) -> Result<axum::Json<Found>, Problem> {
    let limit = query.limit.unwrap_or(LIMITS.0);
    if !(1..=LIMITS.1).contains(&limit) {
        return Err(Problem::invalid("limit", format!("use 1 to {}", LIMITS.1)));
    }
    let locale = query.locale.as_deref().map(checked_locale).transpose();
    let locale = locale.map_err(throughline_engine::Error::from)?;
    let audience = query.audience.unwrap_or(Audience::Internal);
    let found = app
        .knowledge()
        .find(&query.q, audience, locale.as_deref(), limit)
        .await;
    Ok(axum::Json(found))
}

/// Read how far indexing is
///
/// What is published is found by its words at once; its meaning is computed in the background.
#[utoipa::path(get, path = "/api/v1/knowledge/index", tag = "knowledge",
    responses((status = 200, description = "How much there is, and how much of it is found by meaning.", body = Progress)),
    extensions(("x-permission" = json!("read"))))]
async fn read_knowledge_index(State(app): State<App>) -> axum::Json<Progress> {
    axum::Json(app.knowledge().progress())
}
