//! Invites: how members, and the first of them, come in.

use crate::desk::{Answer, Caller, Desk, PASSWORD};
use crate::session::log_in;
use serde_json::{Value, json};
use throughline_engine::access::bootstrap;
use throughline_storage::Engine;
use throughline_testkit::on_both_engines;

/// The secret in the link of an invite.
pub fn secret_of(link: &Value) -> String {
    let link = link.as_str().unwrap();
    link.split_once("/invite#").unwrap().1.to_owned()
}

async fn accept(desk: &Desk, secret: &str, more: Value) -> Answer {
    let mut body = json!({ "token": secret, "password": PASSWORD });
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    desk.post(&Caller::Nobody, "/api/v1/invites/accept", body)
        .await
}

#[test]
fn an_invite_works_once_and_not_for_ever() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let admin = desk.admin().await;
        let new = json!({ "email": "Ana@shop.example", "name": "Ana", "role": "agent" });
        let added = desk.post(&admin, "/api/v1/members", new.clone()).await.ok();
        assert_eq!(added["member"]["email"], "ana@shop.example");
        assert_eq!(added["member"]["has_password"], false);
        desk.post(&admin, "/api/v1/members", new)
            .await
            .is_problem(409, "conflict");

        let secret = secret_of(&added["invite"]["link"]);
        let weak = json!({ "token": secret, "password": "short" });
        desk.post(&Caller::Nobody, "/api/v1/invites/accept", weak)
            .await
            .is_problem(422, "invalid");
        accept(&desk, &secret, json!({})).await.ok();
        accept(&desk, &secret, json!({}))
            .await
            .is_problem(404, "not_found");
        assert_eq!(
            log_in(&desk, "ana@shop.example", PASSWORD).await.status,
            201
        );

        let path = format!(
            "/api/v1/members/{}/invite",
            added["member"]["id"].as_str().unwrap()
        );
        let older = desk.post(&admin, &path, json!({})).await.ok();
        let newer = desk.post(&admin, &path, json!({})).await.ok();
        accept(&desk, &secret_of(&older["link"]), json!({}))
            .await
            .is_problem(404, "not_found");
        desk.shop.setup.clock.advance(3 * 86_400_000);
        accept(&desk, &secret_of(&newer["link"]), json!({}))
            .await
            .is_problem(404, "not_found");
    });
}

#[test]
fn the_first_administrator_comes_in_by_the_link_of_the_first_start() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let start = async || {
            let clock = desk.shop.setup.clock.clone();
            let started = desk.app.db().write(move |tx| bootstrap(tx, &clock));
            started.await.unwrap()
        };
        let unread = start().await.unwrap();
        let link = start().await.unwrap();
        accept(
            &desk,
            &unread.secret,
            json!({ "email": "eva@shop.example" }),
        )
        .await
        .is_problem(404, "not_found");
        accept(&desk, &link.secret, json!({}))
            .await
            .is_problem(422, "invalid");
        let given = json!({ "email": "eva@shop.example", "name": "Eva" });
        let eva = accept(&desk, &link.secret, given).await.ok();
        assert_eq!(eva["role"], "admin");
        assert_eq!(
            log_in(&desk, "eva@shop.example", PASSWORD).await.status,
            201
        );
        assert!(start().await.is_none());
    });
}

#[tokio::test]
async fn the_page_behind_the_link_of_an_invite_has_all_it_needs() {
    let desk = Desk::open(Engine::Sqlite).await;
    let page = desk.get(&Caller::Nobody, "/invite").await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains("script-src 'self'") && policy.contains("frame-ancestors 'none'"));
    for part in ["/invite/page.js", "/invite/page.css"] {
        assert!(page.text.contains(part));
        assert_eq!(desk.get(&Caller::Nobody, part).await.status, 200);
    }
}
