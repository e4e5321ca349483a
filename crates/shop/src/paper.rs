//! What customers open by a link: labels to print, and invoices. Whoever has the link can open it, so it cannot be
//! guessed.

use crate::Shop;
use crate::books::{Invoice, Label};
use crate::money::Money;
use crate::records::{Order, TransactionType};
use crate::refusal::Refusal;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use std::fmt::Write as _;

const LABELS: &str = "labels";
const INVOICES: &str = "invoices";

/// The label of an order, as it is told to the caller.
pub fn label(shop: &Shop, order: &Order) -> Label {
    Label {
        order_id: order.order_id.clone(),
        tracking_id: tracking(shop, order),
        url: format!("{}.svg", shop.paper_url(LABELS, &order.order_id)),
    }
}

/// The invoice of an order, as it is told to the caller.
pub fn invoice(shop: &Shop, order: &Order, email: &str) -> Invoice {
    Invoice {
        invoice_id: invoice_number(order),
        order_id: order.order_id.clone(),
        total: paid(order),
        sent_to: email.to_owned(),
        url: format!("{}.svg", shop.paper_url(INVOICES, &order.order_id)),
    }
}

/// `GET /labels/{code}.svg`
pub async fn open_label(
    State(shop): State<Shop>,
    Path(code): Path<String>,
) -> Result<Response, Refusal> {
    let found = shop.with_books(|books| {
        books
            .labelled()
            .find(|order| is_named(&code, &shop.paper_code(LABELS, &order.order_id)))
            .map(|order| draw_label(order, &tracking(&shop, order)))
    });
    drawn(found)
}

/// `GET /invoices/{code}.svg`
pub async fn open_invoice(
    State(shop): State<Shop>,
    Path(code): Path<String>,
) -> Result<Response, Refusal> {
    let found = shop.with_books(|books| {
        books
            .invoiced()
            .find(|order| is_named(&code, &shop.paper_code(INVOICES, &order.order_id)))
            .map(draw_invoice)
    });
    drawn(found)
}

fn is_named(file: &str, code: &str) -> bool {
    file.strip_suffix(".svg") == Some(code)
}

fn drawn(found: Option<String>) -> Result<Response, Refusal> {
    let picture = found.ok_or_else(|| Refusal::unknown("there is no such paper"))?;
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, picture).into_response())
}

/// Twelve digits, as carriers write them; the same for an order every time.
fn tracking(shop: &Shop, order: &Order) -> String {
    let code = shop.paper_code("tracking", &order.order_id);
    let number = u64::from_str_radix(code.get(..15).unwrap_or_default(), 16).unwrap_or_default();
    format!("{:012}", number % 1_000_000_000_000)
}

fn invoice_number(order: &Order) -> String {
    format!("INV-{}", order.order_id.trim_start_matches('#'))
}

fn paid(order: &Order) -> Money {
    order
        .payment_history
        .iter()
        .map(|payment| match payment.transaction_type {
            TransactionType::Payment => payment.amount,
            TransactionType::Refund => -payment.amount,
        })
        .sum()
}

fn draw_label(order: &Order, tracking: &str) -> String {
    let address = &order.address;
    let lines = [
        "RETURN TO".to_owned(),
        "Lumen Home Returns".to_owned(),
        "500 Warehouse Way".to_owned(),
        "Columbus, OH 43215".to_owned(),
        String::new(),
        "FROM".to_owned(),
        format!("{} {}", address.address1, address.address2),
        format!("{}, {} {}", address.city, address.state, address.zip),
        String::new(),
        format!("Order {}", order.order_id),
        format!("Tracking {tracking}"),
    ];
    let mut bars = String::new();
    let mut at = 40;
    for digit in tracking
        .bytes()
        .map(|digit| u32::from(digit.wrapping_sub(b'0')))
    {
        let width = 2 + digit % 5;
        let _ = write!(
            bars,
            r#"<rect x="{at}" y="340" width="{width}" height="90"/><rect x="{}" y="340" width="{}" height="90"/>"#,
            at + width + 3,
            1 + digit % 3
        );
        at += width + 14;
    }
    sheet(&lines, 480, &bars)
}

fn draw_invoice(order: &Order) -> String {
    let mut lines = vec![
        "Lumen Home".to_owned(),
        format!(
            "Invoice {} for order {}",
            invoice_number(order),
            order.order_id
        ),
        String::new(),
    ];
    lines.extend(
        order
            .items
            .iter()
            .map(|item| format!("{}  {}", item.name, item.price)),
    );
    lines.push(String::new());
    for payment in &order.payment_history {
        let word = match payment.transaction_type {
            TransactionType::Payment => "Paid",
            TransactionType::Refund => "Refunded",
        };
        lines.push(format!("{word}  {}", payment.amount));
    }
    lines.push(format!("Total  {}", paid(order)));
    let height = 80 + 24 * lines.len();
    sheet(&lines, height, "")
}

fn sheet(lines: &[String], height: usize, drawing: &str) -> String {
    let mut text = String::new();
    for (number, line) in lines.iter().enumerate() {
        let y = 50 + 24 * number;
        let _ = write!(text, r#"<text x="40" y="{y}">{}</text>"#, escaped(line));
    }
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="400" height="{height}" font-family="sans-serif" font-size="16"><rect width="400" height="{height}" fill="white" stroke="black"/>{text}{drawing}</svg>"#
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
