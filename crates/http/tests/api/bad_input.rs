//! Whatever comes in, the answer is a problem document that says what to do, and nothing is stored.

use crate::desk::{Desk, request};
use axum::body::Body;
use axum::http::{Method, header};
use serde_json::json;
use throughline_storage::Engine;

const NOBODY: &str = "00000000-0000-0000-0000-000000000007";

#[tokio::test]
async fn bodies_that_cannot_be_read_are_refused() {
    let desk = Desk::open(Engine::Sqlite).await;
    let admin = desk.admin().await;
    let kim = desk.mail("kim", "Where is it?").await;
    let notes = format!("/api/v1/conversations/{}/notes", kim.conversation);
    let json = "application/json";
    let deep = format!("{{\"text\":{}", "[".repeat(10_000));
    for (kind, body, status, word) in [
        (json, "{", 400, "malformed"),
        (json, "not json", 400, "malformed"),
        (json, "{\"text\":\"a\"} and more", 400, "malformed"),
        (json, "\u{feff}{\"text\":\"a\"}", 400, "malformed"),
        (json, deep.as_str(), 422, "invalid"),
        (json, "null", 422, "invalid"),
        (json, "[]", 422, "invalid"),
        (json, "{}", 422, "invalid"),
        (json, "{\"text\":5}", 422, "invalid"),
        (json, "{\"text\":null}", 422, "invalid"),
        (json, "{\"text\":\"\"}", 422, "invalid"),
        (json, "{\"text\":\" \\n\"}", 422, "invalid"),
        (json, "{\"text\":\"a\",\"text\":\"b\"}", 422, "invalid"),
        (json, "{\"text\":\"a\",\"owner\":\"b\"}", 422, "invalid"),
        (json, "{\"text\":\"a\",\"tenant\":1}", 422, "invalid"),
        (json, "{\"text\":\"\\ud800\"}", 400, "malformed"),
        (
            "text/plain",
            "{\"text\":\"a\"}",
            415,
            "unsupported_media_type",
        ),
        (
            "application/x-www-form-urlencoded",
            "text=a",
            415,
            "unsupported_media_type",
        ),
        ("", "{\"text\":\"a\"}", 415, "unsupported_media_type"),
    ] {
        let asked = request(&admin, Method::POST, &notes)
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(body.to_owned()))
            .unwrap();
        let answer = desk.send(asked).await;
        eprintln!("{kind} {}", &body[..body.len().min(60)]);
        answer.is_problem(status, word);
    }
    let invalid = Body::from(&b"{\"text\":\"\xff\xfe\"}"[..]);
    let asked = request(&admin, Method::POST, &notes).header(header::CONTENT_TYPE, json);
    desk.send(asked.body(invalid).unwrap())
        .await
        .is_problem(400, "malformed");
    let path = format!("/api/v1/conversations/{}/entries", kim.conversation);
    let entries = desk.get(&admin, &path).await.ok();
    assert_eq!(
        entries["items"].as_array().unwrap().len(),
        1,
        "nothing was stored"
    );
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_before_it_is_read() {
    let desk = Desk::configured(Engine::Sqlite, "[server]\nmax_body_bytes = 10000").await;
    let admin = desk.admin().await;
    let kim = desk.mail("kim", "Where is it?").await;
    let path = format!("/api/v1/conversations/{}/notes", kim.conversation);
    let large = json!({ "text": "x".repeat(10_000) });
    let refused = desk.post(&admin, &path, large).await;
    refused.is_problem(413, "too_large");
    assert!(refused.json()["detail"].as_str().unwrap().contains("10000"));
    desk.post(&admin, &path, json!({ "text": "x".repeat(9_000) }))
        .await
        .ok();
}

#[tokio::test]
async fn a_body_that_never_ends_is_not_waited_for() {
    let desk = Desk::configured(Engine::Sqlite, "[server]\nrequest_timeout_ms = 50").await;
    let admin = desk.admin().await;
    let kim = desk.mail("kim", "Where is it?").await;
    let path = format!("/api/v1/conversations/{}/notes", kim.conversation);
    let forever = futures::stream::pending::<Result<bytes::Bytes, std::io::Error>>();
    let asked = request(&admin, Method::POST, &path)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from_stream(forever))
        .unwrap();
    let refused = desk.send(asked).await;
    refused.is_problem(503, "unavailable");
    assert_eq!(refused.header("retry-after"), "5");
}

#[tokio::test]
async fn ids_that_are_none_or_were_guessed_lead_nowhere() {
    let desk = Desk::open(Engine::Sqlite).await;
    let admin = desk.admin().await;
    for path in [
        "/api/v1/conversations/{}",
        "/api/v1/conversations/{}/entries",
        "/api/v1/conversations/{}/events",
        "/api/v1/conversations/{}/facts",
        "/api/v1/conversations/{}/interactions",
        "/api/v1/conversations/{}/deliveries",
        "/api/v1/customers/{}",
        "/api/v1/customers/{}/timeline",
        "/api/v1/customers/{}/conversations",
        "/api/v1/customers/{}/identifiers",
        "/api/v1/customers/{}/suggestions",
        "/api/v1/customers/{}/evidence",
        "/api/v1/deliveries/{}",
        "/api/v1/members/{}",
        "/api/v1/files/{}",
    ] {
        let guessed = desk.get(&admin, &path.replace("{}", NOBODY)).await;
        guessed.is_problem(404, "not_found");
        for wrong in ["1", "me", "..%2f..", "%00", "%ff", "'%20OR%201=1", "0000-7"] {
            let answer = desk.get(&admin, &path.replace("{}", wrong)).await;
            answer.is_problem(400, "malformed");
        }
    }
}

