//! What is put aside comes back in time, and what is past its time is forgotten, neither too early.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::sync::Arc;
use throughline_engine::conversation::{self, Author, Change, View};
use throughline_engine::fetch::{Outside, Reach};
use throughline_engine::job::Runner;
use throughline_engine::push::{self, BrowserKeys, Place};
use throughline_engine::upkeep::{self, Retention, UPKEEP, Upkeep};
use throughline_engine::visitor::{self, Terms};
use throughline_model::clock::Millis;
use throughline_model::conversation::{CaseStatus, EntryKind};
use throughline_model::id::ConversationId;
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_model::inbound::Raw;
use throughline_storage::{Query, params};
use throughline_testkit::{Shop, on_both_engines};

const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;

/// A shop that keeps raw messages for ten days and their ids for 45.
async fn kept_up(shop: &Shop) -> Runner {
    let retention = Retention {
        dedupe_ms: 45 * DAY,
        raw_ms: 10 * DAY,
        visitor_ms: 400 * DAY,
    };
    keeping(shop, retention).await
}

async fn keeping(shop: &Shop, retention: Retention) -> Runner {
    let (db, setup) = (shop.database.db.clone(), shop.setup.clone());
    let upkeep = Upkeep::new(db.clone(), setup.clone(), shop.files.clone(), retention);
    // Every start schedules; there is still one job of each.
    for _ in 0..3 {
        let clock = setup.clock.clone();
        db.write(move |tx| upkeep::schedule(tx, &clock))
            .await
            .unwrap();
    }
    Runner::new(db, setup).with(UPKEEP, Arc::new(upkeep), 1)
}

fn anna() -> Identifier {
    Identifier::parse(IdentifierKind::Email, "anna@example.com", None).unwrap()
}

async fn count(shop: &Shop, text: &'static str) -> i64 {
    // Prepared statements are known by their names.
    let query = Query::plain(text, text);
    let db = &shop.database.db;
    db.read(move |tx| tx.one(&query, params![], |row| row.get("n")))
        .await
        .unwrap()
}

async fn snooze(shop: &Shop, id: ConversationId, until: Millis) {
    let setup = shop.setup.clone();
    let change = Change {
        status: Some(CaseStatus::Snoozed),
        snoozed_until: Some(until),
        ..Change::default()
    };
    let db = &shop.database.db;
    db.write(move |tx| conversation::change(tx, &setup, id, &change, Author::system()))
        .await
        .unwrap();
}

async fn status(shop: &Shop, id: ConversationId) -> CaseStatus {
    let db = &shop.database.db;
    let found = db.read(move |tx| conversation::get(tx, id)).await.unwrap();
    found.status
}

#[test]
fn a_snoozed_case_wakes_when_its_time_has_come_and_says_so() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        let runner = kept_up(&shop).await;
        let case = shop.hears(&anna(), "Back in stock yet?").await.conversation;
        let until = shop.setup.clock.now() + 10 * MINUTE;
        snooze(&shop, case, until).await;
        for _ in 0..9 {
            runner.run_due().await.unwrap();
            assert_eq!(status(&shop, case).await, CaseStatus::Snoozed);
            shop.setup.clock.advance(MINUTE);
        }
        shop.setup.clock.advance(MINUTE);
        runner.run_due().await.unwrap();
        assert_eq!(status(&shop, case).await, CaseStatus::Open);
        let db = &shop.database.db;
        let entries = db
            .read(move |tx| conversation::entries(tx, case, 0, 100, View::Everything))
            .await
            .unwrap();
        let last = entries.last().unwrap();
        assert_eq!(
            (last.kind, last.text.as_str()),
            (EntryKind::State, "status: open")
        );
        let before = entries.len();
        shop.setup.clock.advance(MINUTE);
        runner.run_due().await.unwrap();
        let db = &shop.database.db;
        let entries = db
            .read(move |tx| conversation::entries(tx, case, 0, 100, View::Everything))
            .await
            .unwrap();
        assert_eq!(entries.len(), before, "it wakes once");
    });
}

#[test]
fn nothing_else_is_touched_by_waking() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        let runner = kept_up(&shop).await;
        let case = shop.hears(&anna(), "Hello").await.conversation;
        let soon = shop.setup.clock.now() + MINUTE;
        snooze(&shop, case, soon).await;
        // Resolved before its time: it stays resolved, and nothing is closed by itself.
        let setup = shop.setup.clone();
        let resolved = Change {
            status: Some(CaseStatus::Resolved),
            ..Change::default()
        };
        let db = &shop.database.db;
        db.write(move |tx| conversation::change(tx, &setup, case, &resolved, Author::system()))
            .await
            .unwrap();
        for _ in 0..5 {
            shop.setup.clock.advance(100 * DAY);
            runner.run_due().await.unwrap();
        }
        assert_eq!(status(&shop, case).await, CaseStatus::Resolved);
    });
}

