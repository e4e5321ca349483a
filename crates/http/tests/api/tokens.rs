//! API tokens and the limits of their holders.

use crate::desk::{Caller, Desk, request};
use axum::body::Body;
use axum::http::{Method, header};
use serde_json::json;
use throughline_engine::access::Scope;
use throughline_storage::Engine;
use throughline_testkit::on_both_engines;

#[test]
fn a_token_is_shown_once_and_works_until_it_is_revoked() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let admin = desk.admin().await;
        let new = json!({ "name": "the warehouse", "scopes": ["read", "read"] });
        let made = desk.post(&admin, "/api/v1/tokens", new).await.ok();
        let secret = made["secret"].as_str().unwrap();
        assert!(secret.starts_with("tl_") && secret.len() == 46, "{secret}");
        assert_eq!(made["token"]["scopes"], json!(["read"]));
        let warehouse = Caller::Token(secret.to_owned());
        desk.get(&warehouse, "/api/v1/conversations").await.ok();
        let listed = desk.get(&admin, "/api/v1/tokens").await;
        assert!(!listed.text.contains(secret) && listed.text.contains("the warehouse"));

        let path = format!("/api/v1/tokens/{}", made["token"]["id"].as_str().unwrap());
        for _ in 0..2 {
            let revoked = desk
                .change(&admin, Method::DELETE, &path, json!({}))
                .await
                .ok();
            assert!(revoked["revoked_at"].is_i64());
        }
        desk.get(&warehouse, "/api/v1/conversations")
            .await
            .is_problem(401, "unauthenticated");
        let acts = desk
            .get(&admin, "/api/v1/audit?action=token.revoke")
            .await
            .ok();
        assert_eq!(acts["items"].as_array().unwrap().len(), 1);
    });
}

#[tokio::test]
async fn a_token_stops_working_when_its_time_is_over() {
    let desk = Desk::open(Engine::Sqlite).await;
    let admin = desk.admin().await;
    let soon = desk.shop.setup.clock.now() + 1000;
    let new = json!({ "name": "for a moment", "scopes": ["read"], "expires_at": soon });
    let made = desk.post(&admin, "/api/v1/tokens", new.clone()).await.ok();
    let caller = Caller::Token(made["secret"].as_str().unwrap().to_owned());
    desk.get(&caller, "/api/v1/endpoints").await.ok();
    desk.shop.setup.clock.advance(1000);
    assert_eq!(desk.get(&caller, "/api/v1/endpoints").await.status, 401);
    desk.post(&admin, "/api/v1/tokens", new)
        .await
        .is_problem(422, "invalid");
}

#[tokio::test]
async fn what_is_no_token_opens_nothing() {
    let desk = Desk::open(Engine::Sqlite).await;
    let Caller::Token(real) = desk.admin().await else {
        unreachable!()
    };
    for value in [
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        "Bearer tl_".to_owned(),
        format!("Basic {real}"),
        real.clone(),
        format!("Bearer {}", real.to_lowercase()),
        format!("Bearer {}", &real[..real.len() - 1]),
        format!("Bearer {real} {real}"),
    ] {
        let asked = request(&Caller::Nobody, Method::GET, "/api/v1/endpoints")
            .header(header::AUTHORIZATION, &value)
            .body(Body::empty())
            .unwrap();
        let answer = desk.send(asked).await;
        answer.is_problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn each_caller_has_a_limit_of_their_own_and_is_told_about_it() {
    let desk = Desk::configured(Engine::Sqlite, "[limits]\napi_requests_per_minute = 3").await;
    let (one, other) = (
        desk.token(&[Scope::Read]).await,
        desk.token(&[Scope::Read]).await,
    );
    for left in ["2", "1", "0"] {
        let answer = desk.get(&one, "/api/v1/endpoints").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("ratelimit-limit"), "3");
        assert_eq!(answer.header("ratelimit-remaining"), left);
    }
    let refused = desk.get(&one, "/api/v1/endpoints").await;
    refused.is_problem(429, "too_many_requests");
    assert_eq!(refused.header("retry-after"), "20");
    assert_eq!(refused.header("ratelimit-reset"), "20");
    assert_eq!(desk.get(&other, "/api/v1/endpoints").await.status, 200);
    desk.shop.setup.clock.advance(20_000);
    assert_eq!(desk.get(&one, "/api/v1/endpoints").await.status, 200);
    // Guessing tokens is counted by address.
    for _ in 0..3 {
        let guess = Caller::Token("tl_a_guess".to_owned());
        assert_eq!(desk.get(&guess, "/api/v1/endpoints").await.status, 401);
    }
    let guess = Caller::Token("tl_another_guess".to_owned());
    assert_eq!(desk.get(&guess, "/api/v1/endpoints").await.status, 429);
}
