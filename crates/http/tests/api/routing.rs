//! A supervisor decides who has a conversation.

use crate::desk::Desk;
use axum::http::Method;
use serde_json::{Value, json};
use throughline_engine::access::Scope;
use throughline_model::conversation::Role;
use throughline_testkit::on_both_engines;

#[test]
fn only_supervisors_override_and_they_say_why() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let ana = desk.member("ana", Role::Agent).await;
        let ben = desk.member("ben", Role::Agent).await;
        let bao = desk.member("bao", Role::Supervisor).await;
        let (at_ben, at_bao) = (desk.browser(&ben).await, desk.browser(&bao).await);
        let away = json!({ "presence": "away" });
        let path = "/api/v1/routing/me/presence";
        desk.change(&at_ben, Method::PUT, path, away).await.ok();
        let case = desk.mail("kim", "Where is my parcel?").await.conversation;
        let at = format!("/api/v1/conversations/{case}");
        let path = format!("{at}/override");
        let give = |reason: &str| json!({ "member": ben.id, "reason": reason });

        let at_ana = desk.browser(&ana).await;
        let refused = desk.post(&at_ana, &path, give("I am tired")).await;
        refused.is_problem(403, "forbidden");
        let program = desk.token(&[Scope::Oversee]).await;
        let refused = desk.post(&program, &path, give("by rule 7")).await;
        refused.is_problem(403, "forbidden");
        for reason in ["", "  ", &"x".repeat(2_001)] {
            let refused = desk.post(&at_bao, &path, give(reason)).await;
            refused.is_problem(422, "invalid");
            assert_eq!(refused.json()["field"], "reason");
        }
        let offline = json!({ "member": ana.id, "reason": "Her turn" });
        let refused = desk.post(&at_bao, &path, offline).await;
        refused.is_problem(409, "conflict");

        let given = desk.post(&at_bao, &path, give(" He knows Kim ")).await.ok();
        assert_eq!(given["owner"], json!(ben.id), "though he is away");
        let page = desk.get(&at_ana, &format!("{at}/entries?limit=100")).await;
        let page = page.ok();
        let entries = page["items"].as_array().unwrap();
        let overridden = |entry: &&Value| entry["body"]["routing"]["what"] == "overridden";
        let line = entries.iter().find(overridden).unwrap();
        assert_eq!(line["text"], "Given to ben by bao: He knows Kim");
        assert_eq!(line["author"]["id"], json!(bao.id));
        let acts = desk.get(&at_bao, "/api/v1/audit?action=routing.override");
        let acts = acts.await.ok();
        let acts = acts["items"].as_array().unwrap();
        assert_eq!(acts.len(), 1, "{acts:?}");
        assert_eq!(acts[0]["object"], json!(case));
        let why = json!({ "member": ben.id, "reason": "He knows Kim" });
        assert_eq!(acts[0]["details"], why);
    });
}