#[test]
fn there_is_one_job_of_each_however_often_the_program_starts() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        let runner = kept_up(&shop).await;
        let jobs = "SELECT COUNT(*) AS n FROM job WHERE kind = 'upkeep' AND state = 'ready'";
        assert_eq!(count(&shop, jobs).await, 4);
        for _ in 0..50 {
            assert!(runner.run_due().await.unwrap() <= 4);
            shop.setup.clock.advance(DAY);
        }
        assert_eq!(count(&shop, jobs).await, 4, "they go on for ever");
    });
}

#[test]
fn raw_messages_are_forgotten_before_their_ids() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        let runner = kept_up(&shop).await;
        let small = shop.message(&anna(), "Hello");
        let again = small.clone();
        let mut large = shop.message(&anna(), "See attached");
        large.raw = Raw {
            media_type: "message/rfc822".to_owned(),
            body: vec![b'x'; 200_000].into(),
        };
        shop.receive(small).await;
        shop.receive(large.clone()).await;
        // The same large payload once more, later: its bytes are stored once.
        shop.setup.clock.advance(5 * DAY);
        large.provider_id = "another".to_owned();
        shop.receive(large).await;

        let bodies = "SELECT COUNT(*) AS n FROM inbound WHERE body IS NOT NULL";
        let objects = "SELECT COUNT(*) AS n FROM inbound WHERE object_key IS NOT NULL";
        let ids = "SELECT COUNT(*) AS n FROM inbound";
        let key: String = {
            let query = Query::plain(
                "test.key",
                "SELECT object_key FROM inbound WHERE object_key IS NOT NULL LIMIT 1",
            );
            let db = &shop.database.db;
            db.read(move |tx| tx.one(&query, params![], |row| row.get("object_key")))
                .await
                .unwrap()
        };
        shop.setup.clock.advance(5 * DAY - 1);
        runner.run_due().await.unwrap();
        assert_eq!(
            (count(&shop, bodies).await, count(&shop, objects).await),
            (1, 2)
        );
        shop.setup.clock.advance(3_600_001);
        runner.run_due().await.unwrap();
        assert_eq!(
            (count(&shop, bodies).await, count(&shop, objects).await),
            (0, 1)
        );
        assert!(shop.files.read(&key).await.is_ok(), "one still needs it");
        shop.setup.clock.advance(5 * DAY);
        runner.run_due().await.unwrap();
        assert_eq!(count(&shop, objects).await, 0);
        assert!(shop.files.read(&key).await.is_err());

        // A provider that repeats itself after weeks is still recognised.
        shop.setup.clock.advance(29 * DAY);
        runner.run_due().await.unwrap();
        assert_eq!(count(&shop, ids).await, 3);
        assert!(shop.receive(again).await.duplicate);
        shop.setup.clock.advance(2 * DAY);
        runner.run_due().await.unwrap();
        assert_eq!(count(&shop, ids).await, 1);
    });
}

#[test]
fn ids_are_kept_for_thirty_days_whatever_the_settings_say() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        let hasty = Retention {
            dedupe_ms: 0,
            raw_ms: 0,
            visitor_ms: 0,
        };
        let runner = keeping(&shop, hasty).await;
        shop.hears(&anna(), "Hello").await;
        let ids = "SELECT COUNT(*) AS n FROM inbound";
        shop.setup.clock.advance(30 * DAY - 2 * MINUTE);
        runner.run_due().await.unwrap();
        assert_eq!(count(&shop, ids).await, 1);
        shop.setup.clock.advance(DAY);
        runner.run_due().await.unwrap();
        assert_eq!(count(&shop, ids).await, 0);
    });
}

#[test]
fn a_visitor_who_signed_out_is_forgotten_once_their_token_is_too_old_to_count() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        let runner = kept_up(&shop).await;
        let terms = Terms {
            remembered_ms: 400 * DAY,
            codes_per_hour: 5,
            public_base: "https://shop.example/".to_owned(),
            offline_after_ms: MINUTE,
        };
        let (setup, chat) = (shop.setup.clone(), shop.chat);
        let db = &shop.database.db;
        let left = db
            .write(move |tx| {
                let arrived = visitor::arrive(tx, &setup, chat, None)?;
                visitor::sign_out(tx, &setup, &arrived.visitor)?;
                Ok::<_, throughline_engine::Error>(arrived)
            })
            .await
            .unwrap();
        let counts = async || {
            let (setup, terms, token) = (shop.setup.clone(), terms.clone(), left.token.clone());
            let opened = db.read(move |tx| visitor::open(tx, &setup, &terms, &token));
            opened.await.unwrap().is_some()
        };
        let known = "SELECT COUNT(*) AS n FROM retired_visitor";
        assert!(!counts().await);
        shop.setup.clock.advance(400 * DAY - 2 * MINUTE);
        runner.run_due().await.unwrap();
        assert_eq!(count(&shop, known).await, 1);
        assert!(
            !counts().await,
            "the token is young enough, but it was signed out"
        );
        shop.setup.clock.advance(DAY);
        runner.run_due().await.unwrap();
        assert_eq!(count(&shop, known).await, 0);
        assert!(!counts().await, "the token is too old");
    });
}

