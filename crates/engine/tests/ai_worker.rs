//! The AI agent among the workers, on both engines: the router decides whether it or a person gets a conversation.

use std::collections::BTreeSet;
use throughline_engine::Error;
use throughline_engine::agent;
use throughline_engine::conversation::{
    self, Author, Conversation, Entry, InboxFilter, InboxOrder, NewCallback, View, Whose,
};
use throughline_engine::job::Runner;
use throughline_engine::routing::{AgentSettings, Dispatcher, Presence, Transfer};
use throughline_engine::upkeep::{self, Retention, UPKEEP, Upkeep};
use throughline_model::conversation::{AuthorKind, CaseStatus, EntryKind, Role};
use throughline_model::id::{ConversationId, MemberId};
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_routing::{Queue, WorkClass, WorkerKind};
use throughline_storage::Engine;
use throughline_testkit::{Shop, agent, at_work, demo_business, on_both_engines};

const MINUTE: i64 = 60_000;

/// A shop with an AI agent, whose order system is out of order, and Ana, who is at the desk.
struct Story {
    shop: Shop,
    runner: Runner,
    routing: std::sync::Arc<Dispatcher>,
    ana: MemberId,
}

impl Story {
    async fn begins(engine: Engine) -> Self {
        let mut shop = Shop::open(engine).await;
        shop.setup.agent = true;
        let ana = shop.hires("Ana", Role::Agent).await.id;
        let agent = agent(&shop, demo_business(), "http://127.0.0.1:9").await;
        let (runner, routing) = at_work(&shop, agent).await;
        let here = routing.set_presence(ana, Presence::Available).await;
        here.expect("Ana is at the desk");
        Self {
            shop,
            runner,
            routing,
            ana,
        }
    }

    async fn hears(&self, browser: &str, text: &str) -> ConversationId {
        let visitor = Identifier::parse(IdentifierKind::Visitor, browser, None);
        let message = self.shop.message(&visitor.expect("a visitor"), text);
        let conversation = self.shop.receive(message).await.conversation;
        self.shop.setup.clock.advance(1_000);
        self.works().await;
        conversation
    }

    async fn works(&self) {
        self.runner.run_due().await.expect("everybody works");
    }

    async fn entries(&self, of: ConversationId) -> Vec<Entry> {
        let db = &self.shop.database.db;
        let read = db.read(move |tx| conversation::entries(tx, of, 0, 100, View::Everything));
        read.await.expect("entries are read")
    }

    async fn routed(&self, of: ConversationId) -> Vec<String> {
        let all = self.entries(of).await.into_iter();
        let routed = all.filter(|entry| entry.kind == EntryKind::Routing);
        routed.map(|entry| entry.text).collect()
    }

    /// How often the AI agent has answered.
    async fn answers(&self, of: ConversationId) -> usize {
        let all = self.entries(of).await.into_iter();
        let said = all.filter(|entry| {
            entry.kind == EntryKind::Message && entry.author.kind == AuthorKind::Ai
        });
        said.count()
    }

    async fn case(&self, of: ConversationId) -> Conversation {
        let db = &self.shop.database.db;
        let read = db.read(move |tx| conversation::get(tx, of)).await;
        read.expect("the conversation is there")
    }

    async fn listed(&self, whose: Whose) -> Vec<ConversationId> {
        let filter = InboxFilter {
            whose,
            ..InboxFilter::default()
        };
        let db = &self.shop.database.db;
        let read =
            db.read(move |tx| conversation::inbox(tx, &filter, InboxOrder::Latest, None, 10));
        let rows = read.await.expect("the inbox is read").into_iter();
        rows.map(|row| row.conversation.id).collect()
    }

    async fn pauses(&self) {
        let paused = self.routing.set_agent_presence(Presence::Away).await;
        paused.expect("the AI agent is paused");
    }

    /// What Ana is asked to take.
    async fn offered(&self) -> Option<ConversationId> {
        let me = self.routing.me(self.ana).await.expect("the router answers");
        me.offers.first().map(|offer| offer.conversation)
    }

    async fn ana_takes(&self, conversation: ConversationId) {
        let me = self.routing.me(self.ana).await.expect("the router answers");
        let mut offers = me.offers.iter();
        let offer = offers.find(|offer| offer.conversation == conversation);
        let token = offer.expect("Ana is asked").token;
        let taken = self.routing.answer(self.ana, token, true).await;
        taken.expect("Ana takes it");
        self.works().await;
    }

