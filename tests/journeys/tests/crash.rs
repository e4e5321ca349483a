//! The server is killed in the middle of its work, and nothing it promised is lost.

use journeys::drill::{Plan, run};
use throughline_storage::Engine;

async fn survives(engine: Engine) {
    let report = run(&Plan::new(engine, 8), |progress| eprintln!("{progress}")).await;
    assert!(report.is_clean(), "\n{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_again_and_again_keeps_its_promises_on_sqlite() {
    survives(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_again_and_again_keeps_its_promises_on_postgresql() {
    survives(Engine::Postgres).await;
}
