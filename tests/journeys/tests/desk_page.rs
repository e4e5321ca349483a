//! The desk in a real browser, against the real router on a real port.
//!
//! The stories themselves are in `browser`: `desk.mjs`, `answers.mjs`, `team.mjs`, `routing.mjs`, `settings.mjs`. What
//! customers do in them, and a look into the outbox, they ask for over `/story/…`, which only this test has.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use axum::Router;
use axum::extract::{Json, State};
use axum::routing::{get, post};
use journeys::desk::{Colleague, hire, tell};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use throughline_engine::conversation::{self, Author, NewEntry};
use throughline_engine::delivery::{Adapters, DELIVER, Deliverer};
use throughline_engine::endpoint;
use throughline_engine::identity;
use throughline_engine::job::{self, Runner};
use throughline_engine::knowledge::{self, NewGap};
use throughline_engine::routing::{Dispatcher, ROUTE};
use throughline_http::{App, ConfiguredEndpoint, router};
use throughline_model::assurance::Assurance;
use throughline_model::channel::ChannelAdapter;
use throughline_model::conversation::{AuthorKind, EntryKind, Role};
use throughline_model::id::ConversationId;
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_model::outbound::{Outbound, SendOutcome};
use throughline_storage::{Engine, Hint};
use throughline_testkit::Shop;

/// The clock of the shop stands still, so no limit ever refills.
const SETTINGS: &str = r#"[limits]
api_requests_per_minute = 1000000
[security]
login_attempts_per_minute = 1000
[outside]
allow_private = true
[[endpoint]]
name = "chat"
channel = "webchat"
address = "shop.example"
brand = "shop"
[endpoint.webchat.widget]
callback = true"#;
/// A mail that no sanitiser has seen: the page must be safe even then.
const HOSTILE: &str = r#"<h1>Hello <b>there</b></h1><script>top.taken = true</script>
    <img src="https://elsewhere.example/seen.png" onerror="top.taken = true">
    <form action="https://elsewhere.example/"><button>Win</button></form>"#;

/// What the world around the desk has in its hands.
#[derive(Clone)]
struct World {
    shop: Arc<Shop>,
    runner: Arc<Runner>,
    routing: Arc<Dispatcher>,
    outbox: Arc<Outbox>,
}

#[derive(Default)]
struct Outbox {
    sent: Mutex<Vec<Outbound>>,
    /// Why nothing arrives, where nothing does.
    refuses: Mutex<Option<String>>,
}

#[async_trait::async_trait]
impl ChannelAdapter for Outbox {
    async fn send(&self, message: &Outbound) -> SendOutcome {
        if let Some(reason) = self.refuses.lock().unwrap().clone() {
            return SendOutcome::Permanent {
                code: "refused".to_owned(),
                reason,
            };
        }
        let mut sent = self.sent.lock().unwrap();
        sent.push(message.clone());
        SendOutcome::Sent {
            provider_id: sent.len().to_string(),
            parts: None,
        }
    }
}

async fn open(address: SocketAddr) -> (Router, ()) {
    let shop = Arc::new(Shop::open(Engine::Sqlite).await);
    let settings = format!("[server]\npublic_url = \"http://{address}/\"\n{SETTINGS}");
    let config = throughline_config::parse(&settings, std::iter::empty()).unwrap();
    hire(&shop, TEAM).await;
    let outbox = Arc::new(Outbox::default());
    let adapters: Adapters = [shop.mail, shop.sms]
        .into_iter()
        .map(|id| (id, Arc::clone(&outbox) as Arc<dyn ChannelAdapter>))
        .collect();
    let (db, setup, files) = (&shop.database.db, &shop.setup, &shop.files);
    let deliverer = Deliverer::new(
        db.clone(),
        setup.clone(),
        files.clone(),
        adapters,
        HashMap::new(),
    );
    let routing = shop.router().await;
    let runner = Runner::new(db.clone(), setup.clone())
        .with(DELIVER, Arc::new(deliverer), 4)
        .with(ROUTE, Arc::clone(&routing) as _, 1);
    let id = shop.chat;
    let record = db.read(move |tx| endpoint::get(tx, id)).await.unwrap();
    let chat = ConfiguredEndpoint {
        record,
        config: config.endpoints[0].clone(),
    };
    let app = App::new(db.clone(), setup.clone(), files.clone(), config, vec![chat])
        .with_routing(Arc::clone(&routing));
    let world = World {
        shop,
        runner: Arc::new(runner),
        routing,
        outbox,
    };
    let story = Router::new()
        .route("/story/mia", post(mia))
        .route("/story/hostile", post(hostile))
        .route("/story/writes", post(writes))
        .route("/story/types", post(types))
        .route("/story/long", post(long))
        .route("/story/decides", post(decides))
        .route("/story/gap", post(gap))
        .route("/story/dies", post(dies))
        .route("/story/asks", post(asks))
        .route("/story/later", post(later))
        .route("/story/outbox", get(outgoing))
        .route("/story/refuses", post(refuses))
        .with_state(world);
    (router(app).merge(story), ())
}

