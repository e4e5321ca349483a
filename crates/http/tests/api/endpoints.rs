//! How what comes in over an endpoint is received: everybody may look, an administrator sets it.

use crate::desk::{Answer, Caller, Desk};
use axum::http::Method;
use serde_json::{Value, json};
use throughline_engine::access::Scope;
use throughline_model::conversation::Role;
use throughline_testkit::on_both_engines;

const MAIL: &str = "/api/v1/endpoints/mail/reception";

async fn sets(desk: &Desk, caller: &Caller, new: Value) -> Answer {
    desk.change(caller, Method::PUT, MAIL, new).await
}

#[test]
fn an_administrator_sets_how_mail_is_received_and_everybody_may_look() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let ana = desk.browser(&desk.member("ana", Role::Agent).await).await;
        let bao = desk.member("bao", Role::Supervisor).await;
        let bao = desk.browser(&bao).await;
        let boss = desk.browser(&desk.member("boss", Role::Admin).await).await;
        let usual = json!({ "queue": null, "priority": "normal", "tags": [], "agent": true });
        assert_eq!(desk.get(&ana, MAIL).await.ok(), usual);
        for caller in [&ana, &bao, &desk.token(&[Scope::Oversee]).await] {
            let refused = sets(&desk, caller, usual.clone()).await;
            refused.is_problem(403, "forbidden");
        }

        let queues = desk.get(&ana, "/api/v1/routing/queues").await.ok();
        let queue = &queues["items"][0];
        let high = json!({ "queue": queue["name"], "priority": "high", "tags": ["Bulk Order"] });
        let set = sets(&desk, &boss, high).await.ok();
        let told = json!({
            "queue": queue["id"], "priority": "high", "tags": ["bulk-order"], "agent": true,
        });
        assert_eq!(set, told);
        assert_eq!(desk.get(&ana, MAIL).await.ok(), told);
        let case = desk.mail("kim", "400 chairs?").await.conversation;
        let case = format!("/api/v1/conversations/{case}");
        let case = desk.get(&ana, &case).await.ok();
        assert_eq!(case["priority"], "high");
        assert_eq!(case["fields"]["queue"], queue["id"]);
        assert_eq!(case["tags"], json!(["bulk-order"]));
        let acts = desk.get(&bao, "/api/v1/audit?action=reception.set").await;
        assert_eq!(acts.ok()["items"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn what_cannot_be_set_is_refused_with_the_field_and_what_there_is() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let admin = desk.admin().await;
        let refused = sets(&desk, &admin, json!({ "queue": "Sails" })).await;
        refused.is_problem(422, "invalid");
        assert_eq!(refused.json()["field"], "queue");
        let queues = desk.get(&admin, "/api/v1/routing/queues").await.ok();
        let name = queues["items"][0]["name"].as_str().unwrap();
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(name), "{detail}");
        let refused = sets(&desk, &admin, json!({ "tags": ["a,b"] })).await;
        refused.is_problem(422, "invalid");
        assert_eq!(refused.json()["field"], "tags");
        let nowhere = "/api/v1/endpoints/nowhere/reception";
        let asked = desk.get(&admin, nowhere).await;
        asked.is_problem(404, "not_found");
        let asked = desk.change(&admin, Method::PUT, nowhere, json!({})).await;
        asked.is_problem(404, "not_found");
    });
}
