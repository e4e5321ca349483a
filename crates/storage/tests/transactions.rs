//! What a transaction promises, on both engines.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use throughline_model::id::ConversationId;
use throughline_storage::{Db, Engine, Error, Hint, Query, Result, Tx, params};
use throughline_testkit::{TestDatabase, on_both_engines};
use tokio::task::JoinHandle;
use uuid::Uuid;

const MAKE: Query = Query::plain(
    "ledger.make",
    "CREATE TABLE ledger (name TEXT PRIMARY KEY, amount BIGINT NOT NULL)",
);
const OPEN: Query = Query {
    name: "ledger.open",
    sqlite: "INSERT INTO ledger (name, amount) VALUES (?1, ?2)",
    postgres: "INSERT INTO ledger (name, amount) VALUES ($1, $2)",
};
const ADD: Query = Query {
    name: "ledger.add",
    sqlite: "UPDATE ledger SET amount = amount + ?2 WHERE name = ?1",
    postgres: "UPDATE ledger SET amount = amount + $2 WHERE name = $1",
};
const AMOUNT: Query = Query {
    name: "ledger.amount",
    sqlite: "SELECT amount FROM ledger WHERE name = ?1",
    postgres: "SELECT amount FROM ledger WHERE name = $1",
};
const HANG_UP: Query = Query::plain(
    "ledger.hang_up",
    "SELECT pg_terminate_backend(pg_backend_pid())",
);

fn open(tx: &mut Tx<'_>, name: &str, amount: i64) -> Result<u64> {
    tx.execute(&OPEN, params![name, amount])
}

fn add(tx: &mut Tx<'_>, name: &str, amount: i64) -> Result<u64> {
    tx.execute(&ADD, params![name, amount])
}

fn amount(tx: &mut Tx<'_>, name: &str) -> Result<Option<i64>> {
    tx.optional(&AMOUNT, params![name], |row| row.get("amount"))
}

/// A ledger with one account of 100.
async fn ledger(engine: Engine) -> TestDatabase {
    let database = TestDatabase::empty(engine);
    database
        .db
        .write(|tx| tx.execute(&MAKE, params![]))
        .await
        .unwrap();
    database.db.write(|tx| open(tx, "till", 100)).await.unwrap();
    database
}

async fn holds(db: &Db, name: &'static str) -> Option<i64> {
    db.read(move |tx| amount(tx, name)).await.unwrap()
}

fn refused() -> Error {
    Error::Aborted("the shopkeeper said no".to_owned())
}

/// Runs a transaction beside the story.
fn begin<T: Send + 'static>(
    db: &Db,
    f: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
) -> JoinHandle<Result<T>> {
    let db = db.clone();
    tokio::spawn(async move { db.write(f).await })
}

/// Queues a transaction without waiting for it.
async fn queue<'d, T: Send + 'static>(
    db: &'d Db,
    f: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
) -> Pin<Box<dyn Future<Output = Result<T>> + 'd>> {
    let mut waiting = Box::pin(db.write(f));
    assert!(futures::poll!(&mut waiting).is_pending());
    waiting
}

/// Keeps every storage thread that writes busy until it ends, so that what is written meanwhile waits and on
/// SQLite then goes into one group.
struct Rush(Vec<mpsc::Sender<()>>);

impl Rush {
    /// On SQLite there is one such thread; on PostgreSQL the test database has four.
    async fn begin(db: &Db) -> Self {
        let threads = match db.engine() {
            Engine::Sqlite => 1,
            Engine::Postgres => 4,
        };
        let (busy, mut seen) = tokio::sync::mpsc::unbounded_channel();
        let mut ends = Vec::new();
        for _ in 0..threads {
            let (end, ended) = mpsc::channel::<()>();
            let busy = busy.clone();
            ends.push(end);
            begin(db, move |_| {
                busy.send(()).unwrap();
                ended.recv().unwrap();
                Ok(())
            });
        }
        for _ in 0..threads {
            seen.recv().await.unwrap();
        }
        Self(ends)
    }

    fn end(self) {
        for thread in self.0 {
            thread.send(()).unwrap();
        }
    }
}

#[test]
fn what_was_written_is_read_at_once() {
    on_both_engines(async |engine| {
        let database = ledger(engine).await;
        for number in 1..=50 {
            database.db.write(|tx| add(tx, "till", 1)).await.unwrap();
            assert_eq!(holds(&database.db, "till").await, Some(100 + number));
        }
    });
}

#[test]
fn a_transaction_that_fails_does_not_touch_the_others_of_its_group() {
    on_both_engines(async |engine| {
        let database = ledger(engine).await;
        let db = &database.db;
        let rush = Rush::begin(db).await;
        let first = queue(db, |tx| open(tx, "first", 1)).await;
        let fail = |tx: &mut Tx<'_>| -> Result<()> {
            open(tx, "half", 1)?;
            add(tx, "till", -100)?;
            Err(refused())
        };
        let failing = queue(db, fail).await;
        let panic = |tx: &mut Tx<'_>| -> Result<()> {
            open(tx, "quarter", 1)?;
            panic!("a mistake of ours, as this story wants it");
        };
        let panicking = queue(db, panic).await;
        let clashing = queue(db, |tx| open(tx, "till", 1)).await;
        let last = queue(db, |tx| open(tx, "last", 1)).await;
        rush.end();
        first.await.unwrap();
        last.await.unwrap();
        let said = failing.await.unwrap_err();
        assert!(
            said.to_string().contains("the shopkeeper said no"),
            "{said}"
        );
        let said = panicking.await.unwrap_err();
        assert!(matches!(said, Error::Aborted(_)), "{said}");
        let said = clashing.await.unwrap_err();
        let by_statement = matches!(
            said,
            Error::Statement {
                query: "ledger.open",
                ..
            }
        );
        assert!(by_statement, "{said}");
        for (name, expected) in [
            ("first", Some(1)),
            ("last", Some(1)),
            ("half", None),
            ("quarter", None),
            ("till", Some(100)),
        ] {
            assert_eq!(holds(db, name).await, expected, "{name}");
        }
    });
}

