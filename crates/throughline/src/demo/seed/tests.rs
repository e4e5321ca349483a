#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]
//! The past is the same every time, whole, and made once.

use super::*;
use crate::demo::config::{self, Outside};
use crate::demo::keepsake::Keepsakes;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use throughline_engine::conversation::{self, Conversation, Entry, Filter, View};
use throughline_engine::delivery;
use throughline_engine::identity;
use throughline_engine::job::{self, Runner};
use throughline_engine::routing::{Dispatcher, ROUTE};
use throughline_model::channel::Channel;
use throughline_model::conversation::{AuthorKind, CaseStatus, EntryKind};
use throughline_model::outbound::DeliveryStatus;
use throughline_storage::Engine;
use throughline_testkit::{TestDatabase, on_both_engines};
use uuid::Uuid;

/// 2026-03-01T09:00:00Z
const NOW: Millis = 1_772_355_600_000;

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// An empty demo shop.
struct Shop {
    installation: Installation,
    world: World,
    _database: TestDatabase,
    _folder: Folder,
}

impl Shop {
    async fn open(engine: Engine) -> Self {
        let database = TestDatabase::empty(engine);
        let folder = Folder(
            std::env::temp_dir().join(format!("throughline-demo-{}", Uuid::new_v4().simple())),
        );
        let data_dir = folder.0.to_string_lossy().into_owned();
        let keepsakes = Keepsakes::open(folder.0.join("demo")).unwrap();
        let environment = BTreeMap::from([
            ("THROUGHLINE__STORAGE__URL".to_owned(), database.url.clone()),
            (
                "THROUGHLINE__SECURITY__SECRET_KEY".to_owned(),
                "the same secret in every shop of this test".to_owned(),
            ),
        ]);
        let places = Outside {
            page: ([127, 0, 0, 1], 1).into(),
            mail: ([127, 0, 0, 1], 2).into(),
        };
        let config = config::read(&data_dir, &keepsakes, places, None, environment).unwrap();
        let world = World::open(keepsakes.path("outside.json")).unwrap();
        // As `start` does for the process.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let installation = Installation::open(config).await.unwrap();
        Self {
            installation,
            world,
            _database: database,
            _folder: folder,
        }
    }

    async fn with_a_past(engine: Engine) -> Self {
        let shop = Self::open(engine).await;
        make(
            &shop.installation,
            &shop.world,
            7,
            "correct horse battery",
            NOW,
        )
        .await
        .unwrap();
        shop
    }

    async fn conversations(&self) -> Vec<(Conversation, Vec<Entry>)> {
        let read = self.installation.db.read(|tx| {
            let all = conversation::list(tx, &Filter::default(), None, 1_000)?;
            let with_entries = all.into_iter().map(|one| {
                let entries = conversation::entries(tx, one.id, 0, 10_000, View::Everything)?;
                Ok((one, entries))
            });
            with_entries.collect::<throughline_engine::Result<Vec<_>>>()
        });
        read.await.unwrap()
    }

    /// Everything that is stored.
    async fn export(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        throughline_storage::export(&self.installation.db, &mut bytes)
            .await
            .unwrap();
        bytes
    }
}

#[test]
fn a_past_is_made_once() {
    on_both_engines(|engine| async move {
        let shop = Shop::open(engine).await;
        let password = || Ok("correct horse battery".to_owned());
        ensure(&shop.installation, &shop.world, 7, password)
            .await
            .unwrap();
        let before = shop.export().await;
        assert!(before.len() > 100_000);
        let never = || Err("nobody is hired twice".to_owned());
        ensure(&shop.installation, &shop.world, 8, never)
            .await
            .unwrap();
        assert!(
            before == shop.export().await,
            "making the past again changed it"
        );
    });
}

