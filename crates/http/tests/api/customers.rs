//! Customers, and what people decide about who is who.

use crate::desk::{Answer, Caller, Desk};
use axum::http::Method;
use serde_json::{Value, json};
use throughline_engine::access::Scope;
use throughline_engine::identity;
use throughline_model::assurance::Assurance;
use throughline_model::conversation::Role;
use throughline_model::id::IdentifierId;
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_storage::Engine;
use throughline_testkit::on_both_engines;

async fn customer_of(desk: &Desk, conversation: impl ToString) -> String {
    let admin = desk.admin().await;
    let path = format!("/api/v1/conversations/{}", conversation.to_string());
    let conversation = desk.get(&admin, &path).await.ok();
    conversation["customer"].as_str().unwrap().to_owned()
}

/// Kim, who wrote a mail, and the same person, who sent a text message.
async fn two_strangers(desk: &Desk) -> (String, String) {
    let mail = desk.mail("kim", "Where is my parcel?").await;
    let phone = Identifier::phone("+4915112345678").unwrap();
    let text = desk.shop.hears(&phone, "Any news?").await;
    (
        customer_of(desk, mail.conversation).await,
        customer_of(desk, text.conversation).await,
    )
}

async fn decide(desk: &Desk, caller: &Caller, id: &str, verb: &str, body: Value) -> Answer {
    desk.post(caller, &format!("/api/v1/customers/{id}/{verb}"), body)
        .await
}

#[test]
fn two_customers_are_merged_and_exactly_parted_again() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let ana = desk.member("ana", Role::Agent).await;
        let here = desk.browser(&ana).await;
        let (kim, texter) = two_strangers(&desk).await;
        let before = desk
            .get(&here, &format!("/api/v1/customers/{texter}"))
            .await
            .ok();

        let path = format!("/api/v1/customers/{texter}/merge-preview?with={kim}");
        let preview = desk.get(&here, &path).await.ok();
        assert_eq!(preview["kept"]["id"], kim.as_str());
        assert_eq!(preview["redirected"]["id"], texter.as_str());
        assert_eq!(preview["identifiers"][0]["value"], "+4915112345678");
        assert_eq!(
            desk.get(&here, &format!("/api/v1/customers/{texter}"))
                .await
                .ok(),
            before
        );

        let body = json!({ "with": kim, "reason": "same voice" });
        let merged = decide(&desk, &here, &texter, "merge", body).await.ok();
        assert_eq!(merged["customer"]["id"], kim.as_str());
        assert_eq!(merged["moved"][0]["from"], texter.as_str());
        for id in [&kim, &texter] {
            let one = desk
                .get(&here, &format!("/api/v1/customers/{id}"))
                .await
                .ok();
            assert_eq!(one["id"], kim.as_str());
            assert_eq!(one["identifiers"].as_array().unwrap().len(), 2);
            let timeline = desk
                .get(&here, &format!("/api/v1/customers/{id}/timeline"))
                .await
                .ok();
            let texts: Vec<&str> = timeline["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|entry| entry["text"].as_str().unwrap())
                .collect();
            assert_eq!(texts, ["Any news?", "Where is my parcel?"]);
        }
        let evidence = desk
            .get(&here, &format!("/api/v1/customers/{kim}/evidence"))
            .await
            .ok();
        let merge = &evidence["items"][0];
        assert_eq!(
            (&merge["kind"], &merge["reason"]),
            (&json!("merged"), &json!("same voice"))
        );
        assert_eq!(merge["author"], format!("member:{}", ana.id));

        let path = format!("/api/v1/customers/{kim}/unmerge-preview");
        let preview = desk.get(&here, &path).await.ok();
        assert_eq!(preview["merge"]["reason"], "same voice");
        assert_eq!(preview["staying"][0]["value"], "kim@example.com");
        assert_eq!(preview["leaving"][0]["value"], "+4915112345678");
        assert_eq!(preview["conversations"].as_array().unwrap().len(), 1);

        let body = json!({ "reason": "another person after all" });
        let parted = decide(&desk, &here, &kim, "unmerge", body).await.ok();
        assert_eq!(parted["moved"][0]["to"], texter.as_str());
        assert_eq!(
            desk.get(&here, &format!("/api/v1/customers/{texter}"))
                .await
                .ok(),
            before
        );

        desk.get(&here, &path).await.is_problem(409, "conflict");

        decide(&desk, &here, &kim, "not-same", json!({ "with": texter }))
            .await
            .ok();
        let path = format!("/api/v1/customers/{texter}/merge-preview?with={kim}");
        let preview = desk.get(&here, &path).await.ok();
        assert_eq!(preview["warnings"].as_array().unwrap().len(), 1);

        let boss = desk.member("boss", Role::Supervisor).await;
        let boss = desk.browser(&boss).await;
        let acts = desk.get(&boss, "/api/v1/audit").await.ok();
        let acts: Vec<(&str, &str)> = acts["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|act| {
                (
                    act["action"].as_str().unwrap(),
                    act["actor"].as_str().unwrap(),
                )
            })
            .filter(|(action, _)| action.starts_with("customer."))
            .collect();
        let ana = format!("member:{}", ana.id);
        let expected = ["customer.not_same", "customer.unmerge", "customer.merge"];
        assert_eq!(acts, expected.map(|action| (action, ana.as_str())));
    });
}

