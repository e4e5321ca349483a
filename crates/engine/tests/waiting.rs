//! Stories of the line, on both engines: who stands in it and for how long, and whom they ask for.

use std::sync::Arc;
use throughline_engine::Error;
use throughline_engine::conversation::{self, Author, Conversation};
use throughline_engine::routing::{self, Dispatcher, Presence, Wait, WorkerSettings};
use throughline_model::conversation::{CaseStatus, Role};
use throughline_model::id::{ConversationId, MemberId};
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_storage::{Engine, Tx};
use throughline_testkit::{Shop, on_both_engines};

/// Nobody could say how long.
const UNKNOWN: Option<i64> = None;

/// A shop with a router and two people who are not at the desk yet.
struct Story {
    shop: Shop,
    routing: Arc<Dispatcher>,
    ana: MemberId,
    ben: MemberId,
}

impl Story {
    async fn begins(engine: Engine) -> Self {
        let shop = Shop::open(engine).await;
        Self {
            ana: shop.hires("Ana", Role::Agent).await.id,
            ben: shop.hires("Ben", Role::Agent).await.id,
            routing: shop.router().await,
            shop,
        }
    }

    async fn comes(&self, member: MemberId) {
        let set = self.routing.set_presence(member, Presence::Available).await;
        set.expect("the presence is taken note of");
    }

    /// A customer writes a second after the one before, and the router hears of it.
    async fn hears(&self, browser: &str, text: &str) -> ConversationId {
        self.shop.setup.clock.advance(1_000);
        let visitor = Identifier::parse(IdentifierKind::Visitor, browser, None);
        let received = self.shop.hears(&visitor.expect("a visitor"), text).await;
        self.works().await;
        received.conversation
    }

    async fn works(&self) {
        self.shop.routes(&self.routing).await;
    }

    /// The conversation that a member is asked to take.
    async fn asked(&self, member: MemberId) -> Option<ConversationId> {
        let me = self.routing.me(member).await.expect("the router answers");
        me.offers.first().map(|offer| offer.conversation)
    }

    async fn takes(&self, member: MemberId) -> ConversationId {
        let me = self.routing.me(member).await.expect("the router answers");
        let token = me.offers.first().expect("they are asked").token;
        let taken = self.routing.answer(member, token, true).await;
        taken.expect("the offer counts")
    }

    /// How long a customer waits; the database says the same about whether they do.
    async fn wait(&self, id: ConversationId) -> Option<(u32, Option<i64>)> {
        let wait = self.routing.wait_of(id).await.expect("the router answers");
        let read = self.shop.database.db.read(move |tx| routing::waits(tx, id));
        assert_eq!(read.await.expect("read"), wait.is_some());
        wait.map(|Wait { ahead, wait_ms }| (ahead, wait_ms))
    }

    async fn change(
        &self,
        id: ConversationId,
        change: conversation::Change,
    ) -> Result<Conversation, Error> {
        let setup = self.shop.setup.clone();
        let changing =
            move |tx: &mut Tx<'_>| conversation::change(tx, &setup, id, &change, Author::system());
        let changed = self.shop.database.db.write(changing).await;
        self.works().await;
        changed
    }

    /// The case asks for skills, or no more.
    async fn asks_for(&self, id: ConversationId, skills: serde_json::Value) -> Result<(), Error> {
        let mut change = conversation::Change::default();
        change.fields.insert("skills".to_owned(), skills);
        self.change(id, change).await.map(drop)
    }
}

async fn moves_up(engine: Engine) {
    let story = Story::begins(engine).await;
    let first = story.hears("browser-1", "I am first").await;
    let second = story.hears("browser-2", "I am second").await;
    let third = story.hears("browser-3", "I am third").await;
    assert_eq!(story.wait(first).await, Some((0, UNKNOWN)));
    assert_eq!(
        story.wait(third).await,
        Some((2, UNKNOWN)),
        "nobody is there who could say how long"
    );
    story.comes(story.ana).await;
    assert_eq!(
        story.wait(first).await,
        Some((0, Some(0))),
        "who is being asked for waits no more than a moment"
    );
    let (ahead, long) = story.wait(third).await.expect("the third waits");
    assert_eq!(ahead, 1);
    assert_eq!(story.takes(story.ana).await, first);
    assert_eq!(story.wait(first).await, None, "somebody has it");
    assert_eq!(story.asked(story.ana).await, Some(second));
    let (ahead, shorter) = story.wait(third).await.expect("the third still waits");
    assert_eq!(ahead, 0);
    assert!(shorter > Some(0) && shorter < long, "{shorter:?}, {long:?}");
    let done = conversation::Change {
        status: Some(CaseStatus::Resolved),
        ..Default::default()
    };
    story.change(third, done).await.expect("the case changes");
    assert_eq!(story.wait(third).await, None, "nothing is to be done");
    let elsewhere = ConversationId(story.shop.setup.clock.new_id());
    assert_eq!(story.wait(elsewhere).await, None);
}

async fn speaks_german(engine: Engine) {
    let story = Story::begins(engine).await;
    let usual = story.routing.worker(story.ana).await.expect("read");
    let able = WorkerSettings {
        skills: throughline_routing::read_skills("language:de 5, returns").expect("skills"),
        ..usual
    };
    let set = story.routing.set_worker(story.ana, able).await;
    set.expect("Ana speaks German");
    let case = story.hears("browser-1", "Wo ist mein Paket?").await;
    let german = story.asks_for(case, "language:de 3, returns".into()).await;
    german.expect("these are skills");
    story.comes(story.ben).await;
    assert_eq!(story.asked(story.ben).await, None, "Ben speaks no German");
    story.comes(story.ana).await;
    assert_eq!(story.asked(story.ana).await, Some(case));
    let better = serde_json::json!({ "language:de": 8 });
    story.asks_for(case, better).await.expect("better German");
    assert_eq!(story.asked(story.ana).await, None, "hers is not so good");
    assert!(story.wait(case).await.is_some(), "it keeps its place");
    let either = story.asks_for(case, serde_json::Value::Null).await;
    either.expect("any language will do");
    let asked = [story.asked(story.ana).await, story.asked(story.ben).await];
    assert_eq!(asked.into_iter().flatten().collect::<Vec<_>>(), [case]);
}

async fn unreadable(engine: Engine) {
    let story = Story::begins(engine).await;
    let case = story.hears("browser-1", "Hello?").await;
    for skills in [
        serde_json::json!("language:de 30"),
        serde_json::json!(7),
        serde_json::json!({ "returns": "well" }),
    ] {
        let refused = story.asks_for(case, skills).await;
        assert!(matches!(
            refused,
            Err(Error::Invalid {
                field: "fields",
                ..
            })
        ));
    }
    // As with a queue: whether anybody has it is another question.
    let known = story.asks_for(case, "juggling".into()).await;
    known.expect("a skill that nobody has is one");
    story.comes(story.ben).await;
    assert_eq!(story.asked(story.ben).await, None);
}

#[test]
fn who_waits_is_told_their_place_and_how_long_it_will_take() {
    on_both_engines(moves_up);
}

#[test]
fn a_case_that_asks_for_skills_is_offered_to_those_who_have_them() {
    on_both_engines(speaks_german);
}

#[test]
fn skills_that_cannot_be_read_are_refused() {
    on_both_engines(unreadable);
}
