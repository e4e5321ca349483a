//! Stories of routing, on both engines: who gets a conversation, and what happens when they do not take it.

use std::sync::Arc;
use throughline_engine::Error;
use throughline_engine::access::member::{self, Change};
use throughline_engine::conversation::{self, Author, Conversation, Entry, NewEntry, View};
use throughline_engine::job::Runner;
use throughline_engine::notification::{self, NotificationKind};
use throughline_engine::routing::{Dispatcher, LiveOffer, Me, Presence, Transfer, WorkerSettings};
use throughline_engine::upkeep::{self, Retention, UPKEEP, Upkeep};
use throughline_model::conversation::{AuthorKind, CaseStatus, Direction, EntryKind, Role};
use throughline_model::id::{CalendarId, ConversationId, MemberId, QueueId};
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_routing::{Calendar, CalendarRules, WhenClosed};
use throughline_storage::Engine;
use throughline_testkit::{Shop, on_both_engines};

/// A day, in milliseconds.
const DAY: i64 = 86_400_000;
/// A minute, in milliseconds.
const MINUTE: i64 = 60_000;

/// A shop with a router and two people.
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

    async fn says(&self, member: MemberId, presence: Presence) {
        let set = self.routing.set_presence(member, presence).await;
        set.expect("the presence is taken note of");
    }

    /// A customer writes, and the router hears of it.
    async fn hears(&self, text: &str) -> ConversationId {
        self.hears_from("browser-1", text).await
    }

    async fn hears_from(&self, browser: &str, text: &str) -> ConversationId {
        let visitor = Identifier::parse(IdentifierKind::Visitor, browser, None);
        let message = self.shop.message(&visitor.expect("a visitor"), text);
        let conversation = self.shop.receive(message).await.conversation;
        self.works().await;
        conversation
    }

    async fn works(&self) {
        self.shop.routes(&self.routing).await;
    }

    async fn offer(&self, member: MemberId) -> Option<LiveOffer> {
        let me = self.routing.me(member).await.expect("the router answers");
        me.offers.into_iter().next()
    }

    async fn case(&self, id: ConversationId) -> Conversation {
        let db = &self.shop.database.db;
        let read = db.read(move |tx| conversation::get(tx, id)).await;
        read.expect("the conversation is there")
    }

    async fn change(&self, id: ConversationId, change: conversation::Change) {
        let setup = self.shop.setup.clone();
        let db = &self.shop.database.db;
        let changed = db
            .write(move |tx| conversation::change(tx, &setup, id, &change, Author::system()))
            .await;
        changed.expect("the case changes");
        self.works().await;
    }

    async fn timeline(&self, id: ConversationId) -> Vec<String> {
        let routed = self.routed(id).await.into_iter();
        routed.map(|entry| entry.text).collect()
    }

    async fn routed(&self, id: ConversationId) -> Vec<Entry> {
        let db = &self.shop.database.db;
        let read = move |tx: &mut throughline_storage::Tx<'_>| {
            conversation::entries(tx, id, 0, 100, View::Everything)
        };
        let all = db.read(read).await.expect("entries are read");
        let of = all
            .into_iter()
            .filter(|entry| entry.kind == EntryKind::Routing);
        of.collect()
    }

    /// Ana is asked and takes it.
    async fn ana_takes(&self, id: ConversationId) {
        let offer = self.offer(self.ana).await.expect("Ana is asked");
        assert_eq!(offer.conversation, id);
        let taken = self.routing.answer(self.ana, offer.token, true).await;
        taken.expect("Ana takes it");
        self.works().await;
    }

    /// What every queue promises.
    async fn promises(&self, target_ms: Option<i64>) {
        let mut settings = self.routing.settings().await.expect("read");
        for queue in settings.queues.values_mut() {
            queue.target_ms = target_ms;
        }
        let set = self.routing.set_settings(settings).await;
        set.expect("the target is set");
    }

    async fn answers(&self, id: ConversationId, member: MemberId, text: &'static str) {
        let setup = self.shop.setup.clone();
        let answer = move |tx: &mut throughline_storage::Tx<'_>| {
            let author = Author {
                kind: AuthorKind::Member,
                id: Some(member.uuid()),
                name: None,
            };
            let now = setup.clock.now();
            let (kind, body) = (EntryKind::Message, serde_json::json!({}));
            let mut entry = NewEntry::internal(id, now, kind, author, text.to_owned(), body);
            (entry.direction, entry.public) = (Direction::Out, true);
            conversation::append(tx, &setup, &entry).map(drop)
        };
        let answered = self.shop.database.db.write(answer).await;
        answered.expect("the answer is stored");
    }

    async fn told(&self, member: MemberId) -> Vec<(NotificationKind, ConversationId)> {
        let list = move |tx: &mut throughline_storage::Tx<'_>| {
            notification::list(tx, member, true, None, 10)
        };
        let all = self.shop.database.db.read(list).await.expect("read");
        all.into_iter()
            .map(|one| (one.kind, one.conversation))
            .collect()
    }
}

