//! `/api/v1/audit`: who did what.

use crate::api::input::Query;
use crate::api::page::{Page, Wanted};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use throughline_engine::access::audit::{self, Act};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_acts))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ActQuery {
    /// Only acts of this kind, such as `customer.merge`.
    action: Option<String>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// Rows on the page, 1 to 100; 25 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
}

/// List the audit trail
///
/// Administrative acts and decisions about identity.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(ActQuery),
    responses((status = 200, description = "Newest first.", body = Page<Act>)),
    extensions(("x-permission" = json!("oversee"))))]
async fn list_acts(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ActQuery>,
) -> Result<Response, Problem> {
    let wanted = Wanted::new(uri, query.cursor.as_deref(), query.limit)?;
    let (after, fetch) = (wanted.after, wanted.fetch);
    let rows = app
        .db()
        .read(move |tx| audit::list(tx, query.action.as_deref(), after, fetch))
        .await?;
    Ok(wanted.answer(rows, |act| act.id).into_response())
}
