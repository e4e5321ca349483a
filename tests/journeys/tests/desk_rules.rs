//! Rules at the desk, in real browsers: a policy and a procedure are edited, refused, published and taken back; what the
//! policy forbids is asked for and approved; what the AI thought can be read; and the AI agent is watched, taken over from,
//! paused and set up.
//!
//! The stories themselves are `browser/rules.mjs`, `browser/agent.mjs` and `browser/suggestion.mjs`. The AI is the real
//! one, over the demo shop's procedures, policy and order system; customers write over `/story/…`, which only this test
//! has.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use axum::Router;
use axum::extract::{Json, State};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use journeys::desk::{Colleague, hire, tell};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use throughline_engine::job::Runner;
use throughline_engine::knowledge::Knowledge;
use throughline_engine::policy::{self, PolicyKind};
use throughline_http::{App, router};
use throughline_model::assurance::Assurance;
use throughline_model::conversation::Role;
use throughline_model::identifier::Identifier;
use throughline_model::inbound::File;
use throughline_policy::source::SourceFile;
use throughline_storage::Engine;
use throughline_testkit::{Shop, agent_with, at_work, brain, demo_business};

/// The clock of the shop stands still, so no limit ever refills.
const LIMITS: &str = "[limits]
api_requests_per_minute = 1000000
[security]
login_attempts_per_minute = 1000";
/// Somebody whose bookshelf costs more than an agent may decide about.
const AARAV: &str = "aarav.anderson9752@example.com";
/// Somebody whom the AI agent can help by itself.
const NOAH: &str = "noah.brown7922@example.com";
/// The damage.
const PICTURE: &str = "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAeklEQVR4nO3PUQkAIBTAwBfMYEY0liH8OITBAtzm7PV1wwUNaEEDWtCAFjSgBQ\
     1oQQNa0IAWNKAFDWhBA1rQgBY0oAUNaEEDWtCAFjSgBQ1oQQNa0IAWNKAFDWhBA1rQgBY0oAUNaEEDWtCAFjSgBQ1oQQNa0IAWPHYBhT7BWl2N\
     brcAAAAASUVORK5CYII=";

/// Those who work at the desk.
const TEAM: &[Colleague] = &[
    ("ana", "Ana Ribeiro", Role::Agent),
    ("sue", "Sue <b>Visor</b>", Role::Supervisor),
];

/// What the world around the desk has in its hands.
#[derive(Clone)]
struct World {
    shop: Arc<Shop>,
    runner: Arc<Runner>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/shop")
}

async fn open(address: SocketAddr, orders: &str) -> Router {
    let mut shop = Shop::open(Engine::Sqlite).await;
    shop.setup.agent = true;
    let shop = Arc::new(shop);
    hire(&shop, TEAM).await;
    let (db, setup, files) = (&shop.database.db, &shop.setup, &shop.files);
    policy::adopt(db, setup, PolicyKind::Business, rules())
        .await
        .unwrap();
    let knowledge = Knowledge::new(db.clone(), None);
    let brain = brain(demo_business(), orders).decided_by(setup.policy.business.clone());
    let agent = agent_with(&shop, brain, knowledge.clone()).await;
    let (runner, routing) = at_work(&shop, agent.clone()).await;
    let settings = format!("[server]\npublic_url = \"http://{address}/\"\n{LIMITS}");
    let config = throughline_config::parse(&settings, std::iter::empty()).unwrap();
    let (db, setup, files) = (db.clone(), setup.clone(), files.clone());
    let app = App::with_knowledge(db, setup, files, config, Vec::new(), knowledge);
    let app = app.with_agent(Some(agent)).with_routing(routing);
    let world = World {
        shop,
        runner: Arc::new(runner),
    };
    let story = Router::new()
        .route("/story/mails", post(mails))
        .with_state(world);
    router(app).merge(story)
}

/// The shop's policy, as it stands in its folder.
fn rules() -> Vec<SourceFile> {
    let entries = std::fs::read_dir(folder().join("policy")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let files = paths.filter(|path| path.is_file()).map(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        SourceFile::new(name, std::fs::read_to_string(&path).unwrap())
    });
    files.collect()
}

/// Aarav writes, or Noah, from his own, proven address, with a picture where there is one; the AI answers.
async fn mails(State(world): State<World>, Json(body): Json<Value>) -> Json<Value> {
    let shop = &world.shop;
    let (name, address) = match body["from"].as_str() {
        Some("Noah Brown") => ("Noah Brown", NOAH),
        _ => ("Aarav Anderson", AARAV),
    };
    let from = Identifier::email(address).unwrap();
    let mut mail = shop.message(&from, body["text"].as_str().unwrap());
    mail.from_name = Some(name.to_owned());
    mail.evidence.assurance = Assurance::from_level(1);
    mail.evidence.method = Some("dmarc".to_owned());
    if body["picture"] == true {
        mail.content.files.push(File {
            name: "broken.png".to_owned(),
            media_type: "image/png".to_owned(),
            content_id: None,
            body: BASE64.decode(PICTURE).unwrap().into(),
        });
    }
    let received = shop.receive(mail).await;
    shop.setup.clock.advance(60_000);
    world.runner.run_due().await.unwrap();
    let said = shop.texts(received.conversation).await;
    Json(json!({ "conversation": received.conversation, "answer": said.last() }))
}

/// Tells a story beside the shop's order system.
fn tell_beside_orders(file: &str) {
    tell(file, async |address| {
        let orders = throughline_shop::start("key").await.unwrap();
        (open(address, &orders.base()).await, orders)
    });
}

#[test]
fn rules_are_looked_after_in_real_browsers() {
    tell_beside_orders("rules.mjs");
}

#[test]
fn the_ai_agent_is_watched_taken_over_from_and_paused_in_real_browsers() {
    tell_beside_orders("agent.mjs");
}

#[test]
fn what_the_ai_suggests_is_used_changed_and_sent_in_a_real_browser() {
    tell_beside_orders("suggestion.mjs");
}
