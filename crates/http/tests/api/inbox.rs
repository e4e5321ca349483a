//! The inbox, and going on with a conversation on another channel.

use crate::desk::{Caller, Desk};
use axum::http::Method;
use serde_json::{Value, json};
use throughline_engine::access::Scope;
use throughline_model::conversation::Role;
use throughline_model::identifier::Identifier;
use throughline_storage::Engine;
use throughline_testkit::on_both_engines;

async fn shown(desk: &Desk, caller: &Caller, query: &str) -> Vec<Value> {
    let path = format!("/api/v1/inbox?{query}");
    let page = desk.get(caller, &path).await.ok();
    page["items"].as_array().unwrap().clone()
}

fn ids(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["id"].as_str().unwrap()).collect()
}

#[test]
fn the_inbox_shows_whose_conversation_it_is_and_what_was_said_last() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let ana = desk.member("ana", Role::Agent).await;
        let here = desk.browser(&ana).await;
        let kim = desk.mail("kim", "Where is my parcel 4711?").await;
        let lea = desk.mail("lea", "And mine?").await;
        let (kim, lea) = (kim.conversation.to_string(), lea.conversation.to_string());
        let at_kim = format!("/api/v1/conversations/{kim}");

        let note = json!({ "text": "Carrier says Tuesday." });
        desk.post(&here, &format!("{at_kim}/notes"), note)
            .await
            .ok();
        let rows = shown(&desk, &here, "").await;
        assert_eq!(ids(&rows), [kim.as_str(), lea.as_str()]);
        assert_eq!(rows[0]["latest"]["text"], "Carrier says Tuesday.");
        assert_eq!(rows[0]["latest"]["author"]["name"], "ana");
        assert_eq!(rows[0]["channels"], json!(["email"]));
        assert_eq!(rows[0]["contact"], "kim@example.com");
        assert_eq!(rows[1]["latest"]["direction"], "in");

        let change = json!({ "status": "pending", "owner": ana.id });
        desk.change(&here, Method::PATCH, &at_kim, change)
            .await
            .ok();
        let fact = json!({ "value": "A-1001" });
        let path = format!("/api/v1/conversations/{lea}/facts/order_number");
        desk.change(&here, Method::PUT, &path, fact).await.ok();

        let mine = format!("owner={}", ana.id);
        for (query, found) in [
            (mine.as_str(), vec![&kim]),
            ("unassigned=true", vec![&lea]),
            ("status=open", vec![&lea]),
            ("status=open,pending", vec![&lea, &kim]),
            ("status=closed", vec![]),
            ("channel=sms", vec![]),
            ("search=KIM%40example", vec![&kim]),
            ("search=a-1001", vec![&lea]),
            ("search=%25", vec![]),
        ] {
            let rows = shown(&desk, &here, query).await;
            let mut given = ids(&rows);
            let mut wanted: Vec<&str> = found.iter().map(|id| id.as_str()).collect();
            given.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(given, wanted, "{query}");
        }
        for query in [format!("{mine}&unassigned=true"), "status=new".to_owned()] {
            let path = format!("/api/v1/inbox?{query}");
            desk.get(&here, &path).await.is_problem(422, "invalid");
        }
    });
}

/// The whole list in an order, two rows at a time; and the cursors on the way.
async fn in_pages(desk: &Desk, caller: &Caller, order: &str) -> (Vec<String>, Vec<String>) {
    let (mut listed, mut cursors) = (Vec::new(), Vec::<String>::new());
    loop {
        let cursor = cursors.last().map(|cursor| format!("&cursor={cursor}"));
        let cursor = cursor.unwrap_or_default();
        let path = format!("/api/v1/inbox?order={order}&limit=2{cursor}");
        let page = desk.get(caller, &path).await.ok();
        let rows = page["items"].as_array().unwrap();
        listed.extend(ids(rows).into_iter().map(str::to_owned));
        match page["next"].as_str() {
            Some(next) => cursors.push(next.to_owned()),
            None => return (listed, cursors),
        }
    }
}