#[test]
fn a_browser_is_told_for_as_long_as_its_visitor_is_remembered() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        let runner = kept_up(&shop).await;
        let reach = Reach {
            allow_private: true,
            ..Reach::default()
        };
        let keys = BrowserKeys {
            p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
                .to_owned(),
            auth: "BTBZMqHH6r4Tts7J_aSIgg".to_owned(),
        };
        let outside = Outside::new(reach).unwrap();
        let place = Place::find(&outside, "http://127.0.0.1:9/push", &keys);
        let place = place.await.unwrap();
        let (setup, chat) = (shop.setup.clone(), shop.chat);
        let db = &shop.database.db;
        db.write(move |tx| {
            let arrived = visitor::arrive(tx, &setup, chat, None)?;
            push::subscribe(tx, &setup, arrived.visitor.identifier, &place, "en")
        })
        .await
        .unwrap();
        let told = "SELECT COUNT(*) AS n FROM push_subscription";
        shop.setup.clock.advance(400 * DAY - MINUTE);
        runner.run_due().await.unwrap();
        assert_eq!(count(&shop, told).await, 1);
        shop.setup.clock.advance(DAY);
        runner.run_due().await.unwrap();
        assert_eq!(count(&shop, told).await, 0);
    });
}

#[test]
fn who_has_left_is_known_for_a_year_whatever_the_settings_say() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        let hasty = Retention {
            dedupe_ms: 0,
            raw_ms: 0,
            visitor_ms: 0,
        };
        let runner = keeping(&shop, hasty).await;
        let (setup, chat) = (shop.setup.clone(), shop.chat);
        let db = &shop.database.db;
        db.write(move |tx| {
            let arrived = visitor::arrive(tx, &setup, chat, None)?;
            visitor::sign_out(tx, &setup, &arrived.visitor)
        })
        .await
        .unwrap();
        shop.setup.clock.advance(365 * DAY);
        runner.run_due().await.unwrap();
        let known = "SELECT COUNT(*) AS n FROM retired_visitor";
        assert_eq!(count(&shop, known).await, 1);
    });
}

#[test]
fn what_has_expired_goes_and_what_has_not_stays() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        let runner = kept_up(&shop).await;
        let now = shop.setup.clock.now();
        let db = &shop.database.db;
        db.write(move |tx| -> throughline_storage::Result<()> {
            let member = uuid::Uuid::from_u128(7);
            tx.execute(
                &both(
                    "test.member",
                    "INSERT INTO member (id, email, name, role, enabled, created_at) VALUES (?1, 'm', 'm', 'agent', TRUE, 0)",
                    "INSERT INTO member (id, email, name, role, enabled, created_at) VALUES ($1, 'm', 'm', 'agent', TRUE, 0)",
                ),
                params![member],
            )?;
            for (name, ends) in [("old", now + 1), ("new", now + 40 * DAY)] {
                tx.execute(
                    &both(
                        "test.session",
                        "INSERT INTO member_session (token_hash, member_id, csrf, created_at, expires_at) VALUES (?1, ?2, '', 0, ?3)",
                        "INSERT INTO member_session (token_hash, member_id, csrf, created_at, expires_at) VALUES ($1, $2, '', 0, $3)",
                    ),
                    params![name, member, ends],
                )?;
                tx.execute(
                    &both(
                        "test.invite",
                        "INSERT INTO invite (token_hash, member_id, expires_at) VALUES (?1, ?2, ?3)",
                        "INSERT INTO invite (token_hash, member_id, expires_at) VALUES ($1, $2, $3)",
                    ),
                    params![name, member, ends],
                )?;
                tx.execute(
                    &both(
                        "test.idempotency",
                        "INSERT INTO idempotency (principal, key, request_hash, created_at) VALUES ('p', ?1, '', ?2)",
                        "INSERT INTO idempotency (principal, key, request_hash, created_at) VALUES ('p', $1, '', $2)",
                    ),
                    params![name, ends],
                )?;
            }
            Ok(())
        })
        .await
        .unwrap();
        shop.setup.clock.advance(3 * DAY);
        runner.run_due().await.unwrap();
        for text in [
            "SELECT COUNT(*) AS n FROM member_session WHERE token_hash = 'new'",
            "SELECT COUNT(*) AS n FROM invite WHERE token_hash = 'new'",
            "SELECT COUNT(*) AS n FROM idempotency WHERE key = 'new'",
        ] {
            let all: &'static str = text.split(" WHERE").next().unwrap();
            assert_eq!(count(&shop, text).await, 1, "{text}");
            assert_eq!(count(&shop, all).await, 1, "{all}");
        }
    });
}

fn both(name: &'static str, sqlite: &'static str, postgres: &'static str) -> Query {
    Query {
        name,
        sqlite,
        postgres,
    }
}
