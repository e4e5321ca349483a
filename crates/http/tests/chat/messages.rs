//! Writing, reading, and who may.

use crate::shop::ChatShop;
use axum::body::Body;
use axum::http::{StatusCode, header};
use serde_json::json;
use throughline_engine::conversation::{self, Author, NewEntry};
use throughline_model::conversation::EntryKind;
use throughline_testkit::on_both_engines;

#[test]
fn a_message_sent_again_is_stored_once() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let message = json!({ "client_message_id": "m-1", "text": "Where is my parcel?" });
        let first = ana.post("messages", message.clone()).await;
        let second = ana.post("messages", message).await;
        assert_eq!(first.status, StatusCode::ACCEPTED);
        assert_eq!(second.status, StatusCode::ACCEPTED);
        assert_eq!(first.json()["seq"], second.json()["seq"]);
        assert_eq!(second.json()["duplicate"], true);
        assert_eq!(ana.sees().await, ["Where is my parcel?"]);
        let entries = ana.get("entries").await.json();
        assert_eq!(entries["entries"][0]["client_message_id"], "m-1");
        assert_eq!(entries["entries"][0]["from"], "you");
    });
}

#[test]
fn two_visitors_may_use_the_same_client_message_id() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let (ana, ben) = (shop.visitor().await, shop.visitor().await);
        let message = json!({ "client_message_id": "1", "text": "hello" });
        let ana_got = ana.post("messages", message.clone()).await.json();
        let ben_got = ben.post("messages", message).await.json();
        assert_ne!(ana_got["conversation"], ben_got["conversation"]);
        assert_eq!(ben_got["duplicate"], false);
    });
}

#[test]
fn the_visitor_reads_answers_and_never_notes() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let conversation = ana.writes("Hello").await;
        let setup = shop.shop.setup.clone();
        let note = NewEntry::internal(
            conversation,
            0,
            EntryKind::Note,
            Author::system(),
            "she is angry".to_owned(),
            json!({}),
        );
        shop.shop
            .database
            .db
            .write(move |tx| conversation::append(tx, &setup, &note))
            .await
            .unwrap();
        shop.agent_writes(conversation, "Hello Ana").await;
        assert_eq!(ana.sees().await, ["Hello", "Hello Ana"]);
        let entries = ana.get("entries").await;
        assert!(!String::from_utf8_lossy(&entries.body).contains("angry"));
        assert_eq!(entries.json()["entries"][1]["from"], "agent");
        assert_eq!(entries.json()["entries"][1]["name"], "Mia");
        assert_eq!(entries.json()["entries"][1]["status"], "sent");
        assert_eq!(
            ana.get("entries?after=1").await.json()["entries"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
    });
}

#[test]
fn what_was_read_is_read_and_stays_so() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let conversation = ana.writes("Hello").await;
        shop.agent_writes(conversation, "Hello Ana").await;
        for seq in [9_000, 1, -5] {
            let answer = ana.post("read", json!({ "seq": seq })).await;
            assert_eq!(answer.status, StatusCode::NO_CONTENT);
        }
        let page = ana.get("entries").await.json();
        assert_eq!(page["conversation"]["read_seq"], 2);
        assert_eq!(page["entries"][1]["status"], "read");
    });
}

#[test]
fn a_new_issue_starts_a_new_conversation() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let first = ana.writes("A parcel is missing").await;
        shop.pass(1000);
        let message =
            json!({ "client_message_id": "n", "text": "Another thing", "new_issue": true });
        let second = ana.post("messages", message).await.json();
        assert_ne!(second["conversation"], json!(first));
        assert_eq!(ana.sees().await, ["Another thing"]);
    });
}

#[test]
fn what_cannot_be_a_message_is_refused_with_a_reason() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let long = "x".repeat(20_001);
        for (message, field) in [
            (
                json!({ "client_message_id": "1", "text": "  \u{0}\n " }),
                "text",
            ),
            (json!({ "client_message_id": "1", "text": long }), "text"),
            (
                json!({ "client_message_id": "", "text": "hello" }),
                "client_message_id",
            ),
            (
                json!({ "client_message_id": "a b", "text": "hello" }),
                "client_message_id",
            ),
            (
                json!({ "client_message_id": "1", "text": "hello", "customer": "x" }),
                "body",
            ),
            (json!({ "client_message_id": "1", "text": 7 }), "body"),
        ] {
            let answer = ana.post("messages", message).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(answer.json()["field"], field);
            assert_eq!(
                answer.headers[header::CONTENT_TYPE],
                "application/problem+json"
            );
        }
        let broken = ana
            .request("POST", "messages")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from("{\"client"))
            .unwrap();
        assert_eq!(ana.send(broken).await.status, StatusCode::BAD_REQUEST);
        let form = ana
            .request("POST", "messages")
            .header(header::CONTENT_TYPE, "text/plain")
            .body(Body::from("{}"))
            .unwrap();
        assert_eq!(
            ana.send(form).await.status,
            StatusCode::UNSUPPORTED_MEDIA_TYPE
        );
        let huge = json!({ "client_message_id": "1", "text": "x".repeat(400_000) });
        assert_eq!(
            ana.post("messages", huge).await.status,
            StatusCode::PAYLOAD_TOO_LARGE
        );
        assert!(ana.sees().await.is_empty());
    });
}

#[test]
fn control_characters_do_not_reach_the_timeline() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        ana.writes("a\u{0}b\u{1b}[31m\r\nc <b>bold</b>").await;
        assert_eq!(ana.sees().await, ["ab[31m\nc <b>bold</b>"]);
    });
}

