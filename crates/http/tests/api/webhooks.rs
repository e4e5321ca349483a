//! Subscriptions to what happens, over the API.

use crate::desk::{Answer, Caller, Desk};
use axum::http::Method;
use serde_json::{Value, json};
use throughline_engine::access::Scope;
use throughline_storage::Engine;
use throughline_testkit::on_both_engines;

const WEBHOOKS: &str = "/api/v1/webhooks";

/// A desk that may call this machine.
async fn open(engine: Engine) -> Desk {
    Desk::configured(engine, "[outside]\nallow_private = true\n").await
}

fn wanted() -> Value {
    json!({ "url": "http://127.0.0.1:9/in", "description": "the data lake", "events": ["entry.*"] })
}

fn path(webhook: &Value) -> String {
    format!("{WEBHOOKS}/{}", webhook["id"].as_str().unwrap())
}

async fn delete(desk: &Desk, caller: &Caller, path: &str) -> Answer {
    desk.change(caller, Method::DELETE, path, json!({})).await
}

#[test]
fn a_subscription_is_made_shown_without_its_secret_changed_and_ended() {
    on_both_engines(async |engine| {
        let desk = open(engine).await;
        let admin = desk.admin().await;
        let made = desk.post(&admin, WEBHOOKS, wanted()).await;
        assert_eq!(made.status, 201);
        let made = made.ok();
        let secret = made["secret"].as_str().unwrap();
        assert!(secret.starts_with("whsec_"), "{secret}");
        assert_eq!(made["enabled"], true);
        let path = path(&made);
        let read = desk.get(&admin, &path).await;
        assert!(!read.text.contains("whsec_"), "{read:?}");
        assert_eq!(read.ok()["events"], json!(["entry.*"]));

        let change = json!({ "events": ["*"], "enabled": false });
        let changed = desk.change(&admin, Method::PATCH, &path, change).await.ok();
        assert_eq!(
            (
                &changed["events"],
                &changed["enabled"],
                &changed["description"]
            ),
            (&json!(["*"]), &json!(false), &json!("the data lake"))
        );

        let rotated = desk
            .post(&admin, &format!("{path}/rotate-secret"), json!({}))
            .await
            .ok();
        assert_ne!(rotated["secret"], made["secret"]);
        assert!(rotated["previous_secret_until"].is_i64());
        let listed = desk.get(&admin, WEBHOOKS).await;
        assert!(!listed.text.contains("whsec_"));
        assert_eq!(listed.ok()["items"].as_array().unwrap().len(), 1);

        assert_eq!(delete(&desk, &admin, &path).await.status, 204);
        delete(&desk, &admin, &path)
            .await
            .is_problem(404, "not_found");
        let audit = desk.get(&admin, "/api/v1/audit").await;
        for act in ["create", "change", "rotate_secret", "delete"] {
            assert!(audit.text.contains(&format!("webhook.{act}")), "{act}");
        }
    });
}

#[test]
fn a_repeated_request_subscribes_once_and_shows_the_secret_once() {
    on_both_engines(async |engine| {
        let desk = open(engine).await;
        let admin = desk.admin().await;
        let first = desk.post_once(&admin, WEBHOOKS, "k1", wanted()).await.ok();
        let again = desk.post_once(&admin, WEBHOOKS, "k1", wanted()).await.ok();
        assert_eq!(first["id"], again["id"]);
        assert!(first["secret"].is_string() && again["secret"].is_null());
        let rotate = format!("{}/rotate-secret", path(&first));
        let first = desk.post_once(&admin, &rotate, "k2", json!({})).await.ok();
        let again = desk.post_once(&admin, &rotate, "k2", json!({})).await.ok();
        assert!(first["secret"].is_string() && again["secret"].is_null());
    });
}

