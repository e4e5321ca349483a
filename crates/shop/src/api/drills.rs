//! `/drill`: see [`crate::drill`]. It is not in the OpenAPI document: no tool may call it.

use crate::Shop;
use crate::drill::Drill;
use axum::http::StatusCode;
use axum::routing::put;
use axum::{Json, Router, extract::State};

pub fn router() -> Router<Shop> {
    Router::new().route("/drill", put(start).delete(stop))
}

async fn start(State(shop): State<Shop>, Json(drill): Json<Drill>) -> StatusCode {
    match shop.drills() {
        Some(drills) => {
            drills.start(drill);
            StatusCode::NO_CONTENT
        }
        None => StatusCode::NOT_FOUND,
    }
}

async fn stop(State(shop): State<Shop>) -> StatusCode {
    if let Some(drills) = shop.drills() {
        drills.stop();
    }
    StatusCode::NO_CONTENT
}
