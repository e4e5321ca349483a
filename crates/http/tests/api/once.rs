//! `Idempotency-Key`.

use crate::desk::Desk;
use serde_json::{Value, json};
use std::sync::Arc;
use throughline_engine::access::Scope;
use throughline_storage::Engine;
use throughline_testkit::on_both_engines;

async fn entries(desk: &Desk, conversation: &str) -> Vec<Value> {
    let admin = desk.admin().await;
    let path = format!("/api/v1/conversations/{conversation}/entries?limit=100");
    let page = desk.get(&admin, &path).await.ok();
    page["items"].as_array().unwrap().clone()
}

#[test]
fn an_answer_sent_twice_under_one_key_goes_out_once() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let caller = desk.token(&[Scope::WriteConversations]).await;
        let conversation = desk
            .mail("kim", "Where is it?")
            .await
            .conversation
            .to_string();
        let path = format!("/api/v1/conversations/{conversation}/messages");
        let body = json!({ "text": "On its way." });
        let first = desk.post_once(&caller, &path, "one", body.clone()).await;
        assert_eq!(first.status, 201, "{first:?}");
        assert!(first.headers.get("idempotency-replayed").is_none());
        let again = desk.post_once(&caller, &path, "one", body.clone()).await;
        assert_eq!((again.status, &again.text), (first.status, &first.text));
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(entries(&desk, &conversation).await.len(), 2);

        let other = json!({ "text": "It is lost." });
        desk.post_once(&caller, &path, "one", other.clone())
            .await
            .is_problem(422, "invalid");
        assert_eq!(
            desk.post_once(&caller, &path, "two", other).await.status,
            201
        );
        // Another caller's key is another key.
        let stranger = desk.token(&[Scope::WriteConversations]).await;
        let note = json!({ "text": "a note" });
        let notes = format!("/api/v1/conversations/{conversation}/notes");
        assert_eq!(
            desk.post_once(&stranger, &notes, "one", note).await.status,
            201
        );
        // A day later the key is free.
        desk.shop.setup.clock.advance(86_400_001);
        let much_later = desk
            .post_once(&caller, &notes, "one", json!({ "text": "n" }))
            .await;
        assert!(much_later.headers.get("idempotency-replayed").is_none());
    });
}

#[test]
fn a_request_sent_many_times_at_once_is_done_once() {
    on_both_engines(async |engine| {
        let desk = Arc::new(Desk::open(engine).await);
        let caller = desk.token(&[Scope::WriteConversations]).await;
        let conversation = desk
            .mail("kim", "Where is it?")
            .await
            .conversation
            .to_string();
        let path = format!("/api/v1/conversations/{conversation}/notes");
        let mut asked = tokio::task::JoinSet::new();
        for _ in 0..12 {
            let (desk, caller, path) = (Arc::clone(&desk), caller.clone(), path.clone());
            asked.spawn(async move {
                desk.post_once(&caller, &path, "k", json!({ "text": "call back" }))
                    .await
            });
        }
        let mut answers = Vec::new();
        while let Some(answer) = asked.join_next().await {
            let answer = answer.unwrap();
            if answer.status == 409 {
                answer.is_problem(409, "conflict");
            } else {
                assert_eq!(answer.status, 201, "{answer:?}");
                answers.push(answer.text);
            }
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
        assert_eq!(entries(&desk, &conversation).await.len(), 2);
    });
}

#[tokio::test]
async fn a_request_that_failed_may_be_sent_again_under_its_key() {
    let desk = Desk::open(Engine::Sqlite).await;
    let caller = desk.token(&[Scope::WriteConversations]).await;
    let conversation = desk.mail("kim", "Where is it?").await.conversation;
    let path = format!("/api/v1/conversations/{conversation}/notes");
    let too_long = json!({ "text": "x".repeat(20_001) });
    for _ in 0..2 {
        let refused = desk.post_once(&caller, &path, "k", too_long.clone()).await;
        refused.is_problem(422, "invalid");
    }
    let done = desk
        .post_once(&caller, &path, "k", json!({ "text": "x" }))
        .await;
    assert_eq!(done.status, 201);
}

#[tokio::test]
async fn a_secret_is_not_told_a_second_time() {
    let desk = Desk::open(Engine::Sqlite).await;
    let admin = desk.admin().await;
    let new = json!({ "name": "the warehouse", "scopes": ["read"] });
    let first = desk
        .post_once(&admin, "/api/v1/tokens", "k", new.clone())
        .await
        .ok();
    let again = desk
        .post_once(&admin, "/api/v1/tokens", "k", new)
        .await
        .ok();
    assert!(first["secret"].is_string());
    assert_eq!(again["secret"], Value::Null);
    assert_eq!(again["token"], first["token"]);
}

#[tokio::test]
async fn a_key_that_is_no_key_is_refused() {
    let desk = Desk::open(Engine::Sqlite).await;
    let admin = desk.admin().await;
    let new = json!({ "name": "the warehouse", "scopes": ["read"] });
    for key in ["", "a b", &"k".repeat(201), "\u{e9}"] {
        let refused = desk
            .post_once(&admin, "/api/v1/tokens", key, new.clone())
            .await;
        refused.is_problem(422, "invalid");
    }
}
