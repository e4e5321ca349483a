//! Who subscribes is told what happened, and can prove who told it.

use crate::receiver::Seen;
use crate::subscriber::Subscriber;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;
use throughline_engine::conversation::{self, Author, NewEntry};
use throughline_engine::fetch::{Outside, Reach};
use throughline_engine::webhook::{
    self, Change, EventStatus, Place, TRIES, ping, replay, replay_failed, rotate_secret, signature,
};
use throughline_engine::{Error, identity};
use throughline_model::conversation::{CaseStatus, EntryKind};
use throughline_model::id::WebhookId;
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_testkit::{Shop, on_both_engines};

const HOUR: i64 = 3_600_000;

fn email(value: &str) -> Identifier {
    Identifier::parse(IdentifierKind::Email, value, None).unwrap()
}

fn body(seen: &Seen) -> Value {
    serde_json::from_slice(&seen.body).unwrap()
}

#[test]
fn a_message_is_told_signed_and_with_its_place() {
    on_both_engines(async |engine| {
        let they = Subscriber::on(engine).await;
        let event = they.event().await;
        they.run().await;
        let seen = they.receiver.seen().remove(0);
        assert_eq!((seen.method.as_str(), seen.path.as_str()), ("POST", "/in"));
        assert_eq!(seen.header("content-type"), Some("application/json"));
        assert_eq!(
            seen.header("webhook-id"),
            Some(event.event_id.to_string().as_str())
        );
        assert_eq!(seen.header("webhook-timestamp"), Some("1772355600"));
        let key = BASE64
            .decode(they.secret.strip_prefix("whsec_").unwrap())
            .unwrap();
        assert_eq!(key.len(), 32);
        let text = std::str::from_utf8(&seen.body).unwrap();
        let id = seen.header("webhook-id").unwrap();
        assert_eq!(
            seen.header("webhook-signature").unwrap(),
            signature(&key, id, 1_772_355_600, text)
        );
        let told = body(&seen);
        assert_eq!(told["type"], "entry.created");
        assert_eq!(told["timestamp"], "2026-03-01T09:00:00Z");
        assert_eq!(told["data"]["seq"], 1);
        assert_eq!(told["data"]["text"], "Hello");
        assert_eq!(they.log(None).await[0].status, EventStatus::Delivered);
        assert_eq!(they.run().await, 0);
    });
}

#[test]
fn what_is_rolled_back_is_never_told() {
    on_both_engines(async |engine| {
        let they = Subscriber::on(engine).await;
        they.event().await;
        they.run().await;
        let (setup, anna) = (they.shop.setup.clone(), email("anna@example.com"));
        let failed = they
            .db()
            .write(move |tx| -> Result<(), Error> {
                let person = identity::recognise(tx, &setup.clock, &anna, None)?;
                let found = conversation::of_customer(tx, person.customer, None, 1)?;
                let note = NewEntry::internal(
                    found[0].id,
                    setup.clock.now(),
                    EntryKind::Note,
                    Author::system(),
                    "never said".to_owned(),
                    Value::Null,
                );
                conversation::append(tx, &setup, &note)?;
                Err(Error::Conflict("it was not meant".to_owned()))
            })
            .await;
        assert!(failed.is_err());
        assert_eq!(they.run().await, 0);
        assert_eq!(they.log(None).await.len(), 1);
        assert_eq!(they.receiver.count(), 1);
    });
}

#[test]
fn nobody_is_told_what_they_did_not_ask_for() {
    on_both_engines(async |engine| {
        let they = Subscriber::to(Shop::open(engine).await, &["delivery.*"]).await;
        let anna = email("anna@example.com");
        they.shop.hears(&anna, "Hello").await;
        assert!(they.log(None).await.is_empty());
        assert_eq!(they.run().await, 0);
    });
}

