//! Conversations: answering, noting, changing.

use crate::desk::{Desk, request};
use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};
use throughline_engine::access::Scope;
use throughline_engine::consent::Wish;
use throughline_engine::intake::{Circumstances, receive};
use throughline_model::conversation::Role;
use throughline_model::identifier::Identifier;
use throughline_storage::Engine;
use throughline_testkit::on_both_engines;

#[test]
fn a_member_answers_notes_remembers_and_resolves() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let ana = desk.member("ana", Role::Agent).await;
        let here = desk.browser(&ana).await;
        let received = desk.mail("kim", "Where is my parcel 4711?").await;
        let base = format!("/api/v1/conversations/{}", received.conversation);

        let body = json!({ "text": "On its way.", "subject": "Your parcel" });
        let sent = desk
            .post(&here, &format!("{base}/messages"), body)
            .await
            .ok();
        assert_eq!(
            (&sent["seq"], &sent["status"]),
            (&json!(2), &json!("queued"))
        );
        let note = desk
            .post(&here, &format!("{base}/notes"), json!({ "text": "VIP" }))
            .await
            .ok();
        assert_eq!(note["author"]["id"], ana.id.to_string());
        assert_eq!(
            (&note["kind"], &note["public"]),
            (&json!("note"), &json!(false))
        );

        let fact = json!({ "value": "4711" });
        let path = format!("{base}/facts/order_number");
        let fact = desk.change(&here, Method::PUT, &path, fact).await.ok();
        let facts = desk.get(&here, &format!("{base}/facts")).await.ok();
        assert_eq!(facts["items"], json!([fact]));

        let change = json!({ "status": "resolved", "owner": ana.id, "priority": "high" });
        let changed = desk.change(&here, Method::PATCH, &base, change).await.ok();
        assert_eq!(changed["status"], "resolved");
        assert_eq!(changed["owner"], ana.id.to_string());
        assert_eq!(desk.get(&here, &base).await.ok(), changed);

        let entries = desk.get(&here, &format!("{base}/entries")).await.ok();
        let kinds: Vec<&str> = entries["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["kind"].as_str().unwrap())
            .collect();
        assert_eq!(kinds, ["message", "message", "note", "fact", "state"]);
        let lines = desk.get(&here, &format!("{base}/interactions")).await.ok();
        assert_eq!(lines["items"][0]["channel"], "email");
        let deliveries = desk.get(&here, &format!("{base}/deliveries")).await.ok();
        assert_eq!(deliveries["items"][0]["id"], sent["delivery"]);
        for (range, found) in [("after=1&until=2", 1), ("after=2", 0), ("until=1", 0)] {
            let path = format!("{base}/deliveries?{range}");
            let page = desk.get(&here, &path).await.ok();
            assert_eq!(page["items"].as_array().unwrap().len(), found, "{range}");
        }

        let path = format!("/api/v1/deliveries/{}", sent["delivery"].as_str().unwrap());
        let delivery = desk.get(&here, &path).await.ok();
        assert_eq!(delivery["status"], "queued");
        desk.post(&here, &format!("{path}/retry"), json!({}))
            .await
            .is_problem(409, "conflict");

        for (filter, found) in [
            (format!("owner={}", ana.id), 1),
            ("status=resolved".to_owned(), 1),
            ("status=open".to_owned(), 0),
            ("channel=sms".to_owned(), 0),
        ] {
            let path = format!("/api/v1/conversations?{filter}");
            let page = desk.get(&here, &path).await.ok();
            assert_eq!(page["items"].as_array().unwrap().len(), found, "{filter}");
        }
    });
}

#[tokio::test]
async fn an_answer_leaves_over_the_line_it_names_and_over_no_other_conversations() {
    let desk = Desk::open(Engine::Sqlite).await;
    let caller = desk.token(&[Scope::Read, Scope::WriteConversations]).await;
    let kim = desk.mail("kim", "Where is it?").await;
    let lea = desk.mail("lea", "And mine?").await;
    let lines = format!("/api/v1/conversations/{}/interactions", lea.conversation);
    let line = desk.get(&caller, &lines).await.ok()["items"][0]["id"].clone();
    let path = |to| format!("/api/v1/conversations/{to}/messages");
    let body = json!({ "text": "On its way.", "via": line });
    desk.post(&caller, &path(kim.conversation), body.clone())
        .await
        .is_problem(422, "invalid");
    desk.post(&caller, &path(lea.conversation), body).await.ok();
    let fact = json!({ "value": 1, "interaction": line });
    let facts = format!("/api/v1/conversations/{}/facts/age", kim.conversation);
    desk.change(&caller, Method::PUT, &facts, fact)
        .await
        .is_problem(422, "invalid");
}

#[tokio::test]
async fn a_writers_own_message_id_is_sent_once_however_often_it_comes() {
    let desk = Desk::open(Engine::Sqlite).await;
    let caller = desk.token(&[Scope::Read, Scope::WriteConversations]).await;
    let kim = desk.mail("kim", "Where is it?").await;
    let path = format!("/api/v1/conversations/{}/messages", kim.conversation);
    let body = json!({ "text": "On its way.", "client_message_id": "answer-1" });
    let first = desk.post(&caller, &path, body.clone()).await.ok();
    let again = desk.post(&caller, &path, body).await.ok();
    assert_eq!(again["delivery"], first["delivery"]);
    assert_eq!(
        (&first["duplicate"], &again["duplicate"]),
        (&json!(false), &json!(true))
    );
}