#[test]
fn the_inbox_is_read_in_the_order_one_works_in_and_a_cursor_counts_in_its_own() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let here = desk.browser(&desk.member("ana", Role::Agent).await).await;
        let mut all = Vec::new();
        for name in ["kim", "lea", "mia", "noa"] {
            let received = desk.mail(name, "Where is it?").await;
            all.push(received.conversation.to_string());
        }
        let [kim, lea, mia, noa] = <[String; 4]>::try_from(all).unwrap();
        let path = format!("/api/v1/conversations/{lea}/messages");
        let soon = json!({ "text": "Tomorrow." });
        desk.post(&here, &path, soon).await.ok();
        let answered = shown(&desk, &here, "search=lea").await;
        assert_eq!(answered[0]["waiting_since"], Value::Null);
        let waits = shown(&desk, &here, "search=kim").await;
        assert_eq!(waits[0]["waiting_since"], waits[0]["created_at"]);

        let latest = [&lea, &noa, &mia, &kim];
        for (order, wanted) in [
            ("latest", latest),
            ("waiting", [&kim, &mia, &noa, &lea]),
            ("due", latest),
        ] {
            let (listed, cursors) = in_pages(&desk, &here, order).await;
            assert_eq!(listed.iter().collect::<Vec<_>>(), wanted, "{order}");
            for other in ["latest", "waiting", "due"] {
                let path = format!("/api/v1/inbox?order={other}&cursor={}", cursors[0]);
                let page = desk.get(&here, &path).await;
                if other == order {
                    page.ok();
                    continue;
                }
                page.is_problem(422, "invalid");
                assert_eq!(page.json()["field"], "cursor");
                let detail = page.json()["detail"].as_str().unwrap().to_owned();
                assert!(detail.contains(order) && detail.contains(other), "{detail}");
            }
        }
    });
}

/// Kim, who texted, and whose mail address a member has found to be hers.
async fn kim_with_two_addresses(desk: &Desk, here: &Caller) -> (String, Value) {
    let phone = Identifier::phone("+4915112345678").unwrap();
    let text = desk.shop.hears(&phone, "Any news?").await;
    let mail = desk.mail("kim", "Hello").await;
    let mut customers = Vec::new();
    for id in [text.conversation, mail.conversation] {
        let path = format!("/api/v1/conversations/{id}");
        customers.push(desk.get(here, &path).await.ok()["customer"].clone());
    }
    let path = format!("/api/v1/customers/{}/merge", customers[0].as_str().unwrap());
    let merge = json!({ "with": customers[1], "reason": "she told us" });
    desk.post(here, &path, merge).await.ok();
    let path = format!("/api/v1/customers/{}", customers[0].as_str().unwrap());
    let customer = desk.get(here, &path).await.ok();
    (text.conversation.to_string(), customer)
}

#[test]
fn a_text_conversation_goes_on_by_mail_when_the_address_is_the_customers() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let ana = desk.member("ana", Role::Agent).await;
        let here = desk.browser(&ana).await;
        let (conversation, customer) = kim_with_two_addresses(&desk, &here).await;
        let address = customer["identifiers"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["kind"] == "email")
            .unwrap()["id"]
            .clone();
        let path = format!("/api/v1/conversations/{conversation}/interactions");

        let wish = json!({ "identifier": address, "endpoint": desk.shop.mail });
        let line = desk.post(&here, &path, wish.clone()).await.ok();
        assert_eq!(
            (&line["channel"], &line["last_at"]),
            (&json!("email"), &json!(0))
        );
        let again = desk.post(&here, &path, wish).await.ok();
        assert_eq!(again["id"], line["id"]);

        let messages = format!("/api/v1/conversations/{conversation}/messages");
        let by_default = json!({ "text": "Soon." });
        let sent = desk.post(&here, &messages, by_default).await.ok();
        assert_eq!(channel_of(&desk, &here, &sent).await, "sms");
        let by_mail = json!({ "text": "Soon.", "via": line["id"] });
        let sent = desk.post(&here, &messages, by_mail).await.ok();
        assert_eq!(channel_of(&desk, &here, &sent).await, "email");
    });
}

async fn channel_of(desk: &Desk, caller: &Caller, sent: &Value) -> Value {
    let path = format!("/api/v1/deliveries/{}", sent["delivery"].as_str().unwrap());
    desk.get(caller, &path).await.ok()["channel"].clone()
}

#[tokio::test]
async fn no_line_is_opened_to_somebody_elses_address_or_over_the_wrong_channel() {
    let desk = Desk::open(Engine::Sqlite).await;
    let caller = desk.token(&[Scope::Admin]).await;
    let kim = desk.mail("kim", "Where is it?").await;
    let lea = desk.mail("lea", "And mine?").await;
    let path = format!("/api/v1/conversations/{}/interactions", kim.conversation);
    let identifier = async |id| {
        let path = format!("/api/v1/conversations/{id}");
        desk.get(&caller, &path).await.ok()["identifier"].clone()
    };
    let (own, other) = (
        identifier(kim.conversation).await,
        identifier(lea.conversation).await,
    );
    for (identifier, endpoint, field) in [
        (&other, desk.shop.mail.to_string(), "identifier"),
        (
            &json!(uuid::Uuid::from_u128(7)),
            desk.shop.mail.to_string(),
            "identifier",
        ),
        (&own, desk.shop.sms.to_string(), "endpoint"),
        (&own, uuid::Uuid::from_u128(7).to_string(), "endpoint"),
    ] {
        let wish = json!({ "identifier": identifier, "endpoint": endpoint });
        let answer = desk.post(&caller, &path, wish).await;
        answer.is_problem(422, "invalid");
        assert_eq!(answer.json()["field"], field);
    }
}
