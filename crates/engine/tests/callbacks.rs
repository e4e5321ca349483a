//! Stories of calling back, on both engines: who calls, when, and what becomes of it.

use std::sync::Arc;
use throughline_engine::conversation::{
    self, Author, CallbackState, Conversation, NewCallback, View,
};
use throughline_engine::routing::{CallbackOutcome, Dispatcher, LiveOffer, Presence, Settings};
use throughline_engine::{Error, Result};
use throughline_model::conversation::{AuthorKind, CaseStatus, EntryKind, Role};
use throughline_model::id::{CalendarId, ConversationId, MemberId};
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_routing::{Calendar, CalendarRules, Hours, WhenClosed, WorkClass};
use throughline_storage::Engine;
use throughline_testkit::{Shop, on_both_engines};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const PHONE: &str = "+4915112345678";

/// A shop with a router and two people who are not at the desk yet.
struct Story {
    shop: Shop,
    routing: Arc<Dispatcher>,
    ana: MemberId,
    ben: MemberId,
}

fn customer() -> Author {
    Author {
        kind: AuthorKind::Customer,
        id: None,
        name: None,
    }
}

fn colleague(member: MemberId) -> Author {
    Author {
        kind: AuthorKind::Member,
        id: Some(member.uuid()),
        name: None,
    }
}

