//! Switches that make the shop misbehave, for drills and tests. They are there only when the shop was started with
//! `--drills`.
//!
//! `PUT /drill` with `{"operation": "cancel_pending_order", "fault": {"kind": "fail_after", "status": 500}, "times": 1}`
//! makes the next call of that operation fail after it was carried out. `"operation": "*"` means every operation;
//! `times` may be left out and means until `DELETE /drill`.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use utoipa::ToSchema;

/// One way to misbehave.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// Waits, then does it.
    SlowBefore {
        /// How long, in milliseconds.
        delay_ms: u64,
    },
    /// Does it, then waits with the answer: a caller that gives up does not know.
    SlowAfter {
        /// How long, in milliseconds.
        delay_ms: u64,
    },
    /// Fails and does nothing.
    Fail {
        /// With which HTTP status.
        status: u16,
    },
    /// Does it and says it failed.
    FailAfter {
        /// With which HTTP status.
        status: u16,
    },
    /// Does it and answers with something that is no JSON.
    Malformed,
    /// Does it and answers with JSON of another shape.
    WrongShape,
    /// Does it and answers with so many bytes.
    Huge {
        /// How many.
        bytes: usize,
    },
    /// Does it and lets the connection break in the middle of the answer.
    Cut,
    /// Does nothing and sends the caller elsewhere.
    Redirect {
        /// Where to.
        location: String,
    },
}

/// A fault and when it happens.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Drill {
    /// The operation by its `operationId`, or `*`.
    pub operation: String,
    /// What goes wrong.
    pub fault: Fault,
    /// How many calls it happens to; every one when left out.
    #[serde(default)]
    pub times: Option<u32>,
}

/// The drills that are on.
#[derive(Default)]
pub struct Drills(Mutex<Vec<Drill>>);

impl Drills {
    /// Switches one on.
    pub fn start(&self, drill: Drill) {
        self.list().push(drill);
    }

    /// Switches all off.
    pub fn stop(&self) {
        self.list().clear();
    }

    /// The fault for this call of `operation`.
    fn take(&self, operation: &str) -> Option<Fault> {
        let mut list = self.list();
        let found = list
            .iter()
            .position(|one| one.operation == operation || one.operation == "*")?;
        let drill = list.get_mut(found)?;
        let fault = drill.fault.clone();
        if let Some(times) = &mut drill.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                list.remove(found);
            }
        }
        Some(fault)
    }

    fn list(&self) -> MutexGuard<'_, Vec<Drill>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which operation a request is for.
#[derive(Clone)]
pub(crate) struct Operations(pub(crate) Arc<HashMap<(Method, String), String>>);

/// Lets the call go wrong when a drill says so.
pub(crate) async fn perhaps(
    State((shop, operations)): State<(crate::Shop, Operations)>,
    request: Request,
    next: Next,
) -> Response {
    let fault = shop.drills().and_then(|drills| {
        let path = request
            .extensions()
            .get::<MatchedPath>()?
            .as_str()
            .to_owned();
        let operation = operations.0.get(&(request.method().clone(), path))?;
        drills.take(operation)
    });
    match fault {
        None => next.run(request).await,
        Some(fault) => misbehave(fault, request, next).await,
    }
}

async fn misbehave(fault: Fault, request: Request, next: Next) -> Response {
    let json = [(header::CONTENT_TYPE, "application/json")];
    match fault {
        Fault::SlowBefore { delay_ms } => {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
            next.run(request).await
        }
        Fault::SlowAfter { delay_ms } => {
            let response = next.run(request).await;
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
            response
        }
        Fault::Fail { status } => failed(status),
        Fault::FailAfter { status } => {
            next.run(request).await;
            failed(status)
        }
        Fault::Malformed => {
            next.run(request).await;
            (json, "<html>{\"order_id\": ").into_response()
        }
        Fault::WrongShape => {
            next.run(request).await;
            Json(serde_json::json!({ "order_id": 7, "status": ["delivered"] })).into_response()
        }
        Fault::Huge { bytes } => {
            next.run(request).await;
            (json, format!("\"{}\"", "x".repeat(bytes))).into_response()
        }
        Fault::Cut => {
            next.run(request).await;
            let pieces: [Result<Bytes, std::io::Error>; 2] = [
                Ok(Bytes::from_static(b"{\"order_id\": ")),
                Err(std::io::Error::other("a drill")),
            ];
            (json, Body::from_stream(futures::stream::iter(pieces))).into_response()
        }
        Fault::Redirect { location } => {
            (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
        }
    }
}

fn failed(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, "a drill").into_response()
}
