//! A shop with a chat, browsers that speak to it, and an outbox one can look into.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use throughline_engine::conversation::{self, Author, Entry, View};
use throughline_engine::delivery::{Adapters, DELIVER, Deliverer};
use throughline_engine::job::Runner;
use throughline_engine::push::{PUSH, Push};
use throughline_engine::reply::{self, NewReply};
use throughline_engine::routing::Dispatcher;
use throughline_engine::visitor::offline::{CHAT_OFFLINE, Offline};
use throughline_engine::{attachment, endpoint, identity};
use throughline_http::chat::{OwnChats, mailboxes, terms};
use throughline_http::{App, ConfiguredEndpoint, router};
use throughline_model::channel::ChannelAdapter;
use throughline_model::conversation::AuthorKind;
use throughline_model::id::{AttachmentId, ConversationId, CustomerId};
use throughline_model::identifier::Identifier;
use throughline_model::inbound::File;
use throughline_model::outbound::{Outbound, SendOutcome};
use throughline_storage::Engine;
use throughline_testkit::Shop;
use tower::ServiceExt as _;

/// The secret the shop signs customer tokens with.
pub const SHOP_SECRET: &str = "a secret the shop keeps for its tokens";

fn settings(inside: bool) -> String {
    let key = |name: &str| format!("{}/tests/chat/keys/{name}", env!("CARGO_MANIFEST_DIR"));
    format!(
        r#"
        [server]
        public_url = "https://support.shop.example/"

        [outside]
        vouched_hosts = ["127.0.0.1"]
        allow_private = {inside}

        [[endpoint]]
        name = "chat"
        channel = "webchat"
        address = "shop.example"
        brand = "shop"
        [endpoint.webchat]
        allowed_origins = ["https://www.shop.example"]
        jwt_keys = [{{ insecure_value = "{SHOP_SECRET}" }}]
        jwt_public_keys = [
            {{ algorithm = "RS256", file = "{}" }},
            {{ algorithm = "ES256", file = "{}" }},
            {{ algorithm = "EdDSA", file = "{}" }},
        ]
        offline_email_endpoint = "mail"

        [[endpoint]]
        name = "mail"
        channel = "email"
        address = "help@shop.example"
        brand = "shop"

        [[endpoint]]
        name = "sms"
        channel = "sms"
        address = "+4930123456"
        brand = "shop"
        [endpoint.sms]
        account_sid = "AC00000000000000000000000000000000"
        auth_tokens = [{{ insecure_value = "token" }}]
        "#,
        key("rsa.pub.pem"),
        key("ec.pub.pem"),
        key("ed.pub.pem"),
    )
}

/// A shop whose chat is open.
pub struct ChatShop {
    pub shop: Shop,
    pub app: App,
    pub routing: Arc<Dispatcher>,
    router: Router,
    runner: Runner,
    outbox: Arc<Outbox>,
}

/// Takes every message and keeps it.
#[derive(Default)]
pub struct Outbox(Mutex<Vec<Outbound>>);

#[async_trait::async_trait]
impl ChannelAdapter for Outbox {
    async fn send(&self, message: &Outbound) -> SendOutcome {
        let mut sent = self.0.lock().unwrap();
        sent.push(message.clone());
        SendOutcome::Sent {
            provider_id: format!("<sent-{}@shop.example>", sent.len()),
            parts: None,
        }
    }
}

impl ChatShop {
    pub async fn open(engine: Engine) -> Self {
        Self::open_with(engine, &settings(false)).await
    }

    /// One that may call places on this machine, where the push services of stories are.
    pub async fn open_inside(engine: Engine) -> Self {
        Self::open_with(engine, &settings(true)).await
    }

    /// One that calls back who waits.
    pub async fn open_calling(engine: Engine) -> Self {
        let calling = "[endpoint.webchat.widget]\ncallback = true\n\n[[endpoint]]\nname = \"mail\"";
        let settings = settings(false).replace("[[endpoint]]\n        name = \"mail\"", calling);
        Self::open_with(engine, &settings).await
    }

