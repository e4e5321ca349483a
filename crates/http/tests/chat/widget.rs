//! The chat on pages of others: how it is set up, what it asks and is answered, how it was, and going on elsewhere.

use crate::shop::{Answer, Browser, ChatShop, email};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};
use throughline_engine::conversation::{self, Author, Change};
use throughline_engine::rating;
use throughline_engine::reply::{self, NewReply};
use throughline_http::widget::{keep_loader, tag_of};
use throughline_model::conversation::{AuthorKind, CaseStatus, EntryKind};
use throughline_model::id::ConversationId;
use throughline_testkit::on_both_engines;

fn mia() -> Author {
    Author {
        kind: AuthorKind::Member,
        id: None,
        name: Some("Mia".to_owned()),
    }
}

/// Asks for something, and gives the number of the question.
async fn asks(shop: &ChatShop, conversation: ConversationId, prompt: Value) -> i64 {
    let setup = shop.shop.setup.clone();
    let id = setup.clock.new_id().to_string();
    let question = NewReply {
        prompt: Some(serde_json::from_value(prompt).unwrap()),
        ..NewReply::new(conversation, "Which one?".to_owned(), id, mia())
    };
    let db = &shop.shop.database.db;
    let sent = db.write(move |tx| reply::send(tx, &setup, question.clone()));
    sent.await.unwrap().seq
}

async fn resolves(shop: &ChatShop, id: ConversationId) {
    let setup = shop.shop.setup.clone();
    let change = Change {
        status: Some(CaseStatus::Resolved),
        ..Change::default()
    };
    let db = &shop.shop.database.db;
    db.write(move |tx| conversation::change(tx, &setup, id, &change, mia()))
        .await
        .unwrap();
}

/// Asks for a page of the server as a browser does.
async fn page(browser: &Browser, path: &str) -> Answer {
    let request = Request::get(path)
        .header(header::HOST, "support.shop.example")
        .extension(axum::extract::ConnectInfo(browser.address));
    browser.send(request.body(Body::empty()).unwrap()).await
}

#[test]
fn a_choice_is_answered_with_what_was_offered_and_nothing_else() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let conversation = ana.writes("I want to return a lamp").await;
        let choices = json!({ "choices": [{ "name": "a", "label": "Aurora" }, { "name": "b", "label": "Pebble" }] });
        let seq = asks(&shop, conversation, choices.clone()).await;
        let shown = ana.get("entries").await.json();
        assert_eq!(shown["entries"][1]["prompt"], choices);
        let says = |id: &str, answer: Value| {
            let body =
                json!({ "client_message_id": id, "text": "<b>anything</b>", "answer": answer });
            let ana = ana.clone();
            async move { ana.post("messages", body).await }
        };
        for refused in [
            json!({ "seq": seq, "choice": "c" }),
            json!({ "seq": seq + 1, "choice": "a" }),
            json!({ "seq": 1, "choice": "a" }),
            json!({ "seq": seq, "values": { "a": "b" } }),
        ] {
            let answer = says("m2", refused.clone()).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
        }
        let accepted = says("m2", json!({ "seq": seq, "choice": "b" })).await;
        assert_eq!(accepted.status, StatusCode::ACCEPTED, "{accepted:?}");
        let last = ana.get("entries").await.json()["entries"][2].clone();
        assert_eq!(last["text"], "Pebble");
        assert_eq!(last["answer"], json!({ "seq": seq, "choice": "b" }));
    });
}

#[test]
fn a_form_becomes_facts_and_a_stranger_cannot_answer_it() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let conversation = ana.writes("A lamp is broken").await;
        let fields = json!({ "fields": [{ "name": "order_number", "label": "Order number", "required": true }] });
        let seq = asks(&shop, conversation, fields).await;
        let body = json!({
            "client_message_id": "m2",
            "answer": { "seq": seq, "values": { "order_number": "1042" } },
        });
        let ben = shop.visitor().await;
        ben.writes("Hello").await;
        let refused = ben.post("messages", body.clone()).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        for _ in 0..2 {
            let accepted = ana.post("messages", body.clone()).await;
            assert_eq!(accepted.status, StatusCode::ACCEPTED, "{accepted:?}");
        }
        let facts = &shop.shop.database.db;
        let facts = facts
            .read(move |tx| conversation::facts(tx, conversation))
            .await
            .unwrap();
        assert_eq!(facts.len(), 1);
        assert_eq!(
            (facts[0].name.as_str(), &facts[0].value),
            ("order_number", &json!("1042"))
        );
    });
}

#[test]
fn a_question_reaches_a_channel_of_text_as_text() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let received = shop
            .shop
            .hears(&email("ana@example.com"), "A lamp is broken")
            .await;
        let choices = json!({ "choices": [{ "name": "a", "label": "Aurora" }, { "name": "b", "label": "Pebble" }] });
        asks(&shop, received.conversation, choices).await;
        let sent = shop.outgoing().await;
        assert_eq!(sent[0].text, "Which one?\n\n- Aurora\n- Pebble");
    });
}

