//! Stories of the list people work from, on both engines: in which order it stands, and since when each customer waits.

use throughline_engine::conversation::{
    self, Author, Change, Conversation, InboxFilter, InboxOrder,
};
use throughline_engine::reply::{self, NewReply};
use throughline_engine::{Result, identity};
use throughline_model::clock::Millis;
use throughline_model::conversation::{AuthorKind, CaseStatus};
use throughline_model::id::ConversationId;
use throughline_model::identifier::Identifier;
use throughline_storage::{Engine, Query, Tx, params};
use throughline_testkit::{Shop, on_both_engines};

/// A shop whose customers write mail; whatever happens, a minute passes.
struct Story {
    shop: Shop,
}

impl Story {
    async fn begins(engine: Engine) -> Self {
        Self {
            shop: Shop::open(engine).await,
        }
    }

    fn now(&self) -> Millis {
        self.shop.setup.clock.now()
    }

    async fn hears(&self, who: &str, text: &str) -> ConversationId {
        self.shop.hears(&mail(who), text).await.conversation
    }

    /// Somebody who is on holiday has a program that says so.
    async fn is_away(&self, who: &str) {
        let mut answer = self.shop.message(&mail(who), "I am away");
        answer.automatic = true;
        self.shop.receive(answer).await;
        self.shop.setup.clock.advance(60_000);
    }

    async fn says(&self, of: ConversationId, kind: AuthorKind, text: &'static str) {
        let setup = self.shop.setup.clone();
        let say = move |tx: &mut Tx<'_>| {
            let author = Author {
                kind,
                id: None,
                name: None,
            };
            let words = NewReply::new(of, text.to_owned(), text.to_owned(), author);
            reply::send(tx, &setup, words)
        };
        let said = self.shop.database.db.write(say).await;
        said.expect("it is sent");
        self.shop.setup.clock.advance(60_000);
    }

    async fn stands_at(&self, of: ConversationId, status: CaseStatus) {
        let setup = self.shop.setup.clone();
        let change = Change {
            status: Some(status),
            ..Change::default()
        };
        let set =
            move |tx: &mut Tx<'_>| conversation::change(tx, &setup, of, &change, Author::system());
        let changed = self.shop.database.db.write(set).await;
        changed.expect("the case changes");
        self.shop.setup.clock.advance(60_000);
    }

    /// It is promised to serve the customer by then.
    async fn promises(&self, of: ConversationId, by: Millis) {
        const PROMISE: Query = Query {
            name: "test.promise",
            sqlite: "UPDATE conversation SET serve_by = ?2 WHERE id = ?1",
            postgres: "UPDATE conversation SET serve_by = $2 WHERE id = $1",
        };
        let promise = move |tx: &mut Tx<'_>| tx.execute(&PROMISE, params![of, by]);
        let promised = self.shop.database.db.write(promise).await;
        assert_eq!(promised.expect("it is promised"), 1);
    }

    async fn case(&self, of: ConversationId) -> Conversation {
        let read = move |tx: &mut Tx<'_>| conversation::get(tx, of);
        let case = self.shop.database.db.read(read).await;
        case.expect("the conversation is there")
    }

    async fn waits_since(&self, of: ConversationId) -> Option<Millis> {
        self.case(of).await.waiting_since
    }

    async fn lists(&self, order: InboxOrder) -> Vec<ConversationId> {
        self.pages(order, 100).await
    }

    /// The whole list, so many rows at a time.
    async fn pages(&self, order: InboxOrder, size: usize) -> Vec<ConversationId> {
        let (mut listed, mut after) = (Vec::new(), None);
        loop {
            let read = move |tx: &mut Tx<'_>| {
                conversation::inbox(tx, &InboxFilter::default(), order, after, size)
            };
            let page = self.shop.database.db.read(read).await;
            let page = page.expect("the inbox is read");
            let Some(last) = page.last() else {
                return listed;
            };
            after = Some(last.place(order));
            listed.extend(page.iter().map(|row| row.conversation.id));
        }
    }

    async fn merges(&self, one: &'static str, other: &'static str) {
        let setup = self.shop.setup.clone();
        let merge = move |tx: &mut Tx<'_>| -> Result<_> {
            let one = identity::recognise(tx, &setup.clock, &mail(one), None)?.customer;
            let other = identity::recognise(tx, &setup.clock, &mail(other), None)?.customer;
            identity::merge(tx, &setup, one, other, "member:test", "same person")
        };
        let merged = self.shop.database.db.write(merge).await;
        merged.expect("they are one");
    }

    async fn unmerges(&self, one: &'static str) {
        let setup = self.shop.setup.clone();
        let unmerge = move |tx: &mut Tx<'_>| -> Result<_> {
            let one = identity::recognise(tx, &setup.clock, &mail(one), None)?.customer;
            identity::unmerge(tx, &setup, one, "member:test", "they are two")
        };
        let unmerged = self.shop.database.db.write(unmerge).await;
        unmerged.expect("they are two");
    }
}

