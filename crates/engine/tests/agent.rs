//! Stories of the AI agent, on both engines: over the demo shop's procedures, its policy and its real order system.

use std::path::Path;
use std::sync::Arc;
use throughline_brain::Business;
use throughline_engine::agent::{self, Agent};
use throughline_engine::conversation::{self, Author, Entry, View};
use throughline_engine::job::Runner;
use throughline_engine::knowledge::{self, Audience, Draft, Knowledge};
use throughline_engine::reply::{self, NewReply};
use throughline_model::assurance::Assurance;
use throughline_model::conversation::{AuthorKind, Direction, EntryKind};
use throughline_model::id::{ConversationId, CustomerId};
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_storage::Engine;
use throughline_testkit::{Shop, agent_with, at_work, brain, on_both_engines};

/// A day in the order system's time, in milliseconds since 1970.
const NOW: i64 = 1_716_000_000_000;
/// An account of the order system, and its address.
const NOAH: &str = "noah.brown7922@example.com";

/// A shop whose customers are answered by the agent.
struct Story {
    shop: Shop,
    agent: Arc<Agent>,
    runner: Runner,
    knowledge: Knowledge,
    orders: throughline_shop::Running,
}

impl Story {
    async fn begins(engine: Engine) -> Self {
        let mut shop = Shop::open(engine).await;
        shop.setup.agent = true;
        shop.setup.clock.advance(NOW - shop.setup.clock.now());
        let orders = throughline_shop::start("key").await.expect("a free port");
        let knowledge = Knowledge::new(shop.database.db.clone(), None);
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/shop");
        let (business, _) = Business::load(&folder).expect("the demo's files fit together");
        let brain = brain(business, &orders.base());
        let agent = agent_with(&shop, brain, knowledge.clone()).await;
        let (runner, _) = at_work(&shop, agent.clone()).await;
        Self {
            shop,
            agent,
            runner,
            knowledge,
            orders,
        }
    }

    /// `from` writes, and everybody who has work does it.
    async fn hears(&self, from: &Identifier, text: &str) -> ConversationId {
        let mut message = self.shop.message(from, text);
        if from.kind == IdentifierKind::Email {
            message.evidence.assurance = Assurance::from_level(1);
            message.evidence.method = Some("dmarc".to_owned());
        }
        let received = self.shop.receive(message).await;
        self.shop.setup.clock.advance(60_000);
        self.works().await;
        received.conversation
    }

    async fn works(&self) {
        self.runner.run_due().await.expect("everybody works");
    }

    async fn entries(&self, conversation: ConversationId) -> Vec<Entry> {
        self.shop
            .database
            .db
            .read(move |tx| conversation::entries(tx, conversation, 0, 1_000, View::Everything))
            .await
            .expect("entries are read")
    }

    /// What the agent said last.
    async fn answer(&self, conversation: ConversationId) -> String {
        let all = self.entries(conversation).await;
        let said = all
            .into_iter()
            .rev()
            .find(|entry| entry.kind == EntryKind::Message && entry.author.kind == AuthorKind::Ai);
        said.map(|entry| entry.text).unwrap_or_default()
    }

    /// The newest code that was sent to anybody.
    async fn code(&self, conversation: ConversationId) -> String {
        let sent = self
            .entries(conversation)
            .await
            .into_iter()
            .rev()
            .find_map(|entry| {
                let id = entry.body.get("one_time_code")?.as_str()?.parse().ok()?;
                Some(throughline_engine::identity::code::reveal(&self.shop.setup, id).code)
            });
        sent.expect("a code was sent")
    }

    async fn customer(&self, conversation: ConversationId) -> CustomerId {
        let read = move |tx: &mut throughline_storage::Tx<'_>| conversation::get(tx, conversation);
        let found = self.shop.database.db.read(read).await;
        found.expect("the conversation is there").customer
    }

    async fn kinds(&self, conversation: ConversationId, kind: EntryKind) -> Vec<String> {
        let all = self.entries(conversation).await;
        let of = all.into_iter().filter(|entry| entry.kind == kind);
        of.map(|entry| entry.text).collect()
    }
}

fn visitor() -> Identifier {
    Identifier::parse(IdentifierKind::Visitor, "browser-1", None).expect("a visitor")
}

fn member() -> Author {
    Author {
        kind: AuthorKind::Member,
        id: None,
        name: Some("Ana".to_owned()),
    }
}

