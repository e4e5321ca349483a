//! The drill: many people write, an agent answers, and the server is killed again and again in the middle of it.
//! Afterwards everything that was acknowledged must be there exactly once and in order, and whatever left the
//! outbox must have reached the carrier exactly once, or be known as unknown.
//!
//! Whoever gets no acknowledgement sends the same message again under the same id, as browsers, providers and
//! programs do.

mod agent;
mod verdict;
mod writer;

pub use verdict::Report;

use crate::carrier::{Carrier, Mood};
use crate::server::{Server, Settings};
use crate::wire::{Answer, Speaker};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use throughline_storage::{Db, Engine, Options, Query, Result, params};
use tokio::task::JoinSet;
use uuid::Uuid;
use writer::Acknowledged;

/// How long whoever was not answered waits before trying again.
const TRY_AGAIN: Duration = Duration::from_millis(10);
/// How long the outbox may take to come to rest: jobs of a dead worker wait for their lease, and a message whose
/// fate is unknown for a minute more.
const SETTLE_LIMIT: Duration = Duration::from_secs(300);

const DELIVERIES_WAITING: Query = Query::plain(
    "drill.waiting",
    "SELECT COUNT(*) AS count FROM job WHERE kind = 'deliver' AND state <> 'dead'",
);

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What the server stores on.
    pub engine: Engine,
    /// How often it is killed.
    pub kills: u32,
    /// Where the random numbers begin: moments, texts and moods repeat with it, races do not.
    pub seed: u64,
    /// How many write in the chat.
    pub visitors: usize,
    /// How many write text messages.
    pub phones: usize,
    /// How many programs answer.
    pub agents: usize,
}

impl Plan {
    /// A drill of `kills` on `engine`, with the usual crowd.
    pub fn new(engine: Engine, kills: u32) -> Self {
        Self {
            engine,
            kills,
            seed: 1,
            visitors: 24,
            phones: 12,
            agents: 4,
        }
    }
}

/// Tells everyone when to stop writing.
type Closing = Arc<AtomicBool>;

/// Does it and says how it went. `said` hears of the progress.
pub async fn run(plan: &Plan, said: impl Fn(&str)) -> Report {
    let carrier = Carrier::open().await;
    let mut settings = Settings::on(plan.engine);
    settings.carrier = Some(carrier.api_base());
    settings.log = "warn".to_owned();
    let mut server = Server::start(&settings).await;
    let closing = Closing::default();
    let mut crowd = Crowd::gather(plan, &server, &closing).await;
    let slowest = kill_repeatedly(plan, &mut server, &carrier, &said).await;
    closing.store(true, Ordering::SeqCst);
    let written = crowd.finish().await;
    said("waiting until the outbox is empty");
    let db = Db::open(&Options::new(server.database_url())).unwrap();
    let settled_in = settle(&db).await;
    assert!(server.terminate().success(), "the server did not end well");
    let mut report = verdict::judge(&db, &carrier, &written).await;
    report.kills = plan.kills;
    report.slowest_start = slowest;
    report.settled_in = settled_in;
    report
}

/// Everyone who writes.
struct Crowd {
    people: JoinSet<Acknowledged>,
}

impl Crowd {
    async fn gather(plan: &Plan, server: &Server, closing: &Closing) -> Self {
        let mut people = JoinSet::new();
        let mut conversations = Vec::new();
        for number in 0..plan.visitors {
            let mut visitor = writer::Visitor::arrive(server.address, number).await;
            conversations.push(visitor.write_first().await);
            people.spawn(writer::write(
                visitor,
                rng(plan, number),
                Arc::clone(closing),
            ));
        }
        for number in 0..plan.phones {
            let phone = writer::Phone::new(server.address, number);
            people.spawn(writer::write(
                phone,
                rng(plan, 1_000 + number),
                Arc::clone(closing),
            ));
        }
        let token = server.token(&["read", "write:conversations"]);
        let mut speaker = Speaker::with_token(server.address, &token);
        conversations.extend(text_conversations(&mut speaker, plan.phones).await);
        for number in 0..plan.agents {
            let speaker = Speaker::with_token(server.address, &token);
            let agent = agent::Agent::new(speaker, number, conversations.clone());
            people.spawn(agent.answer(rng(plan, 2_000 + number), Arc::clone(closing)));
        }
        Self { people }
    }

