//! The conversation goes on elsewhere.

use crate::shop::{Browser, ChatShop, code_in, email, link_in};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::json;
use throughline_engine::visitor;
use throughline_model::id::ConversationId;
use throughline_model::outbound::Outbound;
use throughline_testkit::on_both_engines;

const ANA: &str = "ana@example.com";

async fn asks_to_go_on(shop: &ChatShop, browser: &Browser) -> Outbound {
    let asked = json!({ "channel": "email", "address": ANA });
    let answer = browser.post("continue", asked).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{answer:?}");
    shop.outgoing().await.remove(0)
}

async fn opens(shop: &ChatShop, token: &str) -> Option<Browser> {
    let mut browser = shop.browser();
    let answer = browser.post("resume", json!({ "token": token })).await;
    match answer.status {
        StatusCode::OK => {
            assert_eq!(answer.json()["endpoint"], "chat");
            browser.keep_token(&answer);
            Some(browser)
        }
        status => {
            assert_eq!(status, StatusCode::GONE, "{answer:?}");
            None
        }
    }
}

#[test]
fn there_must_be_something_to_go_on_with() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let asked = json!({ "channel": "email", "address": ANA });
        assert_eq!(
            ana.post("continue", asked).await.status,
            StatusCode::CONFLICT
        );
    });
}

#[test]
fn an_answer_with_the_code_goes_on_with_the_conversation_by_mail() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let conversation = ana.writes("I have to go").await;
        let asked = asks_to_go_on(&shop, &ana).await;
        let reply = format!("Here I am. {}", code_in(&asked.text));
        let received = shop.shop.hears(&email(ANA), &reply).await;
        assert_eq!(received.conversation, conversation);
        shop.agent_writes(conversation, "Welcome by mail").await;
        let sent = shop.outgoing().await;
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].to, email(ANA));
        assert_eq!(sent[0].text, "Welcome by mail");
        // Whoever sits at the chat has shown nothing: they see what was said in the chat.
        assert_eq!(ana.sees().await, ["I have to go"]);
        assert_eq!(ana.assurance().await, 0);
    });
}

#[test]
fn the_code_typed_in_the_chat_shows_all_of_the_conversation() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let conversation = ana.writes("Hello").await;
        let asked = asks_to_go_on(&shop, &ana).await;
        let proof = json!({ "channel": "email", "address": ANA, "code": code_in(&asked.text) });
        assert_eq!(ana.post("codes/verify", proof).await.status, StatusCode::OK);
        let mail = shop.shop.hears(&email(ANA), "And by mail").await;
        assert_eq!(mail.conversation, conversation);
        assert_eq!(ana.sees().await, ["Hello", "And by mail"]);
    });
}

#[test]
fn a_link_opens_the_conversation_once_and_only_when_a_person_says_so() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let conversation = ana.writes("Hello").await;
        shop.agent_writes(conversation, "Hello Ana").await;
        let asked = asks_to_go_on(&shop, &ana).await;
        let token = link_in(&asked.text);
        // Programs that look at links in mail only ever fetch them.
        for _ in 0..3 {
            let page = Request::builder()
                .uri(format!("/chat/resume/{token}"))
                .body(Body::empty())
                .unwrap();
            assert_eq!(ana.send(page).await.status, StatusCode::OK);
        }
        let phone = opens(&shop, &token).await.unwrap();
        assert_eq!(phone.sees().await, ["Hello", "Hello Ana"]);
        assert_eq!(phone.assurance().await, 2);
        assert_eq!(phone.writes("From my phone").await, conversation);
        assert!(opens(&shop, &token).await.is_none());
        assert!(opens(&shop, &format!("{token}x")).await.is_none());
        shop.agent_writes(conversation, "To your phone").await;
        assert!(shop.outgoing().await.is_empty());
        shop.pass(31 * 60_000);
        assert_eq!(phone.sees().await, ["From my phone", "To your phone"]);
    });
}

#[test]
fn who_lures_somebody_to_confirm_sees_nothing_of_theirs() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let secret = shop.shop.hears(&email(ANA), "My secret").await;
        let thief = shop.visitor().await;
        thief.writes("Let us see").await;
        let asked = asks_to_go_on(&shop, &thief).await;
        let ana = opens(&shop, &link_in(&asked.text)).await.unwrap();
        ana.writes("Who is this?").await;
        shop.shop.hears(&email(ANA), "Another secret").await;
        for line in thief.sees().await {
            assert_eq!(line, "Let us see");
        }
        assert_eq!(thief.assurance().await, 0);
        assert_eq!(shop.shop.texts(secret.conversation).await[0], "My secret");
    });
}

#[test]
fn a_link_of_a_day_ago_is_over() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        ana.writes("Hello").await;
        let asked = asks_to_go_on(&shop, &ana).await;
        shop.pass(24 * 3_600_000 + 1);
        assert!(opens(&shop, &link_in(&asked.text)).await.is_none());
    });
}

async fn member_link(shop: &ChatShop, conversation: ConversationId) -> String {
    let setup = shop.shop.setup.clone();
    shop.shop
        .database
        .db
        .write(move |tx| visitor::make_link(tx, &setup, conversation, "member:mia"))
        .await
        .unwrap()
        .token
}

#[test]
fn a_member_carries_a_text_message_into_the_chat_with_no_more_proof_than_there_was() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let phone = throughline_model::identifier::Identifier::phone("+4915112345678").unwrap();
        let conversation = shop
            .shop
            .hears(&phone, "My label is broken")
            .await
            .conversation;
        let link = member_link(&shop, conversation).await;
        let browser = opens(&shop, &link).await.unwrap();
        assert!(opens(&shop, &link).await.is_none());
        // A text message proves nothing, so its link shows nothing of before, but what comes joins.
        assert_eq!(browser.assurance().await, 0);
        assert!(browser.sees().await.is_empty());
        assert_eq!(browser.writes("Here is a picture").await, conversation);
        shop.agent_writes(conversation, "Thank you").await;
        assert_eq!(browser.sees().await, ["Here is a picture", "Thank you"]);
    });
}

#[test]
fn a_proven_visitor_takes_the_proof_along_on_a_members_link_until_it_is_over() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let conversation = ana.writes("Hello").await;
        let asked = asks_to_go_on(&shop, &ana).await;
        let proof = json!({ "channel": "email", "address": ANA, "code": code_in(&asked.text) });
        ana.post("codes/verify", proof).await;
        let link = member_link(&shop, conversation).await;
        let late = member_link(&shop, conversation).await;
        let tablet = opens(&shop, &link).await.unwrap();
        assert_eq!(tablet.sees().await, ["Hello"]);
        assert_eq!(tablet.assurance().await, 2);
        shop.pass(15 * 60_000 + 1);
        assert!(opens(&shop, &late).await.is_none());
    });
}