#[tokio::test]
async fn only_a_member_who_can_log_in_looks_after_a_conversation() {
    let desk = Desk::open(Engine::Sqlite).await;
    let admin = desk.admin().await;
    let ana = desk.member("ana", Role::Agent).await;
    let kim = desk.mail("kim", "Where is it?").await;
    let path = format!("/api/v1/conversations/{}", kim.conversation);
    let nobody = "00000000-0000-0000-0000-000000000007";
    desk.change(&admin, Method::PATCH, &path, json!({ "owner": nobody }))
        .await
        .is_problem(422, "invalid");
    let member = format!("/api/v1/members/{}", ana.id);
    desk.change(&admin, Method::PATCH, &member, json!({ "enabled": false }))
        .await
        .ok();
    desk.change(&admin, Method::PATCH, &path, json!({ "owner": ana.id }))
        .await
        .is_problem(422, "invalid");
}

#[tokio::test]
async fn every_answer_is_careful_with_browsers_and_names_its_request() {
    let desk = Desk::open(Engine::Sqlite).await;
    let admin = desk.admin().await;
    for path in [
        "/api/v1/endpoints",
        "/api/v1/nothing",
        "/healthz",
        "/api/v1/members/x",
    ] {
        let answer = desk.get(&admin, path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        let policy = answer.header("content-security-policy");
        assert_eq!(
            policy, "default-src 'none'; frame-ancestors 'none'",
            "{path}"
        );
        assert!(!answer.header("x-request-id").is_empty());
    }
    assert_eq!(
        desk.get(&admin, "/api/v1/endpoints")
            .await
            .header("cache-control"),
        "no-store"
    );
    let named = async |id: &str| {
        let asked = request(&admin, Method::GET, "/api/v1/endpoints").header("x-request-id", id);
        let answer = desk.send(asked.body(Body::empty()).unwrap()).await;
        answer.header("x-request-id").to_owned()
    };
    assert_eq!(named("from-the-proxy.1").await, "from-the-proxy.1");
    assert_ne!(named("a b").await, "a b");
    assert_ne!(named(&"x".repeat(65)).await, "x".repeat(65));
}

#[tokio::test]
async fn dead_letters_are_listed_and_started_again() {
    let desk = Desk::open(Engine::Sqlite).await;
    let admin = desk.admin().await;
    let clock = desk.shop.setup.clock.clone();
    let id = desk
        .app
        .db()
        .write(move |tx| {
            use throughline_engine::job;
            let id = job::enqueue(tx, &clock, "errand", "k", &json!({ "a": 1 }), 0, 1)?;
            let claimed = job::claim(tx, &clock, "errand", 1)?;
            job::fail(tx, &clock, &claimed[0], "the door was shut", None, true)?;
            Ok::<_, throughline_engine::Error>(id)
        })
        .await
        .unwrap();
    let page = desk.get(&admin, "/api/v1/jobs/dead").await.ok();
    assert_eq!(page["items"][0]["last_error"], "the door was shut");
    let path = format!("/api/v1/jobs/{id}/replay");
    desk.post(&admin, &path, json!({})).await.ok();
    desk.post(&admin, &path, json!({}))
        .await
        .is_problem(404, "not_found");
    let page = desk.get(&admin, "/api/v1/jobs/dead").await.ok();
    assert_eq!(page["items"], json!([]));
}

#[tokio::test]
async fn somebody_who_opted_out_is_not_written_to() {
    let desk = Desk::open(Engine::Sqlite).await;
    let caller = desk.token(&[Scope::WriteConversations]).await;
    let phone = Identifier::phone("+4915112345678").unwrap();
    let circumstances = Circumstances {
        wish: Some(Wish::OptOut { confirm: false }),
        ..Circumstances::default()
    };
    let (db, setup) = (desk.app.db(), &desk.shop.setup);
    let stop = desk.shop.message(&phone, "STOP");
    let received = receive(db, setup, &desk.shop.files, stop, circumstances)
        .await
        .unwrap();
    let path = format!("/api/v1/conversations/{}/messages", received.conversation);
    desk.post(&caller, &path, json!({ "text": "hi" }))
        .await
        .is_problem(409, "conflict");
}

#[tokio::test]
async fn skills_that_nobody_can_read_are_refused_with_a_way_to_write_them() {
    let desk = Desk::open(Engine::Sqlite).await;
    let admin = desk.admin().await;
    let received = desk.mail("kim", "Wo ist mein Paket?").await;
    let path = format!("/api/v1/conversations/{}", received.conversation);
    let set = async |fields: Value| {
        let body = json!({ "fields": fields });
        desk.change(&admin, Method::PATCH, &path, body).await
    };
    let refused = set(json!({ "skills": "language:de 30" })).await;
    refused.is_problem(422, "invalid");
    let why = refused.json()["detail"].to_string();
    assert!(why.contains("levels go from 1 to 10"), "{why}");
    let known = json!({ "queue": "nowhere", "skills": "language:de 3, returns" });
    let changed = set(known.clone()).await.ok();
    assert_eq!(changed["fields"], known);
    let changed = set(json!({ "queue": null, "skills": null })).await.ok();
    assert_eq!(changed["fields"], json!({}));
}
