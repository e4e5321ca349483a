//! The shop's own pages, as its web agency would build them: with one tag for the chat, under a policy that lets
//! nothing run that is not named.

use super::Outside;
use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

/// The pages and what they need.
pub fn router(outside: Outside) -> Router {
    Router::new()
        .route("/shop", get(catalogue))
        .route("/shop/orders", get(orders))
        .route("/shop/shop.css", get(style))
        .route("/shop/shop.js", get(script))
        .with_state(outside)
}

/// What the shop sells: name, price, and a word about it.
const LAMPS: &[(&str, &str, &str)] = &[
    (
        "Aurora",
        "€ 89",
        "A table lamp that warms up slowly, like a morning.",
    ),
    (
        "Meridian",
        "€ 149",
        "A floor lamp of oak and linen for the place you read in.",
    ),
    (
        "Pebble",
        "€ 39",
        "A night light for children. It stays cool to the touch.",
    ),
];

async fn catalogue(State(outside): State<Outside>) -> Response {
    let lamps: String = LAMPS
        .iter()
        .map(|(name, price, about)| {
            format!(
                "<li><h2>{name}</h2><p>{about}</p><p class=\"price\">{price}</p>\
                 <button type=\"button\" data-ask>Ask about {name}</button></li>\n"
            )
        })
        .collect();
    let main = format!("<h1>Light for every room</h1>\n<ul class=\"lamps\">\n{lamps}</ul>\n");
    page(&outside, "Lamps", &main)
}

async fn orders(State(outside): State<Outside>) -> Response {
    let main = "<h1>Your orders</h1>\n<p>The number of your order is in the mail we sent when you bought. \
                Whoever works here can find it by your name, too.</p>\n\
                <p><button type=\"button\" data-ask>Ask about an order</button></p>\n";
    page(&outside, "Orders", main)
}

fn page(outside: &Outside, title: &str, main: &str) -> Response {
    let tag = outside.shop.tag.as_ref();
    let html = tag.map_or("<!-- The widget is not built in. -->", |tag| {
        tag.html.as_str()
    });
    let chat = tag.map_or(String::new(), |tag| format!("; {}", tag.policy));
    // The chat's script-src has to stand with our own in one directive.
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'; require-trusted-types-for 'script'{}",
        chat.replace("script-src", "script-src 'self'")
    );
    let document = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<title>{title} · Lumen Home</title>\n<link rel=\"icon\" \
         href=\"data:,\">\n<link rel=\"stylesheet\" href=\"/shop/shop.css\">\n<script defer \
         src=\"/shop/shop.js\"></script>\n{html}\n</head>\n<body>\n<header>\n<p class=\"name\">Lumen Home</p>\n\
         <nav><a href=\"/shop\">Lamps</a> <a href=\"/shop/orders\">Orders</a></nav>\n</header>\n<main>\n{main}</main>\n\
         </body>\n</html>\n"
    );
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(document)).into_response()
}

async fn style() -> Response {
    let css = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (css, include_str!("shop.css")).into_response()
}

async fn script() -> Response {
    let js = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (js, include_str!("shop.js")).into_response()
}