#[tokio::test]
async fn values_that_make_no_sense_are_refused_with_the_field_that_is_wrong() {
    let desk = Desk::open(Engine::Sqlite).await;
    let admin = desk.admin().await;
    let kim = desk.mail("kim", "Where is it?").await;
    let base = format!("/api/v1/conversations/{}", kim.conversation);
    let member = json!({ "email": "a@shop.example", "name": "Ana", "role": "agent" });
    let with = |name: &str, value: serde_json::Value| {
        let mut changed = member.clone();
        changed[name] = value;
        changed
    };
    let (post, patch, put) = (Method::POST, Method::PATCH, Method::PUT);
    for (method, path, body, field) in [
        (
            &post,
            "/api/v1/members",
            with("email", json!("nobody")),
            "email",
        ),
        (
            &post,
            "/api/v1/members",
            with("email", json!("a@b.example\r\nBcc: x@y.example")),
            "email",
        ),
        (
            &post,
            "/api/v1/members",
            with("name", json!("Ana\r\nX-Spam: no")),
            "name",
        ),
        (&post, "/api/v1/members", with("name", json!("  ")), "name"),
        (
            &post,
            "/api/v1/members",
            with("role", json!("owner")),
            "body",
        ),
        (&post, "/api/v1/members", with("id", json!(NOBODY)), "body"),
        (
            &post,
            "/api/v1/members",
            with("password", json!("x")),
            "body",
        ),
        (
            &post,
            "/api/v1/tokens",
            json!({ "name": "a", "scopes": [] }),
            "scopes",
        ),
        (
            &post,
            "/api/v1/tokens",
            json!({ "name": "a", "scopes": ["root"] }),
            "body",
        ),
        (&post, "messages", json!({ "text": "" }), "text"),
        (
            &post,
            "messages",
            json!({ "text": "x".repeat(20_001) }),
            "text",
        ),
        (
            &post,
            "messages",
            json!({ "text": "a", "subject": "b\r\nBcc: x@y.example" }),
            "subject",
        ),
        (
            &post,
            "messages",
            json!({ "text": "a", "client_message_id": "" }),
            "client_message_id",
        ),
        (
            &post,
            "messages",
            json!({ "text": "a", "client_message_id": "a\nb" }),
            "client_message_id",
        ),
        (
            &post,
            "messages",
            json!({ "text": "a", "via": NOBODY }),
            "via",
        ),
        (
            &post,
            "messages",
            json!({ "text": "a", "attachments": vec![NOBODY; 21] }),
            "attachments",
        ),
        (&patch, "", json!({ "status": "done" }), "body"),
        (&patch, "", json!({ "status": "snoozed" }), "snoozed_until"),
        (&patch, "", json!({ "snoozed_until": 1 }), "snoozed_until"),
        (&patch, "", json!({ "subject": "x".repeat(501) }), "subject"),
        (&patch, "", json!({ "customer": NOBODY }), "body"),
        (&put, "facts/Order", json!({ "value": 1 }), "name"),
        (&put, "facts/order", json!({ "value": null }), "value"),
        (
            &put,
            "facts/order",
            json!({ "value": "x".repeat(9000) }),
            "value",
        ),
    ] {
        let whole = match path {
            path if path.starts_with('/') => path.to_owned(),
            "" => base.clone(),
            path => format!("{base}/{path}"),
        };
        let answer = desk
            .change(&admin, method.clone(), &whole, body.clone())
            .await;
        eprintln!(
            "{method} {path} {}",
            &body.to_string()[..body.to_string().len().min(100)]
        );
        answer.is_problem(422, "invalid");
        assert_eq!(answer.json()["field"], field, "{answer:?}");
    }
}

#[tokio::test]
async fn what_an_answer_quotes_cannot_become_a_header_or_markup() {
    let desk = Desk::open(Engine::Sqlite).await;
    let admin = desk.admin().await;
    for path in [
        "/api/v1/customers?search=%0d%0aSet-Cookie:%20a=b&limit=1",
        "/api/v1/customers?cursor=%0d%0aSet-Cookie:%20a=b",
        "/api/v1/members/%0d%0aSet-Cookie:%20a=b",
        "/api/v1/customers/%3Cscript%3Ealert(1)%3C/script%3E",
    ] {
        let answer = desk.get(&admin, path).await;
        assert!(answer.headers.get("set-cookie").is_none(), "{answer:?}");
        assert!(answer.header("content-type").contains("json"), "{answer:?}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
}

#[tokio::test]
async fn text_with_a_nul_is_kept_without_it() {
    let desk = Desk::open(Engine::Sqlite).await;
    let admin = desk.admin().await;
    let kim = desk.mail("kim", "Where is it?").await;
    let path = format!("/api/v1/conversations/{}/notes", kim.conversation);
    let note = desk
        .post(&admin, &path, json!({ "text": "a\u{0}b" }))
        .await
        .ok();
    assert!(note["text"] == "ab" || note["text"] == "a\u{0}b");
}