async fn taken_and_done(engine: Engine) {
    let story = Story::begins(engine).await;
    story.says(story.ana, Presence::Available).await;
    let case = story.hears("Where is my order?").await;
    assert_eq!(
        story.case(case).await.owner,
        None,
        "an offer is no assignment"
    );
    let offer = story.offer(story.ana).await.expect("Ana is asked");
    assert_eq!(offer.conversation, case);
    let taken = story.routing.answer(story.ana, offer.token, true).await;
    assert_eq!(taken.expect("Ana takes it"), case);
    story.works().await;
    assert_eq!(story.case(case).await.owner, Some(story.ana));
    assert_eq!(
        story.timeline(case).await,
        ["Offered to Ana", "Assigned to Ana"]
    );
    let me = story.routing.me(story.ana).await.expect("read");
    assert_eq!((me.load, me.assignments.len()), (25, 1));
    let done = conversation::Change {
        status: Some(CaseStatus::Resolved),
        ..Default::default()
    };
    story.change(case, done).await;
    let me = story.routing.me(story.ana).await.expect("read");
    assert_eq!(
        (me.load, me.assignments.len()),
        (0, 0),
        "what is resolved takes nobody's time"
    );
    assert!(story.routing.log_length().await.expect("no gaps") >= 5);
}

async fn declined(engine: Engine) {
    let story = Story::begins(engine).await;
    story.says(story.ana, Presence::Available).await;
    let case = story.hears("Hello?").await;
    let offer = story.offer(story.ana).await.expect("Ana is asked");
    story.says(story.ben, Presence::Available).await;
    let declined = story.routing.answer(story.ana, offer.token, false).await;
    assert_eq!(declined.expect("Ana declines"), case);
    assert!(story.offer(story.ana).await.is_none());
    let next = story.offer(story.ben).await.expect("Ben is asked");
    assert!(
        next.token > offer.token,
        "an offer's token is never used again"
    );
    assert_eq!(next.since, offer.since, "the customer keeps their place");
}

async fn two_at_once(engine: Engine) {
    let story = Story::begins(engine).await;
    story.says(story.ana, Presence::Available).await;
    let case = story.hears("Hello?").await;
    let token = story.offer(story.ana).await.expect("Ana is asked").token;
    // The same offer, answered in two tabs that reach two processes.
    let other = story.shop.router().await;
    let answers = tokio::join!(
        story.routing.answer(story.ana, token, true),
        other.answer(story.ana, token, true),
    );
    let won = [&answers.0, &answers.1]
        .iter()
        .filter(|one| one.is_ok())
        .count();
    assert_eq!(won, 1, "{answers:?}");
    let lost = answers.0.err().or(answers.1.err());
    assert!(matches!(lost, Some(Error::Conflict(why)) if why == "this offer is over"));
    let late = story.routing.answer(story.ben, token, true).await;
    assert!(
        matches!(late, Err(Error::Conflict(_))),
        "it was never Ben's"
    );
    assert_eq!(story.case(case).await.owner, Some(story.ana));
    story.routing.log_length().await.expect("no gaps");
}