#[test]
fn only_a_token_of_ours_that_still_counts_opens_anything() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let mut ana = shop.visitor().await;
        ana.writes("Hello").await;
        let token = ana.token.clone().unwrap();
        let other_purpose = shop.shop.setup.keys.seal(
            "resume-link",
            &[uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2)],
        );
        let nobodys = shop.shop.setup.keys.seal(
            "visitor",
            &[uuid::Uuid::from_u128(1), shop.shop.chat.uuid()],
        );
        for refused in [
            String::new(),
            "x".to_owned(),
            format!("{token}x"),
            token[1..].to_owned(),
            other_purpose,
            nobodys,
            "é.é".to_owned(),
        ] {
            let mut other = ana.clone();
            other.token = Some(refused.clone());
            if refused.is_ascii() {
                let answer = other.get("entries").await;
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{refused}");
            }
        }
        ana.token = None;
        assert_eq!(ana.get("entries").await.status, StatusCode::UNAUTHORIZED);
        ana.token = Some(token);
        shop.pass(179 * 86_400_000);
        assert_eq!(ana.get("entries").await.status, StatusCode::OK);
        shop.pass(2 * 86_400_000);
        assert_eq!(ana.get("entries").await.status, StatusCode::UNAUTHORIZED);
    });
}

#[test]
fn who_signs_out_leaves_nothing_behind() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let mut ana = shop.visitor().await;
        ana.writes("My address is 1 Main Street").await;
        let before = ana.clone();
        let answer = ana.post("sign-out", json!({})).await;
        assert_eq!(answer.json()["anew"], true);
        ana.keep_token(&answer);
        assert!(ana.sees().await.is_empty());
        assert_eq!(before.get("entries").await.status, StatusCode::UNAUTHORIZED);
        let late = before
            .post(
                "messages",
                json!({ "client_message_id": "9", "text": "me again" }),
            )
            .await;
        assert_eq!(late.status, StatusCode::UNAUTHORIZED);
    });
}

#[test]
fn a_page_that_is_not_allowed_cannot_use_the_chat() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let from = |origin: &str| {
            ana.request("GET", "entries")
                .header(header::ORIGIN, origin)
                .body(Body::empty())
                .unwrap()
        };
        let allowed = ana.send(from("https://www.shop.example")).await;
        assert_eq!(allowed.status, StatusCode::OK);
        assert_eq!(
            allowed.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN],
            "https://www.shop.example"
        );
        let own = ana.send(from("https://support.shop.example")).await;
        assert_eq!(own.status, StatusCode::OK);
        for origin in [
            "https://evil.example",
            "null",
            "https://www.shop.example.evil.example",
            "http://www.shop.example",
        ] {
            let refused = ana.send(from(origin)).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{origin}");
            assert!(
                !refused
                    .headers
                    .contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN)
            );
        }
    });
}

#[test]
fn a_browser_that_asks_first_is_told_which_pages_may_use_the_chat() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let asked = |origin: &str| {
            ana.request("OPTIONS", "messages")
                .header(header::ORIGIN, origin)
                .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
                .header(
                    header::ACCESS_CONTROL_REQUEST_HEADERS,
                    "authorization,content-type",
                )
                .body(Body::empty())
                .unwrap()
        };
        let allowed = ana.send(asked("https://www.shop.example")).await;
        assert_eq!(allowed.status, StatusCode::OK);
        assert_eq!(
            allowed.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN],
            "https://www.shop.example"
        );
        let may_send = allowed.headers[header::ACCESS_CONTROL_ALLOW_HEADERS]
            .to_str()
            .unwrap();
        assert!(may_send.contains("authorization") && may_send.contains("content-type"));
        let other = ana.send(asked("https://evil.example")).await;
        assert!(
            !other
                .headers
                .contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN)
        );
        let no_preflight = ana
            .request("DELETE", "messages")
            .body(Body::empty())
            .unwrap();
        let no_preflight = ana.send(no_preflight).await;
        assert_eq!(no_preflight.status, StatusCode::METHOD_NOT_ALLOWED);
    });
}

#[test]
fn a_flood_is_slowed_down_and_told_when_to_come_back() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let mut accepted = 0;
        let mut refused = None;
        for number in 0..40 {
            let message = json!({ "client_message_id": number.to_string(), "text": "spam" });
            let answer = ana.post("messages", message).await;
            match answer.status {
                StatusCode::ACCEPTED => accepted += 1,
                _ => refused = Some(answer),
            }
        }
        let refused = refused.unwrap();
        assert_eq!(accepted, 30);
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(refused.headers.contains_key(header::RETRY_AFTER));
        let ben = shop.visitor().await;
        ben.writes("I may still write").await;
        // A new visitor each time does not help one address for long.
        let mut arrivals = 0;
        for _ in 0..400 {
            let answer = ben.post("visitors", json!({ "endpoint": "chat" })).await;
            arrivals += usize::from(answer.status == StatusCode::CREATED);
        }
        assert!(arrivals < 300, "{arrivals}");
    });
}

#[test]
fn the_page_runs_nothing_but_its_own_script() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let browser = shop.browser();
        let page = |path: &str| {
            axum::http::Request::builder()
                .uri(path)
                .body(Body::empty())
                .unwrap()
        };
        let answer = browser.send(page("/chat/chat")).await;
        assert_eq!(answer.status, StatusCode::OK);
        let policy = answer.headers[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"));
        let text = String::from_utf8(answer.body).unwrap();
        assert!(
            !text.contains("<style") && !text.contains("onload") && text.contains("Chat with us")
        );
        assert_eq!(
            browser.send(page("/chat/mail")).await.status,
            StatusCode::NOT_FOUND
        );
        let link = browser.send(page("/chat/resume/whatever")).await;
        assert_eq!(link.status, StatusCode::OK);
        assert_eq!(link.headers[header::REFERRER_POLICY], "no-referrer");
    });
}