#[test]
fn a_case_that_changes_and_a_customer_that_is_merged_are_told() {
    on_both_engines(async |engine| {
        let they = Subscriber::to(
            Shop::open(engine).await,
            &["conversation.*", "customer.changed"],
        )
        .await;
        let (anna, work) = (email("anna@example.com"), email("anna@work.example"));
        let first = they.shop.hears(&anna, "Hello").await;
        let second = they.shop.hears(&work, "Hello again").await;
        assert_eq!(they.run().await, 0, "new messages are another event");

        let setup = they.shop.setup.clone();
        they.db()
            .write(move |tx| {
                let resolved = conversation::Change {
                    status: Some(CaseStatus::Resolved),
                    ..conversation::Change::default()
                };
                let author = Author::system();
                conversation::change(tx, &setup, first.conversation, &resolved, author)
            })
            .await
            .unwrap();
        they.run().await;
        let told = body(&they.receiver.seen()[0]);
        assert_eq!(told["type"], "conversation.changed");
        assert_eq!(told["data"]["id"], first.conversation.to_string());
        assert_eq!(told["data"]["status"], "resolved");
        assert_eq!(told["data"]["seq"], 2, "the entry that says so");

        they.shop.hears(&anna, "It is broken again").await;
        they.run().await;
        let told = body(&they.receiver.seen()[1]);
        assert_eq!(told["data"]["status"], "open", "the customer opened it");

        let (a, b) = (
            they.shop.customer(first.conversation).await,
            they.shop.customer(second.conversation).await,
        );
        let setup = they.shop.setup.clone();
        they.db()
            .write(move |tx| identity::merge(tx, &setup, a, b, "member:maria", "same address"))
            .await
            .unwrap();
        they.run().await;
        let told: Vec<Value> = they.receiver.seen()[2..].iter().map(body).collect();
        assert_eq!(told.len(), 2, "the one that grew and the one that went");
        for one in &told {
            assert_eq!(one["type"], "customer.changed");
            assert_eq!(one["data"]["id"], a.to_string());
            assert_eq!(one["data"]["identifiers"].as_array().unwrap().len(), 2);
        }
        let mut changed: Vec<_> = told.iter().map(|one| &one["data"]["changed"]).collect();
        changed.sort_by_key(|id| id.to_string());
        assert_eq!(changed, [&a.to_string(), &b.to_string()]);
    });
}

#[test]
fn a_replaced_secret_signs_beside_the_new_one_for_a_while() {
    on_both_engines(async |engine| {
        let they = Subscriber::on(engine).await;
        let (webhook, setup) = (they.webhook, they.shop.setup.clone());
        let rotated = they
            .db()
            .write(move |tx| rotate_secret(tx, &setup, webhook, HOUR))
            .await
            .unwrap();
        let new = rotated.secret.unwrap();
        assert_ne!(new, they.secret);
        let signed_by = |seen: &Seen, secret: &str| {
            let key = BASE64
                .decode(secret.strip_prefix("whsec_").unwrap())
                .unwrap();
            let expected = signature(
                &key,
                seen.header("webhook-id").unwrap(),
                seen.header("webhook-timestamp").unwrap().parse().unwrap(),
                std::str::from_utf8(&seen.body).unwrap(),
            );
            let all = seen.header("webhook-signature").unwrap();
            all.split(' ').any(|one| one == expected)
        };
        they.event().await;
        they.run().await;
        let seen = they.receiver.seen();
        assert!(signed_by(&seen[0], &they.secret) && signed_by(&seen[0], &new));
        they.pass(HOUR);
        they.event().await;
        they.run().await;
        let seen = they.receiver.seen();
        assert!(!signed_by(&seen[1], &they.secret) && signed_by(&seen[1], &new));
    });
}

#[test]
fn what_was_given_up_can_be_told_again_one_by_one_or_all_of_it() {
    on_both_engines(async |engine| {
        let they = Subscriber::on(engine).await;
        they.receiver.will_say(&[500; 24]);
        let lost = they.event().await;
        they.pass(1000);
        let second = they.event().await;
        they.event().await;
        for _ in 0..TRIES {
            they.run().await;
            they.pass(12 * HOUR);
        }
        assert_eq!(they.log(Some(EventStatus::Failed)).await.len(), 3);

        let (webhook, setup) = (they.webhook, they.shop.setup.clone());
        let again =
            move |tx: &mut throughline_storage::Tx<'_>| replay(tx, &setup, webhook, lost.id);
        let replayed = they.db().write(again.clone()).await.unwrap();
        assert_eq!(replayed.status, EventStatus::Pending);
        let twice = they.db().write(again).await;
        assert!(matches!(twice, Err(Error::Conflict(_))), "{twice:?}");
        they.run().await;
        let seen = they.receiver.seen();
        let last = seen.last().unwrap();
        assert_eq!(
            last.header("webhook-id"),
            Some(lost.event_id.to_string().as_str()),
            "the receiver knows it as the same event"
        );

        let replay_since = async |since| {
            let setup = they.shop.setup.clone();
            they.db()
                .write(move |tx| replay_failed(tx, &setup, webhook, since))
                .await
                .unwrap()
        };
        let count = replay_since(second.created_at).await;
        assert_eq!(count, 2);
        they.run().await;
        assert!(they.log(Some(EventStatus::Failed)).await.is_empty());
        assert_eq!(they.log(Some(EventStatus::Delivered)).await.len(), 3);
        assert_eq!(replay_since(0).await, 0);
    });
}