async fn restarted(engine: Engine) {
    let mut story = Story::begins(engine).await;
    story.says(story.ana, Presence::Available).await;
    let case = story.hears("Hello?").await;
    let before = story.offer(story.ana).await.expect("Ana is asked");
    story.routing = story.shop.router().await;
    let after = story.offer(story.ana).await.expect("she still is");
    assert_eq!(
        (after.token, after.expires_at),
        (before.token, before.expires_at)
    );
    let taken = story.routing.answer(story.ana, before.token, true).await;
    assert_eq!(taken.expect("the offer counts"), case);
    assert_eq!(story.case(case).await.owner, Some(story.ana));
}

async fn kept_out(engine: Engine) {
    let story = Story::begins(engine).await;
    story.says(story.ana, Presence::Available).await;
    let case = story.hears("Hello?").await;
    let token = story.offer(story.ana).await.expect("Ana is asked").token;
    let taken = story.routing.answer(story.ana, token, true).await;
    taken.expect("Ana takes it");
    story.says(story.ben, Presence::Available).await;
    let (setup, ana) = (story.shop.setup.clone(), story.ana);
    let leave = move |tx: &mut throughline_storage::Tx<'_>| {
        let out = Change {
            enabled: Some(false),
            ..Change::default()
        };
        member::change(tx, &setup.clock, ana, &out, "test")?;
        conversation::release(tx, &setup, ana, &Author::system())
    };
    let left = story.shop.database.db.write(leave).await;
    assert_eq!(left.expect("Ana leaves"), 1);
    story.works().await;
    assert_eq!(story.case(case).await.owner, None);
    let next = story.offer(story.ben).await.expect("Ben is asked");
    assert_eq!(next.conversation, case);
    let board = story.routing.board().await.expect("the board is read");
    assert!(board.workers.iter().all(|one| one.member != Some(ana)));
}

async fn gone_silent(engine: Engine) {
    let story = Story::begins(engine).await;
    for member in [story.ana, story.ben] {
        story.says(member, Presence::Available).await;
    }
    // Both desks are heard of, then Ana closes her laptop.
    for _ in 0..4 {
        story.shop.setup.clock.advance(20_000);
        story.routing.heard_of(story.ben).await.expect("heard");
        story.routing.tick().await.expect("the router looks");
    }
    let presence = |me: Me| me.presence;
    let ana = story.routing.me(story.ana).await.map(presence);
    let ben = story.routing.me(story.ben).await.map(presence);
    assert_eq!(
        (ana.expect("read"), ben.expect("read")),
        (Presence::Offline, Presence::Available)
    );
    story.hears("Hello?").await;
    assert!(story.offer(story.ana).await.is_none());
    assert!(story.offer(story.ben).await.is_some());
}

async fn own_skills(engine: Engine) {
    let story = Story::begins(engine).await;
    story.says(story.ana, Presence::Available).await;
    let usual = story.routing.worker(story.ana).await.expect("read");
    let support = usual.queues.first().copied().expect("the first queue");
    assert_eq!((usual.capacity, usual.queues.len()), (100, 1));
    let nowhere = WorkerSettings {
        queues: [QueueId(story.shop.setup.clock.new_id())].into(),
        ..usual.clone()
    };
    let refused = story.routing.set_worker(story.ana, nowhere).await;
    assert!(matches!(
        refused,
        Err(Error::Invalid {
            field: "queues",
            ..
        })
    ));
    let without = WorkerSettings {
        queues: [].into(),
        ..usual.clone()
    };
    let set = story.routing.set_worker(story.ana, without).await;
    set.expect("Ana serves no queue");
    let case = story.hears("Hello?").await;
    assert!(story.offer(story.ana).await.is_none());
    let back = WorkerSettings {
        queues: [support].into(),
        ..usual
    };
    let set = story.routing.set_worker(story.ana, back.clone()).await;
    set.expect("Ana serves it again");
    let offer = story.offer(story.ana).await.expect("Ana is asked");
    assert_eq!(offer.conversation, case);
    let again = story.shop.router().await;
    assert_eq!(again.worker(story.ana).await.expect("kept"), back);
}