#[test]
fn a_storage_thread_survives_a_panic() {
    on_both_engines(async |engine| {
        let database = ledger(engine).await;
        for _ in 0..8 {
            let said = database
                .db
                .write(|_| -> Result<()> { panic!("a mistake of ours, as this story wants it") })
                .await;
            assert!(matches!(said, Err(Error::Aborted(_))));
        }
        database.db.write(|tx| add(tx, "till", 1)).await.unwrap();
        assert_eq!(holds(&database.db, "till").await, Some(101));
    });
}

#[test]
fn a_transaction_that_shrugs_off_a_refused_statement_is_not_kept() {
    on_both_engines(async |engine| {
        let database = ledger(engine).await;
        let said = database
            .db
            .write(|tx| -> Result<()> {
                add(tx, "till", 5)?;
                let clash = open(tx, "till", 1);
                assert!(clash.is_err());
                Ok(())
            })
            .await;
        assert!(matches!(said, Err(Error::Statement { .. })), "{said:?}");
        assert_eq!(holds(&database.db, "till").await, Some(100));
    });
}

#[test]
fn hints_go_out_after_the_commit_and_only_then() {
    on_both_engines(async |engine| {
        let database = ledger(engine).await;
        let db = &database.db;
        let hint = |number: u128| Hint::Changed {
            conversation: ConversationId(Uuid::from_u128(number)),
        };
        let mut hints = db.hints().listen();
        let failed = db
            .write(move |tx| -> Result<()> {
                tx.hint(hint(1));
                Err(refused())
            })
            .await;
        assert!(failed.is_err());
        let writing = begin(db, move |tx| {
            tx.hint(hint(2));
            add(tx, "till", 1)
        });
        // Whoever is hinted at something must find it.
        assert_eq!(hints.recv().await.unwrap(), hint(2));
        assert_eq!(holds(db, "till").await, Some(101));
        writing.await.unwrap().unwrap();
        assert!(hints.try_recv().is_err(), "the failed transaction hinted");
    });
}

#[test]
fn many_writers_lose_nothing_of_each_other() {
    on_both_engines(async |engine| {
        let database = ledger(engine).await;
        let writing: Vec<_> = (0..200)
            .map(|_| begin(&database.db, |tx| add(tx, "till", 1)))
            .collect();
        for one in writing {
            one.await.unwrap().unwrap();
        }
        assert_eq!(holds(&database.db, "till").await, Some(300));
    });
}

/// Two transfers that lock the same accounts in opposite order: PostgreSQL ends one of them.
#[test]
fn a_lost_race_on_postgresql_is_run_again() {
    on_both_engines(async |engine| {
        if engine == Engine::Sqlite {
            return; // One writer: there is no race to lose.
        }
        let database = ledger(engine).await;
        let db = &database.db;
        db.write(|tx| open(tx, "safe", 100)).await.unwrap();
        let (meeting, runs) = (Arc::new(Barrier::new(2)), Arc::new(AtomicUsize::new(0)));
        let transfer = |from: &'static str, to: &'static str| {
            let (meeting, runs) = (Arc::clone(&meeting), Arc::clone(&runs));
            let mut first = true;
            begin(db, move |tx| {
                runs.fetch_add(1, Ordering::SeqCst);
                add(tx, from, -10)?;
                // Only the first time round: whoever runs again meets nobody.
                if std::mem::take(&mut first) {
                    meeting.wait();
                }
                add(tx, to, 10)
            })
        };
        let (there, back) = (transfer("till", "safe"), transfer("safe", "till"));
        there.await.unwrap().unwrap();
        back.await.unwrap().unwrap();
        // At least once more: who lost may lose again while the winner is still committing.
        assert!(runs.load(Ordering::SeqCst) >= 3, "one of the two ran again");
        assert_eq!(holds(db, "till").await, Some(100));
        assert_eq!(holds(db, "safe").await, Some(100));
    });
}

#[test]
fn a_connection_that_was_cut_is_made_anew() {
    on_both_engines(async |engine| {
        if engine == Engine::Sqlite {
            return; // A file does not hang up.
        }
        let database = ledger(engine).await;
        for _ in 0..4 {
            let said = database
                .db
                .write(|tx| {
                    add(tx, "till", 1)?;
                    tx.all(&HANG_UP, params![], |_| Ok(()))
                })
                .await;
            assert!(matches!(said, Err(Error::Unavailable(_))), "{said:?}");
        }
        for _ in 0..8 {
            assert_eq!(holds(&database.db, "till").await, Some(100));
        }
        database.db.write(|tx| add(tx, "till", 1)).await.unwrap();
        assert_eq!(holds(&database.db, "till").await, Some(101));
    });
}
