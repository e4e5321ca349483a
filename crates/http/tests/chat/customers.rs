//! The shop vouches for its customers.

use crate::shop::{ChatShop, SHOP_SECRET, email};
use axum::http::StatusCode;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_testkit::on_both_engines;

fn claims(shop: &ChatShop, account: &str) -> Value {
    let now = shop.shop.setup.clock.now() / 1000;
    json!({ "sub": account, "aud": "chat", "exp": now + 600, "name": "Ana Silva" })
}

fn signed(claims: &Value) -> String {
    let key = EncodingKey::from_secret(SHOP_SECRET.as_bytes());
    encode(&Header::new(Algorithm::HS256), claims, &key).unwrap()
}

fn account(id: &str) -> Identifier {
    Identifier::parse(IdentifierKind::Account, id, None).unwrap()
}

#[test]
fn a_logged_in_customer_is_known_by_every_kind_of_key() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let rsa = EncodingKey::from_rsa_pem(include_bytes!("keys/rsa.pem")).unwrap();
        let ec = EncodingKey::from_ec_pem(include_bytes!("keys/ec.pem")).unwrap();
        let ed = EncodingKey::from_ed_pem(include_bytes!("keys/ed.pem")).unwrap();
        let secret = EncodingKey::from_secret(SHOP_SECRET.as_bytes());
        for (algorithm, key) in [
            (Algorithm::HS256, secret),
            (Algorithm::RS256, rsa),
            (Algorithm::ES256, ec),
            (Algorithm::EdDSA, ed),
        ] {
            let ana = shop.visitor().await;
            let token = encode(&Header::new(algorithm), &claims(&shop, "a-1"), &key).unwrap();
            let answer = ana.post("identify", json!({ "token": token })).await;
            assert_eq!(answer.status, StatusCode::OK, "{algorithm:?} {answer:?}");
            assert_eq!(answer.json()["anew"], false);
            assert_eq!(ana.assurance().await, 2);
        }
    });
}

#[test]
fn a_token_nobody_should_believe_is_refused() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let now = shop.shop.setup.clock.now() / 1000;
        let with = |name: &str, value: Value| {
            let mut claims = claims(&shop, "a-1");
            claims[name] = value;
            signed(&claims)
        };
        let without = |name: &str| {
            let mut claims = claims(&shop, "a-1");
            claims.as_object_mut().unwrap().remove(name);
            signed(&claims)
        };
        let base64 = |text: &str| {
            use base64::Engine as _;
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
        };
        let body = base64(&claims(&shop, "a-1").to_string());
        let unsigned = |header: &str| format!("{}.{body}.", base64(header));
        // A public key is no secret, so whoever signs with it as one proves nothing.
        let confused = EncodingKey::from_secret(include_bytes!("keys/rsa.pub.pem"));
        let confused = encode(
            &Header::new(Algorithm::HS256),
            &claims(&shop, "a-1"),
            &confused,
        );
        let stranger = EncodingKey::from_secret(b"another shop's secret of good length");
        let stranger = encode(
            &Header::new(Algorithm::HS256),
            &claims(&shop, "a-1"),
            &stranger,
        );
        let shared = EncodingKey::from_secret(SHOP_SECRET.as_bytes());
        let stronger = encode(
            &Header::new(Algorithm::HS512),
            &claims(&shop, "a-1"),
            &shared,
        );
        let good = signed(&claims(&shop, "a-1"));
        let (head, _) = good.rsplit_once('.').unwrap();
        for (why, token) in [
            ("alg none", unsigned("{\"alg\":\"none\",\"typ\":\"JWT\"}")),
            ("alg None", unsigned("{\"alg\":\"None\"}")),
            ("signature cut off", format!("{head}.")),
            ("signed with the public key", confused.unwrap()),
            ("signed by a stranger", stranger.unwrap()),
            ("an algorithm not agreed on", stronger.unwrap()),
            ("another audience", with("aud", json!("other"))),
            ("no audience", without("aud")),
            ("no subject", without("sub")),
            ("no end", without("exp")),
            ("over", with("exp", json!(now - 120))),
            ("a year", with("exp", json!(now + 31_536_000))),
            ("an end that is no number", with("exp", json!("tomorrow"))),
            ("an end out of this world", with("exp", json!(1e300))),
            ("later", with("nbf", json!(now + 300))),
            ("an empty account", with("sub", json!(""))),
            ("a placeholder", with("sub", json!("null"))),
            ("not a token", "hello".to_owned()),
            ("nothing", String::new()),
            ("too much", "a".repeat(20_000)),
        ] {
            shop.pass(6_000);
            let answer = ana.post("identify", json!({ "token": token })).await;
            assert!(
                matches!(
                    answer.status,
                    StatusCode::FORBIDDEN | StatusCode::UNPROCESSABLE_ENTITY
                ),
                "{why}: {answer:?}"
            );
        }
        assert_eq!(ana.assurance().await, 0);
        shop.pass(6_000);
        let answer = ana.post("identify", json!({ "token": good })).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    });
}