    async fn set(&self, change: impl FnOnce(&mut AgentSettings)) {
        let now = self.routing.agent().await.expect("there is an AI agent");
        let mut settings = now.settings;
        change(&mut settings);
        let set = self.routing.set_agent(settings).await;
        set.expect("it can be set");
    }
}

async fn first(engine: Engine) {
    let story = Story::begins(engine).await;
    let case = story.hears("browser-1", "hello").await;
    assert_eq!(story.answers(case).await, 1);
    assert_eq!(story.routed(case).await, ["Assigned to the AI agent"]);
    assert_eq!(story.case(case).await.owner, None);
    assert_eq!(story.offered().await, None, "nobody is asked beside it");
    assert_eq!(story.listed(Whose::Agent).await, [case]);
    assert!(story.listed(Whose::Nobody).await.is_empty());
    story.hears("browser-1", "hello again").await;
    assert_eq!(story.answers(case).await, 2);
    assert_eq!(story.routed(case).await.len(), 1, "it has it already");
    let board = story.routing.board().await.expect("read");
    let robot = board.workers.iter().find(|one| one.kind == WorkerKind::Ai);
    let robot = robot.expect("it stands on the board");
    assert_eq!((robot.member, robot.assignments), (None, 1));
}

async fn paused(engine: Engine) {
    let story = Story::begins(engine).await;
    let kept = story.hears("browser-1", "hello").await;
    story.pauses().await;
    let new = story.hears("browser-2", "hello").await;
    assert_eq!(story.offered().await, Some(new), "people are asked instead");
    assert_eq!(story.answers(new).await, 0);
    story.hears("browser-1", "hello again").await;
    assert_eq!(story.answers(kept).await, 2, "it keeps what it has");
    story.ana_takes(new).await;
    let waits = story.hears("browser-3", "hello").await;
    let declines = story.routing.me(story.ana).await.expect("read").offers[0].token;
    let declined = story.routing.answer(story.ana, declines, false).await;
    declined.expect("Ana does not take it");
    let again = story.routing.set_agent_presence(Presence::Available).await;
    again.expect("the AI agent works again");
    story.works().await;
    assert_eq!(story.answers(waits).await, 1, "it takes what waits");
    assert_eq!(
        story.routed(waits).await,
        [
            "Offered to Ana",
            "No longer offered to Ana (declined)",
            "Back in line (declined)",
            "In line: 1 declined or missed it lately, 1 away",
            "Assigned to the AI agent",
        ]
    );
}

async fn handed_over(engine: Engine) {
    let story = Story::begins(engine).await;
    let mut settings = story.routing.settings().await.expect("read");
    for queue in settings.queues.values_mut() {
        queue.target_ms = Some(5 * MINUTE);
    }
    let set = story.routing.set_settings(settings).await;
    set.expect("five minutes are promised");
    let case = story.hears("browser-1", "hello").await;
    let served = story.case(case).await;
    assert_eq!(served.serve_by, None, "it is being served");
    assert_eq!(served.waiting_since, None, "and answered");
    story.shop.setup.clock.advance(30 * MINUTE);
    story.hears("browser-1", "I want to talk to a person").await;
    assert_eq!(story.offered().await, Some(case));
    let now = story.shop.setup.clock.now();
    let serve_by = story.case(case).await.serve_by.expect("it is promised");
    assert!((now + 4 * MINUTE..=now + 5 * MINUTE).contains(&serve_by));
    let since = story.case(case).await.waiting_since;
    let since = since.expect("what the AI agent says as it hands over is no answer");
    assert!((now - MINUTE..=now).contains(&since));
    let routed = story.routed(case).await;
    assert_eq!(story.listed(Whose::Nobody).await, [case]);
    assert!(story.listed(Whose::Agent).await.is_empty());
    assert!(routed[1].starts_with("Handed to"), "{routed:?}");
    assert_eq!(routed[2..], ["Offered to Ana"]);
    story.ana_takes(case).await;
    let answers = story.answers(case).await;
    story.hears("browser-1", "hello?").await;
    assert_eq!(story.answers(case).await, answers, "it is Ana's now");
    let gone = story.routing.set_presence(story.ana, Presence::Offline);
    gone.await.expect("Ana leaves");
    story.shop.setup.clock.advance(30 * MINUTE);
    story.routing.tick().await.expect("the router looks");
    story.works().await;
    let robot = story.routing.agent().await.expect("read");
    assert_eq!(
        robot.assignments, 0,
        "what was a person's stays with people"
    );
}

