//! What people at the desk make for themselves and each other: tags, macros, views, mentions; and what they find.

use crate::desk::{Answer, Caller, Desk};
use axum::http::Method;
use serde_json::{Value, json};
use throughline_engine::access::Scope;
use throughline_engine::conversation::bring_words;
use throughline_model::conversation::Role;
use throughline_storage::Engine;
use throughline_testkit::on_both_engines;

fn items(page: &Value) -> &Vec<Value> {
    page["items"].as_array().unwrap()
}

fn names(page: &Value) -> Vec<&str> {
    let all = items(page).iter();
    all.map(|one| one["name"].as_str().unwrap()).collect()
}

async fn patch(desk: &Desk, caller: &Caller, path: &str, body: Value) -> Answer {
    desk.change(caller, Method::PATCH, path, body).await
}

#[test]
fn tags_have_one_spelling_and_the_inbox_is_filtered_by_them() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let here = desk.browser(&desk.member("ana", Role::Agent).await).await;
        let kim = desk.mail("kim", "Where is my parcel?").await;
        let lea = desk.mail("lea", "And mine?").await;
        let at_kim = format!("/api/v1/conversations/{}", kim.conversation);
        let at_lea = format!("/api/v1/conversations/{}", lea.conversation);

        let tags = json!({ "add_tags": ["Late Parcel", "vip"], "priority": "urgent" });
        let changed = patch(&desk, &here, &at_kim, tags).await.ok();
        assert_eq!(changed["tags"], json!(["late-parcel", "vip"]));
        let tags = json!({ "add_tags": ["vip_2"] });
        patch(&desk, &here, &at_lea, tags).await.ok();
        let removed = json!({ "remove_tags": ["VIP"] });
        let changed = patch(&desk, &here, &at_kim, removed).await.ok();
        assert_eq!(changed["tags"], json!(["late-parcel"]));
        patch(&desk, &here, &at_kim, json!({ "add_tags": ["a,b"] }))
            .await
            .is_problem(422, "invalid");

        for (query, found) in [
            ("tag=late%20parcel", vec![&kim]),
            ("tag=vip", vec![]),
            ("tag=vip_2", vec![&lea]),
            ("tag=late_parcel", vec![]),
            ("priority=high,urgent", vec![&kim]),
            ("priority=urgent&tag=vip_2", vec![]),
        ] {
            let page = desk
                .get(&here, &format!("/api/v1/inbox?{query}"))
                .await
                .ok();
            let given: Vec<&str> = items(&page)
                .iter()
                .map(|one| one["id"].as_str().unwrap())
                .collect();
            let wanted: Vec<String> = found
                .iter()
                .map(|one| one.conversation.to_string())
                .collect();
            assert_eq!(given, wanted, "{query}");
        }
        desk.get(&here, "/api/v1/inbox?priority=loud")
            .await
            .is_problem(422, "invalid");
        let known = desk.get(&here, "/api/v1/tags").await.ok();
        let mut known: Vec<&str> = items(&known)
            .iter()
            .map(|one| one.as_str().unwrap())
            .collect();
        known.sort_unstable();
        assert_eq!(known, ["late-parcel", "vip", "vip_2"]);
    });
}