async fn owner_was_away(engine: Engine) {
    let story = Story::begins(engine).await;
    let case = story.hears("Hello?").await;
    // Ana gets it while she is not at the desk: nothing for the router to hand out.
    let given = conversation::Change {
        owner: Some(story.ana),
        ..Default::default()
    };
    story.change(case, given).await;
    story.says(story.ben, Presence::Available).await;
    assert!(story.offer(story.ben).await.is_none());
    let note = "She is on holiday".to_owned();
    let to = Transfer::Queue("support".to_owned());
    let handed = story.routing.transfer(case, Some(story.ben), to, note);
    handed.await.expect("handed on");
    let offer = story.offer(story.ben).await.expect("Ben is asked");
    assert_eq!(offer.conversation, case);
    let told = story.timeline(case).await;
    assert!(
        told.iter().any(|text| text.contains("on holiday")),
        "{told:?}"
    );
    let done = conversation::Change {
        status: Some(CaseStatus::Resolved),
        ..Default::default()
    };
    story.change(case, done).await;
    let to = Transfer::Member(story.ben);
    let late = story.routing.transfer(case, None, to, String::new()).await;
    assert!(matches!(late, Err(Error::Conflict(why)) if why.contains("not open")));
}

async fn owner_left(engine: Engine) {
    let story = Story::begins(engine).await;
    story.says(story.ana, Presence::Available).await;
    let case = story.hears("Where is my order?").await;
    let offer = story.offer(story.ana).await.expect("Ana is asked");
    let taken = story.routing.answer(story.ana, offer.token, true).await;
    taken.expect("Ana takes it");
    let resolved = || conversation::Change {
        status: Some(CaseStatus::Resolved),
        ..Default::default()
    };
    story.change(case, resolved()).await;
    assert_eq!(story.hears("And the invoice?").await, case);
    assert_eq!(
        story.case(case).await.owner,
        Some(story.ana),
        "hers again while she is there"
    );
    assert!(story.offer(story.ana).await.is_none());
    story.change(case, resolved()).await;
    story.says(story.ana, Presence::Offline).await;
    story.says(story.ben, Presence::Available).await;
    assert_eq!(story.hears("It did not come").await, case);
    let offer = story.offer(story.ben).await.expect("Ben is asked");
    assert_eq!(offer.conversation, case);
    assert_eq!(story.case(case).await.owner, None, "nobody's meanwhile");
    let taken = story.routing.answer(story.ben, offer.token, true).await;
    taken.expect("Ben takes it");
    story.works().await;
    assert_eq!(story.case(case).await.owner, Some(story.ben));
}

async fn woken(engine: Engine) {
    let story = Story::begins(engine).await;
    let (db, setup) = (story.shop.database.db.clone(), story.shop.setup.clone());
    let upkeep = Upkeep::new(
        db.clone(),
        setup.clone(),
        story.shop.files.clone(),
        Retention {
            dedupe_ms: DAY,
            raw_ms: DAY,
            visitor_ms: DAY,
        },
    );
    let clock = setup.clock.clone();
    let scheduled = db.write(move |tx| upkeep::schedule(tx, &clock)).await;
    scheduled.expect("the upkeep is scheduled");
    let runner = Runner::new(db, setup).with(UPKEEP, Arc::new(upkeep), 1);
    let case = story.hears("Call me on Monday").await;
    let aside = conversation::Change {
        owner: Some(story.ana),
        status: Some(CaseStatus::Snoozed),
        snoozed_until: Some(story.shop.setup.clock.now() + DAY),
        ..Default::default()
    };
    story.change(case, aside).await;
    story.says(story.ben, Presence::Available).await;
    assert!(story.offer(story.ben).await.is_none());
    story.shop.setup.clock.advance(DAY + 60_000);
    runner.run_due().await.expect("the case wakes");
    story.says(story.ben, Presence::Available).await;
    story.works().await;
    let offer = story.offer(story.ben).await.expect("Ben is asked");
    assert_eq!(offer.conversation, case);
}