#[test]
fn who_has_logged_in_sees_what_they_wrote_elsewhere_as_long_as_it_counts() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = email("ana@example.com");
        let conversation = shop
            .shop
            .hears(&ana, "It is about my order")
            .await
            .conversation;
        shop.agent_writes(conversation, "Which one?").await;
        let browser = shop.visitor().await;
        assert!(browser.sees().await.is_empty());
        let mut claims = claims(&shop, "a-1");
        claims["email"] = json!("Ana@Example.com");
        claims["email_verified"] = json!(true);
        let answer = browser
            .post("identify", json!({ "token": signed(&claims) }))
            .await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(browser.sees().await, ["It is about my order", "Which one?"]);
        assert_eq!(browser.writes("Order 7").await, conversation);
        shop.pass(11 * 60_000);
        assert_eq!(browser.sees().await, ["Order 7"]);
        assert_eq!(
            shop.customer_of(&ana).await,
            shop.customer_of(&account("a-1")).await
        );
    });
}

#[test]
fn an_address_the_shop_has_not_checked_takes_over_nothing() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = email("ana@example.com");
        shop.shop.hears(&ana, "My secret").await;
        let thief = shop.visitor().await;
        for verified in [json!(false), Value::Null] {
            let mut claims = claims(&shop, "thief");
            claims["email"] = json!("ana@example.com");
            if !verified.is_null() {
                claims["email_verified"] = verified;
            }
            let answer = thief
                .post("identify", json!({ "token": signed(&claims) }))
                .await;
            assert_eq!(answer.status, StatusCode::OK);
            assert!(thief.sees().await.is_empty());
        }
        assert_ne!(
            shop.customer_of(&ana).await,
            shop.customer_of(&account("thief")).await
        );
    });
}

#[test]
fn two_people_who_log_in_one_after_the_other_stay_two_people() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let mut browser = shop.visitor().await;
        let first = signed(&claims(&shop, "a-1"));
        browser.post("identify", json!({ "token": first })).await;
        browser.writes("I am Ana").await;
        let anas = browser.clone();
        let second = signed(&claims(&shop, "b-2"));
        let answer = browser.post("identify", json!({ "token": second })).await;
        assert_eq!(answer.json()["anew"], true);
        browser.keep_token(&answer);
        assert!(browser.sees().await.is_empty());
        browser.writes("I am Ben").await;
        assert_eq!(browser.sees().await, ["I am Ben"]);
        assert_eq!(anas.get("entries").await.status, StatusCode::UNAUTHORIZED);
        assert_ne!(
            shop.customer_of(&account("a-1")).await,
            shop.customer_of(&account("b-2")).await
        );
    });
}

#[test]
fn a_browser_that_was_somebodys_long_ago_is_not_theirs_to_give_away() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let mut browser = shop.visitor().await;
        let (ana, ben) = (email("ana@example.com"), email("ben@example.com"));
        for person in [&ana, &ben] {
            let (channel, address) = ("email", person.value.as_str());
            browser
                .post("codes", json!({ "channel": channel, "address": address }))
                .await;
            let sent = shop.outgoing().await;
            let code = crate::shop::code_in(&sent[0].text);
            let proof = json!({ "channel": channel, "address": address, "code": code });
            let answer = browser.post("codes/verify", proof).await;
            assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
            assert_eq!(answer.json()["anew"], *person == ben);
            browser.keep_token(&answer);
            browser.writes(&format!("I am {}", person.value)).await;
            shop.pass(3_600_000);
        }
        assert_ne!(shop.customer_of(&ana).await, shop.customer_of(&ben).await);
        assert_eq!(browser.sees().await, ["I am ben@example.com"]);
    });
}

#[test]
fn a_device_two_people_use_links_nobody() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let mut ids = Vec::new();
        for name in ["a-1", "b-2"] {
            let mut browser = shop.browser();
            let coming = json!({ "endpoint": "chat", "device": "3f0c9a52-7d5e-4a7b" });
            let answer = browser.post("visitors", coming).await;
            browser.keep_token(&answer);
            let token = signed(&claims(&shop, name));
            browser.post("identify", json!({ "token": token })).await;
            browser.writes(name).await;
            ids.push(shop.customer_of(&account(name)).await);
        }
        assert_ne!(ids[0], ids[1]);
        let bad = json!({ "endpoint": "chat", "device": "short" });
        let answer = shop.browser().post("visitors", bad).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    });
}
