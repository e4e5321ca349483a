//! Lists in pages: whoever walks them sees every row once.

use crate::desk::{Caller, Desk};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use throughline_engine::access::Scope;
use throughline_model::conversation::Role;
use throughline_model::identifier::Identifier;
use throughline_storage::Engine;
use throughline_testkit::on_both_engines;

/// What is different in every row of a list.
fn key(row: &Value) -> String {
    match row.get("id") {
        Some(id) => id.to_string(),
        None => row.to_string(),
    }
}

/// Walks a list to its end and returns the keys in order.
async fn walk(desk: &Desk, caller: &Caller, path: &str, limit: usize) -> Vec<String> {
    let mark = if path.contains('?') { '&' } else { '?' };
    let mut next = format!("{path}{mark}limit={limit}");
    let mut rows = Vec::new();
    loop {
        let answer = desk.get(caller, &next).await;
        let link = answer
            .headers
            .get("link")
            .map(|link| link.to_str().unwrap().to_owned());
        let page = answer.ok();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        rows.extend(items.iter().map(key));
        let Some(cursor) = page["next"].as_str() else {
            assert!(link.is_none());
            return rows;
        };
        assert_eq!(items.len(), limit, "only the last page may be short");
        let link = link.unwrap();
        assert!(
            link.ends_with(">; rel=\"next\"") && link.contains(cursor),
            "{link}"
        );
        next = link[1..link.find('>').unwrap()].to_owned();
    }
}

#[test]
fn every_list_gives_every_row_once_whatever_the_size_of_its_pages() {
    on_both_engines(async |engine| {
        let desk = Desk::configured(engine, "[limits]\napi_requests_per_minute = 100000").await;
        let admin = desk.admin().await;
        let kim = Identifier::email("kim@example.com").unwrap();
        let mut conversation = None;
        for number in 0..7 {
            desk.mail(&format!("person{number}"), "hello").await;
            let mut message = desk.shop.message(&kim, "another issue");
            message.thread.new_issue = true;
            // Some rows share their time: only the id tells them apart.
            if number % 3 == 0 {
                desk.shop.setup.clock.advance(1);
            }
            conversation = Some(desk.shop.receive(message).await.conversation);
            desk.invited(&format!("member{number}"), Role::Agent).await;
            desk.token(&[Scope::Read]).await;
        }
        let conversation = conversation.unwrap();
        let one = desk
            .get(&admin, &format!("/api/v1/conversations/{conversation}"))
            .await
            .ok();
        let customer = one["customer"].as_str().unwrap();
        for number in 0..7 {
            let path = format!("/api/v1/conversations/{conversation}/notes");
            desk.post(&admin, &path, json!({ "text": format!("note {number}") }))
                .await
                .ok();
        }
        for (path, expected) in [
            ("/api/v1/customers".to_owned(), 8),
            ("/api/v1/customers?search=person".to_owned(), 7),
            ("/api/v1/conversations".to_owned(), 14),
            (
                "/api/v1/conversations?status=open&channel=email".to_owned(),
                14,
            ),
            (format!("/api/v1/conversations/{conversation}/entries"), 8),
            (
                format!("/api/v1/conversations/{conversation}/entries?after=3"),
                5,
            ),
            (format!("/api/v1/customers/{customer}/conversations"), 7),
            (format!("/api/v1/customers/{customer}/timeline"), 14),
            ("/api/v1/members".to_owned(), 7),
            ("/api/v1/tokens".to_owned(), 8),
            ("/api/v1/audit".to_owned(), 15),
            ("/api/v1/audit?action=member.add".to_owned(), 7),
        ] {
            let whole = walk(&desk, &admin, &path, 100).await;
            assert_eq!(whole.len(), expected, "{path}");
            let distinct: BTreeSet<&String> = whole.iter().collect();
            assert_eq!(distinct.len(), expected, "{path}");
            for limit in [1, 2, 3, expected - 1, expected] {
                assert_eq!(
                    walk(&desk, &admin, &path, limit).await,
                    whole,
                    "{path} by {limit}"
                );
            }
        }
    });
}

#[tokio::test]
async fn rows_that_come_while_a_list_is_read_neither_hide_nor_repeat_others() {
    let desk = Desk::open(Engine::Sqlite).await;
    let admin = desk.admin().await;
    for number in 0..6 {
        desk.mail(&format!("early{number}"), "hello").await;
    }
    let mut seen = Vec::new();
    let mut path = "/api/v1/customers?limit=2".to_owned();
    let mut late = 0;
    loop {
        let page = desk.get(&admin, &path).await.ok();
        let items = page["items"].as_array().unwrap();
        seen.extend(items.iter().map(|row| row["id"].to_string()));
        desk.mail(&format!("late{late}"), "hello").await;
        late += 1;
        match page["next"].as_str() {
            Some(next) => path = format!("/api/v1/customers?limit=2&cursor={next}"),
            None => break,
        }
    }
    let distinct: BTreeSet<&String> = seen.iter().collect();
    assert_eq!((seen.len(), distinct.len()), (6, 6));
}

#[tokio::test]
async fn a_page_that_cannot_be_is_refused() {
    let desk = Desk::open(Engine::Sqlite).await;
    let admin = desk.admin().await;
    for (query, status) in [
        ("limit=0", 422),
        ("limit=101", 422),
        ("limit=-1", 400),
        ("limit=many", 400),
        ("cursor=nonsense", 422),
        ("cursor=", 422),
        ("cursor=W10", 422),
        ("page=2", 400),
    ] {
        for path in [
            "/api/v1/customers",
            "/api/v1/conversations",
            "/api/v1/audit",
        ] {
            let answer = desk.get(&admin, &format!("{path}?{query}")).await;
            let kind = if status == 422 {
                "invalid"
            } else {
                "malformed"
            };
            answer.is_problem(status, kind);
        }
    }
}