#[test]
fn a_return_by_mail_is_made_by_the_order_system() {
    on_both_engines(|engine| async move {
        let story = Story::begins(engine).await;
        let noah = Identifier::email(NOAH).expect("an address");
        let issue = story
            .hears(&noah, "I want to return the backpack from order #W7678072")
            .await;
        let asked = story.answer(issue).await;
        assert!(asked.contains("Shall I go ahead?"), "{asked}");
        assert!(
            story
                .kinds(issue, EntryKind::ToolCall)
                .await
                .iter()
                .all(|text| !text.starts_with("return_"))
        );
        story.hears(&noah, "yes").await;
        let done = story.answer(issue).await;
        assert!(done.starts_with("Done."), "{done}");
        let calls = story.kinds(issue, EntryKind::ToolCall).await;
        assert!(
            calls.contains(&"return_delivered_order_items: done".to_owned()),
            "{calls:?}"
        );
        let decisions = story.kinds(issue, EntryKind::Decision).await;
        assert!(
            decisions
                .iter()
                .any(|text| text.starts_with("return_delivered_order_items: allowed, policy")),
            "{decisions:?}"
        );
        assert!(story.orders.base().starts_with("http://"));
    });
}

#[test]
fn an_address_typed_into_a_chat_reveals_nothing_until_its_code_is_typed() {
    on_both_engines(|engine| async move {
        let story = Story::begins(engine).await;
        let someone = visitor();
        let issue = story
            .hears(
                &someone,
                &format!("Where is my order #W7678072? I am {NOAH}"),
            )
            .await;
        let asked = story.answer(issue).await;
        assert!(asked.contains("six-digit code"), "{asked}");
        story.hears(&someone, "000000").await;
        let asked = story.answer(issue).await;
        assert!(
            !asked.contains("delivered") && asked.contains("isn't the code"),
            "{asked}"
        );
        let code = story.code(issue).await;
        story.hears(&someone, &code).await;
        let told = story.answer(issue).await;
        assert!(told.contains("delivered"), "{told}");
    });
}

#[test]
fn what_is_missing_is_asked_and_nothing_else() {
    on_both_engines(|engine| async move {
        let story = Story::begins(engine).await;
        let noah = Identifier::email(NOAH).expect("an address");
        let issue = story.hears(&noah, "I'd like to return something").await;
        let asked = story.answer(issue).await;
        assert!(asked.contains("Which items"), "{asked}");
        let facts = story
            .shop
            .database
            .db
            .read(move |tx| conversation::facts(tx, issue))
            .await
            .expect("facts are read");
        assert!(facts.iter().all(|fact| fact.name != "items"), "{facts:?}");
        story.hears(&noah, "the electric kettle").await;
        let asked = story.answer(issue).await;
        assert!(asked.contains("Shall I go ahead?"), "{asked}");
    });
}

#[test]
fn whoever_wants_a_person_gets_one_with_everything_attached() {
    on_both_engines(|engine| async move {
        let story = Story::begins(engine).await;
        let noah = Identifier::email(NOAH).expect("an address");
        let issue = story
            .hears(&noah, "I want to return the backpack from order #W7678072")
            .await;
        story.hears(&noah, "I want to talk to a person").await;
        let told = story.answer(issue).await;
        assert!(told.contains("colleague"), "{told}");
        let handed = story.kinds(issue, EntryKind::Routing).await;
        let handed = handed.iter().filter(|text| text.starts_with("Handed to"));
        assert_eq!(handed.count(), 1);
        let before = story.entries(issue).await.len();
        story.hears(&noah, "are you there?").await;
        let after = story.entries(issue).await;
        assert_eq!(
            after.len(),
            before + 1,
            "nobody but the customer has said anything"
        );
    });
}

#[test]
fn people_see_the_orders_of_the_account_beside_the_conversation() {
    on_both_engines(|engine| async move {
        let story = Story::begins(engine).await;
        let account = Identifier::parse(IdentifierKind::Account, "noah_brown_6181", None);
        let account = account.expect("an account");
        let received = story
            .shop
            .receive(story.shop.message(&account, "Hello"))
            .await;
        let customer = story.customer(received.conversation).await;
        let records = story.agent.records(customer).await;
        let records = records.expect("the order system answers");
        let [orders] = records.as_slice() else {
            panic!("one system with one account: {records:?}");
        };
        assert_eq!(
            (orders.title.as_str(), orders.account.as_str()),
            ("Orders", "noah_brown_6181")
        );
        let late = orders.rows.iter().find(|row| row[0] == "#W7678072");
        let late = late.expect("the order is there");
        assert_eq!(late[1], "delivered");
        assert!(!late[2].is_empty(), "its items are named");

        let stranger = story.hears(&visitor(), "Hello?").await;
        let stranger = story.customer(stranger).await;
        let nothing = story.agent.records(stranger).await;
        assert!(nothing.expect("looked up").is_empty());
    });
}

