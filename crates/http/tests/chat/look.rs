//! How a chat looks and behaves is set at the desk, and visitors see it.

use crate::shop::{Answer, Browser, ChatShop};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use throughline_engine::access::token::{self, NewToken};
use throughline_engine::access::{Scope, audit};
use throughline_engine::setting;
use throughline_testkit::on_both_engines;

const SETTINGS: &str = "/api/v1/endpoints/chat/widget/settings";

/// A program that may do what `scope` says.
struct Program<'s> {
    browser: Browser,
    shop: &'s ChatShop,
    secret: String,
}

impl<'s> Program<'s> {
    async fn with(shop: &'s ChatShop, scope: Scope) -> Self {
        let clock = shop.shop.setup.clock.clone();
        let new = NewToken {
            name: "a program".to_owned(),
            scopes: vec![scope],
            expires_at: None,
        };
        let db = &shop.shop.database.db;
        let made = db.write(move |tx| token::create(tx, &clock, &new, "system"));
        let secret = made.await.unwrap().1;
        Self {
            browser: shop.browser(),
            shop,
            secret,
        }
    }

    async fn asks(&self, method: Method, body: Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(SETTINGS)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.secret))
            .header(header::CONTENT_TYPE, "application/json")
            .extension(axum::extract::ConnectInfo(self.browser.address));
        let request = request.body(Body::from(body.to_string())).unwrap();
        self.browser.send(request).await
    }

    async fn sets(&self, settings: Value) -> Answer {
        self.asks(Method::PUT, settings).await
    }

    /// Where the look was set, and the title it gives.
    async fn sees(&self) -> (String, String) {
        let seen = self.asks(Method::GET, Value::Null).await.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&seen["set_in"]), text(&seen["settings"]["title"]))
    }

    /// What the log of acts says, newest first.
    async fn acts(&self) -> Vec<(String, Value)> {
        let db = &self.shop.shop.database.db;
        let acts = db.read(|tx| audit::list(tx, None, None, 10)).await.unwrap();
        let acts = acts.into_iter().map(|one| (one.action, one.details));
        acts.filter(|(action, _)| action.starts_with("widget."))
            .collect()
    }
}

async fn page(shop: &ChatShop, path: &str) -> (String, String) {
    let browser = shop.browser();
    let request = Request::get(path)
        .header(header::HOST, "support.shop.example")
        .extension(axum::extract::ConnectInfo(browser.address));
    let page = browser.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    (policy.to_owned(), String::from_utf8(page.body).unwrap())
}

#[test]
fn what_is_set_at_the_desk_is_what_the_next_visitor_sees() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let admin = Program::with(&shop, Scope::Admin).await;
        let usual = ("configuration".to_owned(), "Chat with us".to_owned());
        assert_eq!(admin.sees().await, usual);
        let set = admin
            .sets(json!({
                "title": "Ask <us>",
                "texts": [{ "language": "de", "greeting": "Hallo!" }],
                "logo": "https://pictures.example/logo.png",
                "ask": [{ "name": "order_number", "label": "Order", "required": true }],
                "hours": ["mon-fri 09:00-17:30"],
                "time_zone": "Europe/Berlin",
                "rating": false,
                "articles": false,
            }))
            .await;
        assert_eq!(set.status, StatusCode::OK, "{set:?}");
        assert_eq!(
            admin.sees().await,
            ("desk".to_owned(), "Ask <us>".to_owned())
        );

        let told = shop.browser().get("settings/chat?language=de").await.json();
        assert_eq!(
            (&told["title"], &told["greeting"]),
            (&json!("Ask <us>"), &json!("Hallo!"))
        );
        assert_eq!(told["ask"][0]["name"], "order_number");
        assert_eq!(told["open"], false, "the shop opened on a Sunday");
        let (policy, text) = page(&shop, "/widget/chat").await;
        assert!(
            policy.contains("data: https://pictures.example;"),
            "{policy}"
        );
        assert!(text.contains("<title>Ask &lt;us&gt;</title>"), "{text}");

        let mut ana = shop.browser();
        ana.come().await;
        assert_eq!(ana.get("me").await.json()["endpoint"]["title"], "Ask <us>");
        let body =
            json!({ "client_message_id": "m1", "text": "Hello", "about": { "owner": "me" } });
        let refused = ana.post("messages", body).await.status;
        assert_eq!(refused, StatusCode::UNPROCESSABLE_ENTITY);
        let body = json!({ "client_message_id": "m1", "text": "Hello", "about": { "order_number": "1042" } });
        assert_eq!(
            ana.post("messages", body).await.status,
            StatusCode::ACCEPTED
        );
        let rated = ana.post("rating", json!({ "score": 5 })).await.status;
        assert_eq!(rated, StatusCode::NOT_FOUND);
        let found = shop.browser().get("articles/chat?q=lamp").await.status;
        assert_eq!(found, StatusCode::NOT_FOUND);
    });
}

