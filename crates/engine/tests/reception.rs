//! Stories of how what comes in over an endpoint is received, on both engines.

use serde_json::{Value, json};
use std::sync::Arc;
use throughline_engine::Error;
use throughline_engine::access::audit;
use throughline_engine::agent::{self, AGENT, Agent};
use throughline_engine::conversation::{self, Author, Change, Conversation, View};
use throughline_engine::endpoint::{self, Reception};
use throughline_engine::job::Runner;
use throughline_engine::routing::{Dispatcher, ROUTE, Settings};
use throughline_model::channel::Channel;
use throughline_model::conversation::{AuthorKind, CaseStatus, EntryKind, Priority};
use throughline_model::id::{ConversationId, EndpointId, QueueId};
use throughline_model::identifier::Identifier;
use throughline_routing::Queue;
use throughline_storage::{Engine, Tx};
use throughline_testkit::{Shop, demo_business, on_both_engines};

/// A shop with a mailbox and a queue for sales, and an AI agent whose order system is out of order.
struct Story {
    shop: Shop,
    agent: Arc<Agent>,
    routing: Arc<Dispatcher>,
    sales: EndpointId,
    queue: QueueId,
}

impl Story {
    async fn begins(engine: Engine) -> Self {
        let mut shop = Shop::open(engine).await;
        shop.setup.agent = true;
        let (db, clock) = (&shop.database.db, shop.setup.clock.clone());
        let address = "sales@shop.example";
        let configured = db.write(move |tx| {
            endpoint::configure(tx, &clock, "sales", Channel::Email, address, "shop")
        });
        let sales = configured.await.expect("the mailbox is there").id;
        let story = Self {
            agent: throughline_testkit::agent(&shop, demo_business(), "http://127.0.0.1:9").await,
            routing: shop.router().await,
            sales,
            queue: QueueId(shop.setup.clock.new_id()),
            shop,
        };
        let queue = story.queue;
        let add = |settings: &mut Settings| settings.queues.insert(queue, Queue::named("Sales"));
        story.routes_by(add).await;
        story
    }

    async fn routes_by<T>(&self, change: impl FnOnce(&mut Settings) -> T) {
        let mut settings = self.settings().await;
        change(&mut settings);
        let set = self.routing.set_settings(settings).await;
        set.expect("the settings fit together");
    }

    async fn settings(&self) -> Settings {
        self.routing.settings().await.expect("the router answers")
    }

    /// What the queue is called that gets what belongs nowhere else.
    async fn fallback(&self) -> String {
        let settings = self.settings().await;
        settings.queues[&settings.fallback].name.clone()
    }

