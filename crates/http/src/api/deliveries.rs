//! `/api/v1/deliveries`: messages on their way out.

use crate::api::guard::Caller;
use crate::api::input::{Nothing, Path};
use crate::api::once::Posted;
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;
use throughline_engine::access::audit;
use throughline_engine::delivery::{self, Delivery};
use throughline_model::id::DeliveryId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(read_delivery))
        .routes(routes!(retry_delivery))
}

/// Read a delivery
#[utoipa::path(get, path = "/api/v1/deliveries/{id}", tag = "deliveries", params(("id" = DeliveryId, Path)),
    responses((status = 200, description = "The delivery.", body = Delivery)),
    extensions(("x-permission" = json!("read"))))]
async fn read_delivery(
    State(app): State<App>,
    Path(id): Path<DeliveryId>,
) -> Result<axum::Json<Delivery>, Problem> {
    let delivery = app.db().read(move |tx| delivery::get(tx, id)).await?;
    Ok(axum::Json(delivery))
}

/// Send a message again
///
/// For one that failed, or of which nobody knows whether it arrived: then the customer may get it twice.
#[utoipa::path(post, path = "/api/v1/deliveries/{id}/retry", tag = "deliveries", params(("id" = DeliveryId, Path)),
    responses((status = 200, description = "Queued again.", body = Delivery)),
    extensions(("x-permission" = json!("write:conversations"))))]
async fn retry_delivery(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<DeliveryId>,
    Posted {
        body: Nothing {},
        once,
    }: Posted<Nothing>,
) -> Result<Response, Problem> {
    let (setup, actor) = (app.setup().clone(), caller.actor());
    let retry = move |tx: &mut throughline_storage::Tx<'_>| {
        let delivery = delivery::retry(tx, &setup, id)?;
        let object = id.to_string();
        audit::record(
            tx,
            &setup.clock,
            &actor,
            "delivery.retry",
            &object,
            &json!({}),
        )?;
        Ok(delivery)
    };
    once.run(&app, StatusCode::OK, retry).await
}