#[test]
fn a_resolved_conversation_is_rated_and_the_last_word_counts() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let conversation = ana.writes("Thank you").await;
        let rates = |score: i64| {
            let ana = ana.clone();
            async move {
                ana.post("rating", json!({ "score": score, "comment": "Quick!" }))
                    .await
                    .status
            }
        };
        assert_eq!(rates(5).await, StatusCode::CONFLICT);
        resolves(&shop, conversation).await;
        assert_eq!(rates(6).await, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(rates(2).await, StatusCode::OK);
        assert_eq!(rates(4).await, StatusCode::OK);
        assert_eq!(rates(4).await, StatusCode::OK, "a retry says nothing new");
        let me = ana.get("me").await.json();
        assert_eq!(me["conversation"]["rating"], 4);
        assert_eq!(
            me["conversation"]["status"], "resolved",
            "a rating opens nothing"
        );
        let said: Vec<_> = shop.everything(conversation).await;
        let said: Vec<_> = said
            .iter()
            .filter(|entry| entry.kind == EntryKind::Rating)
            .collect();
        assert_eq!(
            said.iter()
                .map(|entry| entry.text.as_str())
                .collect::<Vec<_>>(),
            ["2 of 5: Quick!", "4 of 5: Quick!"]
        );
        assert!(said.iter().all(|entry| !entry.public));
        let all = shop
            .shop
            .database
            .db
            .read(|tx| rating::list(tx, 0, None, 10))
            .await
            .unwrap();
        assert_eq!(
            all.iter()
                .map(|one| (one.conversation, one.score))
                .collect::<Vec<_>>(),
            [(conversation, 4)]
        );
    });
}

#[test]
fn a_visitors_own_link_carries_what_they_have_proven_and_no_more() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        assert_eq!(
            ana.post("links", json!({})).await.status,
            StatusCode::CONFLICT
        );
        ana.writes("On my computer").await;
        let made = ana.post("links", json!({})).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
        let url = made.json()["url"].as_str().unwrap().to_owned();
        let token = url
            .strip_prefix("https://support.shop.example/chat/resume/")
            .unwrap();
        let mut phone = shop.browser();
        let opened = phone.post("resume", json!({ "token": token })).await;
        phone.keep_token(&opened);
        let me = phone.get("me").await.json();
        assert_eq!(me["assurance"], 0, "a link proves no more than was proven");
        phone.writes("On my phone").await;
        let both = ["On my computer", "On my phone"];
        assert_eq!(
            (ana.sees().await, phone.sees().await),
            (
                both.map(str::to_owned).to_vec(),
                both.map(str::to_owned).to_vec()
            )
        );
        let again = shop
            .browser()
            .post("resume", json!({ "token": token }))
            .await;
        assert_eq!(again.status, StatusCode::GONE);
    });
}

#[test]
fn what_is_filled_in_before_the_first_message_says_who_writes() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let writes = |about: Value| {
            let body = json!({ "client_message_id": "m1", "text": "Hello", "about": about });
            let ana = ana.clone();
            async move { ana.post("messages", body).await.status }
        };
        for refused in [json!({ "owner": "me" }), json!({ "email": "nowhere" })] {
            assert_eq!(
                writes(refused.clone()).await,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{refused}"
            );
        }
        assert_eq!(
            writes(json!({ "email": "ana@example.com" })).await,
            StatusCode::ACCEPTED
        );
    });
}

#[test]
fn the_settings_are_told_to_allowed_pages_in_their_language() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let browser = shop.browser();
        let asked = |origin: &'static str, language: &str| {
            let path = format!("settings/chat?language={language}");
            let request = browser.request("GET", &path).header(header::ORIGIN, origin);
            let browser = browser.clone();
            async move { browser.send(request.body(Body::empty()).unwrap()).await }
        };
        let told = asked("https://www.shop.example", "fr,de-AT,en").await;
        assert_eq!(told.status, StatusCode::OK);
        assert_eq!(
            told.headers["access-control-allow-origin"],
            "https://www.shop.example"
        );
        let told = told.json();
        assert_eq!(
            (&told["language"], &told["open"]),
            (&json!("de"), &json!(true))
        );
        assert_eq!(told["continue_on"], json!(["email", "sms"]));
        let refused = asked("https://elsewhere.example", "en").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    });
}

#[test]
fn only_allowed_pages_may_frame_the_chat_and_none_its_page() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let browser = shop.browser();
        let policy = |answer: &Answer| {
            answer.headers["content-security-policy"]
                .to_str()
                .unwrap()
                .to_owned()
        };
        let frame = page(&browser, "/widget/chat?language=ar").await;
        assert!(
            policy(&frame).ends_with("frame-ancestors 'self' https://www.shop.example"),
            "{}",
            policy(&frame)
        );
        assert!(
            String::from_utf8(frame.body)
                .unwrap()
                .contains("<html lang=\"ar\" dir=\"rtl\">")
        );
        let whole = page(&browser, "/chat/chat").await;
        assert!(
            policy(&whole).ends_with("frame-ancestors 'none'"),
            "{}",
            policy(&whole)
        );
        assert_eq!(
            page(&browser, "/widget/mail").await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            page(&browser, "/widget/0000000000000000.js").await.status,
            StatusCode::NOT_FOUND
        );
    });
}

#[test]
fn the_tag_names_a_loader_that_stays_what_it_was() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        keep_loader(&shop.app).await.unwrap();
        let Ok(tag) = tag_of(&shop.app, "chat") else {
            // Without a built front end there is nothing to load; CI builds it first.
            return;
        };
        let path = tag
            .src
            .strip_prefix("https://support.shop.example")
            .unwrap();
        let loader = page(&shop.browser(), path).await;
        assert_eq!(loader.headers["access-control-allow-origin"], "*");
        assert!(
            loader.headers["cache-control"]
                .to_str()
                .unwrap()
                .contains("immutable")
        );
        assert!(tag.integrity.starts_with("sha384-"));
        assert!(tag.html.contains(&tag.src) && tag.html.contains(&tag.integrity));
        let newest = page(&shop.browser(), "/widget.js").await;
        assert_eq!(newest.body, loader.body);
    });
}