async fn silent(engine: Engine) {
    let story = Story::begins(engine).await;
    let mut settings = story.routing.settings().await.expect("read");
    for queue in settings.queues.values_mut() {
        queue.silence_ms = Some(60_000);
    }
    let set = story.routing.set_settings(settings).await;
    set.expect("a minute of silence is too long");
    let case = story.hears("Hello?").await;
    let waits = async || {
        let board = story.routing.board().await.expect("read");
        board
            .queues
            .iter()
            .map(|queue| queue.waiting)
            .sum::<usize>()
    };
    for _ in 0..3 {
        story.shop.setup.clock.advance(40_000);
        story.hears("Is anybody there?").await;
        story.routing.tick().await.expect("the router looks");
        assert_eq!(waits().await, 1, "whoever writes keeps their place");
    }
    story.shop.setup.clock.advance(61_000);
    story.routing.tick().await.expect("the router looks");
    assert_eq!(waits().await, 0);
    let told = story.timeline(case).await;
    assert_eq!(
        told,
        [
            "In line: 2 offline",
            "Out of the line: nothing was heard of the customer any more"
        ]
    );
}

async fn closed(engine: Engine) {
    let story = Story::begins(engine).await;
    let mut settings = story.routing.settings().await.expect("read");
    let never = CalendarRules {
        time_zone: "UTC".to_owned(),
        week: Default::default(),
        days: Default::default(),
    };
    let calendar = CalendarId(story.shop.setup.clock.new_id());
    let never = Calendar::try_from(never).expect("a calendar");
    settings.calendars.insert(calendar, never);
    for queue in settings.queues.values_mut() {
        queue.calendar = Some(calendar);
        queue.when_closed = WhenClosed::Refuse;
    }
    let set = story.routing.set_settings(settings).await;
    set.expect("the queue is closed");
    story.says(story.ana, Presence::Available).await;
    let case = story.hears("Hello?").await;
    assert!(story.offer(story.ana).await.is_none());
    let told = story.timeline(case).await;
    assert_eq!(told, ["Offered to nobody: the queue is closed"]);
}

async fn decided(engine: Engine) {
    let story = Story::begins(engine).await;
    let bao = story.shop.hires("Bao", Role::Supervisor).await.id;
    story.says(story.ana, Presence::Available).await;
    let case = story.hears("Hello?").await;
    story.ana_takes(case).await;
    let give = async |case, why: &str| {
        let given = story.routing.give(case, bao, story.ben, why.to_owned());
        given.await
    };
    let gone = give(case, "He knows her").await;
    assert!(matches!(gone, Err(Error::Conflict(why)) if why == "this worker is offline"));
    assert_eq!(story.case(case).await.owner, Some(story.ana));

    story.says(story.ben, Presence::Away).await;
    let usual = story.routing.worker(story.ben).await.expect("read");
    let one_chat = WorkerSettings {
        queues: [].into(),
        capacity: 25,
        ..usual
    };
    let set = story.routing.set_worker(story.ben, one_chat).await;
    set.expect("Ben serves no queue, and has room for one chat");
    give(case, "He knows her").await.expect("it is Ben's");
    story.works().await;
    assert_eq!(story.case(case).await.owner, Some(story.ben));
    let routed = story.routed(case).await;
    let line = routed.iter().find(|entry| entry.text.contains("He knows"));
    let line = line.expect("it is written down");
    assert_eq!(line.text, "Given to Ben by Bao: He knows her");
    assert_eq!(line.author.id, Some(bao.uuid()));
    let again = give(case, "Once more").await;
    assert!(matches!(again, Err(Error::Conflict(why)) if why == "nothing to change"));

    let other = story.hears_from("browser-2", "And my order?").await;
    story.ana_takes(other).await;
    give(other, "The same family")
        .await
        .expect("it waits for Ben");
    story.works().await;
    assert_eq!(story.case(other).await.owner, None, "no longer Ana's");
    assert!(
        story.offer(story.ana).await.is_none(),
        "nobody else is asked"
    );
    let told = story.timeline(other).await;
    let waits = "Given to Ben by Bao as soon as there is room: The same family";
    assert!(told.iter().any(|text| text == waits), "{told:?}");
    let done = conversation::Change {
        status: Some(CaseStatus::Resolved),
        ..Default::default()
    };
    story.change(case, done).await;
    story.works().await;
    assert_eq!(story.case(other).await.owner, Some(story.ben));
}