async fn handed_back(engine: Engine) {
    let story = Story::begins(engine).await;
    let case = story.hears("browser-1", "I want to talk to a person").await;
    story.ana_takes(case).await;
    let setup = story.shop.setup.clone();
    let db = &story.shop.database.db;
    let back = db.write(move |tx| agent::hand_back(tx, &setup, case, Author::system()));
    back.await.expect("Ana gives it back");
    story.works().await;
    let robot = story.routing.agent().await.expect("read");
    assert_eq!(robot.assignments, 1);
    assert_eq!(story.case(case).await.owner, None);
    assert_eq!(story.routing.me(story.ana).await.expect("read").load, 0);
    let answers = story.answers(case).await;
    story.hears("browser-1", "hello").await;
    assert_eq!(story.answers(case).await, answers + 1, "it listens again");
}

async fn handed_on(engine: Engine) {
    let story = Story::begins(engine).await;
    let case = story.hears("browser-1", "hello").await;
    let queue = "support".to_owned();
    let to = Transfer::Queue(queue);
    let note = "a regular".to_owned();
    let handed = story.routing.transfer(case, None, to, note).await;
    handed.expect("a supervisor gives it to people");
    story.works().await;
    assert_eq!(
        story.offered().await,
        Some(case),
        "and not to the AI agent again"
    );
    let answers = story.answers(case).await;
    story.hears("browser-1", "hello?").await;
    assert_eq!(story.answers(case).await, answers);
}

async fn limits(engine: Engine) {
    let story = Story::begins(engine).await;
    story
        .set(|agent| agent.refuses = BTreeSet::from([WorkClass::Chat]))
        .await;
    let chat = story.hears("browser-1", "hello").await;
    assert_eq!(story.offered().await, Some(chat), "chats are for people");
    story.ana_takes(chat).await;
    story
        .set(|agent| {
            agent.refuses.clear();
            agent.queues.clear();
        })
        .await;
    let elsewhere = story.hears("browser-2", "hello").await;
    assert_eq!(story.offered().await, Some(elsewhere), "it serves no queue");
    let mut settings = story.routing.settings().await.expect("read");
    let returns = throughline_model::id::QueueId(story.shop.setup.clock.new_id());
    settings.queues.insert(returns, Queue::named("Returns"));
    let set = story.routing.set_settings(settings).await;
    set.expect("there is one more queue");
    let serves = story.routing.agent().await.expect("read").settings.queues;
    assert_eq!(serves, BTreeSet::from([returns]), "it serves what is new");
    let busy = story.routing.set_agent_presence(Presence::Busy).await;
    assert!(matches!(busy, Err(Error::Invalid { .. })), "{busy:?}");
}

async fn restored(engine: Engine) {
    let mut story = Story::begins(engine).await;
    story.pauses().await;
    let agent = agent(&story.shop, demo_business(), "http://127.0.0.1:9").await;
    let (runner, routing) = at_work(&story.shop, agent).await;
    (story.runner, story.routing) = (runner, routing);
    let presence = story.routing.agent().await.expect("read").presence;
    assert_eq!(presence, Presence::Away, "a restart does not let it work");
    story.shop.setup.agent = false;
    let routing = story.shop.router().await;
    let none = routing.agent().await;
    assert!(matches!(none, Err(Error::NotFound { .. })), "{none:?}");
}

async fn called_later(engine: Engine) {
    let story = Story::begins(engine).await;
    let case = story.hears("browser-1", "hello").await;
    let hour = 60 * MINUTE;
    let wish = NewCallback {
        phone: Some("+4915112345678".to_owned()),
        at: Some(story.shop.setup.clock.now() + hour),
        note: None,
    };
    let asked = story.routing.request_callback(case, wish, Author::system());
    asked.await.expect("the call is agreed");
    story.works().await;
    story.hears("browser-1", "hello again").await;
    assert_eq!(story.answers(case).await, 2, "it goes on until then");
    assert_eq!(story.offered().await, None);
    story.shop.setup.clock.advance(hour);
    story.routing.heard_of(story.ana).await.expect("heard");
    story.works().await;
    story.routing.tick().await.expect("the router looks");
    assert_eq!(story.offered().await, Some(case), "a person calls");
    story.hears("browser-1", "hello?").await;
    assert_eq!(story.answers(case).await, 2, "it does not call");
}

#[test]
fn a_customer_who_is_called_later_has_the_ai_agent_until_then() {
    on_both_engines(called_later);
}

