//! Customers who are called back.

use crate::desk::Desk;
use axum::http::Method;
use serde_json::{Value, json};
use throughline_engine::access::Scope;
use throughline_model::conversation::Role;
use throughline_testkit::on_both_engines;

#[test]
fn a_call_back_is_arranged_offered_and_reported() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let ana = desk.member("ana", Role::Agent).await;
        let at_ana = desk.browser(&ana).await;
        let case = desk.mail("kim", "Please call me").await.conversation;
        let path = format!("/api/v1/conversations/{case}/callback");
        let refused = desk.post(&at_ana, &path, json!({})).await;
        refused.is_problem(422, "invalid");
        assert_eq!(refused.json()["field"], "phone", "Kim only writes mail");
        let wish = json!({ "phone": "+49 (0)151 12345678", "note": " About the lamp " });
        let asked = desk.post(&at_ana, &path, wish).await.ok();
        let callback = &asked["callback"];
        assert_eq!(
            (&callback["state"], &callback["phone"], &callback["note"]),
            (
                &json!("wanted"),
                &json!("+4915112345678"),
                &json!("About the lamp")
            )
        );
        assert_eq!(
            (&callback["at"], &callback["asked_by"]),
            (&Value::Null, &json!("member"))
        );
        let available = json!({ "presence": "available" });
        let presence = "/api/v1/routing/me/presence";
        let me = desk.change(&at_ana, Method::PUT, presence, available);
        let me = me.await.ok();
        let offer = &me["offers"][0];
        assert_eq!(
            (&offer["conversation"], &offer["class"], &offer["callback"]),
            (&json!(case), &json!("call"), &json!(true))
        );
        let accept = format!("/api/v1/routing/offers/{}/accept", offer["token"]);
        desk.post(&at_ana, &accept, json!({})).await.ok();
        let listed = desk.get(&at_ana, "/api/v1/inbox").await.ok();
        assert_eq!(listed["items"][0]["callback"]["state"], "wanted");
        let outcome = format!("{path}/outcome");
        let reached = json!({ "outcome": "reached" });
        let told = desk.post(&at_ana, &outcome, reached.clone()).await.ok();
        assert_eq!(told["callback"]["state"], "done");
        assert_eq!(told["waiting_since"], Value::Null, "Kim was spoken to");
        assert_eq!(told["owner"], json!(ana.id));
        let again = desk.post(&at_ana, &outcome, reached).await;
        again.is_problem(409, "conflict");
        let nobody = desk.change(&at_ana, Method::DELETE, &path, json!({})).await;
        nobody.is_problem(409, "conflict");
    });
}

#[test]
fn a_program_arranges_calls_if_it_may_change_conversations() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let case = desk.mail("kim", "Please call me").await.conversation;
        let path = format!("/api/v1/conversations/{case}/callback");
        let at = desk.shop.setup.clock.now() + 3_600_000;
        let wish = json!({ "phone": "+4915112345678", "at": at });
        let reader = desk.token(&[Scope::Read]).await;
        let refused = desk.post(&reader, &path, wish.clone()).await;
        refused.is_problem(403, "forbidden");
        let writer = desk.token(&[Scope::WriteConversations]).await;
        let asked = desk.post(&writer, &path, wish).await.ok();
        assert_eq!(asked["callback"]["at"], json!(at));
        let outcome = json!({ "outcome": "unanswered" });
        let told = desk
            .post(&writer, &format!("{path}/outcome"), outcome)
            .await;
        told.is_problem(409, "conflict");
        let cancelled = desk.change(&writer, Method::DELETE, &path, json!({}));
        assert_eq!(cancelled.await.ok()["callback"]["state"], "cancelled");
    });
}