fn mail(name: &str) -> Identifier {
    Identifier::email(&format!("{name}@example.com")).expect("an address")
}

async fn worked_off(engine: Engine) {
    let story = Story::begins(engine).await;
    let began = story.now();
    let ana = story.hears("ana", "Where is my parcel?").await;
    let ben = story.hears("ben", "And mine?").await;
    let cleo = story.hears("cleo", "Can I return this?").await;
    story.hears("ana", "Hello?").await;
    assert_eq!(story.lists(InboxOrder::Latest).await, [ana, cleo, ben]);
    assert_eq!(story.lists(InboxOrder::Waiting).await, [ana, ben, cleo]);
    assert_eq!(story.waits_since(ana).await, Some(began), "not anew");

    let received = "We have got your message";
    story.says(ana, AuthorKind::System, received).await;
    assert_eq!(story.waits_since(ana).await, Some(began), "no answer");
    let found = "It is on its way";
    story.says(ana, AuthorKind::Member, found).await;
    assert_eq!(story.lists(InboxOrder::Waiting).await, [ben, cleo, ana]);
    story.is_away("ana").await;
    assert_eq!(story.waits_since(ana).await, None, "nobody asked anything");

    story.says(ben, AuthorKind::Api, "Yours comes today").await;
    story.stands_at(cleo, CaseStatus::Resolved).await;
    for done in [ben, cleo] {
        assert_eq!(story.waits_since(done).await, None);
    }
    assert_eq!(
        story.lists(InboxOrder::Waiting).await,
        [cleo, ben, ana],
        "where nobody waits, the latest change is first"
    );

    let again = story.now();
    assert_eq!(story.hears("ana", "It is broken").await, ana);
    story.says(ben, AuthorKind::Ai, "Has it come?").await;
    assert_eq!(story.waits_since(ana).await, Some(again));
    assert_eq!(story.lists(InboxOrder::Waiting).await, [ana, ben, cleo]);
    assert_eq!(story.hears("ben", "Yes, thank you").await, ben);
    assert_eq!(story.lists(InboxOrder::Waiting).await, [ana, ben, cleo]);
    story.stands_at(ben, CaseStatus::Pending).await;
    assert_eq!(story.waits_since(ben).await, None, "it is his turn");
}

#[test]
fn who_has_waited_longest_is_first_until_somebody_answers() {
    on_both_engines(worked_off);
}

async fn paged(engine: Engine) {
    let story = Story::begins(engine).await;
    let ana = story.hears("ana", "Hello").await;
    let ben = story.hears("ben", "Hello").await;
    let cleo = story.hears("cleo", "Hello").await;
    let dora = story.hears("dora", "Hello").await;
    let emil = story.hears("emil", "Hello").await;
    for answered in [ben, dora] {
        story.says(answered, AuthorKind::Member, "Hi").await;
    }
    let soon = story.now() + 60_000;
    story.promises(emil, soon).await;
    story.promises(ben, soon).await;
    story.promises(cleo, soon - 1).await;
    for (order, all) in [
        (InboxOrder::Latest, [dora, ben, emil, cleo, ana]),
        (InboxOrder::Waiting, [ana, cleo, emil, dora, ben]),
        (InboxOrder::Due, [cleo, ben, emil, dora, ana]),
    ] {
        for size in 1..=all.len() {
            assert_eq!(story.pages(order, size).await, all, "{order}, {size}");
        }
    }
}

#[test]
fn every_order_is_read_in_pages_and_nobody_is_left_out() {
    on_both_engines(paged);
}

async fn taken_apart(engine: Engine) {
    let story = Story::begins(engine).await;
    let ana = story.hears("ana", "Hello").await;
    story.says(ana, AuthorKind::Member, "Hi").await;
    story.merges("ana", "ben").await;
    let since = story.now();
    assert_eq!(story.hears("ben", "Where is it?").await, ana);
    assert_eq!(story.waits_since(ana).await, Some(since));
    story.unmerges("ana").await;
    assert_eq!(story.waits_since(ana).await, None, "she was answered");
    let listed = story.lists(InboxOrder::Waiting).await;
    assert_eq!((listed.len(), listed[1]), (2, ana));
    assert_eq!(story.waits_since(listed[0]).await, Some(since));
}

#[test]
fn whoever_turns_out_to_be_somebody_else_has_waited_all_the_same() {
    on_both_engines(taken_apart);
}