#[test]
fn everybodys_macros_are_a_supervisors_and_ones_own_are_nobody_elses() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let ana = desk.browser(&desk.member("ana", Role::Agent).await).await;
        let ben = desk.browser(&desk.member("ben", Role::Agent).await).await;
        let sue = desk
            .browser(&desk.member("sue", Role::Supervisor).await)
            .await;
        let path = "/api/v1/macros";
        let shared = json!({
            "name": "Zusage",
            "shared": true,
            "text": "Hello {{customer.first_name | there}}",
            "actions": { "status": "pending", "add_tags": ["Promised"] },
        });
        desk.post(&ana, path, shared.clone())
            .await
            .is_problem(403, "forbidden");
        let made = desk.post(&sue, path, shared.clone()).await.ok();
        assert_eq!(made["actions"]["add_tags"], json!(["promised"]));
        let own = json!({ "name": "apology", "text": "Sorry!" });
        let own = desk.post(&ana, path, own).await.ok();
        let no_hands = desk.token(&[Scope::WriteConversations]).await;
        desk.post(&no_hands, path, json!({ "name": "x", "text": "y" }))
            .await
            .is_problem(422, "invalid");

        let page = desk.get(&ana, path).await.ok();
        assert_eq!(names(&page), ["apology", "Zusage"]);
        let first = desk.get(&ana, "/api/v1/macros?limit=1").await.ok();
        let next = first["next"].as_str().unwrap();
        let second = format!("/api/v1/macros?limit=1&cursor={next}");
        assert_eq!(names(&desk.get(&ana, &second).await.ok()), ["Zusage"]);
        assert_eq!(names(&desk.get(&ben, path).await.ok()), ["Zusage"]);

        let at_own = format!("{path}/{}", own["id"].as_str().unwrap());
        let at_shared = format!("{path}/{}", made["id"].as_str().unwrap());
        let renamed = json!({ "name": "Apology", "text": "So sorry!" });
        desk.change(&ben, Method::PUT, &at_own, renamed.clone())
            .await
            .is_problem(404, "not_found");
        desk.change(&ana, Method::PUT, &at_own, renamed).await.ok();
        desk.change(&ana, Method::DELETE, &at_shared, json!({}))
            .await
            .is_problem(403, "forbidden");
        let gone = desk
            .change(&sue, Method::DELETE, &at_shared, json!({}))
            .await;
        assert_eq!(gone.status, 204);
        assert_eq!(names(&desk.get(&ana, path).await.ok()), ["Apology"]);
        let acts = desk
            .get(&sue, "/api/v1/audit?action=macro.delete")
            .await
            .ok();
        assert_eq!(items(&acts)[0]["details"]["name"], "Zusage");
    });
}

#[tokio::test]
async fn a_macro_that_asks_for_what_there_is_not_is_refused() {
    let desk = Desk::open(Engine::Sqlite).await;
    let sue = desk
        .browser(&desk.member("sue", Role::Supervisor).await)
        .await;
    for (wrong, word) in [
        (json!({ "name": "", "text": "x" }), "name"),
        (json!({ "name": "x" }), "text"),
        (
            json!({ "name": "x", "text": "{{customer.shoes}}" }),
            "customer.shoes",
        ),
        (json!({ "name": "x", "text": "{{customer.name" }), "}}"),
        (
            json!({ "name": "x", "actions": { "status": "snoozed" } }),
            "until when",
        ),
        (
            json!({ "name": "x", "actions": { "add_tags": ["<b>"] } }),
            "tag",
        ),
    ] {
        let answer = desk.post(&sue, "/api/v1/macros", wrong.clone()).await;
        answer.is_problem(422, "invalid");
        assert!(answer.text.contains(word), "{wrong}: {}", answer.text);
    }
}

#[test]
fn views_are_kept_for_oneself_or_by_a_supervisor_for_all() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let ana = desk.browser(&desk.member("ana", Role::Agent).await).await;
        let ben = desk.browser(&desk.member("ben", Role::Agent).await).await;
        let sue = desk
            .browser(&desk.member("sue", Role::Supervisor).await)
            .await;
        let path = "/api/v1/views";
        let filter = json!({ "owner": "nobody", "status": ["open"], "tag": "Late Parcel" });
        let shared = json!({ "name": "Late", "shared": true, "filter": filter });
        desk.post(&ana, path, shared.clone())
            .await
            .is_problem(403, "forbidden");
        let late = desk.post(&sue, path, shared).await.ok();
        assert_eq!(late["filter"]["tag"], "late-parcel");
        let own = json!({ "name": "Mine", "filter": { "owner": "me" } });
        let mine = desk.post(&ana, path, own.clone()).await.ok();
        assert_eq!(names(&desk.get(&ana, path).await.ok()), ["Late", "Mine"]);
        assert_eq!(names(&desk.get(&ben, path).await.ok()), ["Late"]);
        let own = json!({ "name": "AI", "filter": { "owner": "agent" } });
        let his = desk.post(&ben, path, own).await.ok();
        assert_eq!(his["filter"], json!({ "owner": "agent" }));
        let at_mine = format!("{path}/{}", mine["id"].as_str().unwrap());
        desk.change(&ben, Method::DELETE, &at_mine, json!({}))
            .await
            .is_problem(404, "not_found");
        let filter = json!({ "priority": ["urgent"], "order": "waiting" });
        let changed = json!({ "name": "Urgent", "filter": filter });
        let changed = desk.change(&ana, Method::PUT, &at_mine, changed).await.ok();
        assert_eq!(changed["filter"], filter);
        let nobody = json!({ "name": "x", "filter": { "owner": "member" } });
        desk.post(&ana, path, nobody)
            .await
            .is_problem(422, "invalid");
        let token = desk.admin().await;
        desk.get(&token, path).await.is_problem(403, "forbidden");
    });
}

