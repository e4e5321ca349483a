//! Merging and its exact undoing.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use proptest::prelude::*;
use std::collections::BTreeMap;
use throughline_engine::{Result, conversation, identity};
use throughline_model::conversation::EntryKind;
use throughline_model::identifier::Identifier;
use throughline_storage::Engine;
use throughline_testkit::{Shop, on_both_engines};

fn mail(name: &str) -> Identifier {
    Identifier::email(&format!("{name}@example.com")).unwrap()
}

/// What each customer sees of themselves: their conversations' messages, each list in the order of time.
type Picture = BTreeMap<String, Vec<Vec<String>>>;

async fn picture(shop: &Shop, people: &[Identifier]) -> Picture {
    let mut seen = Picture::new();
    for person in people {
        let (setup, who) = (shop.setup.clone(), person.clone());
        let mut conversations = shop
            .database
            .db
            .write(move |tx| -> Result<_> {
                let customer = identity::recognise(tx, &setup.clock, &who, None)?.customer;
                let mut all = Vec::new();
                for one in conversation::of_customer(tx, customer, None, 100)? {
                    let entries =
                        conversation::entries(tx, one.id, 0, 1000, conversation::View::Everything)?;
                    let numbers: Vec<i64> = entries.iter().map(|entry| entry.seq).collect();
                    assert_eq!(
                        numbers,
                        (1..=numbers.len() as i64).collect::<Vec<_>>(),
                        "no gaps"
                    );
                    let messages = entries
                        .into_iter()
                        .filter(|entry| entry.kind == EntryKind::Message);
                    all.push(messages.map(|entry| entry.text).collect::<Vec<_>>());
                }
                Ok(all)
            })
            .await
            .unwrap();
        conversations.sort();
        seen.insert(person.value.clone(), conversations);
    }
    seen
}

async fn merge(shop: &Shop, a: &Identifier, b: &Identifier) {
    let (setup, a, b) = (shop.setup.clone(), a.clone(), b.clone());
    shop.database
        .db
        .write(move |tx| -> Result<_> {
            let a = identity::recognise(tx, &setup.clock, &a, None)?.customer;
            let b = identity::recognise(tx, &setup.clock, &b, None)?.customer;
            identity::merge(tx, &setup, a, b, "member:test", "same person")
        })
        .await
        .unwrap();
}

async fn unmerge(shop: &Shop, a: &Identifier) {
    let (setup, a) = (shop.setup.clone(), a.clone());
    shop.database
        .db
        .write(move |tx| -> Result<_> {
            let a = identity::recognise(tx, &setup.clock, &a, None)?.customer;
            identity::unmerge(tx, &setup, a, "member:test", "they are two")
        })
        .await
        .unwrap();
}

async fn tell(engine: Engine, before: &[usize], during: &[usize], merged: bool) -> Picture {
    let people = [mail("ana"), mail("ben")];
    let shop = Shop::open(engine).await;
    for (number, who) in before.iter().enumerate() {
        shop.hears(&people[*who], &format!("before {number}")).await;
    }
    if merged {
        // Both must have been seen to be merged; looking does not write.
        merge(&shop, &people[0], &people[1]).await;
    }
    for (number, who) in during.iter().enumerate() {
        shop.hears(&people[*who], &format!("during {number}")).await;
    }
    if merged {
        unmerge(&shop, &people[0]).await;
    }
    picture(&shop, &people).await
}

#[test]
fn merge_three_messages_and_unmerge_equals_never_merged() {
    on_both_engines(async |engine| {
        for (before, during) in [
            (&[0, 1][..], &[0, 1, 0][..]),
            (&[0], &[1, 1, 0]),
            (&[], &[1, 0, 1]),
        ] {
            assert_eq!(
                tell(engine, before, during, true).await,
                tell(engine, before, during, false).await
            );
        }
    });
}

#[test]
fn a_customer_merged_with_itself_stays_as_it_is() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        shop.hears(&mail("ana"), "Hello").await;
        merge(&shop, &mail("ana"), &mail("ana")).await;
        assert_eq!(
            picture(&shop, &[mail("ana")]).await["ana@example.com"],
            [["Hello"]]
        );
    });
}

#[test]
fn the_id_of_a_merged_customer_leads_to_the_one_it_became_and_back_after_the_unmerge() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        let ana = shop.hears(&mail("ana"), "Hello").await;
        let ben = shop.hears(&mail("ben"), "Hi").await;
        let (ana, ben) = (
            shop.customer(ana.conversation).await,
            shop.customer(ben.conversation).await,
        );
        merge(&shop, &mail("ana"), &mail("ben")).await;
        let lookup = |id| shop.database.db.read(move |tx| identity::customer(tx, id));
        assert_eq!(lookup(ben).await.unwrap().id, ana);
        unmerge(&shop, &mail("ben")).await;
        assert_eq!(lookup(ben).await.unwrap().id, ben);
        assert_eq!(lookup(ana).await.unwrap().id, ana);
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_merge_with_any_messages_is_undone_exactly(
        before in prop::collection::vec(0..2_usize, 0..4),
        during in prop::collection::vec(0..2_usize, 0..6),
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let merged = tell(Engine::Sqlite, &before, &during, true).await;
            let apart = tell(Engine::Sqlite, &before, &during, false).await;
            assert_eq!(merged, apart);
        });
    }
}
