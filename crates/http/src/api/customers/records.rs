//! `/api/v1/customers/{id}/records`: what other systems know about a customer.

use crate::api::input::Path;
use crate::api::page::{Listed, Page};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use throughline_engine::agent::CustomerRecords;
use throughline_model::id::CustomerId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_records))
}

/// List what other systems know about a customer
///
/// Orders, for example: what the tools with a `panel` answer for the customer's accounts, asked for now. None without an
/// AI agent, whose folder declares them.
#[utoipa::path(get, path = "/api/v1/customers/{id}/records", tag = "customers",
    params(("id" = CustomerId, Path)),
    responses((status = 200, description = "For each system and account.", body = Page<CustomerRecords>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_records(
    State(app): State<App>,
    Path(id): Path<CustomerId>,
) -> Result<Response, Problem> {
    let records = match app.agent() {
        Ok(agent) => agent.records(id).await?,
        Err(_) => Vec::new(),
    };
    Ok(Listed::whole(records).into_response())
}
