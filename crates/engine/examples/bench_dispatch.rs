//! Measures what a decision of the router takes when it is durable: its job claimed, the event decided, the log, the rows
//! and the timeline written in one transaction.
//!
//! `cargo xtask bench dispatch [agents] [conversations]`: 100 agents and 2,000 conversations without them.
#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]
#![expect(clippy::unwrap_used, reason = "a measurement may fail loudly")]

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};
use throughline_engine::access::member::{self, NewMember};
use throughline_engine::conversation::{self, Author};
use throughline_engine::job::Runner;
use throughline_engine::routing::{Dispatcher, Presence, ROUTE};
use throughline_model::conversation::{CaseStatus, Role};
use throughline_model::id::{ConversationId, MemberId};
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_storage::Engine;
use throughline_testkit::Shop;

/// Answers that are measured.
const ANSWERS: usize = 1_000;

struct Floor {
    shop: Shop,
    routing: Arc<Dispatcher>,
    runner: Runner,
}

impl Floor {
    async fn open(engine: Engine) -> Self {
        let shop = Shop::open(engine).await;
        let (db, setup) = (shop.database.db.clone(), shop.setup.clone());
        let routing = Arc::new(Dispatcher::open(db.clone(), setup.clone()).await.unwrap());
        let runner = Runner::new(db, setup).with(ROUTE, Arc::clone(&routing) as _, 1);
        Self {
            shop,
            routing,
            runner,
        }
    }

    async fn agent(&self, number: usize) -> MemberId {
        let clock = self.shop.setup.clock.clone();
        let new = NewMember {
            email: format!("agent-{number}@shop.example"),
            name: format!("Agent {number}"),
            role: Role::Agent,
        };
        let db = &self.shop.database.db;
        let added = db.write(move |tx| member::add(tx, &clock, &new, "bench"));
        let id = added.await.unwrap().id;
        self.runner.run_due().await.unwrap();
        self.routing
            .set_presence(id, Presence::Available)
            .await
            .unwrap();
        id
    }

    /// A customer writes; what is measured begins when that is durable.
    async fn arrival(&self, number: usize) -> Duration {
        let visitor = Identifier::parse(IdentifierKind::Visitor, &format!("v-{number}"), None);
        let message = self.shop.message(&visitor.unwrap(), "Where is my order?");
        self.shop.receive(message).await;
        let begun = Instant::now();
        self.runner.run_due().await.unwrap();
        begun.elapsed()
    }

    async fn resolve(&self, case: ConversationId) {
        let setup = self.shop.setup.clone();
        let done = conversation::Change {
            status: Some(CaseStatus::Resolved),
            ..Default::default()
        };
        let db = &self.shop.database.db;
        db.write(move |tx| conversation::change(tx, &setup, case, &done, Author::system()))
            .await
            .unwrap();
    }
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: usize| {
        arguments
            .next()
            .map_or(default, |text| text.parse().unwrap())
    };
    let (agents, conversations) = (number(100), number(2_000));
    for engine in [Engine::Sqlite, Engine::Postgres] {
        measure(engine, agents, conversations).await;
    }
}

async fn measure(engine: Engine, agents: usize, conversations: usize) {
    let floor = Floor::open(engine).await;
    let mut team = VecDeque::new();
    for number in 0..agents {
        team.push_back(floor.agent(number).await);
    }
    let mut arrivals = Vec::new();
    for number in 0..conversations {
        arrivals.push(floor.arrival(number).await);
    }
    println!("{engine:?}: {agents} agents, {conversations} conversations");
    tell("a conversation is handed out or lined up", arrivals);
    let (mut answers, mut ends) = (Vec::new(), Vec::new());
    // Whoever has taken something finishes it at once, so that the next of the line is offered.
    while answers.len() < ANSWERS.min(conversations.saturating_sub(agents)) {
        let agent = team.pop_front().unwrap();
        team.push_back(agent);
        let me = floor.routing.me(agent).await.unwrap();
        let Some(offer) = me.offers.first() else {
            continue;
        };
        let begun = Instant::now();
        let case = floor
            .routing
            .answer(agent, offer.token, true)
            .await
            .unwrap();
        answers.push(begun.elapsed());
        floor.resolve(case).await;
        let begun = Instant::now();
        floor.runner.run_due().await.unwrap();
        ends.push(begun.elapsed());
    }
    tell("an offer is accepted, and the next one made", answers);
    tell("a case is resolved", ends);
}

fn tell(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!(
        "  {what}: p50 {:.2} ms, p99 {:.2} ms over {}",
        at(0.5),
        at(0.99),
        times.len()
    );
}