    async fn finish(&mut self) -> Vec<Acknowledged> {
        let mut written = Vec::new();
        while let Some(person) = self.people.join_next().await {
            written.push(person.unwrap());
        }
        written
    }
}

fn rng(plan: &Plan, person: usize) -> StdRng {
    StdRng::seed_from_u64(plan.seed.wrapping_mul(1_000_003) + person as u64)
}

/// The conversations the phones' first messages started.
async fn text_conversations(speaker: &mut Speaker, count: usize) -> Vec<Uuid> {
    let path = "/api/v1/conversations?channel=sms&limit=100";
    let begun = Instant::now();
    loop {
        let page = insist(speaker, "GET", path, &[], "").await.json();
        let found: Vec<Uuid> = page["items"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| one["id"].as_str()?.parse().ok())
            .collect();
        if found.len() == count {
            return found;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "{} of {count} phones got through: {page}",
            found.len()
        );
        tokio::time::sleep(TRY_AGAIN).await;
    }
}

/// Asks until there is an answer that is final: the server was there, and able to work.
async fn insist(
    speaker: &mut Speaker,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    loop {
        match speaker.say(method, path, headers, body).await {
            Ok(answer) if answer.status < 500 && answer.status != 429 => return answer,
            _ => tokio::time::sleep(TRY_AGAIN).await,
        }
    }
}

/// Posts JSON until there is a final answer.
async fn insist_on(speaker: &mut Speaker, path: &str, body: &Value) -> Answer {
    let json = [("content-type", "application/json")];
    insist(speaker, "POST", path, &json, &body.to_string()).await
}

/// Kills the server at random moments, sometimes while it is still starting; returns its slowest start.
async fn kill_repeatedly(
    plan: &Plan,
    server: &mut Server,
    carrier: &Carrier,
    said: impl Fn(&str),
) -> Duration {
    let mut rng = rng(plan, 9_999);
    let mut slowest = server.started_in;
    for kill in 1..=plan.kills {
        upset(carrier, &mut rng);
        let early = kill < plan.kills && rng.random_ratio(1, 8);
        if early {
            tokio::time::sleep(Duration::from_micros(rng.random_range(0..60_000))).await;
        } else {
            server.ready().await;
            slowest = slowest.max(server.started_in);
            tokio::time::sleep(Duration::from_micros(rng.random_range(20_000..700_000))).await;
        }
        server.kill9();
        server.launch();
        if kill % 20 == 0 {
            said(&format!("{kill} kills"));
        }
    }
    server.ready().await;
    slowest.max(server.started_in)
}

/// The carrier has its moods as well.
fn upset(carrier: &Carrier, rng: &mut StdRng) {
    match rng.random_range(0..40) {
        0 | 1 => carrier.answers_next([Mood::TakesAndFails]),
        2 => carrier.answers_next([Mood::Fails]),
        3 => carrier.answers_next([Mood::TakesAndHangs]),
        4..=7 => carrier.answers_next([Mood::Busy, Mood::Busy]),
        _ => {}
    }
}

async fn settle(db: &Db) -> Duration {
    let begun = Instant::now();
    loop {
        let waiting: i64 = db
            .read(|tx| -> Result<_> {
                tx.one(&DELIVERIES_WAITING, params![], |row| row.get("count"))
            })
            .await
            .unwrap();
        if waiting == 0 {
            return begun.elapsed();
        }
        assert!(
            begun.elapsed() < SETTLE_LIMIT,
            "{waiting} deliveries never came to rest"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
