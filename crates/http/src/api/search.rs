//! `/api/v1/search`: one search over everything.

use crate::api::input::Query;
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use throughline_engine::conversation::{self, InboxFilter, InboxOrder, InboxRow, Said};
use throughline_engine::identity::{self, Customer};
use throughline_engine::knowledge::{Audience, FoundPassage};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The longest search, in characters.
const LENGTH_LIMIT: usize = 200;
/// Results of each kind when nothing is said, and the most.
const LIMITS: (usize, usize) = (5, 25);

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(search_everything))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SearchQuery {
    /// The words, at most 200 characters.
    q: String,
    /// Results of each kind, 1 to 25; 5 when left out.
    #[param(minimum = 1, maximum = 25)]
    limit: Option<usize>,
}

/// What was found, the best or latest of each kind first.
#[derive(Serialize, utoipa::ToSchema)]
struct SearchResults {
    /// Customers whose name, address or number has it.
    customers: Vec<Customer>,
    /// Conversations whose subject, fields, facts or customer have it.
    conversations: Vec<InboxRow>,
    /// Conversations in which it was said.
    said: Vec<Said>,
    /// Passages of the knowledge base.
    articles: Vec<FoundPassage>,
}

/// Search everything
///
/// Customers, conversations, what was said in them, and the knowledge base. In what was said, every word has to be the
/// beginning of one in the same message.
#[utoipa::path(get, path = "/api/v1/search", tag = "search", params(SearchQuery),
    responses((status = 200, description = "What was found.", body = SearchResults)),
    extensions(("x-permission" = json!("read"))))]
async fn search_everything(
    State(app): State<App>,
    Query(query): Query<SearchQuery>,
) -> Result<axum::Json<SearchResults>, Problem> {
    let limit = query.limit.unwrap_or(LIMITS.0);
    if !(1..=LIMITS.1).contains(&limit) {
        return Err(Problem::invalid("limit", format!("use 1 to {}", LIMITS.1)));
    }
    let text = query.q.trim().to_owned();
    if text.is_empty() || text.chars().count() > LENGTH_LIMIT {
        let allowed = format!("use 1 to {LENGTH_LIMIT} characters");
        return Err(Problem::invalid("q", allowed));
    }
    let found = app
        .knowledge()
        .find(&text, Audience::Internal, None, limit)
        .await;
    let results = app
        .db()
        .read(move |tx| {
            let filter = InboxFilter {
                search: Some(text.clone()),
                ..InboxFilter::default()
            };
            Ok::<_, throughline_engine::Error>(SearchResults {
                customers: identity::customers(tx, Some(&text), None, limit)?,
                conversations: conversation::inbox(tx, &filter, InboxOrder::Latest, None, limit)?,
                said: conversation::said(tx, &text, limit)?,
                articles: found.passages.clone(),
            })
        })
        .await?;
    Ok(axum::Json(results))
}
