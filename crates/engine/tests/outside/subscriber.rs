//! A shop, somebody who wants to know what happens there, and the runner that tells them.

use super::receiver::Receiver;
use std::sync::Arc;
use throughline_engine::fetch::{Outside, Reach};
use throughline_engine::job::{Handler, Job, Runner};
use throughline_engine::webhook::{
    self, Change, EventDelivery, EventStatus, Place, SEND, SendWebhooks, Subscription,
};
use throughline_model::id::WebhookId;
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_storage::{Db, Engine};
use throughline_testkit::Shop;

pub struct Subscriber {
    pub shop: Shop,
    pub receiver: Receiver,
    pub webhook: WebhookId,
    pub secret: String,
    sender: Arc<SendWebhooks>,
}

impl Subscriber {
    /// Subscribes to new entries of a fresh shop.
    pub async fn on(engine: Engine) -> Self {
        Self::to(Shop::open(engine).await, &["entry.created"]).await
    }

    /// Subscribes to `events` of `shop`.
    pub async fn to(shop: Shop, events: &[&str]) -> Self {
        let receiver = Receiver::start().await;
        let reach = Reach {
            allow_private: true,
            vouched_hosts: Vec::new(),
        };
        let outside = Outside::new(reach).unwrap();
        let db = &shop.database.db;
        let place = Place::find(&outside, &receiver.url("/in")).await.unwrap();
        let events: Vec<String> = events.iter().map(|event| (*event).to_owned()).collect();
        let setup = shop.setup.clone();
        let made = db
            .write(move |tx| webhook::create(tx, &setup, &place, "", &events))
            .await
            .unwrap();
        let sender = SendWebhooks::new(db.clone(), shop.setup.clone(), outside);
        Self {
            receiver,

            webhook: made.webhook.id,
            secret: made.secret.unwrap(),
            sender: Arc::new(sender),
            shop,
        }
    }

    pub fn db(&self) -> &Db {
        &self.shop.database.db
    }

    pub fn sender(&self) -> Arc<SendWebhooks> {
        Arc::clone(&self.sender)
    }

    /// A customer writes: one entry, one event.
    pub async fn event(&self) -> EventDelivery {
        let anna = Identifier::parse(IdentifierKind::Email, "anna@example.com", None).unwrap();
        self.shop.receive(self.shop.message(&anna, "Hello")).await;
        self.log(None).await.remove(0)
    }

    /// Runs what is due, as a worker would.
    pub async fn run(&self) -> usize {
        Runner::new(self.db().clone(), self.shop.setup.clone())
            .with(SEND, self.sender(), 4)
            .run_due()
            .await
            .unwrap()
    }

    /// Takes a due job, as a worker that will die does.
    pub async fn claim(&self) -> Job {
        let clock = self.shop.setup.clock.clone();
        self.db()
            .write(move |tx| throughline_engine::job::claim(tx, &clock, SEND, 1))
            .await
            .unwrap()
            .remove(0)
    }

    /// A worker does everything for a job and dies before it can say so.
    pub async fn work_and_die(&self) {
        let job = self.claim().await;
        self.sender.handle(&job).await.unwrap();
    }

    pub async fn log(&self, status: Option<EventStatus>) -> Vec<EventDelivery> {
        let id = self.webhook;
        self.db()
            .read(move |tx| webhook::deliveries(tx, id, status, None, 1000))
            .await
            .unwrap()
    }

    pub async fn subscription(&self) -> Subscription {
        let id = self.webhook;
        self.db()
            .read(move |tx| webhook::get(tx, id))
            .await
            .unwrap()
    }

    pub async fn change(&self, change: Change) -> Subscription {
        let id = self.webhook;
        self.db()
            .write(move |tx| webhook::update(tx, id, &change))
            .await
            .unwrap()
    }

    pub fn pass(&self, ms: i64) {
        self.shop.setup.clock.advance(ms);
    }
}