#[test]
fn every_conversation_of_the_past_is_whole() {
    on_both_engines(|engine| async move {
        let shop = Shop::with_a_past(engine).await;
        let all = shop.conversations().await;
        assert!(all.len() >= 60, "{}", all.len());
        for (one, entries) in &all {
            let numbers: Vec<i64> = entries.iter().map(|entry| entry.seq).collect();
            assert_eq!(
                numbers,
                (1..=one.last_seq).collect::<Vec<_>>(),
                "{:?}",
                one.subject
            );
            assert!(
                entries.iter().all(|entry| entry.at <= NOW),
                "{:?}",
                one.subject
            );
            assert!(
                entries.windows(2).all(|pair| pair[0].at <= pair[1].at),
                "{:?}",
                one.subject
            );
        }
        for status in [
            CaseStatus::Open,
            CaseStatus::Pending,
            CaseStatus::Snoozed,
            CaseStatus::Resolved,
            CaseStatus::Closed,
        ] {
            assert!(
                all.iter().any(|(one, _)| one.status == status),
                "no conversation is {status}"
            );
        }
        let channels_of = |entries: &[Entry]| {
            let mut channels: Vec<Channel> =
                entries.iter().filter_map(|entry| entry.channel).collect();
            channels.sort_unstable();
            channels.dedup();
            channels
        };
        let several = all
            .iter()
            .filter(|(_, entries)| channels_of(entries).len() > 1)
            .count();
        assert!(
            several >= 3,
            "only {several} conversations went on elsewhere"
        );
    });
}

#[test]
fn nothing_of_the_past_is_left_to_be_sent() {
    on_both_engines(|engine| async move {
        let shop = Shop::with_a_past(engine).await;
        let all: Vec<_> = shop
            .conversations()
            .await
            .into_iter()
            .map(|(one, _)| one.id)
            .collect();
        // The router hears of what is still open; nothing else is left to do.
        let (db, setup) = (
            shop.installation.db.clone(),
            shop.installation.setup.clone(),
        );
        let routing = Dispatcher::open(db.clone(), setup.clone()).await.unwrap();
        let runner = Runner::new(db, setup).with(ROUTE, Arc::new(routing), 1);
        runner.run_due().await.unwrap();
        let read = shop.installation.db.read(move |tx| {
            let mut found = Vec::new();
            for id in &all {
                found.extend(delivery::of_conversation(tx, *id)?);
            }
            Ok::<_, Error>((found, job::next_due(tx)?))
        });
        let (deliveries, due) = read.await.unwrap();
        assert!(deliveries.len() > 100, "{}", deliveries.len());
        assert_eq!(due, None, "a job is left");
        for one in deliveries {
            let arrived = match one.channel {
                // What a customer has not read yet waits in the chat, where it is fetched.
                Channel::Webchat => {
                    matches!(one.status, DeliveryStatus::Sent | DeliveryStatus::Read)
                }
                _ => one.status == DeliveryStatus::Delivered,
            };
            assert!(arrived, "{one:?}");
        }
    });
}

#[test]
fn the_same_number_makes_the_same_past() {
    on_both_engines(|engine| async move {
        let (one, other) = (
            Shop::with_a_past(engine).await,
            Shop::with_a_past(engine).await,
        );
        let told = |all: Vec<(Conversation, Vec<Entry>)>| -> Vec<_> {
            let lines = all.into_iter().flat_map(|(one, entries)| {
                entries
                    .into_iter()
                    .map(move |entry| (one.id, entry.seq, entry.id, entry.at, entry.text))
            });
            lines.collect()
        };
        let (one, other) = (
            told(one.conversations().await),
            told(other.conversations().await),
        );
        assert_eq!(one.len(), other.len());
        for (line, same) in one.iter().zip(&other) {
            assert_eq!(line, same);
        }
    });
}

#[test]
fn there_are_people_to_look_at() {
    on_both_engines(|engine| async move {
        let shop = Shop::with_a_past(engine).await;
        let setup = shop.installation.setup.clone();
        let read = shop.installation.db.read(move |tx| {
            let customers = identity::customers(tx, None, None, 1_000)?;
            let (mut pairs, mut with_several) = (0, 0);
            for customer in &customers {
                pairs += identity::suggestions(tx, &setup, customer.id)?.len();
                with_several += usize::from(identity::identifiers(tx, customer.id)?.len() > 2);
            }
            Ok::<_, Error>((customers, pairs, with_several))
        });
        let (customers, pairs, with_several) = read.await.unwrap();
        assert!(customers.len() >= 40, "{}", customers.len());
        assert!(pairs >= 4, "{pairs} suggestions, counted from both sides");
        assert!(with_several >= 10, "{with_several}");
        wrongly_merged_people_can_be_parted(&shop).await;
    });
}