/// The kinds of what a member has not seen, newest first.
async fn unseen(desk: &Desk, caller: &Caller) -> Vec<String> {
    let page = desk
        .get(caller, "/api/v1/notifications?unseen=true")
        .await
        .ok();
    let kinds = items(&page).iter().map(|one| one["kind"].as_str().unwrap());
    let kinds: Vec<String> = kinds.map(str::to_owned).collect();
    let count = desk.get(caller, "/api/v1/notifications/unseen").await.ok();
    assert_eq!(count["unseen"], kinds.len());
    kinds
}

#[test]
fn who_is_mentioned_given_a_case_or_written_to_is_told_once() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let (ana, ben) = (
            desk.member("ana", Role::Agent).await,
            desk.member("ben", Role::Agent).await,
        );
        let (at_ana, at_ben) = (desk.browser(&ana).await, desk.browser(&ben).await);
        let kim = desk.mail("kim", "Where is my parcel?").await;
        let here = format!("/api/v1/conversations/{}", kim.conversation);

        let note = json!({ "text": "@ben look, @ana knows", "mentions": [ben.id, ben.id, ana.id] });
        let written = desk
            .post(&at_ana, &format!("{here}/notes"), note)
            .await
            .ok();
        assert_eq!(written["body"]["mentions"].as_array().unwrap().len(), 2);
        assert_eq!(unseen(&desk, &at_ben).await, ["mention"]);
        assert!(unseen(&desk, &at_ana).await.is_empty(), "not by oneself");

        patch(&desk, &at_ana, &here, json!({ "owner": ben.id }))
            .await
            .ok();
        desk.mail("kim", "Hello?").await;
        desk.mail("kim", "Anybody?").await;
        assert_eq!(
            unseen(&desk, &at_ben).await,
            ["message", "assigned", "mention"]
        );
        let page = desk.get(&at_ben, "/api/v1/notifications").await.ok();
        assert_eq!(items(&page)[0]["text"], "Anybody?");
        assert_eq!(items(&page)[2]["author_name"], "ana");

        let seen = "/api/v1/notifications/seen";
        let one = json!({ "id": items(&page)[1]["id"] });
        assert_eq!(desk.post(&at_ben, seen, one).await.ok()["unseen"], 2);
        let other = json!({ "conversation": kim.conversation });
        assert_eq!(
            desk.post(&at_ana, seen, other.clone()).await.ok()["unseen"],
            0
        );
        assert_eq!(desk.post(&at_ben, seen, other).await.ok()["unseen"], 0);
        desk.mail("kim", "Still there?").await;
        assert_eq!(unseen(&desk, &at_ben).await, ["message"]);
        assert_eq!(desk.post(&at_ben, seen, json!({})).await.ok()["unseen"], 0);

        let wrong = json!({ "text": "who?", "mentions": [uuid::Uuid::from_u128(7)] });
        desk.post(&at_ana, &format!("{here}/notes"), wrong)
            .await
            .is_problem(422, "invalid");
    });
}