    async fn open_with(engine: Engine, settings: &str) -> Self {
        let shop = Shop::open(engine).await;
        let config = throughline_config::parse(settings, std::iter::empty()).unwrap();
        let mut endpoints = Vec::new();
        for (id, config) in [shop.chat, shop.mail, shop.sms]
            .into_iter()
            .zip(&config.endpoints)
        {
            let record = shop.database.db.read(move |tx| endpoint::get(tx, id));
            endpoints.push(ConfiguredEndpoint {
                record: record.await.unwrap(),
                config: config.clone(),
            });
        }
        let (db, setup, files) = (&shop.database.db, &shop.setup, &shop.files);
        let routing = shop.router().await;
        let app = App::new(
            db.clone(),
            setup.clone(),
            files.clone(),
            config.clone(),
            endpoints.clone(),
        )
        .with_routing(Arc::clone(&routing));
        let outbox = Arc::new(Outbox::default());
        let adapters: Adapters = [shop.mail, shop.sms]
            .into_iter()
            .map(|id| (id, Arc::clone(&outbox) as Arc<dyn ChannelAdapter>))
            .collect();
        let deliverer = Deliverer::new(
            db.clone(),
            setup.clone(),
            files.clone(),
            adapters,
            HashMap::new(),
        );
        let offline = Offline {
            db: db.clone(),
            setup: setup.clone(),
            terms: terms(&config),
            mailboxes: mailboxes(&endpoints),
            presence: Box::new(app.lobby().hub().clone()),
        };
        let push = Push {
            db: db.clone(),
            setup: setup.clone(),
            outside: app.push_services().unwrap().clone(),
            key: app.lobby().sender().clone(),
            contact: config.server.public_base(),
            chats: Box::new(OwnChats(app.clone())),
            presence: Box::new(app.lobby().hub().clone()),
        };
        let runner = Runner::new(db.clone(), setup.clone())
            .with(DELIVER, Arc::new(deliverer), 4)
            .with(PUSH, Arc::new(push), 4)
            .with(CHAT_OFFLINE, Arc::new(offline), 4);
        Self {
            router: router(app.clone()),
            app,
            routing,
            runner,
            outbox,
            shop,
        }
    }

    /// A browser nobody has used yet.
    pub fn browser(&self) -> Browser {
        Browser {
            router: self.router.clone(),
            token: None,
            address: ([203, 0, 113, 7], 4711).into(),
        }
    }

    /// A browser in which somebody has come to the chat.
    pub async fn visitor(&self) -> Browser {
        let mut browser = self.browser();
        browser.come().await;
        browser
    }

    /// Somebody at the desk answers, over the line the customer used last.
    pub async fn agent_writes(&self, conversation: ConversationId, text: &str) {
        self.agent_sends(conversation, text, Vec::new()).await;
    }

    /// A file somebody at the desk has chosen to send.
    pub async fn agent_uploads(&self, name: &str, body: &[u8]) -> AttachmentId {
        let file = File {
            name: name.to_owned(),
            media_type: "text/plain".to_owned(),
            content_id: None,
            body: body.to_vec().into(),
        };
        let stored = self.shop.files.keep(&file).await.unwrap();
        let (id, now) = (stored.id, self.shop.setup.clock.now());
        self.shop
            .database
            .db
            .write(move |tx| attachment::upload(tx, &stored, "business", now))
            .await
            .unwrap();
        id
    }

    /// Somebody at the desk answers with files.
    pub async fn agent_sends(
        &self,
        conversation: ConversationId,
        text: &str,
        files: Vec<AttachmentId>,
    ) {
        let setup = self.shop.setup.clone();
        let id = setup.clock.new_id().to_string();
        let author = Author {
            kind: AuthorKind::Member,
            id: None,
            name: Some("Mia".to_owned()),
        };
        let mut answer = NewReply::new(conversation, text.to_owned(), id, author);
        answer.attachments = files;
        self.shop
            .database
            .db
            .write(move |tx| reply::send(tx, &setup, answer.clone()))
            .await
            .unwrap();
    }

