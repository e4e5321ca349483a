//! Changing what has not left the shop.

use crate::Shop;
use crate::books::{Cancel, NewItems, NewPayment, PickupChoice};
use crate::instruction::Instruction;
use crate::records::{Address, Order, User};
use crate::refusal::{Problem, Refusal};
use axum::extract::{Path, State};
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new()
        .routes(routes!(cancel_pending_order))
        .routes(routes!(modify_pending_order_address))
        .routes(routes!(modify_pending_order_payment))
        .routes(routes!(modify_pending_order_items))
        .routes(routes!(modify_user_address))
        .routes(routes!(set_store_pickup))
}

/// Cancels a pending order and refunds it to where it was paid from.
#[utoipa::path(post, path = "/orders/{order_id}/cancel", operation_id = "cancel_pending_order", tag = "orders",
    params(("order_id" = String, Path, description = "The order number, such as #W7678072.", min_length = 2, max_length = 20), ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same instruction is carried out once.")), request_body = Cancel,
    responses((status = 200, body = Order), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn cancel_pending_order(
    State(shop): State<Shop>,
    Path(order): Path<String>,
    instruction: Instruction<Cancel>,
) -> Result<Response, Refusal> {
    shop.carry_out(instruction, |books, wanted| books.cancel(&order, &wanted))
}

/// Sends a pending order to another address.
#[utoipa::path(put, path = "/orders/{order_id}/address", operation_id = "modify_pending_order_address", tag = "orders",
    params(("order_id" = String, Path, description = "The order number, such as #W7678072.", min_length = 2, max_length = 20), ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same instruction is carried out once.")), request_body = Address,
    responses((status = 200, body = Order), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn modify_pending_order_address(
    State(shop): State<Shop>,
    Path(order): Path<String>,
    instruction: Instruction<Address>,
) -> Result<Response, Refusal> {
    shop.carry_out(instruction, |books, wanted| {
        books.change_order_address(&order, wanted)
    })
}

/// Takes the money for a pending order from another of the customer's payment methods.
#[utoipa::path(put, path = "/orders/{order_id}/payment", operation_id = "modify_pending_order_payment", tag = "orders",
    params(("order_id" = String, Path, description = "The order number, such as #W7678072.", min_length = 2, max_length = 20), ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same instruction is carried out once.")), request_body = NewPayment,
    responses((status = 200, body = Order), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn modify_pending_order_payment(
    State(shop): State<Shop>,
    Path(order): Path<String>,
    instruction: Instruction<NewPayment>,
) -> Result<Response, Refusal> {
    shop.carry_out(instruction, |books, wanted| {
        books.change_payment(&order, &wanted)
    })
}

/// Replaces items of a pending order by other options of the same products. Possible once, so name all items.
#[utoipa::path(put, path = "/orders/{order_id}/items", operation_id = "modify_pending_order_items", tag = "orders",
    params(("order_id" = String, Path, description = "The order number, such as #W7678072.", min_length = 2, max_length = 20), ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same instruction is carried out once.")), request_body = NewItems,
    responses((status = 200, body = Order), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn modify_pending_order_items(
    State(shop): State<Shop>,
    Path(order): Path<String>,
    instruction: Instruction<NewItems>,
) -> Result<Response, Refusal> {
    shop.carry_out(instruction, |books, wanted| {
        books.change_items(&order, &wanted)
    })
}

/// Changes the default address of a customer.
#[utoipa::path(put, path = "/users/{user_id}/address", operation_id = "modify_user_address", tag = "customers",
    params(("user_id" = String, Path, description = "The account, such as noah_brown_6181.", min_length = 1, max_length = 100), ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same instruction is carried out once.")), request_body = Address,
    responses((status = 200, body = User), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn modify_user_address(
    State(shop): State<Shop>,
    Path(user): Path<String>,
    instruction: Instruction<Address>,
) -> Result<Response, Refusal> {
    shop.carry_out(instruction, |books, wanted| {
        books.change_user_address(&user, wanted)
    })
}

/// Keeps a pending order in a store, where the customer collects it.
#[utoipa::path(put, path = "/orders/{order_id}/pickup", operation_id = "set_store_pickup", tag = "orders",
    params(("order_id" = String, Path, description = "The order number, such as #W7678072.", min_length = 2, max_length = 20), ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same instruction is carried out once.")), request_body = PickupChoice,
    responses((status = 200, body = Order), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn set_store_pickup(
    State(shop): State<Shop>,
    Path(order): Path<String>,
    instruction: Instruction<PickupChoice>,
) -> Result<Response, Refusal> {
    shop.carry_out(instruction, |books, wanted| {
        books.collect_in_store(&order, &wanted)
    })
}