async fn decided_anew(engine: Engine) {
    let story = Story::begins(engine).await;
    let bao = story.shop.hires("Bao", Role::Supervisor).await.id;
    let case = story.hears("Hello?").await;
    // Ana got it while she was not at the desk: the router knows nothing of it.
    let given = conversation::Change {
        owner: Some(story.ana),
        ..Default::default()
    };
    story.change(case, given).await;
    let give = async || {
        let why = "Ana is ill".to_owned();
        story.routing.give(case, bao, story.ben, why).await
    };
    assert!(matches!(give().await, Err(Error::Conflict(_))));
    assert_eq!(
        story.case(case).await.owner,
        Some(story.ana),
        "nothing is taken away for somebody who is not there"
    );
    story.says(story.ben, Presence::Busy).await;
    give().await.expect("it is Ben's");
    story.works().await;
    assert_eq!(story.case(case).await.owner, Some(story.ben));
}

async fn promised(engine: Engine) {
    let story = Story::begins(engine).await;
    let bao = story.shop.hires("Bao", Role::Supervisor).await.id;
    let began = story.shop.setup.clock.now();
    let case = story.hears("Hello?").await;
    let serve_by = async || story.case(case).await.serve_by;
    assert_eq!(serve_by().await, None, "nothing is promised");
    story.promises(Some(5 * MINUTE)).await;
    assert_eq!(serve_by().await, Some(began + 5 * MINUTE));
    story.says(story.ana, Presence::Available).await;
    story.ana_takes(case).await;
    assert_eq!(
        serve_by().await,
        Some(began + 5 * MINUTE),
        "whoever has it owes the answer"
    );
    story.shop.setup.clock.advance(MINUTE);
    story.answers(case, story.ana, "I am looking").await;
    assert_eq!(serve_by().await, None, "the promise is kept");

    // It goes on to others long after: they are not late with what Ana has done.
    story.shop.setup.clock.advance(20 * MINUTE);
    story.says(story.ana, Presence::Away).await;
    let to = Transfer::Queue("support".to_owned());
    let handed = story
        .routing
        .transfer(case, Some(story.ana), to, String::new());
    handed.await.expect("handed on");
    story.routing.tick().await.expect("the router looks");
    assert_eq!(serve_by().await, None);
    let told = story.timeline(case).await;
    assert!(
        told.iter().all(|text| !text.contains("Not served")),
        "{told:?}"
    );
    assert!(story.told(bao).await.is_empty());
}

