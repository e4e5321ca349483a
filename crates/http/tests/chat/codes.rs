//! Addresses that are typed, and codes that prove them.

use crate::shop::{ChatShop, code_in, email};
use axum::http::StatusCode;
use serde_json::json;
use throughline_engine::conversation::View;
use throughline_testkit::on_both_engines;

const ANA: &str = "ana@example.com";

#[test]
fn typing_somebodys_address_reveals_nothing() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        shop.shop.hears(&email(ANA), "My secret").await;
        let stranger = shop.visitor().await;
        let conversation = stranger.writes("Hello").await;
        let known = json!({ "channel": "email", "address": ANA });
        let unknown = json!({ "channel": "email", "address": "nobody@example.com" });
        let said = stranger
            .post("contact", json!({ "name": "Ana", "email": ANA }))
            .await;
        assert_eq!(said.status, StatusCode::NO_CONTENT);
        let one = stranger.post("codes", known).await;
        let other = stranger.post("codes", unknown).await;
        assert_eq!(one.status, other.status);
        assert_eq!(
            one.json().as_object().unwrap().len(),
            other.json().as_object().unwrap().len()
        );
        for address in [ANA, "nobody@example.com"] {
            let proof = json!({ "channel": "email", "address": address, "code": "000000" });
            let answer = stranger.post("codes/verify", proof).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(answer.json()["field"], "code");
        }
        assert_eq!(stranger.sees().await, ["Hello"]);
        assert_eq!(stranger.assurance().await, 0);
        // Nor do answers go to an address that was only typed.
        shop.outgoing().await;
        shop.agent_writes(conversation, "Hello Ana?").await;
        let sent = shop.outgoing().await;
        assert!(sent.is_empty(), "{sent:?}");
        assert_eq!(stranger.sees().await, ["Hello", "Hello Ana?"]);
    });
}

#[test]
fn a_code_proves_the_address_for_half_an_hour() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let by_mail = shop.shop.hears(&email(ANA), "It is about order 7").await;
        let browser = shop.visitor().await;
        let asked = json!({ "channel": "email", "address": "Ana@Example.com" });
        let answer = browser.post("codes", asked).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED);
        assert_eq!(answer.json()["address"], ANA);
        let sent = shop.outgoing().await;
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].to, email(ANA));
        assert!(sent[0].automatic);
        let proof = json!({ "channel": "email", "address": ANA, "code": code_in(&sent[0].text) });
        let answer = browser.post("codes/verify", proof.clone()).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert_eq!(browser.assurance().await, 2);
        assert_eq!(
            shop.shop.customer(by_mail.conversation).await,
            shop.customer_of(&email(ANA)).await
        );
        // The code was for one time.
        let again = browser.post("codes/verify", proof).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        shop.pass(31 * 60_000);
        assert_eq!(browser.assurance().await, 0);
    });
}

#[test]
fn the_code_stands_in_the_message_that_leaves_and_nowhere_else() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let browser = shop.visitor().await;
        let conversation = browser.writes("Hello").await;
        for path in ["codes", "continue"] {
            let asked = json!({ "channel": "sms", "address": "+49 151 12345678" });
            let answer = browser.post(path, asked).await;
            assert_eq!(answer.status, StatusCode::ACCEPTED);
            let sent = shop.outgoing().await;
            let code = code_in(&sent[0].text);
            let everything = shop.everything(conversation).await;
            let noted = serde_json::to_string(&everything).unwrap();
            assert!(!noted.contains(&code), "{noted}");
            assert!(noted.contains("[code]"), "{noted}");
            let shown = browser.get("entries").await;
            assert!(!String::from_utf8_lossy(&shown.body).contains(&code));
        }
        assert_eq!(browser.sees().await, ["Hello"]);
        let db = &shop.shop.database.db;
        let seen = db
            .read(move |tx| {
                throughline_engine::conversation::entries(tx, conversation, 0, 100, View::Public)
            })
            .await
            .unwrap();
        assert_eq!(seen.len(), 1);
    });
}

#[test]
fn guessing_a_code_ends_after_five_tries() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let thief = shop.visitor().await;
        thief
            .post("codes", json!({ "channel": "email", "address": ANA }))
            .await;
        let code = code_in(&shop.outgoing().await[0].text);
        let guess = |typed: &str| json!({ "channel": "email", "address": ANA, "code": typed });
        let wrong = if code == "111111" { "222222" } else { "111111" };
        for _ in 0..5 {
            let answer = thief.post("codes/verify", guess(wrong)).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let right = thief.post("codes/verify", guess(&code)).await;
        assert_eq!(right.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(thief.assurance().await, 0);
    });
}

#[test]
fn a_code_is_worth_nothing_in_another_browser() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let (ana, thief) = (shop.visitor().await, shop.visitor().await);
        ana.post("codes", json!({ "channel": "email", "address": ANA }))
            .await;
        let code = code_in(&shop.outgoing().await[0].text);
        let proof = json!({ "channel": "email", "address": ANA, "code": code });
        let stolen = thief.post("codes/verify", proof.clone()).await;
        assert_eq!(stolen.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(ana.post("codes/verify", proof).await.status, StatusCode::OK);
    });
}

#[test]
fn nobody_is_flooded_with_codes_and_nobody_is_told() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let mut sent = 0;
        for _ in 0..9 {
            let stranger = shop.visitor().await;
            let answer = stranger
                .post("codes", json!({ "channel": "email", "address": ANA }))
                .await;
            assert_eq!(answer.status, StatusCode::ACCEPTED);
            sent += shop.outgoing().await.len();
        }
        assert_eq!(sent, 5);
    });
}

#[test]
fn what_is_no_address_is_refused() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        for (channel, address) in [
            ("email", "ana"),
            ("email", "ana@example.com\r\nBcc: all@example.com"),
            ("sms", "12"),
            ("webchat", "x"),
            ("voice", "+4915112345678"),
        ] {
            let asked = json!({ "channel": channel, "address": address });
            let answer = ana.post("codes", asked).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{address}");
        }
        assert!(shop.outgoing().await.is_empty());
    });
}