/// On [`PHONE`], at this time or when it is their turn.
fn wish(at: Option<i64>) -> NewCallback {
    NewCallback {
        phone: Some(PHONE.to_owned()),
        at,
        note: None,
    }
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

    fn now(&self) -> i64 {
        self.shop.setup.clock.now()
    }

    async fn comes(&self, member: MemberId) {
        let set = self.routing.set_presence(member, Presence::Available).await;
        set.expect("the presence is taken note of");
    }

    /// Time passes at open desks.
    async fn passes(&self, ms: i64) {
        self.shop.setup.clock.advance(ms);
        for member in [self.ana, self.ben] {
            self.routing.heard_of(member).await.expect("heard");
        }
        self.routing.tick().await.expect("the router looks");
        self.works().await;
    }

    /// A customer writes a second after the one before, and the router hears of it.
    async fn hears(&self, browser: &str) -> ConversationId {
        self.shop.setup.clock.advance(1_000);
        let visitor = Identifier::parse(IdentifierKind::Visitor, browser, None);
        let visitor = visitor.expect("a visitor");
        let conversation = self.shop.hears(&visitor, "Hello?").await.conversation;
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

    async fn asked(&self, member: MemberId) -> Option<ConversationId> {
        self.offer(member).await.map(|offer| offer.conversation)
    }

    async fn takes(&self, member: MemberId) -> ConversationId {
        let token = self.offer(member).await.expect("they are asked").token;
        let taken = self.routing.answer(member, token, true).await;
        self.works().await;
        taken.expect("the offer counts")
    }

    /// What a member has, and how much of them it takes.
    async fn has(&self, member: MemberId) -> (Vec<(ConversationId, WorkClass)>, u64) {
        let me = self.routing.me(member).await.expect("the router answers");
        let all = me.assignments.iter();
        let held = all.map(|one| (one.conversation, one.class)).collect();
        (held, me.load)
    }

    async fn asks(&self, id: ConversationId, new: NewCallback) -> Result<Conversation> {
        let asked = self.routing.request_callback(id, new, customer()).await;
        self.works().await;
        asked
    }

    async fn reports(
        &self,
        id: ConversationId,
        by: MemberId,
        outcome: CallbackOutcome,
    ) -> Result<Conversation> {
        let author = colleague(by);
        let told = self.routing.report_callback(id, Some(by), author, outcome);
        let told = told.await;
        self.works().await;
        told
    }

    async fn case(&self, id: ConversationId) -> Conversation {
        let db = &self.shop.database.db;
        let read = db.read(move |tx| conversation::get(tx, id)).await;
        read.expect("the conversation is there")
    }

    /// Where the call back stands, when it is due, and how often nobody answered.
    async fn callback(&self, id: ConversationId) -> (CallbackState, Option<i64>, u32) {
        let callback = self.case(id).await.callback.expect("it was asked for");
        (callback.state, callback.at, callback.attempts)
    }

    async fn becomes(&self, id: ConversationId, status: CaseStatus) {
        let change = conversation::Change {
            status: Some(status),
            ..Default::default()
        };
        self.change(id, change).await;
    }

    async fn gives(&self, id: ConversationId, owner: MemberId) {
        let change = conversation::Change {
            owner: Some(owner),
            ..Default::default()
        };
        self.change(id, change).await;
    }

    async fn change(&self, id: ConversationId, change: conversation::Change) {
        let setup = self.shop.setup.clone();
        let db = &self.shop.database.db;
        let changed =
            db.write(move |tx| conversation::change(tx, &setup, id, &change, Author::system()));
        changed.await.expect("the case changes");
        self.works().await;
    }

    async fn timeline(&self, id: ConversationId) -> Vec<String> {
        let db = &self.shop.database.db;
        let read = db.read(move |tx| conversation::entries(tx, id, 0, 100, View::Everything));
        let all = read.await.expect("entries are read").into_iter();
        let of_routing = all.filter(|entry| entry.kind == EntryKind::Routing);
        of_routing.map(|entry| entry.text).collect()
    }

    async fn set(&self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.routing.settings().await.expect("read");
        change(&mut settings);
        let set = self.routing.set_settings(settings).await;
        set.expect("these are settings");
    }
}

async fn in_turn(engine: Engine) {
    let story = Story::begins(engine).await;
    let first = story.hears("browser-1").await;
    let second = story.hears("browser-2").await;
    story.asks(first, wish(None)).await.expect("she is called");
    story.comes(story.ana).await;
    let offer = story.offer(story.ana).await.expect("Ana is asked");
    assert_eq!(offer.conversation, first, "the place in line is kept");
    assert_eq!((offer.callback, offer.class), (true, WorkClass::Call));
    story.takes(story.ana).await;
    assert_eq!(
        story.has(story.ana).await,
        (vec![(first, WorkClass::Call)], 100)
    );
    assert_eq!(story.asked(story.ana).await, None, "she is on the phone");
    let reached = CallbackOutcome::Reached;
    let served = story.reports(first, story.ana, reached).await;
    assert_eq!(served.expect("they talked").owner, Some(story.ana));
    assert_eq!(story.callback(first).await, (CallbackState::Done, None, 0));
    assert_eq!(story.asked(story.ana).await, None, "she is still on it");
    story.becomes(first, CaseStatus::Resolved).await;
    story.passes(10_000).await;
    assert_eq!(story.asked(story.ana).await, Some(second));
    let told = story.timeline(first).await;
    for line in [
        "To be called back on +4915112345678 when it is their turn",
        "The call back is due when it is their turn; the place in line is kept",
        "Reached on +4915112345678",
    ] {
        assert!(told.iter().any(|one| one == line), "{line}: {told:?}");
    }
    let again = story.hears("browser-1").await;
    assert_eq!(again, first);
    assert_eq!(
        story.has(story.ana).await.0,
        [(first, WorkClass::Chat)],
        "what comes after is a chat again"
    );
}

/// Who is to be called in turn is called by others where their owner is away, and only whoever has it says what came of it.
async fn owner_away(engine: Engine) {
    let story = Story::begins(engine).await;
    let case = story.hears("browser-1").await;
    story.gives(case, story.ana).await;
    story.comes(story.ben).await;
    story.asks(case, wish(None)).await.expect("they are called");
    assert_eq!(story.asked(story.ben).await, Some(case));
    story.takes(story.ben).await;
    let others = story.reports(case, story.ana, CallbackOutcome::Reached);
    assert!(matches!(others.await, Err(Error::Conflict(_))));
    let asked_again = story.asks(case, wish(None)).await;
    assert_eq!(asked_again.expect("nothing is new").owner, Some(story.ben));
}

async fn at_a_time(engine: Engine) {
    let mut story = Story::begins(engine).await;
    story.comes(story.ana).await;
    let case = story.hears("browser-1").await;
    story.takes(story.ana).await;
    let at = story.now() + HOUR;
    let asked = story.asks(case, wish(Some(at))).await.expect("agreed");
    assert_eq!(asked.callback.and_then(|one| one.at), Some(at));
    assert_eq!(asked.owner, Some(story.ana), "it was agreed with her");
    assert_eq!(story.has(story.ana).await, (vec![], 0), "she is free");
    // Nothing that happens meanwhile brings it forward, not even another process.
    story.hears("browser-1").await;
    story.routing = story.shop.router().await;
    assert_eq!(story.asked(story.ana).await, None);
    story.comes(story.ben).await;
    story.passes(at - story.now() - MINUTE).await;
    assert_eq!(story.asked(story.ana).await, None);
    story.passes(MINUTE).await;
    assert_eq!(
        story.asked(story.ana).await,
        Some(case),
        "she is asked first"
    );
    assert_eq!(story.asked(story.ben).await, None);
    assert_eq!(
        story.callback(case).await,
        (CallbackState::Wanted, Some(at), 0)
    );
}

async fn never_reached(engine: Engine) {
    let story = Story::begins(engine).await;
    let case = story.hears("browser-1").await;
    story.asks(case, wish(None)).await.expect("she is called");
    story.comes(story.ana).await;
    let nobody = CallbackOutcome::Unanswered;
    for attempt in 1..=2 {
        story.takes(story.ana).await;
        let told = story.reports(case, story.ana, nobody).await;
        let told = told.expect("it is tried again");
        assert_eq!(told.owner, None, "whoever is free tries next");
        let retry = Some(story.now() + 15 * MINUTE);
        let wanted = (CallbackState::Wanted, retry, attempt);
        assert_eq!(story.callback(case).await, wanted);
        assert_eq!(story.asked(story.ana).await, None);
        story.passes(15 * MINUTE).await;
    }
    story.takes(story.ana).await;
    let told = story.reports(case, story.ana, nobody).await;
    let told = told.expect("that was the last time");
    assert_eq!(
        (told.status, told.owner),
        (CaseStatus::Open, Some(story.ana)),
        "somebody has to see that it goes on"
    );
    assert_eq!(story.callback(case).await.0, CallbackState::Unreachable);
    assert_eq!(
        story.has(story.ana).await,
        (vec![(case, WorkClass::Chat)], 25),
        "she writes, or closes it"
    );
    let told = story.timeline(case).await;
    for line in [
        "Nobody answered the call back (1 of 3)",
        "Nobody answered the call back (3 of 3)",
        "Nobody calls back any more: nobody ever answered",
    ] {
        assert!(told.iter().any(|one| one == line), "{line}: {told:?}");
    }
    let again = story.reports(case, story.ana, nobody).await;
    assert!(matches!(again, Err(Error::Conflict(_))), "nobody is wanted");
}

async fn closed_hours(engine: Engine) {
    let story = Story::begins(engine).await;
    // The shop opened on a Sunday at nine; its queue does so a day later.
    let opens = story.now() + DAY;
    let case = story.hears("browser-1").await;
    let calendar = CalendarId(story.shop.setup.clock.new_id());
    let mut week: [Vec<Hours>; 7] = Default::default();
    week[0] = vec![Hours {
        from_min: 9 * 60,
        to_min: 17 * 60,
    }];
    let rules = CalendarRules {
        time_zone: "UTC".to_owned(),
        week,
        days: Default::default(),
    };
    let mondays = Calendar::try_from(rules).expect("a calendar");
    story
        .set(|settings| {
            settings.calendars.insert(calendar, mondays);
            for queue in settings.queues.values_mut() {
                queue.calendar = Some(calendar);
                queue.when_closed = WhenClosed::Hold;
            }
        })
        .await;
    let in_an_hour = story.now() + HOUR;
    let asked = story.asks(case, wish(Some(in_an_hour))).await;
    let at = asked.expect("agreed").callback.and_then(|one| one.at);
    assert_eq!(at, Some(opens), "somebody is there then");
    story.comes(story.ana).await;
    story.passes(opens - story.now()).await;
    assert_eq!(story.asked(story.ana).await, Some(case));
}

async fn taken_back(engine: Engine) {
    let story = Story::begins(engine).await;
    story.comes(story.ana).await;
    let case = story.hears("browser-1").await;
    let later = wish(Some(story.now() + DAY));
    story.asks(case, later).await.expect("agreed");
    assert_eq!(story.asked(story.ana).await, None);
    let cancelled = story.routing.cancel_callback(case, customer()).await;
    cancelled.expect("nobody calls");
    let offer = story.offer(story.ana).await.expect("she is asked now");
    assert_eq!(
        (offer.conversation, offer.callback, offer.class),
        (case, false, WorkClass::Chat)
    );
    let again = story.routing.cancel_callback(case, customer()).await;
    assert!(matches!(again, Err(Error::Conflict(_))));
    // What is resolved needs no call either.
    story.asks(case, wish(None)).await.expect("she is called");
    story.becomes(case, CaseStatus::Resolved).await;
    assert_eq!(story.callback(case).await.0, CallbackState::Cancelled);
    assert_eq!(story.asked(story.ana).await, None);
}

async fn two_processes(engine: Engine) {
    let story = Story::begins(engine).await;
    let other = story.shop.router().await;
    let case = story.hears("browser-1").await;
    story.asks(case, wish(None)).await.expect("she is called");
    let set = other.set_presence(story.ana, Presence::Available).await;
    set.expect("the other process hears of Ana");
    let me = other.me(story.ana).await.expect("read");
    assert_eq!((me.offers.len(), me.offers[0].callback), (1, true));
    let taken = other.answer(story.ana, me.offers[0].token, true).await;
    taken.expect("Ana takes it");
    let (ana, nobody) = (Some(story.ana), CallbackOutcome::Unanswered);
    let said = || colleague(story.ana);
    let both = tokio::join!(
        story.routing.report_callback(case, ana, said(), nobody),
        other.report_callback(case, ana, said(), nobody),
    );
    let told = [&both.0, &both.1].iter().filter(|one| one.is_ok()).count();
    assert_eq!(told, 1, "one call is one attempt: {both:?}");
    story.works().await;
    let retry = Some(story.now() + 15 * MINUTE);
    let wanted = (CallbackState::Wanted, retry, 1);
    assert_eq!(story.callback(case).await, wanted);
    story.routing.log_length().await.expect("no gaps");
}

async fn put_aside(engine: Engine) {
    let story = Story::begins(engine).await;
    let case = story.hears("browser-1").await;
    let at = story.now() + HOUR;
    story.asks(case, wish(Some(at))).await.expect("agreed");
    story.becomes(case, CaseStatus::Pending).await;
    story.comes(story.ana).await;
    story.passes(HOUR).await;
    let asked = story.asked(story.ana).await;
    assert_eq!(asked, Some(case), "what was agreed is kept");
}

async fn without_room(engine: Engine) {
    let story = Story::begins(engine).await;
    story.comes(story.ana).await;
    let chat = story.hears("browser-1").await;
    story.takes(story.ana).await;
    let case = story.hears("browser-2").await;
    story.asks(case, wish(None)).await.expect("she is called");
    story.gives(case, story.ana).await;
    let held = (vec![(chat, WorkClass::Chat)], 25);
    assert_eq!(story.has(story.ana).await, held, "a call does not fit");
    assert_eq!(story.case(case).await.owner, Some(story.ana));
    let nobody = CallbackOutcome::Unanswered;
    let told = story.reports(case, story.ana, nobody).await;
    assert_eq!(told.expect("it is tried again").owner, None);
    let retry = Some(story.now() + 15 * MINUTE);
    let wanted = (CallbackState::Wanted, retry, 1);
    assert_eq!(story.callback(case).await, wanted);
    // Who is given a call that is agreed makes it at its time, wherever it was before.
    story.gives(case, story.ben).await;
    story.comes(story.ben).await;
    assert_eq!(story.asked(story.ben).await, None);
    story.passes(15 * MINUTE).await;
    assert_eq!(story.asked(story.ben).await, Some(case));
    assert_eq!(story.callback(case).await.2, 1);
}

async fn somebody_elses(engine: Engine) {
    let story = Story::begins(engine).await;
    let case = story.hears("browser-1").await;
    story.asks(case, wish(None)).await.expect("she is called");
    story.comes(story.ana).await;
    story.takes(story.ana).await;
    let nobody = CallbackOutcome::Unanswered;
    let refused = story.reports(case, story.ben, nobody).await;
    assert!(matches!(refused, Err(Error::Conflict(_))));
    assert_eq!(story.callback(case).await.2, 0);
}

async fn what_cannot_be(engine: Engine) {
    let story = Story::begins(engine).await;
    let case = story.hears("browser-1").await;
    let now = story.now();
    let mine = |phone: Option<&str>| NewCallback {
        phone: phone.map(str::to_owned),
        ..NewCallback::default()
    };
    for (new, wrong) in [
        (wish(Some(now)), "at"),
        (wish(Some(now + 91 * DAY)), "at"),
        (mine(Some("call me")), "phone"),
        (mine(None), "phone"),
    ] {
        let refused = story.asks(case, new).await;
        assert!(
            matches!(&refused, Err(Error::Invalid { field, .. }) if *field == wrong),
            "{refused:?}"
        );
    }
    assert!(story.case(case).await.callback.is_none());
    // Whoever writes by text message has a number.
    let phone = Identifier::phone(PHONE).expect("a phone");
    let texted = story.shop.hears(&phone, "Call me").await.conversation;
    story.works().await;
    let asked = story.asks(texted, mine(None)).await.expect("agreed");
    assert_eq!(asked.callback.expect("wanted").phone, PHONE);
}

#[test]
fn a_call_in_turn_does_not_wait_for_an_owner_who_is_away() {
    on_both_engines(owner_away);
}

#[test]
fn who_is_called_back_keeps_the_place_in_line() {
    on_both_engines(in_turn);
}

#[test]
fn who_is_called_at_a_time_is_called_by_whom_it_was_agreed_with() {
    on_both_engines(at_a_time);
}

#[test]
fn who_never_answers_is_left_with_whoever_called_last() {
    on_both_engines(never_reached);
}

#[test]
fn a_time_at_which_nobody_is_there_becomes_the_next_opening() {
    on_both_engines(closed_hours);
}

#[test]
fn a_call_that_is_taken_back_leaves_the_customer_in_line() {
    on_both_engines(taken_back);
}

#[test]
fn two_processes_call_back_as_one() {
    on_both_engines(two_processes);
}

#[test]
fn a_case_that_is_put_aside_is_called_back_all_the_same() {
    on_both_engines(put_aside);
}

#[test]
fn whoever_has_no_room_may_call_all_the_same() {
    on_both_engines(without_room);
}

#[test]
fn only_who_has_it_says_that_nobody_answered() {
    on_both_engines(somebody_elses);
}

#[test]
fn numbers_and_times_that_cannot_be_are_refused() {
    on_both_engines(what_cannot_be);
}