#[test]
fn the_log_shows_what_was_told_page_by_page_and_tells_it_again() {
    on_both_engines(async |engine| {
        let desk = open(engine).await;
        let admin = desk.admin().await;
        let made = desk.post(&admin, WEBHOOKS, wanted()).await.ok();
        let path = path(&made);
        for text in ["one", "two", "three"] {
            desk.mail("anna", text).await;
        }
        let ping = desk.post(&admin, &format!("{path}/ping"), json!({})).await;
        assert_eq!(ping.status, 202);
        let log = format!("{path}/deliveries");
        let page = desk.get(&admin, &format!("{log}?limit=2")).await.ok();
        assert_eq!(page["items"][0]["event"], "ping");
        assert_eq!(page["items"][1]["payload"]["data"]["text"], "three");
        let next = page["next"].as_str().unwrap();
        let page = desk
            .get(&admin, &format!("{log}?limit=2&cursor={next}"))
            .await
            .ok();
        assert_eq!(page["items"][1]["payload"]["data"]["text"], "one");
        assert!(page["next"].is_null());
        let failed = desk.get(&admin, &format!("{log}?status=failed")).await.ok();
        assert_eq!(failed["items"], json!([]));
        desk.get(&admin, &format!("{log}?status=lost"))
            .await
            .is_problem(400, "malformed");

        let one = page["items"][1]["id"].as_str().unwrap();
        let details = desk.get(&admin, &format!("{log}/{one}")).await.ok();
        assert_eq!(
            (&details["status"], &details["tries"]),
            (&json!("pending"), &json!([]))
        );
        desk.post(&admin, &format!("{log}/{one}/replay"), json!({}))
            .await
            .is_problem(409, "conflict");
        let all = desk
            .post(&admin, &format!("{path}/replay"), json!({ "since": 0 }))
            .await
            .ok();
        assert_eq!(all, json!({ "replayed": 0, "more": false }));

        // Another webhook's log is not reachable through this one.
        let other = desk.post(&admin, WEBHOOKS, wanted()).await.ok();
        let through = format!(
            "{WEBHOOKS}/{}/deliveries/{one}",
            other["id"].as_str().unwrap()
        );
        desk.get(&admin, &through)
            .await
            .is_problem(404, "not_found");
    });
}

#[tokio::test]
async fn nobody_points_us_at_ourselves() {
    let desk = Desk::open(Engine::Sqlite).await;
    let admin = desk.admin().await;
    for url in [
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://[::1]/",
        "https://169.254.169.254/latest/",
        "https://localhost/",
        "http://1.1.1.1/",
        "ftp://1.1.1.1/",
        "what?",
    ] {
        let answer = desk
            .post(&admin, WEBHOOKS, json!({ "url": url, "events": ["*"] }))
            .await;
        answer.is_problem(422, "invalid");
        assert_eq!(answer.json()["field"], "url", "{url}");
    }
    let made = json!({ "url": "https://1.1.1.1/in", "events": ["*"] });
    let made = desk.post(&admin, WEBHOOKS, made).await.ok();
    let inside = json!({ "url": "https://10.0.0.1/" });
    desk.change(&admin, Method::PATCH, &path(&made), inside)
        .await
        .is_problem(422, "invalid");
    let nothing = json!({ "url": "https://1.1.1.1/in", "events": ["invoice.paid"] });
    desk.post(&admin, WEBHOOKS, nothing)
        .await
        .is_problem(422, "invalid");
    let overlap = json!({ "overlap_s": 604_801 });
    let rotate = format!("{}/rotate-secret", path(&made));
    desk.post(&admin, &rotate, overlap)
        .await
        .is_problem(422, "invalid");
}

#[tokio::test]
async fn only_administrators_see_webhooks() {
    let desk = Desk::open(Engine::Sqlite).await;
    let others = desk
        .token(&[
            Scope::Read,
            Scope::WriteConversations,
            Scope::WriteIdentity,
            Scope::Oversee,
        ])
        .await;
    desk.get(&others, WEBHOOKS)
        .await
        .is_problem(403, "forbidden");
}