/// Those who work at the desk.
const TEAM: &[Colleague] = &[
    ("ana", "Ana Ribeiro", Role::Agent),
    ("ben", "Ben <b>Okoro</b>", Role::Agent),
    ("boss", "Bao Nguyen", Role::Admin),
];

fn visitor() -> Identifier {
    Identifier::parse(IdentifierKind::Visitor, "mias-browser", None).unwrap()
}

/// Mia writes in the chat, and has proven that a mail address is hers.
async fn mia(State(world): State<World>) -> Json<Value> {
    let shop = &world.shop;
    let mut first = shop.message(&visitor(), "Where is my parcel 4711?");
    first.from_name = Some("Mia Weber".to_owned());
    let received = shop.receive(first).await;
    let setup = shop.setup.clone();
    let proving = shop.database.db.write(move |tx| {
        let address = Identifier::email("mia@customer.example").unwrap();
        let browser = identity::recognise(tx, &setup.clock, &visitor(), None)?.identifier;
        let address = identity::recognise(tx, &setup.clock, &address, None)?.identifier;
        let until = setup.clock.now() + 3_600_000;
        let level = Assurance::PROVEN;
        identity::prove(tx, &setup, browser, address, level, "otp", until)
    });
    proving.await.unwrap();
    Json(json!({ "conversation": received.conversation }))
}

/// Somebody means harm, by name, subject and mail.
async fn hostile(State(world): State<World>) -> Json<Value> {
    let from = Identifier::email("eve@elsewhere.example").unwrap();
    let mut mail = world.shop.message(&from, "Hello there");
    mail.from_name = Some("<img src=x onerror=top.taken=true>".to_owned());
    mail.content.html = Some(HOSTILE.to_owned());
    mail.content.subject = Some("</title><script>top.taken=true</script>".to_owned());
    let received = world.shop.receive(mail).await;
    Json(json!({ "conversation": received.conversation }))
}

async fn writes(State(world): State<World>, Json(body): Json<Value>) {
    let text = body["text"].as_str().unwrap();
    world.shop.hears(&visitor(), text).await;
}

async fn types(State(world): State<World>, Json(body): Json<Value>) {
    let author = json!({ "kind": "customer", "name": "Mia Weber" });
    world.shop.database.db.hints().publish(Hint::Fleeting {
        conversation: conversation(&body),
        event: json!({ "type": "typing", "author": author, "typing": true }).to_string(),
    });
}

/// A conversation that has gone on for a very long time.
async fn long(State(world): State<World>, Json(body): Json<Value>) -> Json<Value> {
    let count = body["entries"].as_i64().unwrap();
    let from = Identifier::email("lea@customer.example").unwrap();
    let received = world.shop.hears(&from, "This is entry number 1").await;
    let (setup, id) = (world.shop.setup.clone(), received.conversation);
    let filling = world.shop.database.db.write(move |tx| {
        for number in 2..=count {
            let author = Author {
                kind: AuthorKind::System,
                id: None,
                name: None,
            };
            let at = setup.clock.now();
            let text = format!("This is entry number {number}");
            let entry = NewEntry::internal(id, at, EntryKind::Note, author, text, json!({}));
            conversation::append(tx, &setup, &entry)?;
        }
        Ok::<_, throughline_engine::Error>(())
    });
    filling.await.unwrap();
    Json(json!({ "conversation": id }))
}