#[test]
fn the_agent_never_talks_over_a_person() {
    on_both_engines(|engine| async move {
        let story = Story::begins(engine).await;
        let noah = Identifier::email(NOAH).expect("an address");
        let received = story
            .shop
            .receive(story.shop.message(&noah, "Where is my order #W7678072?"))
            .await;
        let issue = received.conversation;
        let setup = story.shop.setup.clone();
        story
            .shop
            .database
            .db
            .write(move |tx| {
                let reply =
                    NewReply::new(issue, "Let me look.".to_owned(), "a-1".to_owned(), member());
                reply::send(tx, &setup, reply)
            })
            .await
            .expect("a person answers first");
        story.works().await;
        let said = story.entries(issue).await;
        assert!(
            said.iter().all(|entry| entry.author.kind != AuthorKind::Ai),
            "{said:?}"
        );
        story.hears(&noah, "thanks").await;
        let said = story.entries(issue).await;
        let out = said
            .iter()
            .filter(|entry| entry.direction == Direction::Out)
            .count();
        assert_eq!(out, 1);
        let setup = story.shop.setup.clone();
        story
            .shop
            .database
            .db
            .write(move |tx| agent::hand_back(tx, &setup, issue, Author::system()))
            .await
            .expect("given back");
        story.hears(&noah, "Where is my order #W7678072?").await;
        let told = story.answer(issue).await;
        assert!(!told.is_empty());
    });
}

#[test]
fn questions_are_answered_from_the_articles_and_gaps_are_noted() {
    on_both_engines(|engine| async move {
        let story = Story::begins(engine).await;
        let setup = story.shop.setup.clone();
        story
            .shop
            .database
            .db
            .write(move |tx| {
                let draft = Draft {
                    title: "Shipping".to_owned(),
                    body:
                        "## Do you ship to Norway?\n\nYes, parcels to Norway take four to six days."
                            .to_owned(),
                    audience: Audience::Public,
                    slug: "shipping".to_owned(),
                    locale: "en".to_owned(),
                    tags: Vec::new(),
                    questions: Vec::new(),
                };
                let made = knowledge::create(tx, &setup.clock, draft, None)?;
                knowledge::publish(tx, &setup.clock, made.summary.id, "test")
            })
            .await
            .expect("an article is published");
        story.knowledge.refresh().await.expect("the index follows");
        let someone = visitor();
        let issue = story.hears(&someone, "Do you ship to Norway?").await;
        let told = story.answer(issue).await;
        assert!(
            told.contains("four to six days") && told.contains("/help/shipping"),
            "{told}"
        );
        story
            .hears(
                &someone,
                "Which planet does the moon of your logo belong to?",
            )
            .await;
        let gaps = knowledge::gaps(&story.shop.database.db)
            .await
            .expect("gaps are read");
        assert!(!gaps.is_empty());
    });
}

#[test]
fn what_it_thought_can_be_read_and_what_it_would_do_is_suggested() {
    on_both_engines(|engine| async move {
        let story = Story::begins(engine).await;
        let noah = Identifier::email(NOAH).expect("an address");
        let issue = story
            .hears(&noah, "I want to return the backpack from order #W7678072")
            .await;
        let traces = story
            .shop
            .database
            .db
            .read(move |tx| agent::traces(tx, issue, 0, 100))
            .await
            .expect("traces are read");
        assert!(traces.len() >= 3, "{traces:?}");
        let before = story.entries(issue).await.len();
        let copilot = story.agent.copilot(issue).await.expect("it thinks along");
        assert!(copilot.summary.contains("backpack"), "{copilot:?}");
        assert_eq!(
            copilot.next_step.map(|step| step.procedure).as_deref(),
            Some("return-item")
        );
        assert!(
            copilot
                .allowed
                .iter()
                .any(|one| one.tool == "return_delivered_order_items" && one.allowed)
        );
        assert_eq!(
            story.entries(issue).await.len(),
            before,
            "thinking along changes nothing"
        );
    });
}
