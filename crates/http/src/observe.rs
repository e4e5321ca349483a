//! Health and metrics.

use crate::app::App;
use crate::problem::Problem;
use axum::Router;
use axum::extract::State;
use axum::routing::get;

/// `/healthz` says that the process runs, `/readyz` that it can work.
pub fn router() -> Router<App> {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
}

async fn ready(State(app): State<App>) -> Result<&'static str, Problem> {
    app.db().read(throughline_engine::job::next_due).await?;
    Ok("ready\n")
}
