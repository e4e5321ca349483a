//! A desk over the shop: short ways to ask the API as somebody.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::Value;
use std::sync::Arc;
use throughline_engine::access::invite::{self, Acceptance};
use throughline_engine::access::token::{self, NewToken};
use throughline_engine::access::{Member, Scope, session};
use throughline_engine::agent::Agent;
use throughline_engine::intake::Received;
use throughline_http::App;
use throughline_model::conversation::Role;
use throughline_model::identifier::Identifier;
use throughline_storage::Engine;
use throughline_testkit::{Shop, agent, demo_business};
use tower::ServiceExt as _;

/// The password of every member.
pub const PASSWORD: &str = "a horse on the roof";

pub struct Desk {
    pub shop: Shop,
    pub app: App,
    router: Router,
}

/// Somebody who asks.
#[derive(Clone, Debug)]
pub enum Caller {
    Nobody,
    Token(String),
    Browser { cookie: String, csrf: String },
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .unwrap_or_else(|| panic!("no header {name}: {self:?}"))
            .to_str()
            .unwrap()
    }

    /// The JSON of an answer that must be a success.
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{self:?}");
        self.json()
    }

    /// Checks that it is a problem document of this status and kind.
    pub fn is_problem(&self, status: u16, kind: &str) {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["type"], kind, "{problem}");
        assert_eq!(problem["status"], status, "{problem}");
        assert!(!problem["detail"].as_str().unwrap().is_empty(), "{problem}");
    }
}

impl Desk {
    pub async fn open(engine: Engine) -> Self {
        Self::configured(engine, "").await
    }

    pub async fn configured(engine: Engine, toml: &str) -> Self {
        Self::over(Shop::open(engine).await, toml, None).await
    }

    /// With an AI agent, whose order system is out of order.
    pub async fn with_agent(engine: Engine) -> Self {
        let shop = Shop::open(engine).await;
        let agent = agent(&shop, demo_business(), "http://127.0.0.1:9").await;
        Self::over(shop, "", Some(agent)).await
    }

    async fn over(shop: Shop, toml: &str, agent: Option<Arc<Agent>>) -> Self {
        let config = throughline_config::parse(toml, std::iter::empty()).unwrap();
        let app = App::new(
            shop.database.db.clone(),
            shop.setup.clone(),
            shop.files.clone(),
            config,
            Vec::new(),
        );
        let app = app.with_routing(shop.router().await);
        let app = app.with_agent(agent);
        let router = throughline_http::router(app.clone());
        Self { shop, app, router }
    }

    /// A token with these scopes.
    pub async fn token(&self, scopes: &[Scope]) -> Caller {
        let clock = self.shop.setup.clock.clone();
        let new = NewToken {
            name: "a program".to_owned(),
            scopes: scopes.to_vec(),
            expires_at: None,
        };
        let made = self
            .app
            .db()
            .write(move |tx| token::create(tx, &clock, &new, "system"));
        Caller::Token(made.await.unwrap().1)
    }

    /// A token that may do everything.
    pub async fn admin(&self) -> Caller {
        self.token(&[Scope::Admin]).await
    }

    /// A member without a password.
    pub async fn invited(&self, name: &str, role: Role) -> Member {
        self.shop.hires(name, role).await
    }

    /// A member who can log in with [`PASSWORD`].
    pub async fn member(&self, name: &str, role: Role) -> Member {
        let id = self.invited(name, role).await.id;
        let clock = self.shop.setup.clock.clone();
        let for_invite = clock.clone();
        let made = self
            .app
            .db()
            .write(move |tx| invite::create(tx, &for_invite, id, "system"));
        let acceptance = Acceptance {
            token: made.await.unwrap().secret,
            password: PASSWORD.to_owned(),
            email: None,
            name: None,
        };
        let gate = self.app.gate();
        let accepted = gate.accept(self.app.db(), &clock, acceptance, name).await;
        accepted.unwrap()
    }

    /// A browser in which this member is logged in.
    pub async fn browser(&self, member: &Member) -> Caller {
        let (clock, id) = (self.shop.setup.clock.clone(), member.id);
        let started = self
            .app
            .db()
            .write(move |tx| session::start(tx, &clock, id, 3_600_000));
        let started = started.await.unwrap();
        Caller::Browser {
            cookie: format!("throughline_session={}", started.secret),
            csrf: started.csrf,
        }
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// The answer as it begins: for streams, which never end.
    pub async fn begin(&self, request: Request<Body>) -> axum::response::Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn get(&self, caller: &Caller, path: &str) -> Answer {
        let request = request(caller, Method::GET, path);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, caller: &Caller, path: &str, body: Value) -> Answer {
        self.change(caller, Method::POST, path, body).await
    }

    pub async fn change(&self, caller: &Caller, method: Method, path: &str, body: Value) -> Answer {
        self.send(with_json(request(caller, method, path), &body))
            .await
    }

    /// A POST with an `Idempotency-Key`.
    pub async fn post_once(&self, caller: &Caller, path: &str, key: &str, body: Value) -> Answer {
        let request = request(caller, Method::POST, path).header("idempotency-key", key);
        self.send(with_json(request, &body)).await
    }

    /// Somebody writes a mail.
    pub async fn mail(&self, name: &str, text: &str) -> Received {
        let from = Identifier::email(&format!("{name}@example.com")).unwrap();
        self.shop.hears(&from, text).await
    }
}

/// A request of somebody, without a body.
pub fn request(caller: &Caller, method: Method, path: &str) -> axum::http::request::Builder {
    let request = Request::builder().method(method).uri(path);
    match caller {
        Caller::Nobody => request,
        Caller::Token(secret) => request.header(header::AUTHORIZATION, format!("Bearer {secret}")),
        Caller::Browser { cookie, csrf } => request
            .header(header::COOKIE, cookie)
            .header("x-csrf-token", csrf),
    }
}

pub fn with_json(request: axum::http::request::Builder, body: &Value) -> Request<Body> {
    request
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))
        .unwrap()
}
