//! Procedures over the API: read, checked, tried out, published, rolled back.

use crate::desk::Desk;
use serde_json::{Value, json};
use throughline_engine::access::Scope;
use throughline_model::conversation::Role;
use throughline_storage::Engine;
use throughline_testkit::on_both_engines;

const PROCEDURES: &str = "/api/v1/procedures";
const IN_FORCE: &str = "/api/v1/procedures/versions/in-force";

/// The edit that changes one thing about the invoice's procedure.
fn edited(in_force: &Value, from: &str, to: &str) -> Value {
    let files = in_force["files"].as_array().unwrap();
    let file = files.iter().find(|file| file["name"] == "invoice.md");
    let text = file.unwrap()["text"].as_str().unwrap();
    assert_eq!(text.matches(from).count(), 1, "{from}");
    let text = text.replace(from, to);
    json!({ "files": [{ "name": "invoice.md", "text": text }] })
}

#[test]
fn procedures_are_read_checked_published_and_rolled_back() {
    on_both_engines(async |engine| {
        let desk = Desk::with_agent(engine).await;
        let reader = desk.token(&[Scope::Read]).await;
        let author = desk.token(&[Scope::WritePolicy, Scope::Read]).await;
        let publish = format!("{PROCEDURES}/publish");
        let first = desk.get(&reader, IN_FORCE).await.ok();
        assert_eq!(
            (&first["number"], &first["published_by"], &first["tests"]),
            (&json!(1), &json!("system"), &json!("skipped"))
        );
        let good = edited(&first, "Shall I go ahead?", "Shall I?");
        for path in ["publish", "check", "invoice/test"] {
            desk.post(&reader, &format!("{PROCEDURES}/{path}"), good.clone())
                .await
                .is_problem(403, "forbidden");
        }
        desk.post(
            &reader,
            &format!("{PROCEDURES}/rollback"),
            json!({ "number": 1 }),
        )
        .await
        .is_problem(403, "forbidden");

        let broken = edited(&first, "@collect order", "@collect ordre");
        let checked = desk
            .post(&author, &format!("{PROCEDURES}/check"), broken.clone())
            .await
            .ok();
        let mut problems = checked["problems"].as_array().unwrap().iter();
        let problem = problems.find(|one| one["warning"] == false).unwrap();
        assert_eq!(problem["file"], "procedures/invoice.md");
        let refused = desk.post(&author, &publish, broken).await;
        refused.is_problem(422, "invalid");
        let refused = refused.json();
        assert_eq!(refused["field"], "files");
        let place = format!("procedures/invoice.md:{}:", problem["line"]);
        assert!(
            refused["detail"].as_str().unwrap().contains(&place),
            "{refused}"
        );

        let mut wish = good.clone();
        wish["note"] = "shorter".into();
        wish["based_on"] = 0.into();
        desk.post(&author, &publish, wish.clone())
            .await
            .is_problem(409, "conflict");
        wish["based_on"] = 1.into();
        let published = desk.post(&author, &publish, wish).await;
        assert_eq!(published.status, 201);
        let published = published.ok();
        assert_eq!(
            (&published["number"], &published["changes"]["changed"]),
            (&json!(2), &json!(["invoice.md"]))
        );
        let invoice = desk
            .get(&reader, &format!("{PROCEDURES}/invoice"))
            .await
            .ok();
        assert!(
            invoice["source"].as_str().unwrap().contains("Shall I?"),
            "at once: {invoice}"
        );
        let tried = desk
            .post(&author, &format!("{PROCEDURES}/invoice/test"), json!({}))
            .await
            .ok();
        assert_eq!(tried["items"][0]["runs"][0]["problems"], json!([]));

        let back = desk
            .post(
                &author,
                &format!("{PROCEDURES}/rollback"),
                json!({ "number": 1 }),
            )
            .await
            .ok();
        assert_eq!((&back["number"], &back["restores"]), (&json!(3), &json!(1)));
        desk.post(
            &author,
            &format!("{PROCEDURES}/rollback"),
            json!({ "number": 9 }),
        )
        .await
        .is_problem(404, "not_found");
        let page = desk
            .get(&reader, &format!("{PROCEDURES}/versions?limit=2"))
            .await
            .ok();
        assert_eq!(page["items"][0]["in_force"], true);
        assert_eq!(page["items"][1]["note"], "shorter");
        assert!(page["next"].is_string());
        let second = desk
            .get(&reader, &format!("{PROCEDURES}/versions/2"))
            .await
            .ok();
        assert_eq!(
            (&second["in_force"], &second["report"]["outcome"]),
            (&json!(false), &json!("passed"))
        );
        assert_eq!(second["files"], {
            let mut files = first["files"].clone();
            let all = files.as_array_mut().unwrap();
            let file = all.iter_mut().find(|file| file["name"] == "invoice.md");
            file.unwrap()["text"] = good["files"][0]["text"].clone();
            files
        });
    });
}

#[tokio::test]
async fn only_an_administrator_publishes_although_a_test_fails() {
    let desk = Desk::with_agent(Engine::Sqlite).await;
    let supervisor = desk.member("ana", Role::Supervisor).await;
    let supervisor = desk.browser(&supervisor).await;
    let admin = desk.admin().await;
    let in_force = desk.get(&admin, IN_FORCE).await.ok();
    let mut wish = edited(&in_force, "expect: {}", "expect: { says: [by pigeon] }");
    let path = format!("{PROCEDURES}/publish");
    let refused = desk.post(&supervisor, &path, wish.clone()).await;
    refused.is_problem(409, "conflict");
    let told = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(
        told.contains("procedures/invoice.md:") && told.contains("'by pigeon' was not said"),
        "{told}"
    );
    wish["despite"] = "the pigeon is ill".into();
    desk.post(&supervisor, &path, wish.clone())
        .await
        .is_problem(403, "forbidden");
    let published = desk.post(&admin, &path, wish).await.ok();
    assert_eq!(
        (&published["tests"], &published["overridden"]),
        (&json!("failed"), &json!("the pigeon is ill"))
    );
    let audit = desk
        .get(&admin, "/api/v1/audit?action=procedure.publish")
        .await
        .ok();
    assert_eq!(audit["items"][0]["details"]["despite"], "the pigeon is ill");
}