#[test]
fn what_was_said_is_found_by_the_beginnings_of_words() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let here = desk.browser(&desk.member("ana", Role::Agent).await).await;
        let kim = desk
            .mail("kim", "Das Päckchen 4711-A, bitte an jo@home.example!")
            .await;
        let lea = desk.mail("lea", "Nothing but thanks").await;
        let note = json!({ "text": "The 'carrier' OR \"nobody\" knows (maybe)" });
        let notes = format!("/api/v1/conversations/{}/notes", lea.conversation);
        desk.post(&here, &notes, note).await.ok();
        // The words are found before they are brought in, and after.
        for round in 0..2 {
            let cases = [
                ("päck", vec![&kim]),
                ("4711", vec![&kim]),
                ("bitte PÄCKCHEN", vec![&kim]),
                ("home.example", vec![&kim]),
                ("chen", vec![]),
                ("carrier knows", vec![&lea]),
                ("carrier päckchen", vec![]),
                ("\"", vec![]),
                ("') OR 1=1 --", vec![]),
                ("maybe*", vec![&lea]),
            ];
            for (words, found) in cases {
                let query = url_encoded(words);
                let found_now = desk
                    .get(&here, &format!("/api/v1/search?q={query}"))
                    .await
                    .ok();
                let given: Vec<&str> = found_now["said"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|one| one["conversation"].as_str().unwrap())
                    .collect();
                let wanted: Vec<String> = found
                    .iter()
                    .map(|one| one.conversation.to_string())
                    .collect();
                assert_eq!(given, wanted, "{words}");
            }
            let bringing = desk.app.db().write(|tx| bring_words(tx, 100));
            let brought = bringing.await.unwrap();
            let stand_apart = engine == Engine::Sqlite && round == 0;
            assert_eq!(brought, if stand_apart { 3 } else { 0 });
        }
        let all = desk.get(&here, "/api/v1/search?q=kim").await.ok();
        assert_eq!(all["customers"].as_array().unwrap().len(), 1);
        assert_eq!(all["conversations"][0]["id"], kim.conversation.to_string());
        desk.get(&here, "/api/v1/search?q=%20")
            .await
            .is_problem(422, "invalid");
    });
}

fn url_encoded(text: &str) -> String {
    let bytes = text.bytes();
    bytes.map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn who_is_kept_out_holds_nothing_any_more() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let (ana, boss) = (
            desk.member("ana", Role::Agent).await,
            desk.member("boss", Role::Admin).await,
        );
        let (at_ana, at_boss) = (desk.browser(&ana).await, desk.browser(&boss).await);
        let open = desk.mail("kim", "Where is my parcel?").await;
        let done = desk.mail("lea", "Thanks").await;
        let path = |one: &throughline_engine::intake::Received| {
            format!("/api/v1/conversations/{}", one.conversation)
        };
        let mine = json!({ "owner": ana.id });
        patch(&desk, &at_ana, &path(&open), mine.clone()).await.ok();
        patch(&desk, &at_ana, &path(&done), mine).await.ok();
        patch(
            &desk,
            &at_ana,
            &path(&done),
            json!({ "status": "resolved" }),
        )
        .await
        .ok();
        let out = json!({ "enabled": false });
        patch(&desk, &at_boss, &format!("/api/v1/members/{}", ana.id), out)
            .await
            .ok();
        desk.get(&at_ana, "/api/v1/session")
            .await
            .is_problem(401, "unauthenticated");
        let open = desk.get(&at_boss, &path(&open)).await.ok();
        assert_eq!(open["owner"], Value::Null);
        let done = desk.get(&at_boss, &path(&done)).await.ok();
        assert_eq!(done["owner"], json!(ana.id), "who did it stays known");
    });
}

#[test]
fn endpoints_say_how_they_are_doing() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let here = desk
            .browser(&desk.member("sue", Role::Supervisor).await)
            .await;
        let kim = desk.mail("kim", "Where is my parcel?").await;
        let messages = format!("/api/v1/conversations/{}/messages", kim.conversation);
        desk.post(&here, &messages, json!({ "text": "Soon." }))
            .await
            .ok();
        let page = desk.get(&here, "/api/v1/endpoints/health").await.ok();
        let mail = desk.shop.mail.to_string();
        let of = |id: &str| {
            items(&page)
                .iter()
                .find(|one| one["endpoint"] == id)
                .unwrap()
        };
        assert_eq!(of(&mail)["waiting"], 1);
        assert!(of(&mail)["last_contact_at"].is_i64());
        assert_eq!(
            of(&desk.shop.sms.to_string())["last_contact_at"],
            Value::Null
        );
    });
}