/// What the AI and the policy do is noted, as the brain notes it.
async fn decides(State(world): State<World>, Json(body): Json<Value>) {
    let (setup, id) = (world.shop.setup.clone(), conversation(&body));
    let refused = json!({
        "what": "decided", "tool": "cancel_order", "ahead": false,
        "decision": { "allowed": false, "rules": [{ "id": "shipped", "say": "it is on its way already" }] },
    });
    let called = json!({
        "what": "called", "tool": "get_order", "args": { "order_id": "4711" }, "writes": false,
        "answered": { "outcome": "ok", "result": { "status": "shipped" } },
    });
    let noting = world.shop.database.db.write(move |tx| {
        for (kind, body) in [
            (EntryKind::ToolCall, called.clone()),
            (EntryKind::Decision, refused.clone()),
        ] {
            let author = Author {
                kind: AuthorKind::Ai,
                id: None,
                name: None,
            };
            let at = setup.clock.now();
            let entry = NewEntry::internal(id, at, kind, author, String::new(), body);
            conversation::append(tx, &setup, &entry)?;
        }
        Ok::<_, throughline_engine::Error>(())
    });
    noting.await.unwrap();
}

/// A question that found no answer.
async fn gap(State(world): State<World>, Json(body): Json<Value>) {
    let clock = world.shop.setup.clock.clone();
    let gap = NewGap {
        question: body["question"].as_str().unwrap().to_owned(),
        locale: None,
        confidence: 0.1,
        conversation: None,
        vector: None,
    };
    let asking = world
        .shop
        .database
        .db
        .write(move |tx| knowledge::record_gap(tx, &clock, &gap));
    asking.await.unwrap();
}

/// A job that nobody can do.
async fn dies(State(world): State<World>) {
    let clock = world.shop.setup.clock.clone();
    let queueing = world.shop.database.db.write(move |tx| {
        let nothing = json!({});
        job::enqueue(tx, &clock, DELIVER, "nobody", &nothing, clock.now(), 1)
    });
    queueing.await.unwrap();
    world.runner.run_due().await.unwrap();
}

/// Somebody writes in the chat, and the router hears of it.
async fn asks(State(world): State<World>, Json(body): Json<Value>) -> Json<Value> {
    let [name, text] = ["name", "text"].map(|field| body[field].as_str().unwrap());
    let browser: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let browser = Identifier::parse(IdentifierKind::Visitor, &browser, None);
    let mut message = world.shop.message(&browser.unwrap(), text);
    message.from_name = Some(name.to_owned());
    let received = world.shop.receive(message).await;
    world.runner.run_due().await.unwrap();
    Json(json!({ "conversation": received.conversation }))
}

/// Time passes, and what is due by then is done.
async fn later(State(world): State<World>, Json(body): Json<Value>) {
    let seconds = body["seconds"].as_i64().unwrap();
    world.shop.setup.clock.advance(seconds * 1000);
    world.runner.run_due().await.unwrap();
    world.routing.tick().await.unwrap();
}

fn conversation(body: &Value) -> ConversationId {
    body["conversation"].as_str().unwrap().parse().unwrap()
}

async fn outgoing(State(world): State<World>) -> Json<Value> {
    world.runner.run_due().await.unwrap();
    let sent = std::mem::take(&mut *world.outbox.sent.lock().unwrap());
    Json(sent.iter().map(outside).collect())
}

/// A message as whoever got it sees it.
fn outside(message: &Outbound) -> Value {
    let mut seen = json!({ "kind": message.to.kind, "to": message.to.value, "text": message.text });
    if !message.files.is_empty() {
        let names = message.files.iter().map(|file| file.name.as_str());
        seen["files"] = names.collect();
    }
    seen
}

/// From now on nothing arrives, for this reason; without one it does again.
async fn refuses(State(world): State<World>, Json(body): Json<Value>) {
    let reason = body["why"].as_str().map(str::to_owned);
    *world.outbox.refuses.lock().unwrap() = reason;
}

#[test]
fn an_agent_works_at_the_desk_in_a_real_browser() {
    tell("desk.mjs", open);
}

#[test]
fn an_agent_answers_whatever_comes_in_between_in_a_real_browser() {
    tell("answers.mjs", open);
}

#[test]
fn a_team_works_together_in_real_browsers() {
    tell("team.mjs", open);
}

#[test]
fn the_router_hands_out_work_at_the_desk_in_real_browsers() {
    tell("routing.mjs", open);
}

#[test]
fn an_administrator_looks_after_everything_in_a_real_browser() {
    tell("settings.mjs", open);
}