#[test]
fn what_is_wrong_is_told_at_its_field_and_changes_nothing() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let admin = Program::with(&shop, Scope::Admin).await;
        let refused = admin
            .sets(json!({
                "color": "blue",
                "ask": [{ "name": "order_number" }],
                "hours": ["mon 09:00-12:00", "mon 11:00-13:00"],
                "logo": "javascript:alert(1)",
            }))
            .await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let refused = refused.json();
        let fields: Vec<_> = refused["problems"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["field"].as_str().unwrap())
            .collect();
        assert_eq!(
            fields,
            ["color", "logo", "ask[order_number].label", "hours[1]"]
        );
        assert_eq!(refused["field"], "color");
        let misspelt = admin.sets(json!({ "colour": "#ffffff" })).await.json();
        let detail = misspelt["problems"][0]["detail"].as_str().unwrap();
        assert!(detail.contains("did you mean 'color'?"), "{detail}");
        assert_eq!(admin.sets(json!(null)).await.json()["field"], "body");
        assert_eq!(admin.sees().await.0, "configuration");
        assert!(admin.acts().await.is_empty());
    });
}

#[test]
fn only_administrators_set_it_and_the_log_knows_what() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let reader = Program::with(&shop, Scope::Read).await;
        let refused = reader.sets(json!({ "title": "Mine" })).await.status;
        assert_eq!(refused, StatusCode::FORBIDDEN);
        assert_eq!(reader.sees().await.0, "configuration", "but may look");

        let admin = Program::with(&shop, Scope::Admin).await;
        admin.sets(json!({ "title": "Ours" })).await;
        shop.pass(1_000);
        let refused = reader.asks(Method::DELETE, Value::Null).await.status;
        assert_eq!(refused, StatusCode::FORBIDDEN);
        let back = admin.asks(Method::DELETE, Value::Null).await.status;
        assert_eq!(back, StatusCode::NO_CONTENT);
        let usual = ("configuration".to_owned(), "Chat with us".to_owned());
        assert_eq!(admin.sees().await, usual);
        assert_eq!(
            admin.acts().await,
            [
                ("widget.forget".to_owned(), json!({})),
                ("widget.set".to_owned(), json!({ "changed": ["title"] })),
            ]
        );
    });
}

#[test]
fn what_can_no_longer_be_read_keeps_no_visitor_out() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        for kept in ["{", r##"{ "color": "#ffffff", "shape": "round" }"##] {
            let db = &shop.shop.database.db;
            db.write(move |tx| setting::put(tx, "widget:chat", kept))
                .await
                .unwrap();
            let told = shop.browser().get("settings/chat").await;
            assert_eq!(told.status, StatusCode::OK, "{kept}");
            assert_eq!(told.json()["color"], "#1f5fbf", "as the configuration says");
        }
    });
}

#[test]
fn a_look_is_tried_on_at_the_desk_alone() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let (policy, text) = page(&shop, "/chat/preview/chat?language=es").await;
        assert!(policy.ends_with("frame-ancestors 'self'"), "{policy}");
        assert!(policy.contains("script-src 'self';"), "{policy}");
        assert!(text.contains("<html lang=\"es\""), "{text}");
    });
}
