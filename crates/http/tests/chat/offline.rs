//! Answers follow a visitor who has gone.

use crate::shop::{Browser, ChatShop, code_in, email};
use serde_json::json;
use throughline_engine::delivery;
use throughline_engine::job::enqueue;
use throughline_engine::visitor::offline::CHAT_OFFLINE;
use throughline_model::id::ConversationId;
use throughline_testkit::on_both_engines;

const ANA: &str = "ana@example.com";
const MINUTE: i64 = 60_000;
const THREE_MINUTES: i64 = 3 * MINUTE;

/// Ana asks something and proves her address.
async fn ana_asks(shop: &ChatShop) -> (Browser, ConversationId) {
    let ana = shop.visitor().await;
    let conversation = ana.writes("Is it here?").await;
    ana.post("codes", json!({ "channel": "email", "address": ANA }))
        .await;
    let code = code_in(&shop.outgoing().await[0].text);
    let proof = json!({ "channel": "email", "address": ANA, "code": code });
    ana.post("codes/verify", proof).await;
    (ana, conversation)
}

#[test]
fn an_answer_nobody_reads_follows_to_a_proven_address() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let (ana, conversation) = ana_asks(&shop).await;
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
fn what_was_answered_in_a_short_while_follows_in_one_mail() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let (ana, conversation) = ana_asks(&shop).await;
        shop.agent_writes(conversation, "Yes, since noon").await;
        shop.pass(MINUTE);
        shop.agent_writes(conversation, "At your neighbour's").await;
        let label = shop.agent_uploads("label.txt", b"Return label").await;
        shop.agent_sends(conversation, "Here is the label", vec![label])
            .await;
        shop.agent_sends(
            conversation,
            "",
            vec![shop.agent_uploads("map.txt", b"Map").await],
        )
        .await;
        assert!(shop.outgoing().await.is_empty());
        shop.pass(2 * MINUTE);
        let sent = shop.outgoing().await;
        assert_eq!(sent.len(), 1, "{sent:?}");
        assert_eq!(
            sent[0].text,
            "Yes, since noon\n\nAt your neighbour's\n\nHere is the label"
        );
        let files: Vec<&str> = sent[0]
            .files
            .iter()
            .map(|file| file.name.as_str())
            .collect();
        assert_eq!(files, ["label.txt", "map.txt"]);
        // What comes later goes in a mail of its own, and nothing goes twice.
        shop.pass(MINUTE);
        shop.agent_writes(conversation, "Did you find it?").await;
        shop.pass(THREE_MINUTES);
        let sent = shop.outgoing().await;
        assert_eq!(sent.len(), 1, "{sent:?}");
        assert_eq!(
            (sent[0].text.as_str(), sent[0].files.len()),
            ("Did you find it?", 0)
        );
        shop.pass(60 * MINUTE);
        assert!(shop.outgoing().await.is_empty());
        assert_eq!(ana.sees().await.len(), 6);
    });
}

#[test]
fn what_was_read_in_the_chat_is_not_in_the_mail() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let (ana, conversation) = ana_asks(&shop).await;
        shop.agent_writes(conversation, "Yes, since noon").await;
        let seen = shop.everything(conversation).await.last().unwrap().seq;
        ana.post("read", json!({ "seq": seen })).await;
        shop.agent_writes(conversation, "At your neighbour's").await;
        shop.agent_writes(conversation, "Bring your passport").await;
        shop.pass(THREE_MINUTES);
        let sent = shop.outgoing().await;
        assert_eq!(sent.len(), 1, "{sent:?}");
        assert_eq!(sent[0].text, "At your neighbour's\n\nBring your passport");
    });
}

#[test]
fn while_somebody_is_still_writing_the_mail_waits_a_little_but_not_for_ever() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let (_ana, conversation) = ana_asks(&shop).await;
        let mut mails = Vec::new();
        for line in 0..24 {
            shop.agent_writes(conversation, &format!("Line {line}"))
                .await;
            shop.pass(20_000);
            mails.extend(shop.outgoing().await);
        }
        // A line every twenty seconds for eight minutes: after six minutes the visitor has waited enough.
        assert_eq!(mails.len(), 1, "{mails:?}");
        assert!(mails[0].text.starts_with("Line 0\n\nLine 1\n\n"));
        shop.pass(THREE_MINUTES);
        mails.extend(shop.outgoing().await);
        assert_eq!(mails.len(), 2, "{mails:?}");
        let all: Vec<String> = (0..24).map(|line| format!("Line {line}")).collect();
        let read = format!("{}\n\n{}", mails[0].text, mails[1].text);
        assert_eq!(read, all.join("\n\n"), "each line once, in order");
    });
}

#[test]
fn a_look_that_is_done_twice_sends_nothing_twice() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let (_ana, conversation) = ana_asks(&shop).await;
        shop.agent_writes(conversation, "Yes, since noon").await;
        shop.agent_writes(conversation, "At your neighbour's").await;
        let db = &shop.shop.database.db;
        let answers = db
            .read(move |tx| delivery::of_conversation(tx, conversation))
            .await
            .unwrap();
        shop.pass(THREE_MINUTES);
        assert_eq!(shop.outgoing().await.len(), 1);
        // The process died after the mail was written and before the look was crossed off: it is done again.
        for answer in answers.into_iter().filter(|one| !one.automatic) {
            let clock = shop.shop.setup.clock.clone();
            let payload = json!({ "delivery": answer.id });
            db.write(move |tx| enqueue(tx, &clock, CHAT_OFFLINE, "again", &payload, 0, 1))
                .await
                .unwrap();
        }
        assert!(shop.outgoing().await.is_empty());
        let dead = db
            .read(|tx| throughline_engine::job::dead(tx, None, 10))
            .await;
        assert!(dead.unwrap().is_empty());
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