    async fn sets(&self, new: Reception) -> Result<Reception, Error> {
        let (settings, clock) = (self.settings().await, self.shop.setup.clock.clone());
        let set = move |tx: &mut Tx<'_>| {
            endpoint::set_reception(tx, &clock, "member:bao", "sales", &new, &settings)
        };
        self.shop.database.db.write(set).await
    }

    /// A customer writes to sales, and everybody who has work does it.
    async fn sales_hears(&self, name: &str, text: &str) -> ConversationId {
        self.hears(self.sales, name, text).await
    }

    async fn hears(&self, endpoint: EndpointId, name: &str, text: &str) -> ConversationId {
        let from = Identifier::email(&format!("{name}@example.com")).expect("an address");
        let mut message = self.shop.message(&from, text);
        message.endpoint = endpoint;
        let conversation = self.shop.receive(message).await.conversation;
        self.shop.setup.clock.advance(60_000);
        self.works().await;
        conversation
    }

    async fn works(&self) {
        let (db, setup) = (self.shop.database.db.clone(), self.shop.setup.clone());
        let runner = Runner::new(db, setup)
            .with(AGENT, Arc::clone(&self.agent) as _, 1)
            .with(ROUTE, Arc::clone(&self.routing) as _, 1);
        runner.run_due().await.expect("the jobs run");
    }

    async fn case(&self, id: ConversationId) -> Conversation {
        let db = &self.shop.database.db;
        let read = db.read(move |tx| conversation::get(tx, id)).await;
        read.expect("the conversation is there")
    }

    async fn ana_changes(&self, id: ConversationId, change: Change) {
        let setup = self.shop.setup.clone();
        let ana = Author {
            kind: AuthorKind::Member,
            id: None,
            name: Some("Ana".to_owned()),
        };
        let db = &self.shop.database.db;
        let changed =
            db.write(move |tx| conversation::change(tx, &setup, id, &change, ana.clone()));
        changed.await.expect("the case changes");
        self.works().await;
    }

    /// A person gives the conversation to the AI agent.
    async fn hand_back(&self, id: ConversationId) -> Result<(), Error> {
        let setup = self.shop.setup.clone();
        let db = &self.shop.database.db;
        let given = db.write(move |tx| agent::hand_back(tx, &setup, id, Author::system()));
        given.await?;
        self.works().await;
        Ok(())
    }

    /// The kinds of the first two entries.
    async fn begins_with(&self, id: ConversationId) -> Vec<EntryKind> {
        let read = move |tx: &mut Tx<'_>| conversation::entries(tx, id, 0, 2, View::Everything);
        let first = self.shop.database.db.read(read).await;
        let first = first.expect("entries are read").into_iter();
        first.map(|entry| entry.kind).collect()
    }

    /// The queues somebody waits in, and how many do.
    async fn lines(&self) -> Vec<(String, usize)> {
        let board = self.routing.board().await.expect("the router answers");
        let queues = board.queues.into_iter();
        let lines = queues.filter(|queue| queue.waiting > 0);
        lines.map(|queue| (queue.name, queue.waiting)).collect()
    }
}

fn people_only() -> Reception {
    Reception {
        agent: false,
        ..Reception::default()
    }
}

async fn received(engine: Engine) {
    let story = Story::begins(engine).await;
    let set = Reception {
        queue: Some("sales".to_owned()),
        priority: Priority::High,
        tags: vec!["New Lead".to_owned(), "new-lead".to_owned()],
        ..people_only()
    };
    let set = story.sets(set).await.expect("there is such a queue");
    let queue = story.queue.to_string();
    assert_eq!(set.queue, Some(queue.clone()));
    assert_eq!(set.tags, ["new-lead"]);

    let case = story.sales_hears("kim", "Do you deliver 400 chairs?").await;
    let begun = story.case(case).await;
    assert_eq!(begun.priority, Priority::High);
    assert_eq!(begun.tags, ["new-lead"]);
    assert_eq!(begun.fields["queue"], Value::from(queue));
    assert_eq!(story.lines().await, [("Sales".to_owned(), 1)]);
    assert_eq!(
        story.begins_with(case).await,
        [EntryKind::State, EntryKind::Message],
        "the timeline says why"
    );
    let db = &story.shop.database.db;
    let tags = db.read(conversation::known_tags).await;
    assert_eq!(tags.expect("tags are read"), ["new-lead"]);

    let renamed = |settings: &mut Settings| {
        let queue = settings.queues.get_mut(&story.queue);
        queue.expect("it is there").name = "Business".to_owned();
    };
    story.routes_by(renamed).await;
    story.sales_hears("lee", "And 500 tables?").await;
    assert_eq!(
        story.lines().await,
        [("Business".to_owned(), 2)],
        "a queue stays the same under another name"
    );

    let other = story.hears(story.shop.mail, "mia", "Hello").await;
    assert_eq!(
        story.begins_with(other).await.first(),
        Some(&EntryKind::Message)
    );
    let other = story.case(other).await;
    assert_eq!(other.priority, Priority::Normal);
    assert!(other.tags.is_empty(), "{:?}", other.tags);

    let acts = db.read(|tx| audit::list(tx, Some("reception.set"), None, 10));
    let acts = acts.await.expect("acts are read");
    assert_eq!((acts[0].actor.as_str(), acts.len()), ("member:bao", 1));
    assert_eq!(acts[0].object, "sales");
    let changed = json!({ "changed": ["agent", "priority", "queue", "tags"] });
    let mut said = acts[0].details.clone();
    if let Some(names) = said["changed"].as_array_mut() {
        names.sort_by_key(ToString::to_string);
    }
    assert_eq!(said, changed);
}

