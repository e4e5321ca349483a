//! The operations over HTTP. Each has the name of the tool it is for.

mod aftercare;
mod changes;
mod drills;
mod lookups;
mod returns;

use crate::Shop;
use crate::drill::{Operations, perhaps};
use crate::paper;
use crate::refusal::Refusal;
use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use std::collections::HashMap;
use std::sync::Arc;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, OpenApi, OpenApiBuilder, PathItem};
use utoipa_axum::router::OpenApiRouter;

/// The whole service.
pub fn router(shop: Shop) -> Router {
    let (router, document) = described().split_for_parts();
    let operations = Operations(Arc::new(operations(&document)));
    let mut keyed = router.layer(from_fn_with_state((shop.clone(), operations), perhaps));
    if shop.drills().is_some() {
        keyed = keyed.merge(drills::router());
    }
    keyed
        .layer(from_fn_with_state(shop.clone(), with_key))
        .route("/labels/{code}", get(paper::open_label))
        .route("/invoices/{code}", get(paper::open_invoice))
        .route(
            "/openapi.json",
            get(move || std::future::ready(Json(document))),
        )
        .fallback(|| async { Refusal::unknown("there is no such page") })
        .with_state(shop)
}

/// The OpenAPI document.
pub fn document() -> OpenApi {
    described().split_for_parts().1
}

fn described() -> OpenApiRouter<Shop> {
    OpenApiRouter::with_openapi(preface())
        .merge(lookups::router())
        .merge(changes::router())
        .merge(returns::router())
        .merge(aftercare::router())
}

fn preface() -> OpenApi {
    let mut components = Components::new();
    components.add_security_scheme(
        "key",
        SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()),
    );
    let info = InfoBuilder::new()
        .title("Lumen Home order service")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Orders, returns and labels of the demo shop. Instructions take an Idempotency-Key: the same key with \
             the same instruction is carried out once and answered the same; with another instruction it is \
             refused (409). Refusals are application/problem+json.",
        ));
    OpenApiBuilder::new()
        .info(info.build())
        .components(Some(components))
        .security(Some([utoipa::openapi::SecurityRequirement::new(
            "key",
            Vec::<String>::new(),
        )]))
        .build()
}

/// The name of every operation by its method and path.
fn operations(document: &OpenApi) -> HashMap<(Method, String), String> {
    document
        .paths
        .paths
        .iter()
        .flat_map(|(path, item)| {
            of_path(item).filter_map(move |(method, operation)| {
                Some(((method, path.clone()), operation.operation_id.clone()?))
            })
        })
        .collect()
}

fn of_path(item: &PathItem) -> impl Iterator<Item = (Method, &utoipa::openapi::path::Operation)> {
    [
        (Method::GET, &item.get),
        (Method::POST, &item.post),
        (Method::PUT, &item.put),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

async fn with_key(
    State(shop): State<Shop>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let shown = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    match shown {
        Some(key) if shop.is_key(key) => Ok(next.run(request).await),
        _ => Err(Refusal::unauthenticated()),
    }
}