#[test]
fn a_ping_reaches_whoever_is_enabled() {
    on_both_engines(async |engine| {
        let they = Subscriber::on(engine).await;
        let (webhook, setup) = (they.webhook, they.shop.setup.clone());
        let send = move |tx: &mut throughline_storage::Tx<'_>| ping(tx, &setup, webhook);
        they.db().write(send.clone()).await.unwrap();
        they.run().await;
        assert_eq!(body(&they.receiver.seen()[0])["type"], "ping");

        let off = Change {
            enabled: Some(false),
            ..Change::default()
        };
        they.change(off).await;
        let refused = they.db().write(send).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    });
}

#[test]
fn enabling_a_webhook_forgives_it_and_ending_it_takes_everything_along() {
    on_both_engines(async |engine| {
        let they = Subscriber::on(engine).await;
        they.event().await;
        they.receiver.will_say(&[410]);
        they.run().await;
        let on = Change {
            enabled: Some(true),
            events: Some(vec!["*".to_owned()]),
            description: Some(" the data lake ".to_owned()),
            ..Change::default()
        };
        let webhook = they.change(on).await;
        assert!(webhook.enabled && webhook.disabled_reason.is_none());
        assert_eq!(webhook.failing_since, None);
        assert_eq!(webhook.events, ["*"]);
        assert_eq!(webhook.description, "the data lake");

        they.event().await;
        let id = they.webhook;
        they.db()
            .write(move |tx| webhook::remove(tx, id))
            .await
            .unwrap();
        they.run().await;
        assert_eq!(they.receiver.count(), 1, "what was on its way is dropped");
        let gone = they.db().read(move |tx| webhook::get(tx, id)).await;
        assert!(matches!(gone, Err(Error::NotFound { .. })));
    });
}

#[test]
fn nobody_subscribes_to_a_place_inside_or_to_nothing() {
    on_both_engines(async |engine| {
        let they = Subscriber::on(engine).await;
        let outside = Outside::new(Reach::default()).unwrap();
        for url in [
            "https://127.0.0.1/",
            "https://[::ffff:10.0.0.1]/",
            "http://1.1.1.1/",
            "not a url",
        ] {
            match Place::find(&outside, url).await {
                Err(Error::Invalid { field, .. }) => assert_eq!(field, "url"),
                other => panic!("{url}: {other:?}"),
            }
        }
        let place = Place::find(&outside, "https://1.1.1.1/").await.unwrap();
        for events in [&["invoice.paid".to_owned()][..], &[]] {
            let (place, setup) = (place.clone(), they.shop.setup.clone());
            let events = events.to_vec();
            let made = they
                .db()
                .write(move |tx| webhook::create(tx, &setup, &place, "", &events))
                .await;
            match made {
                Err(Error::Invalid { field, .. }) => assert_eq!(field, "events"),
                other => panic!("{other:?}"),
            }
        }
        let nobody = WebhookId(uuid::Uuid::nil());
        let answer = they
            .db()
            .write(move |tx| webhook::update(tx, nobody, &Change::default()))
            .await;
        assert!(matches!(answer, Err(Error::NotFound { .. })), "{answer:?}");
    });
}

#[test]
fn a_place_is_judged_again_whenever_something_is_sent() {
    on_both_engines(async |engine| {
        let they = Subscriber::on(engine).await;
        they.event().await;
        // The same subscription, after the operator stopped allowing places inside.
        let strict = webhook::SendWebhooks::new(
            they.db().clone(),
            they.shop.setup.clone(),
            Outside::new(Reach::default()).unwrap(),
        );
        throughline_engine::job::Runner::new(they.db().clone(), they.shop.setup.clone())
            .with(webhook::SEND, std::sync::Arc::new(strict), 1)
            .run_due()
            .await
            .unwrap();
        assert_eq!(they.receiver.count(), 0);
        let log = they.log(None).await;
        assert_eq!(log[0].attempts, 1);
        assert_eq!(log[0].response_code, None);
        let why = log[0].last_error.as_deref().unwrap();
        assert!(why.contains("https"), "{why}");
    });
}

#[test]
fn no_secret_stands_in_the_database() {
    on_both_engines(async |engine| {
        let they = Subscriber::on(engine).await;
        let shown = serde_json::to_string(&they.subscription().await).unwrap();
        assert!(
            !shown.contains("secrets") && !shown.contains("whsec_"),
            "{shown}"
        );
        let mut archive = Vec::new();
        throughline_storage::export(they.db(), &mut archive)
            .await
            .unwrap();
        let archive = String::from_utf8(archive).unwrap();
        assert!(archive.contains(&they.receiver.url("/in")));
        let secret = they.secret.strip_prefix("whsec_").unwrap();
        assert!(!archive.contains(secret));
    });
}
