//! What comes after.

use crate::Shop;
use crate::books::{Complaint, DamageReport, Invoice, WarrantyClaim};
use crate::instruction::Instruction;
use crate::instruction::Nothing;
use crate::paper;
use crate::records::Case;
use crate::refusal::{Problem, Refusal};
use axum::extract::{Path, State};
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new()
        .routes(routes!(register_warranty_claim))
        .routes(routes!(report_damage))
        .routes(routes!(send_invoice))
        .routes(routes!(file_complaint))
}

/// Takes down a warranty claim for one item.
#[utoipa::path(post, path = "/orders/{order_id}/warranty-claims", operation_id = "register_warranty_claim", tag = "aftercare",
    params(("order_id" = String, Path, description = "The order number, such as #W7678072.", min_length = 2, max_length = 20), ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same instruction is carried out once.")), request_body = WarrantyClaim,
    responses((status = 200, body = Case), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn register_warranty_claim(
    State(shop): State<Shop>,
    Path(order): Path<String>,
    instruction: Instruction<WarrantyClaim>,
) -> Result<Response, Refusal> {
    shop.carry_out(instruction, |books, wanted| {
        books.claim_warranty(&order, &wanted)
    })
}

/// Takes down that items arrived damaged.
#[utoipa::path(post, path = "/orders/{order_id}/damage-reports", operation_id = "report_damage", tag = "aftercare",
    params(("order_id" = String, Path, description = "The order number, such as #W7678072.", min_length = 2, max_length = 20), ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same instruction is carried out once.")), request_body = DamageReport,
    responses((status = 200, body = Case), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn report_damage(
    State(shop): State<Shop>,
    Path(order): Path<String>,
    instruction: Instruction<DamageReport>,
) -> Result<Response, Refusal> {
    shop.carry_out(instruction, |books, wanted| {
        books.report_damage(&order, &wanted)
    })
}

/// Sends the invoice of an order to the mail address of the account.
#[utoipa::path(post, path = "/orders/{order_id}/invoice", operation_id = "send_invoice", tag = "aftercare",
    params(("order_id" = String, Path, description = "The order number, such as #W7678072.", min_length = 2, max_length = 20), ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same instruction is carried out once.")),
    responses((status = 200, body = Invoice), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn send_invoice(
    State(shop): State<Shop>,
    Path(order): Path<String>,
    instruction: Instruction<Nothing>,
) -> Result<Response, Refusal> {
    let papers = shop.clone();
    shop.carry_out(instruction, |books, _| {
        let user = books.order(&order)?.user_id.clone();
        let email = books.user(&user)?.email.clone();
        let order = books.note_invoice(&order)?;
        Ok(paper::invoice(&papers, order, &email))
    })
}

/// Takes down a complaint of a customer.
#[utoipa::path(post, path = "/users/{user_id}/complaints", operation_id = "file_complaint", tag = "aftercare",
    params(("user_id" = String, Path, description = "The account, such as noah_brown_6181.", min_length = 1, max_length = 100), ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same instruction is carried out once.")), request_body = Complaint,
    responses((status = 200, body = Case), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn file_complaint(
    State(shop): State<Shop>,
    Path(user): Path<String>,
    instruction: Instruction<Complaint>,
) -> Result<Response, Refusal> {
    shop.carry_out(instruction, |books, wanted| {
        books.file_complaint(&user, &wanted)
    })
}