async fn overdue(engine: Engine) {
    let story = Story::begins(engine).await;
    let bao = story.shop.hires("Bao", Role::Supervisor).await.id;
    story.promises(Some(5 * MINUTE)).await;
    let case = story.hears("Hello?").await;
    let other = story.hears_from("browser-2", "Anybody?").await;
    story.shop.setup.clock.advance(5 * MINUTE);
    for _ in 0..2 {
        story.routing.tick().await.expect("the router looks");
    }
    for case in [case, other] {
        let mut routed = story.routed(case).await;
        routed.retain(|entry| entry.text.starts_with("Not served by 20"));
        assert_eq!(routed.len(), 1, "it is said once");
        assert_eq!(routed[0].author.kind, AuthorKind::System);
        assert!(routed[0].body["routing"]["deadline_ms"].is_i64());
        assert!(
            story.case(case).await.serve_by.is_some(),
            "it is still owed"
        );
    }
    let told = story.told(bao).await;
    assert_eq!(
        told.len(),
        1,
        "one is enough to look at the board: {told:?}"
    );
    assert_eq!(told[0].0, NotificationKind::Overdue);
    assert!(story.told(story.ana).await.is_empty());
    let done = conversation::Change {
        status: Some(CaseStatus::Resolved),
        ..Default::default()
    };
    story.change(case, done).await;
    assert_eq!(story.case(case).await.serve_by, None);
}

async fn owed_again(engine: Engine) {
    let story = Story::begins(engine).await;
    story.promises(Some(5 * MINUTE)).await;
    story.says(story.ana, Presence::Available).await;
    let case = story.hears("Where is my order?").await;
    story.ana_takes(case).await;
    story.answers(case, story.ana, "On its way").await;
    let done = conversation::Change {
        status: Some(CaseStatus::Resolved),
        ..Default::default()
    };
    story.change(case, done).await;
    story.shop.setup.clock.advance(60 * MINUTE);
    let again = story.shop.setup.clock.now();
    assert_eq!(story.hears("It did not come").await, case);
    let case = story.case(case).await;
    assert_eq!(case.owner, Some(story.ana), "hers again");
    assert_eq!(case.serve_by, Some(again + 5 * MINUTE));
}

#[test]
fn a_supervisor_gives_work_to_whom_they_choose_and_says_why() {
    on_both_engines(decided);
}

#[test]
fn a_supervisor_decides_about_what_the_router_does_not_know() {
    on_both_engines(decided_anew);
}

#[test]
fn what_a_queue_promises_is_owed_until_a_person_has_answered() {
    on_both_engines(promised);
}

#[test]
fn a_promise_that_is_broken_is_said_once_and_supervisors_hear_of_it() {
    on_both_engines(overdue);
}

#[test]
fn who_comes_back_is_promised_an_answer_again() {
    on_both_engines(owed_again);
}

#[test]
fn a_customer_whose_agent_has_left_is_not_left_waiting() {
    on_both_engines(owner_left);
}

#[test]
fn what_was_put_aside_by_somebody_away_is_offered_to_others() {
    on_both_engines(woken);
}

#[test]
fn who_goes_on_writing_keeps_their_place_and_who_is_silent_loses_it() {
    on_both_engines(silent);
}

#[test]
fn a_queue_that_refuses_says_so_once() {
    on_both_engines(closed);
}

#[test]
fn what_lay_with_somebody_away_is_handed_on() {
    on_both_engines(owner_was_away);
}

#[test]
fn a_closed_laptop_is_offered_nothing_after_a_minute() {
    on_both_engines(gone_silent);
}

#[test]
fn members_are_offered_what_their_queues_and_skills_cover() {
    on_both_engines(own_skills);
}

#[test]
fn who_takes_an_offer_owns_the_case_until_it_is_resolved() {
    on_both_engines(taken_and_done);
}

#[test]
fn what_one_declines_is_offered_to_another() {
    on_both_engines(declined);
}

#[test]
fn an_offer_is_taken_once() {
    on_both_engines(two_at_once);
}

#[test]
fn offers_survive_a_restart() {
    on_both_engines(restarted);
}

#[test]
fn the_work_of_somebody_kept_out_goes_to_others() {
    on_both_engines(kept_out);
}
