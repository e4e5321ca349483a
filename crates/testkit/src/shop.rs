//! A small shop to tell stories in: a database, a clock that stands still, endpoints, and short ways to let
//! customers write.

use crate::database::TestDatabase;
use object_store::memory::InMemory;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use throughline_engine::attachment::Files;
use throughline_engine::intake::{Circumstances, Received, receive};
use throughline_engine::key::Keys;
use throughline_engine::policy::InForce;
use throughline_engine::{Setup, endpoint};
use throughline_model::channel::Channel;
use throughline_model::clock::Clock;
use throughline_model::conversation::EntryKind;
use throughline_model::id::{ConversationId, CustomerId, EndpointId};
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_model::inbound::{Content, Evidence, Inbound, Raw, Thread};
use throughline_storage::Engine;

/// 2026-03-01T09:00:00Z, when the shop opens.
pub const OPENING: i64 = 1_772_355_600_000;

/// A shop with one endpoint per channel.
pub struct Shop {
    /// Its database.
    pub database: TestDatabase,
    /// How its engine is set up.
    pub setup: Setup,
    /// Its files, in memory.
    pub files: Files,
    /// Its web chat.
    pub chat: EndpointId,
    /// Its mailbox.
    pub mail: EndpointId,
    /// Its number for text messages.
    pub sms: EndpointId,
    messages: AtomicU64,
}

impl Shop {
    /// Opens a shop on `engine`.
    pub async fn open(engine: Engine) -> Self {
        let database = TestDatabase::new(engine).await;
        let clock = Clock::fixed(OPENING);
        let setup = Setup {
            clock: clock.clone(),
            keys: Keys::new(b"the shop's secret"),
            identity: throughline_engine::identity::Rules::default(),
            reopen_ms: 7 * 86_400_000,
            agent: false,
            policy: InForce::built_in().expect("the program's own policies compile"),
        };
        let for_endpoints = clock.clone();
        let ids = database
            .db
            .write(move |tx| -> throughline_engine::Result<_> {
                let mut make = |name, channel, address| {
                    endpoint::configure(tx, &for_endpoints, name, channel, address, "shop")
                        .map(|made| made.id)
                };
                Ok((
                    make("chat", Channel::Webchat, "shop.example")?,
                    make("mail", Channel::Email, "help@shop.example")?,
                    make("sms", Channel::Sms, "+4930123456")?,
                ))
            })
            .await
            .expect("endpoints are made");
        let files = Files::new(Arc::new(InMemory::new()), clock, 1_000_000);
        Self {
            database,
            setup,
            files,
            chat: ids.0,
            mail: ids.1,
            sms: ids.2,
            messages: AtomicU64::new(0),
        }
    }

    /// The channel an identifier writes on here, with its endpoint.
    fn line(&self, from: &Identifier) -> (Channel, EndpointId) {
        match from.kind {
            IdentifierKind::Email => (Channel::Email, self.mail),
            IdentifierKind::Phone => (Channel::Sms, self.sms),
            _ => (Channel::Webchat, self.chat),
        }
    }

    /// A message as its channel would hand it over.
    pub fn message(&self, from: &Identifier, text: &str) -> Inbound {
        let number = self.messages.fetch_add(1, Ordering::SeqCst);
        let (channel, endpoint) = self.line(from);
        Inbound {
            endpoint,
            channel,
            provider_id: format!("message-{number}"),
            sent_at: self.setup.clock.now(),
            from: from.clone(),
            from_name: None,
            content: Content {
                text: text.to_owned(),
                ..Content::default()
            },
            thread: Thread::default(),
            evidence: Evidence::default(),
            automatic: false,
            raw: Raw {
                media_type: "text/plain".to_owned(),
                body: text.to_owned().into(),
            },
        }
    }

    /// Takes a message in.
    pub async fn receive(&self, inbound: Inbound) -> Received {
        let circumstances = Circumstances {
            brand: "shop".to_owned(),
            ..Circumstances::default()
        };
        receive(
            &self.database.db,
            &self.setup,
            &self.files,
            inbound,
            circumstances,
        )
        .await
        .expect("the message is taken in")
    }

    /// `from` writes `text`; a minute passes.
    pub async fn hears(&self, from: &Identifier, text: &str) -> Received {
        let received = self.receive(self.message(from, text)).await;
        self.setup.clock.advance(60_000);
        received
    }

    /// The texts of a conversation's messages, in order.
    pub async fn texts(&self, conversation: ConversationId) -> Vec<String> {
        use throughline_engine::conversation::{View, entries};
        let all = self
            .database
            .db
            .read(move |tx| entries(tx, conversation, 0, 10_000, View::Everything))
            .await
            .expect("entries are read");
        all.into_iter()
            .filter(|entry| entry.kind == EntryKind::Message)
            .map(|entry| entry.text)
            .collect()
    }

    /// Whose conversation it is.
    pub async fn customer(&self, conversation: ConversationId) -> CustomerId {
        use throughline_engine::conversation::get;
        self.database
            .db
            .read(move |tx| get(tx, conversation))
            .await
            .expect("the conversation is there")
            .customer
    }
}
