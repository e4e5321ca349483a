//! Answers follow a visitor who has gone.

use crate::shop::{ChatShop, code_in, email};
use serde_json::json;
use throughline_testkit::on_both_engines;

const ANA: &str = "ana@example.com";
const THREE_MINUTES: i64 = 3 * 60_000;

#[test]
fn an_answer_nobody_reads_follows_to_a_proven_address() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let conversation = ana.writes("Is it here?").await;
        ana.post("codes", json!({ "channel": "email", "address": ANA }))
            .await;
        let code = code_in(&shop.outgoing().await[0].text);
        let proof = json!({ "channel": "email", "address": ANA, "code": code });
        ana.post("codes/verify", proof).await;
        shop.agent_writes(conversation, "Yes, since noon").await;
        assert!(shop.outgoing().await.is_empty());
        shop.pass(THREE_MINUTES);
        let sent = shop.outgoing().await;
        assert_eq!(sent.len(), 1, "{sent:?}");
        assert_eq!(
            (&sent[0].to, sent[0].text.as_str()),
            (&email(ANA), "Yes, since noon")
        );
        assert_eq!(ana.sees().await, ["Is it here?", "Yes, since noon"]);
        shop.pass(THREE_MINUTES);
        assert!(shop.outgoing().await.is_empty());
        // An answer to that mail is part of the conversation.
        let reply = shop.shop.hears(&email(ANA), "Thank you").await;
        assert_eq!(reply.conversation, conversation);
    });
}

#[test]
fn to_an_address_that_was_only_typed_goes_the_news_without_a_word_of_it() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let conversation = ana.writes("Is it here?").await;
        ana.post("contact", json!({ "name": "Ana", "email": ANA }))
            .await;
        shop.agent_writes(conversation, "Yes, since noon").await;
        shop.agent_writes(conversation, "At your neighbour's").await;
        shop.pass(THREE_MINUTES);
        let sent = shop.outgoing().await;
        assert_eq!(sent.len(), 1, "{sent:?}");
        assert!(!sent[0].text.contains("noon") && !sent[0].text.contains("neighbour"));
        let reply = format!("{} please", code_in(&sent[0].text));
        let joined = shop.shop.hears(&email(ANA), &reply).await;
        assert_eq!(joined.conversation, conversation);
    });
}

#[test]
fn an_answer_that_was_read_follows_nobody() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let conversation = ana.writes("Is it here?").await;
        ana.post("contact", json!({ "email": ANA })).await;
        shop.agent_writes(conversation, "Yes").await;
        ana.post("read", json!({ "seq": 2 })).await;
        shop.pass(THREE_MINUTES);
        assert!(shop.outgoing().await.is_empty());
    });
}

#[test]
fn while_the_chat_is_open_nothing_follows() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let conversation = ana.writes("Is it here?").await;
        ana.post("contact", json!({ "email": ANA })).await;
        let open = ana
            .raw(
                ana.request("GET", "events")
                    .body(axum::body::Body::empty())
                    .unwrap(),
            )
            .await;
        shop.agent_writes(conversation, "Yes").await;
        shop.pass(THREE_MINUTES);
        assert!(shop.outgoing().await.is_empty());
        drop(open);
        shop.pass(THREE_MINUTES);
        assert_eq!(shop.outgoing().await.len(), 1);
    });
}

#[test]
fn a_visitor_without_an_address_is_left_alone() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let conversation = ana.writes("Is it here?").await;
        shop.agent_writes(conversation, "Yes").await;
        shop.pass(THREE_MINUTES);
        assert!(shop.outgoing().await.is_empty());
    });
}
