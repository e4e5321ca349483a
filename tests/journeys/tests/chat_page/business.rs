//! The business behind the chat, and what a story can have it do: `/story/…` on the same server.

use axum::extract::{Json, State};
use axum::routing::{get, post};
use axum::{Router, serve};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use throughline_engine::conversation::{self, Author, Change, Filter, View, entries};
use throughline_engine::delivery::{Adapters, DELIVER, Deliverer};
use throughline_engine::job::Runner;
use throughline_engine::knowledge::{self, Audience, Draft};
use throughline_engine::reply::{self, NewReply};
use throughline_engine::{endpoint, rating};
use throughline_http::widget::{WidgetTag, keep_loader, tag_of};
use throughline_http::{App, ConfiguredEndpoint, router};
use throughline_model::channel::ChannelAdapter;
use throughline_model::conversation::{AuthorKind, CaseStatus};
use throughline_model::id::ConversationId;
use throughline_model::outbound::{Outbound, SendOutcome};
use throughline_storage::{Engine, Hint};
use throughline_testkit::Shop;
use tokio::net::TcpListener;

/// Where mail and text messages of the business leave.
const OUTLETS: &str = r#"
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

/// A business with its doors open.
pub struct Business {
    address: SocketAddr,
    hands: Hands,
}

/// What the business has in its hands.
#[derive(Clone)]
struct Hands {
    shop: Arc<Shop>,
    app: App,
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

impl Business {
    /// Opens a business with these chats.
    pub async fn open(chats: &str) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let hands = hands(address, chats).await;
        keep_loader(&hands.app).await.unwrap();
        let story = Router::new()
            .route("/story/answer", post(answer))
            .route("/story/typing", post(typing))
            .route("/story/outbox", get(outgoing))
            .route("/story/texts", post(texts))
            .route("/story/resolve", post(resolve))
            .route("/story/rating", post(rated))
            .route("/story/facts", post(facts))
            .route("/story/publish", post(publish))
            .with_state(hands.clone());
        let service = router(hands.app.clone())
            .merge(story)
            .into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { serve(socket, service).await });
        Self { address, hands }
    }

    /// Where it is.
    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Mia of the business says something.
    pub async fn says(&self, to: ConversationId, text: &str, prompt: Option<Value>) {
        say(&self.hands, to, text, prompt).await;
    }

    /// The conversation there is.
    pub async fn only_conversation(&self) -> ConversationId {
        let db = &self.hands.shop.database.db;
        let all = db.read(|tx| conversation::list(tx, &Filter::default(), None, 2));
        let all = all.await.unwrap();
        assert_eq!(all.len(), 1);
        all[0].id
    }

    /// What puts each of its chats on a page.
    pub fn tags(&self) -> BTreeMap<String, WidgetTag> {
        let chats = self
            .hands
            .app
            .endpoints()
            .map(|one| one.record.name.clone());
        chats
            .filter_map(|name| Some((name.clone(), tag_of(&self.hands.app, &name).ok()?)))
            .collect()
    }
}

async fn hands(address: SocketAddr, chats: &str) -> Hands {
    let shop = Arc::new(Shop::open(Engine::Sqlite).await);
    let settings = format!(
        "[server]\npublic_url = \"http://{address}/\"\n[outside]\nallow_private = true\n{chats}{OUTLETS}"
    );
    let config = throughline_config::parse(&settings, std::iter::empty()).unwrap();
    let mut endpoints = Vec::new();
    for config in &config.endpoints {
        let (clock, one) = (shop.setup.clock.clone(), config.clone());
        let record = shop.database.db.write(move |tx| {
            endpoint::configure(tx, &clock, &one.name, one.channel, &one.address, &one.brand)
        });
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
    let app = App::new(db.clone(), setup.clone(), files.clone(), config, endpoints);
    Hands {
        shop,
        app,
        runner: Arc::new(runner),
        outbox,
    }
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

async fn answer(State(business): State<Hands>, Json(body): Json<Value>) {
    let text = body["text"].as_str().unwrap();
    let prompt = body.get("prompt").cloned();
    say(&business, conversation(&body), text, prompt).await;
}

async fn say(business: &Hands, to: ConversationId, text: &str, prompt: Option<Value>) {
    let setup = business.shop.setup.clone();
    let id = setup.clock.new_id().to_string();
    let answer = NewReply {
        prompt: prompt.map(|prompt| serde_json::from_value(prompt).unwrap()),
        ..NewReply::new(to, text.to_owned(), id, mia())
    };
    let db = &business.shop.database.db;
    db.write(move |tx| reply::send(tx, &setup, answer.clone()))
        .await
        .unwrap();
    // Every answer has a minute of its own; limits come back too.
    business.shop.setup.clock.advance(60_000);
}

async fn typing(State(business): State<Hands>, Json(body): Json<Value>) {
    business.shop.database.db.hints().publish(Hint::Fleeting {
        conversation: conversation(&body),
        event: json!({ "type": "typing", "author": mia(), "typing": true }).to_string(),
    });
}

async fn outgoing(State(business): State<Hands>) -> Json<Value> {
    business.runner.run_due().await.unwrap();
    let sent = std::mem::take(&mut *business.outbox.0.lock().unwrap());
    Json(
        sent.iter()
            .map(|one| json!({ "to": one.to.value, "text": one.text }))
            .collect(),
    )
}

async fn texts(State(business): State<Hands>, Json(body): Json<Value>) -> Json<Vec<String>> {
    let id = conversation(&body);
    let all = &business.shop.database.db;
    let all = all.read(move |tx| entries(tx, id, 0, 1000, View::Public));
    Json(all.await.unwrap().into_iter().map(|one| one.text).collect())
}

async fn resolve(State(business): State<Hands>, Json(body): Json<Value>) {
    let (setup, id) = (business.shop.setup.clone(), conversation(&body));
    let change = Change {
        status: Some(CaseStatus::Resolved),
        ..Change::default()
    };
    let db = &business.shop.database.db;
    db.write(move |tx| conversation::change(tx, &setup, id, &change, mia()))
        .await
        .unwrap();
}

async fn rated(State(business): State<Hands>, Json(body): Json<Value>) -> Json<Value> {
    let id = conversation(&body);
    let db = &business.shop.database.db;
    let found = db.read(move |tx| rating::of_conversation(tx, id)).await;
    Json(json!(found.unwrap()))
}

async fn facts(State(business): State<Hands>, Json(body): Json<Value>) -> Json<Value> {
    let id = conversation(&body);
    let db = &business.shop.database.db;
    let found = db
        .read(move |tx| conversation::facts(tx, id))
        .await
        .unwrap();
    Json(
        found
            .into_iter()
            .map(|fact| (fact.name, fact.value))
            .collect(),
    )
}

async fn publish(State(business): State<Hands>, Json(body): Json<Value>) {
    let clock = business.shop.setup.clock.clone();
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    let draft = Draft {
        slug: text("slug"),
        locale: "en".to_owned(),
        title: text("title"),
        body: text("body"),
        audience: Audience::Public,
        tags: Vec::new(),
        questions: Vec::new(),
    };
    let db = &business.shop.database.db;
    db.write(move |tx| {
        let made = knowledge::create(tx, &clock, draft.clone(), None)?;
        knowledge::publish(tx, &clock, made.summary.id, "member:1")
    })
    .await
    .unwrap();
    business.app.knowledge().refresh().await.unwrap();
}