/// Two people called Ivan Santos are one customer, by mistake.
async fn wrongly_merged_people_can_be_parted(shop: &Shop) {
    let setup = shop.installation.setup.clone();
    let apart = shop.installation.db.write(move |tx| {
        let merged = identity::customers(tx, Some("ivan.santos"), None, 10)?;
        assert_eq!(merged.len(), 1);
        identity::unmerge(tx, &setup, merged[0].id, "member:test", "two people")?;
        identity::customers(tx, Some("ivan.santos"), None, 10)
    });
    assert_eq!(apart.await.unwrap().len(), 2);
}

#[test]
fn a_forged_mail_stays_apart_and_no_order_is_told_to_strangers() {
    on_both_engines(|engine| async move {
        let shop = Shop::with_a_past(engine).await;
        let all = shop.conversations().await;
        let about = |subject: &str| {
            all.iter()
                .find(|(one, _)| one.subject.as_deref() == Some(subject))
                .cloned()
                .unwrap()
        };
        let (forged, _) = about("Change of bank details");
        let (real, _) = about("Espresso machine: warranty question");
        assert_ne!(forged.customer, real.customer);
        let (_, entries) = about("Cancel bookshelf");
        let known = entries
            .iter()
            .filter(|entry| entry.kind == EntryKind::Fact)
            .count();
        assert_eq!(
            known, 0,
            "the order of somebody who has not proven anything was looked up"
        );
    });
}

#[test]
fn members_of_the_past_answer_by_name() {
    on_both_engines(|engine| async move {
        let shop = Shop::with_a_past(engine).await;
        let all = shop.conversations().await;
        let mut names: Vec<String> = all
            .iter()
            .flat_map(|(_, entries)| entries)
            .filter(|entry| entry.author.kind == AuthorKind::Member)
            .filter_map(|entry| entry.author.name.clone())
            .collect();
        names.sort();
        names.dedup();
        assert_eq!(names, ["Ana Ribeiro", "Ben Castellanos"]);
    });
}

#[test]
fn the_stories_fit_into_the_time_before_any_hour_of_any_day() {
    let stories = script::stories().unwrap();
    for hour in 0..24 {
        for seed in 0..20 {
            let now = NOW + hour * 3_600_000;
            let plan = plan::make(&stories, seed, now).unwrap();
            assert!(plan.windows(2).all(|pair| pair[0].at <= pair[1].at));
            assert!(plan.iter().all(|step| step.at > now - OPENED_BEFORE_MS));
        }
    }
}

#[test]
fn every_story_is_about_an_order_of_its_person_and_leaves_no_slot_empty() {
    let people = Person::all().unwrap();
    for story in script::stories().unwrap() {
        let person = people
            .iter()
            .find(|person| person.account == story.who)
            .unwrap();
        let order = person
            .orders
            .iter()
            .find(|order| order.number == story.order);
        assert!(
            order.is_some_and(|order| story.item < order.items.len()),
            "{}",
            story.subject
        );
        for beat in &story.beats {
            let (script::Act::Writes(_, text)
            | script::Act::Answers { text, .. }
            | script::Act::Notes(_, text)) = &beat.act
            else {
                continue;
            };
            let filled = person.fill(text, &story.order, story.item, "123456");
            assert!(
                !filled.contains(['{', '}']) && !filled.trim().is_empty(),
                "{}: {filled}",
                story.subject
            );
            let tracking = order.and_then(|order| order.tracking.as_ref());
            assert!(
                !text.contains("{tracking}") || tracking.is_some(),
                "{}: {text}",
                story.subject
            );
        }
    }
}