#[tokio::test]
async fn decisions_that_make_no_sense_change_nothing() {
    let desk = Desk::open(Engine::Sqlite).await;
    let caller = desk
        .token(&[Scope::Read, Scope::WriteIdentity, Scope::Oversee])
        .await;
    let (kim, texter) = two_strangers(&desk).await;
    let nobody = "00000000-0000-0000-0000-000000000007";
    decide(&desk, &caller, &kim, "merge", json!({ "with": nobody }))
        .await
        .is_problem(404, "not_found");
    decide(&desk, &caller, nobody, "merge", json!({ "with": kim }))
        .await
        .is_problem(404, "not_found");
    decide(&desk, &caller, &kim, "merge", json!({}))
        .await
        .is_problem(422, "invalid");
    decide(&desk, &caller, &kim, "unmerge", json!({}))
        .await
        .is_problem(409, "conflict");
    decide(&desk, &caller, &kim, "not-same", json!({ "with": kim }))
        .await
        .is_problem(409, "conflict");
    let long = json!({ "with": texter, "reason": "x".repeat(501) });
    decide(&desk, &caller, &kim, "merge", long)
        .await
        .is_problem(422, "invalid");
    desk.post(
        &caller,
        &format!("/api/v1/assertions/{nobody}/retract"),
        json!({}),
    )
    .await
    .is_problem(404, "not_found");
    let evidence = desk
        .get(&caller, &format!("/api/v1/customers/{kim}/evidence"))
        .await
        .ok();
    assert_eq!(evidence["items"], json!([]));
}

#[tokio::test]
async fn one_piece_of_evidence_is_withdrawn_once() {
    let desk = Desk::open(Engine::Sqlite).await;
    let caller = desk
        .token(&[Scope::Read, Scope::WriteIdentity, Scope::Oversee])
        .await;
    let (kim, texter) = two_strangers(&desk).await;
    decide(&desk, &caller, &kim, "merge", json!({ "with": texter }))
        .await
        .ok();
    let path = format!("/api/v1/customers/{kim}/evidence");
    let evidence = desk.get(&caller, &path).await.ok();
    let id = evidence["items"][0]["id"].as_str().unwrap();
    let path = format!("/api/v1/assertions/{id}/retract");
    let moved = desk.post(&caller, &path, json!({})).await.ok();
    assert_eq!(moved[0]["to"], texter.as_str());
    desk.post(&caller, &path, json!({}))
        .await
        .is_problem(409, "conflict");
}

#[tokio::test]
async fn a_profile_is_kept_and_found() {
    let desk = Desk::open(Engine::Sqlite).await;
    let caller = desk.token(&[Scope::Read, Scope::WriteIdentity]).await;
    let (kim, _) = two_strangers(&desk).await;
    let path = format!("/api/v1/customers/{kim}/profile");
    let profile = json!({ "name": "Kim 50%_Berg", "attributes": { "since": 2019 } });
    let view = desk
        .change(&caller, Method::PUT, &path, profile.clone())
        .await
        .ok();
    assert_eq!(view["profile"], profile);
    assert_eq!(view["name"], "Kim 50%_Berg");
    for (search, found) in [
        ("kim%2050%25_b", 1),
        ("KIM%40example", 1),
        ("49151", 1),
        ("%25", 1),
        ("_", 1),
        ("nobody", 0),
        ("'%20OR%20''='", 0),
        ("", 2),
    ] {
        let path = format!("/api/v1/customers?search={search}");
        let page = desk.get(&caller, &path).await.ok();
        assert_eq!(page["items"].as_array().unwrap().len(), found, "{search}");
    }
    for wrong in [
        json!({ "name": "" }),
        json!({ "name": "a\r\nBcc: b@example.com" }),
        json!({ "name": "x".repeat(201) }),
        json!({ "attributes": { "much": "x".repeat(40_000) } }),
        json!({ "attributes": [] }),
        json!({ "id": kim }),
    ] {
        desk.change(&caller, Method::PUT, &path, wrong)
            .await
            .is_problem(422, "invalid");
    }
}

#[test]
fn an_identifier_is_verified_for_good_and_proven_for_a_while() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let admin = desk.admin().await;
        let (kim, _) = two_strangers(&desk).await;
        let path = format!("/api/v1/customers/{kim}/standings");
        let stands = desk.get(&admin, &path).await.ok();
        assert_eq!(stands["items"][0]["verified"], Value::Null);
        assert_eq!(stands["items"][0]["assurance"], 0);

        let setup = desk.shop.setup.clone();
        let holder: IdentifierId = kim.parse().unwrap();
        let until = setup.clock.now() + 60_000;
        desk.app
            .db()
            .write(move |tx| {
                let visitor =
                    Identifier::parse(IdentifierKind::Visitor, "browser-1", None).unwrap();
                let visitor = identity::recognise(tx, &setup.clock, &visitor, None)?.identifier;
                let level = Assurance::PROVEN;
                identity::prove(tx, &setup, holder, visitor, level, "otp", until)
            })
            .await
            .unwrap();
        let stands = desk.get(&admin, &path).await.ok();
        let first = &stands["items"][0];
        assert_eq!(first["verified"]["source"], "otp");
        assert_eq!(
            (&first["assurance"], &first["until"]),
            (&json!(2), &json!(until))
        );

        desk.shop.setup.clock.advance(60_001);
        let later = desk.get(&admin, &path).await.ok();
        assert_eq!(later["items"][0]["verified"], first["verified"]);
        assert_eq!(later["items"][0]["assurance"], 0);
        assert_eq!(later["items"][0]["until"], Value::Null);
    });
}
