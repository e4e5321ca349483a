//! Sending things back.

use crate::Shop;
use crate::books::{Exchange, Label, Return};
use crate::instruction::Instruction;
use crate::instruction::Nothing;
use crate::paper;
use crate::records::Order;
use crate::refusal::{Problem, Refusal};
use axum::extract::{Path, State};
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new()
        .routes(routes!(return_delivered_order_items))
        .routes(routes!(exchange_delivered_order_items))
        .routes(routes!(create_return_label))
}

/// Takes items of a delivered order back for their money. Possible once.
#[utoipa::path(post, path = "/orders/{order_id}/return", operation_id = "return_delivered_order_items", tag = "returns",
    params(("order_id" = String, Path, description = "The order number, such as #W7678072.", min_length = 2, max_length = 20), ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same instruction is carried out once.")), request_body = Return,
    responses((status = 200, body = Order), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn return_delivered_order_items(
    State(shop): State<Shop>,
    Path(order): Path<String>,
    instruction: Instruction<Return>,
) -> Result<Response, Refusal> {
    shop.carry_out(instruction, |books, wanted| {
        books.return_items(&order, &wanted)
    })
}

/// Takes items of a delivered order back for other options of the same products. Possible once.
#[utoipa::path(post, path = "/orders/{order_id}/exchange", operation_id = "exchange_delivered_order_items", tag = "returns",
    params(("order_id" = String, Path, description = "The order number, such as #W7678072.", min_length = 2, max_length = 20), ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same instruction is carried out once.")), request_body = Exchange,
    responses((status = 200, body = Order), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn exchange_delivered_order_items(
    State(shop): State<Shop>,
    Path(order): Path<String>,
    instruction: Instruction<Exchange>,
) -> Result<Response, Refusal> {
    shop.carry_out(instruction, |books, wanted| {
        books.exchange_items(&order, &wanted)
    })
}

/// Makes the label with which items of an order come back, and links to it.
#[utoipa::path(post, path = "/orders/{order_id}/return-label", operation_id = "create_return_label", tag = "returns",
    params(("order_id" = String, Path, description = "The order number, such as #W7678072.", min_length = 2, max_length = 20), ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same instruction is carried out once.")),
    responses((status = 200, body = Label), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_return_label(
    State(shop): State<Shop>,
    Path(order): Path<String>,
    instruction: Instruction<Nothing>,
) -> Result<Response, Refusal> {
    let papers = shop.clone();
    shop.carry_out(instruction, |books, _| {
        let order = books.make_label(&order)?;
        Ok(paper::label(&papers, order))
    })
}