/// What it has answered is resolved when nobody comes back to it, and opened again when somebody does.
async fn quiet(engine: Engine) {
    const HOUR: i64 = 60 * MINUTE;
    let story = Story::begins(engine).await;
    let done = story.hears("browser-1", "hello").await;
    let peoples = story.hears("browser-2", "I want to talk to a person").await;
    let (db, setup) = (story.shop.database.db.clone(), story.shop.setup.clone());
    let kept_for_ever = Retention {
        dedupe_ms: 365 * 24 * HOUR,
        raw_ms: 365 * 24 * HOUR,
        visitor_ms: 365 * 24 * HOUR,
    };
    let upkeep = Upkeep::new(
        db.clone(),
        setup.clone(),
        story.shop.files.clone(),
        kept_for_ever,
    )
    .resolving_after(Some(48 * HOUR));
    let clock = setup.clock.clone();
    let scheduled = db.write(move |tx| upkeep::schedule(tx, &clock));
    scheduled.await.expect("upkeep is scheduled");
    let upkeep = Runner::new(db, setup).with(UPKEEP, std::sync::Arc::new(upkeep), 1);
    for hours in [47, 2] {
        story.shop.setup.clock.advance(hours * HOUR);
        assert_eq!(story.case(done).await.status, CaseStatus::Open);
        upkeep.run_due().await.expect("upkeep is done");
    }
    story.works().await;
    assert_eq!(story.case(done).await.status, CaseStatus::Resolved);
    assert_eq!(story.case(peoples).await.status, CaseStatus::Open);
    assert!(story.listed(Whose::Agent).await.is_empty());
    let again = story.hears("browser-1", "hello again").await;
    assert_eq!(again, done);
    assert_eq!(story.answers(done).await, 2);
    assert_eq!(story.listed(Whose::Agent).await, [done]);
}

#[test]
fn what_it_has_answered_is_resolved_when_nobody_comes_back() {
    on_both_engines(quiet);
}

/// A handed-over conversation waits for a person; the AI agent goes with the configuration, and comes back with it.
async fn brought_back(engine: Engine) {
    let mut story = Story::begins(engine).await;
    let away = story.routing.set_presence(story.ana, Presence::Away);
    away.await.expect("Ana is away");
    let case = story.hears("browser-1", "I want to talk to a person").await;
    for agent in [false, true] {
        story.shop.setup.agent = agent;
        story.routing = story.shop.router().await;
    }
    let agent = agent(&story.shop, demo_business(), "http://127.0.0.1:9").await;
    (story.runner, story.routing) = at_work(&story.shop, agent).await;
    story.works().await;
    assert_eq!(story.listed(Whose::Nobody).await, [case], "it is people's");
    let robot = story.routing.agent().await.expect("read");
    assert_eq!(
        (robot.presence, robot.assignments),
        (Presence::Available, 0)
    );
}

async fn no_member(engine: Engine) {
    let story = Story::begins(engine).await;
    let case = story.hears("browser-1", "hello").await;
    let id = "00000000-0000-7000-8000-00000000a1a1";
    let robot: MemberId = id.parse().expect("the id that entries name");
    let reason = "because".to_owned();
    let found = [
        story.routing.worker(robot).await.map(drop),
        story
            .routing
            .give(case, story.ana, robot, reason.clone())
            .await,
        story
            .routing
            .transfer(case, None, Transfer::Member(robot), reason)
            .await,
    ];
    for one in found {
        assert!(matches!(one, Err(Error::NotFound { .. })), "{one:?}");
    }
    let robot = story.routing.agent().await.expect("it is still there");
    assert_eq!(robot.assignments, 1);
}

/// Who talks with the AI agent for longer than a queue bears silence has not fallen silent.
async fn spoken_with(engine: Engine) {
    let story = Story::begins(engine).await;
    let mut settings = story.routing.settings().await.expect("read");
    for queue in settings.queues.values_mut() {
        queue.silence_ms = Some(2 * MINUTE);
    }
    let set = story.routing.set_settings(settings).await;
    set.expect("two minutes of silence are too long");
    let away = story.routing.set_presence(story.ana, Presence::Away);
    away.await.expect("Ana is away");
    let case = story.hears("browser-1", "hello").await;
    story.shop.setup.clock.advance(10 * MINUTE);
    story.hears("browser-1", "I want to talk to a person").await;
    story.routing.tick().await.expect("the router looks");
    let back = story.routing.set_presence(story.ana, Presence::Available);
    back.await.expect("Ana is back");
    assert_eq!(story.offered().await, Some(case));
}

