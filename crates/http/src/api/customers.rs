//! `/api/v1/customers`: people, what is known about them, and what they said.
//!
//! Any id a customer ever had leads to the customer as they are now; the answer has the id of today.

mod consent;
mod identity;
mod profile;
mod records;

use crate::api::conversations::EntryView;
use crate::api::input::{Path, Query};
use crate::api::page::{Page, PageQuery, Wanted};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use throughline_engine::conversation::{self, Conversation};
use throughline_engine::identity::{Customer, IdentifierRecord, Profile};
use throughline_model::clock::Millis;
use throughline_model::id::{ConversationId, CustomerId, EntryId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file and of those beneath it.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_customers))
        .routes(routes!(read_customer))
        .routes(routes!(list_customer_conversations))
        .routes(routes!(read_timeline))
        .merge(profile::router())
        .merge(consent::router())
        .merge(records::router())
        .merge(identity::router())
}

/// A customer with everything that is asked for first.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct CustomerView {
    #[serde(flatten)]
    customer: Customer,
    /// How they are reached and known, oldest first.
    identifiers: Vec<IdentifierRecord>,
    /// What members or the account system say about them.
    profile: Profile,
}

/// The customer as they are now, by any id they ever had.
fn view(
    tx: &mut throughline_storage::Tx<'_>,
    id: CustomerId,
) -> throughline_engine::Result<CustomerView> {
    use throughline_engine::identity;
    let customer = identity::customer(tx, id)?;
    Ok(CustomerView {
        identifiers: identity::identifiers(tx, customer.id)?,
        profile: identity::profile(tx, customer.id)?,
        customer,
    })
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CustomerQuery {
    /// Part of a name, an address, a number or another identifier.
    search: Option<String>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// Rows on the page, 1 to 100; 25 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
}

/// List or search customers
#[utoipa::path(get, path = "/api/v1/customers", tag = "customers", params(CustomerQuery),
    responses((status = 200, description = "Newest first.", body = Page<Customer>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_customers(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<CustomerQuery>,
) -> Result<Response, Problem> {
    if query
        .search
        .as_ref()
        .is_some_and(|text| text.chars().count() > 200)
    {
        return Err(Problem::invalid("search", "use at most 200 characters"));
    }
    let wanted = Wanted::new(uri, query.cursor.as_deref(), query.limit)?;
    let (after, fetch) = (wanted.after, wanted.fetch);
    let rows = app
        .db()
        .read(move |tx| {
            throughline_engine::identity::customers(tx, query.search.as_deref(), after, fetch)
        })
        .await?;
    Ok(wanted.answer(rows, |customer| customer.id).into_response())
}

/// Read a customer
///
/// The id of a customer who was merged into another gives that other one.
#[utoipa::path(get, path = "/api/v1/customers/{id}", tag = "customers", params(("id" = CustomerId, Path)),
    responses((status = 200, description = "The customer as they are now.", body = CustomerView)),
    extensions(("x-permission" = json!("read"))))]
async fn read_customer(
    State(app): State<App>,
    Path(id): Path<CustomerId>,
) -> Result<axum::Json<CustomerView>, Problem> {
    Ok(axum::Json(app.db().read(move |tx| view(tx, id)).await?))
}

/// List a customer's conversations
#[utoipa::path(get, path = "/api/v1/customers/{id}/conversations", tag = "customers",
    params(("id" = CustomerId, Path), PageQuery),
    responses((status = 200, description = "Newest first.", body = Page<Conversation>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_customer_conversations(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Path(id): Path<CustomerId>,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let wanted = Wanted::<ConversationId>::new(uri, query.cursor.as_deref(), query.limit)?;
    let (after, fetch) = (wanted.after, wanted.fetch);
    let rows = app
        .db()
        .read(move |tx| {
            let customer = throughline_engine::identity::customer(tx, id)?;
            conversation::of_customer(tx, customer.id, after, fetch)
        })
        .await?;
    Ok(wanted.answer(rows, |one| one.id).into_response())
}

/// Read a customer's timeline
///
/// Everything said and done in all their conversations, on every channel.
#[utoipa::path(get, path = "/api/v1/customers/{id}/timeline", tag = "customers",
    params(("id" = CustomerId, Path), PageQuery),
    responses((status = 200, description = "Latest first.", body = Page<EntryView>)),
    extensions(("x-permission" = json!("read"))))]
async fn read_timeline(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Path(id): Path<CustomerId>,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let wanted = Wanted::<(Millis, EntryId)>::new(uri, query.cursor.as_deref(), query.limit)?;
    let (after, fetch) = (wanted.after, wanted.fetch);
    let rows = app
        .db()
        .read(move |tx| {
            let customer = throughline_engine::identity::customer(tx, id)?;
            let entries = conversation::timeline(tx, customer.id, after, fetch)?;
            EntryView::of(tx, entries)
        })
        .await?;
    Ok(wanted.answer(rows, EntryView::when).into_response())
}