    /// Runs everything that is due, and hands out what left since the last time.
    pub async fn outgoing(&self) -> Vec<Outbound> {
        self.runner.run_due().await.unwrap();
        std::mem::take(&mut *self.outbox.0.lock().unwrap())
    }

    /// The router hears of what has happened.
    pub async fn routes(&self) {
        self.shop.routes(&self.routing).await;
    }

    pub fn pass(&self, ms: i64) {
        self.shop.setup.clock.advance(ms);
    }

    /// Everything that was ever noted in a conversation.
    pub async fn everything(&self, conversation: ConversationId) -> Vec<Entry> {
        self.shop
            .database
            .db
            .read(move |tx| conversation::entries(tx, conversation, 0, 1000, View::Everything))
            .await
            .unwrap()
    }

    /// Whose identifier this is.
    pub async fn customer_of(&self, identifier: &Identifier) -> CustomerId {
        let (clock, identifier) = (self.shop.setup.clock.clone(), identifier.clone());
        self.shop
            .database
            .db
            .write(move |tx| identity::recognise(tx, &clock, &identifier, None))
            .await
            .unwrap()
            .customer
    }
}

/// Somebody's browser.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    pub token: Option<String>,
    pub address: SocketAddr,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

impl Browser {
    /// Comes to the chat, and keeps the token.
    pub async fn come(&mut self) {
        let answer = self.post("visitors", json!({ "endpoint": "chat" })).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        self.keep_token(&answer);
    }

    /// The token of an answer, if it brings one, is the browser's from now on.
    pub fn keep_token(&mut self, answer: &Answer) {
        if let Some(token) = answer.json()["token"].as_str() {
            self.token = Some(token.to_owned());
        }
    }

    pub fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/chat/v1/{path}"))
            .header(header::HOST, "support.shop.example")
            .extension(axum::extract::ConnectInfo(self.address));
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        request
    }

    pub async fn raw(&self, request: Request<Body>) -> axum::response::Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.raw(request).await;
        Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body: to_bytes(response.into_body(), 10_000_000)
                .await
                .unwrap()
                .to_vec(),
        }
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        let request = self
            .request("POST", path)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        self.send(request).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        let request = self.request("GET", path).body(Body::empty()).unwrap();
        self.send(request).await
    }

    /// Writes a message and gives its conversation.
    pub async fn writes(&self, text: &str) -> ConversationId {
        let id = uuid::Uuid::new_v4().to_string();
        let message = json!({ "client_message_id": id, "text": text });
        let answer = self.post("messages", message).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{answer:?}");
        answer.json()["conversation"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap()
    }

    /// The texts the browser shows.
    pub async fn sees(&self) -> Vec<String> {
        let answer = self.get("entries").await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let entries = answer.json()["entries"].as_array().unwrap().clone();
        entries
            .iter()
            .map(|entry| entry["text"].as_str().unwrap().to_owned())
            .collect()
    }

    /// How well the browser's person is proven.
    pub async fn assurance(&self) -> i64 {
        self.get("me").await.json()["assurance"].as_i64().unwrap()
    }
}

/// The six digits in a message.
pub fn code_in(text: &str) -> String {
    text.split(|c: char| !c.is_ascii_digit())
        .find(|word| word.len() == 6)
        .unwrap()
        .to_owned()
}

/// The token of the link in a message.
pub fn link_in(text: &str) -> String {
    let (_, rest) = text
        .split_once("https://support.shop.example/chat/resume/")
        .unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

pub fn email(address: &str) -> Identifier {
    Identifier::email(address).unwrap()
}
