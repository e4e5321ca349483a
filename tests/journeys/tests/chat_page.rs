//! The hosted chat page in a real browser, against the real router on a real port.
//!
//! The story itself is `browser/chat.mjs`. What the business does in it (answer, look into the outbox, stop the
//! network) it asks for over `/story/…`, which only this test has.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use axum::extract::{Json, State};
use axum::routing::{get, post};
use axum::{Router, serve};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use throughline_engine::conversation::{Author, View, entries};
use throughline_engine::delivery::{Adapters, DELIVER, Deliverer};
use throughline_engine::endpoint;
use throughline_engine::job::Runner;
use throughline_engine::reply::{self, NewReply};
use throughline_http::{App, ConfiguredEndpoint, router};
use throughline_model::channel::ChannelAdapter;
use throughline_model::conversation::AuthorKind;
use throughline_model::id::ConversationId;
use throughline_model::outbound::{Outbound, SendOutcome};
use throughline_storage::{Engine, Hint};
use throughline_testkit::Shop;
use tokio::net::TcpListener;

const SETTINGS: &str = r#"
    [[endpoint]]
    name = "chat"
    channel = "webchat"
    address = "shop.example"
    brand = "shop"
    [endpoint.webchat]
    title = "Chat with Example Shop"
    greeting = "Hello! How can we help?"

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
    auth_tokens = [{ insecure_value = "token" }]
"#;

/// What the business has in its hands.
#[derive(Clone)]
struct Business {
    shop: Arc<Shop>,
    runner: Arc<Runner>,
    outbox: Arc<Outbox>,
}

#[derive(Default)]
struct Outbox(Mutex<Vec<Outbound>>);

#[async_trait::async_trait]
impl ChannelAdapter for Outbox {
    async fn send(&self, message: &Outbound) -> SendOutcome {
        let mut sent = self.0.lock().unwrap();
        sent.push(message.clone());
        SendOutcome::Sent {
            provider_id: sent.len().to_string(),
            parts: None,
        }
    }
}

async fn open(address: SocketAddr) -> Router {
    let shop = Arc::new(Shop::open(Engine::Sqlite).await);
    let public = format!("[server]\npublic_url = \"http://{address}/\"\n{SETTINGS}");
    let config = throughline_config::parse(&public, std::iter::empty()).unwrap();
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
    let runner = Runner::new(db.clone(), setup.clone()).with(DELIVER, Arc::new(deliverer), 4);
    let app = App::new(
        db.clone(),
        setup.clone(),
        files.clone(),
        config.clone(),
        endpoints,
    );
    let business = Business {
        shop,
        runner: Arc::new(runner),
        outbox,
    };
    let story = Router::new()
        .route("/story/answer", post(answer))
        .route("/story/typing", post(typing))
        .route("/story/outbox", get(outgoing))
        .route("/story/texts", post(texts))
        .with_state(business);
    router(app).merge(story)
}

fn conversation(body: &Value) -> ConversationId {
    body["conversation"].as_str().unwrap().parse().unwrap()
}

fn mia() -> Author {
    Author {
        kind: AuthorKind::Member,
        id: None,
        name: Some("Mia".to_owned()),
    }
}

async fn answer(State(business): State<Business>, Json(body): Json<Value>) {
    let setup = business.shop.setup.clone();
    let id = setup.clock.new_id().to_string();
    let text = body["text"].as_str().unwrap().to_owned();
    let answer = NewReply::new(conversation(&body), text, id, mia());
    let db = &business.shop.database.db;
    db.write(move |tx| reply::send(tx, &setup, answer.clone()))
        .await
        .unwrap();
    // Every answer has a minute of its own; limits come back too.
    business.shop.setup.clock.advance(60_000);
}

async fn typing(State(business): State<Business>, Json(body): Json<Value>) {
    business.shop.database.db.hints().publish(Hint::Fleeting {
        conversation: conversation(&body),
        event: json!({ "type": "typing", "author": mia(), "typing": true }).to_string(),
    });
}

async fn outgoing(State(business): State<Business>) -> Json<Value> {
    business.runner.run_due().await.unwrap();
    let sent = std::mem::take(&mut *business.outbox.0.lock().unwrap());
    Json(
        sent.iter()
            .map(|one| json!({ "to": one.to.value, "text": one.text }))
            .collect(),
    )
}

async fn texts(State(business): State<Business>, Json(body): Json<Value>) -> Json<Vec<String>> {
    let id = conversation(&body);
    let all = &business.shop.database.db;
    let all = all.read(move |tx| entries(tx, id, 0, 1000, View::Public));
    Json(all.await.unwrap().into_iter().map(|one| one.text).collect())
}

#[test]
fn a_visitor_is_served_in_a_real_browser() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let address = runtime.block_on(async {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let router = open(address).await;
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { serve(socket, service).await });
        address
    });
    let status = Command::new("node")
        .arg(folder.join("browser/chat.mjs"))
        .env("STORY_URL", format!("http://{address}"))
        .env("STORY_MODULES", folder.join("../counterparts/package.json"))
        .status()
        .expect("node is installed: cargo xtask test checks that");
    assert!(status.success(), "the story ended otherwise; see above");
}
