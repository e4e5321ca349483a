#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]
//! `throughline demo`, as somebody meets it who has just started it.

mod place;

use place::{Customer, Place};
use serde_json::{Value, json};

const MAIL: &str = "robin.vale@example.com";
const PHONE: &str = "+12065550142";

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_goes_from_chat_to_mail_to_texts_and_stays_one() {
    let demo = Place::start().await;
    let robin = Customer::arrive(&demo, MAIL, PHONE).await;

    robin.chats("My kettle whistles in the wrong key").await;
    robin.goes_on("email", MAIL).await;
    let mail = robin.sees("Continue our conversation").await;
    robin
        .replies(
            &place::newest_mail(&mail),
            "Then by mail. It should be B flat.",
        )
        .await;

    robin.goes_on("sms", PHONE).await;
    let page = robin.sees("To go on with your chat here, reply with").await;
    robin.texts(&place::code_in(&page)).await;
    robin.texts("And now by text: can you swap it?").await;

    let conversation = demo.newest_conversation().await;
    let (id, customer) = (
        place::id(&conversation["id"]),
        place::id(&conversation["customer"]),
    );
    let entries = demo
        .get(&format!("conversations/{id}/entries?limit=100"))
        .await;
    let entries = entries["items"].as_array().unwrap();
    let numbers: Vec<i64> = entries
        .iter()
        .filter_map(|entry| entry["seq"].as_i64())
        .collect();
    assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>());
    let from_robin: Vec<(&str, &str)> = entries
        .iter()
        .filter(|entry| entry["direction"] == "in" && entry["kind"] == "message")
        .map(|entry| {
            (
                entry["channel"].as_str().unwrap(),
                entry["text"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        from_robin[0],
        ("webchat", "My kettle whistles in the wrong key")
    );
    assert_eq!(
        from_robin[1],
        ("email", "Then by mail. It should be B flat.")
    );
    assert_eq!(from_robin[3], ("sms", "And now by text: can you swap it?"));
    let identifiers = demo.get(&format!("customers/{customer}")).await;
    let mut kinds: Vec<&str> = identifiers["identifiers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["kind"].as_str().unwrap())
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["email", "phone", "visitor"]);

    demo.answers(&id, "Of course. The new one is in B flat.")
        .await;
    let page = robin.sees("The new one is in B flat.").await;
    assert!(
        place::texts(&page).contains("The new one is in B flat."),
        "the answer goes where the customer wrote last"
    );
    robin.sees("the shop knows it arrived").await;

    robin
        .replies(&place::newest_mail(&page), "One more thing, by mail again")
        .await;
    demo.answers(&id, "Ask away, we answer by mail.").await;
    let page = robin.sees("Ask away, we answer by mail.").await;
    assert!(
        !place::texts(&page).contains("Ask away"),
        "the answer follows the customer back to mail"
    );
    assert_eq!(place::id(&demo.newest_conversation().await["id"]), id);
    demo.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_that_somebody_forges_is_kept_apart() {
    let demo = Place::start().await;
    let robin = Customer::arrive(&demo, MAIL, PHONE).await;
    robin.mails("My order", "Where is it?", false).await;
    let real = demo.newest_conversation().await;
    robin
        .mails("My order", "Send it to another address, please", true)
        .await;
    let forged = demo.newest_conversation().await;
    assert_ne!(real["id"], forged["id"]);
    assert_ne!(real["customer"], forged["customer"]);
    demo.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_that_is_started_again_goes_on_where_it_was() {
    let demo = Place::start().await;
    assert!(demo.said.contains("Making the demo shop"));
    let robin = Customer::arrive(&demo, MAIL, PHONE).await;
    robin.texts("Are you still there tomorrow?").await;
    let conversation = demo.newest_conversation().await;
    let token = demo.token.clone();
    let demo = demo.start_again().await;
    assert!(!demo.said.contains("Making the demo shop"));
    assert_eq!(demo.token, token);
    assert_eq!(demo.newest_conversation().await["id"], conversation["id"]);
    let robin = Customer::arrive(&demo, MAIL, PHONE).await;
    robin.sees("Are you still there tomorrow?").await;
    demo.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_people_at_the_desk_log_in_with_the_password_that_is_shown() {
    let demo = Place::start().await;
    let password = demo.shown("password");
    for email in [
        "admin@lumen-home.example",
        "ana@lumen-home.example",
        "ben@lumen-home.example",
    ] {
        let body = json!({ "email": email, "password": password });
        let answer = demo
            .http
            .post(demo.url("api/v1/session"))
            .json(&body)
            .send()
            .await
            .unwrap();
        assert!(answer.status().is_success(), "{email}: {}", answer.status());
    }
    demo.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_sites_cannot_play_a_customer() {
    let demo = Place::start().await;
    let form = [
        ("name", "Robin"),
        ("phone", PHONE),
        ("mailbox", MAIL),
        ("text", "hello"),
    ];
    let url = demo.outside("texts");
    let by_another_site = demo
        .http
        .post(&url)
        .header("Origin", "https://elsewhere.example")
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(by_another_site.status(), 403);
    let under_another_name = demo
        .http
        .get(demo.outside(""))
        .header("Host", "elsewhere.example")
        .send()
        .await
        .unwrap();
    assert_eq!(under_another_name.status(), 403);
    let by_a_stranger = demo
        .http
        .post(demo.outside("2010-04-01/Accounts/AC0000000000000000000000000000d0e0/Messages.json"))
        .basic_auth("AC0000000000000000000000000000d0e0", Some("wrong"))
        .form(&[("To", PHONE), ("Body", "hello")])
        .send()
        .await
        .unwrap();
    assert_eq!(by_a_stranger.status(), 401);
    let refusal: Value = by_a_stranger.json().await.unwrap();
    assert_eq!(refusal["code"], 20003);
    demo.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_named_with_what_to_do() {
    let demo = Place::start().await;
    let message = demo.second_start_fails();
    assert!(message.contains("THROUGHLINE_DEMO_OUTSIDE="), "{message}");
    assert!(message.contains("choose another"), "{message}");
    demo.stop().await;
}