async fn kept(engine: Engine) {
    let story = Story::begins(engine).await;
    let set = Reception {
        queue: Some("Sales".to_owned()),
        priority: Priority::High,
        tags: vec!["lead".to_owned()],
        ..people_only()
    };
    story.sets(set.clone()).await.expect("it is set");
    let case = story.sales_hears("kim", "400 chairs?").await;
    let mut change = Change {
        status: Some(CaseStatus::Resolved),
        priority: Some(Priority::Low),
        remove_tags: vec!["lead".to_owned()],
        ..Change::default()
    };
    let fallback = story.fallback().await;
    change
        .fields
        .insert("queue".to_owned(), fallback.as_str().into());
    story.ana_changes(case, change).await;
    let urgent = Reception {
        priority: Priority::Urgent,
        ..set
    };
    story.sets(urgent).await.expect("it is set");

    assert_eq!(story.sales_hears("kim", "Or 300?").await, case);
    let again = story.case(case).await;
    assert_eq!(again.status, CaseStatus::Open);
    assert_eq!(again.priority, Priority::Low);
    assert!(again.tags.is_empty(), "{:?}", again.tags);
    assert_eq!(story.lines().await, [(fallback, 1)]);
}

async fn peoples(engine: Engine) {
    let story = Story::begins(engine).await;
    let waits = vec![(story.fallback().await, 1)];
    story.hears(story.shop.mail, "mia", "Hello").await;
    assert!(story.lines().await.is_empty(), "the AI agent greets her");
    story.sets(people_only()).await.expect("it is set");

    let case = story.sales_hears("kim", "Hello").await;
    assert_eq!(story.lines().await, waits, "people get it at once");
    let refused = story.hand_back(case).await;
    let refused = refused.expect_err("only people answer there");
    assert!(matches!(refused, Error::Conflict(_)), "{refused}");

    let elsewhere = story.hears(story.shop.mail, "kim", "Anybody?").await;
    assert_eq!(elsewhere, case);
    assert_eq!(story.shop.texts(case).await, ["Hello", "Anybody?"]);
    assert_eq!(story.lines().await, waits, "and it stays theirs");

    let given = story.hand_back(case).await;
    given.expect("the AI agent answers where Kim wrote last");
    assert!(story.lines().await.is_empty());
    story.sales_hears("kim", "Hello?").await;
    assert_eq!(story.lines().await, waits);
    assert_eq!(
        story.shop.texts(case).await,
        ["Hello", "Anybody?", "Hello?"],
        "the AI agent never said a word"
    );
}

async fn removed(engine: Engine) {
    let story = Story::begins(engine).await;
    let set = Reception {
        queue: Some("Sales".to_owned()),
        ..people_only()
    };
    let set = story.sets(set).await.expect("it is set");
    story.sales_hears("kim", "400 chairs?").await;
    let remove = |settings: &mut Settings| settings.queues.remove(&story.queue);
    story.routes_by(remove).await;
    story.sales_hears("lee", "500 tables?").await;
    let fallback = story.fallback().await;
    assert_eq!(story.lines().await, [(fallback.clone(), 2)]);

    let db = &story.shop.database.db;
    let still = db.read(|tx| endpoint::reception(tx, "sales")).await;
    assert_eq!(still.expect("it is read"), set, "the desk shows it is gone");
    for gone in [set.queue.as_deref(), Some("Sails"), Some("")] {
        let again = Reception {
            queue: gone.map(str::to_owned),
            ..people_only()
        };
        let refused = story.sets(again).await.expect_err("there is no such queue");
        let says = refused.to_string();
        assert!(says.contains(&format!("there are '{fallback}'")), "{says}");
    }
}

#[test]
fn a_mail_to_sales_goes_to_sales_with_its_priority_and_tag() {
    on_both_engines(received);
}

#[test]
fn a_conversation_that_opens_again_keeps_what_people_set() {
    on_both_engines(kept);
}

#[test]
fn where_only_people_answer_they_get_it_at_once_and_keep_it() {
    on_both_engines(peoples);
}

#[test]
fn a_queue_that_was_removed_sends_nobody_into_the_void() {
    on_both_engines(removed);
}