async fn spoofed(engine: Engine) {
    let story = Story::begins(engine).await;
    let noah = Identifier::email("noah@example.com").expect("an address");
    let mut message = story.shop.message(&noah, "hello");
    message.evidence.contradicted = true;
    let case = story.shop.receive(message).await.conversation;
    story.works().await;
    assert_eq!(story.offered().await, Some(case));
    for status in [CaseStatus::Pending, CaseStatus::Open] {
        let change = conversation::Change {
            status: Some(status),
            ..conversation::Change::default()
        };
        let setup = story.shop.setup.clone();
        let db = &story.shop.database.db;
        let changed = db.write(move |tx| {
            conversation::change(tx, &setup, case, &change, Author::system()).map(drop)
        });
        changed.await.expect("the case changes");
        story.works().await;
    }
    assert_eq!(story.answers(case).await, 0, "people have to look");
    assert_eq!(story.offered().await, Some(case));
}

/// The AI agent has agreed a call for one day, and then for an earlier one; and it hands over what else is to be done.
async fn agreed(engine: Engine) {
    const DAY: i64 = 24 * 60 * MINUTE;
    let story = Story::begins(engine).await;
    let case = story.hears("browser-1", "hello").await;
    for days in [5, 1] {
        let setup = story.shop.setup.clone();
        let wish = NewCallback {
            phone: Some("+4915112345678".to_owned()),
            at: Some(setup.clock.now() + days * DAY),
            note: None,
        };
        let db = &story.shop.database.db;
        let asked = db
            .write(move |tx| conversation::ask_callback(tx, &setup, case, &wish, Author::system()));
        asked.await.expect("it is agreed");
        story.works().await;
    }
    assert_eq!(story.offered().await, None, "not yet");
    assert_eq!(story.listed(Whose::Agent).await, [case]);
    story.shop.setup.clock.advance(DAY);
    story.routing.heard_of(story.ana).await.expect("heard");
    story.works().await;
    story.routing.tick().await.expect("the router looks");
    assert_eq!(story.offered().await, Some(case), "the earlier one counts");

    let other = story.hears("browser-2", "hello").await;
    let setup = story.shop.setup.clone();
    let wish = NewCallback {
        phone: Some("+4915112345679".to_owned()),
        at: Some(setup.clock.now() + DAY),
        note: None,
    };
    let db = &story.shop.database.db;
    let asked =
        db.write(move |tx| conversation::ask_callback(tx, &setup, other, &wish, Author::system()));
    asked.await.expect("it is agreed");
    story.hears("browser-2", "I want to talk to a person").await;
    assert_eq!(
        story.listed(Whose::Nobody).await.len(),
        2,
        "a colleague takes over now"
    );
    let board = story.routing.board().await.expect("read");
    let waiting: usize = board.queues.iter().map(|queue| queue.waiting).sum();
    assert_eq!(waiting, 1, "it stands in line");
}

#[test]
fn what_is_peoples_stays_so_while_the_ai_agent_goes_and_comes() {
    on_both_engines(brought_back);
}

#[test]
fn the_ai_agent_is_no_member() {
    on_both_engines(no_member);
}

#[test]
fn who_talks_with_it_has_not_fallen_silent() {
    on_both_engines(spoken_with);
}

#[test]
fn whoever_claims_to_be_somebody_else_is_for_people_from_then_on() {
    on_both_engines(spoofed);
}

#[test]
fn a_call_it_agreed_comes_at_its_time_and_not_instead_of_a_handover() {
    on_both_engines(agreed);
}

#[test]
fn the_ai_agent_is_asked_first_and_stands_on_the_board() {
    on_both_engines(first);
}

#[test]
fn while_it_is_paused_people_are_asked_and_then_it_takes_what_waits() {
    on_both_engines(paused);
}

#[test]
fn what_it_hands_over_is_promised_from_then_on_and_stays_with_people() {
    on_both_engines(handed_over);
}

#[test]
fn what_a_person_gives_back_is_its_own_again() {
    on_both_engines(handed_back);
}

#[test]
fn what_people_hand_on_does_not_come_back_to_it() {
    on_both_engines(handed_on);
}

#[test]
fn it_takes_only_what_it_is_set_to() {
    on_both_engines(limits);
}

#[test]
fn it_stays_paused_over_a_restart_and_goes_with_the_configuration() {
    on_both_engines(restored);
}
