//! The bound: the very rows the server wrote, with its own statements and the same durability, by a loop that does
//! nothing else: one connection, one thread, statements prepared once, as many messages per commit as the server
//! puts into one.

use crate::wrote::{Message, Rows};
use rusqlite::params_from_iter;
use std::time::{Duration, Instant};
use throughline_engine::queries::{conversation, identity, intake};
use throughline_storage::{Db, Engine, Options, Query, Result, Value};
use throughline_testkit::DatabasePlace;

/// As in the storage of the server.
const GROUP_LIMIT: usize = 512;
/// As in the storage of the server.
const GROUP_TIME: Duration = Duration::from_millis(8);
/// One thread that waits for the disk itself, where the server's waits beside its writer: nothing is acknowledged before
/// it is on disk in either.
const PRAGMAS: &str =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
    PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192; PRAGMA journal_size_limit = 67108864;
    PRAGMA wal_autocheckpoint = 4000;";

/// Writes the rows into a new database; returns messages per second.
pub async fn measure(engine: Engine, rows: Rows) -> f64 {
    let place = DatabasePlace::new(engine);
    let Rows { before, messages } = rows;
    let count = messages.len();
    prepare(&place.url, before).await;
    let url = place.url.clone();
    let writing = std::thread::spawn(move || {
        let begun = Instant::now();
        match engine {
            Engine::Sqlite => on_sqlite(&url, &messages),
            Engine::Postgres => on_postgres(&url, &messages),
        }
        begun.elapsed()
    });
    count as f64 / writing.join().unwrap().as_secs_f64()
}

async fn prepare(url: &str, before: Vec<(&'static Query, Vec<Vec<Value>>)>) {
    let db = Db::open(&Options::new(url)).unwrap();
    db.migrate().await.unwrap();
    db.write(move |tx| -> Result<()> {
        for (insert, rows) in &before {
            for row in rows {
                tx.execute(insert, row)?;
            }
        }
        Ok(())
    })
    .await
    .unwrap();
}

fn statements(message: &Message) -> [(&'static Query, &[Value]); 5] {
    [
        (&identity::TOUCH, &message.touch),
        (&conversation::UPSERT_INTERACTION, &message.interaction),
        (&conversation::NEXT_SEQ, &message.next_seq),
        (&conversation::INSERT_ENTRY, &message.entry),
        (&intake::KEEP, &message.inbound),
    ]
}

/// Commits when the server would.
fn in_groups(
    messages: &[Message],
    mut begin: impl FnMut(),
    mut write: impl FnMut(&Message),
    mut commit: impl FnMut(),
) {
    let mut rest = messages.iter().peekable();
    while rest.peek().is_some() {
        begin();
        let begun = Instant::now();
        let mut size = 0;
        while size < GROUP_LIMIT && (size == 0 || begun.elapsed() < GROUP_TIME) {
            let Some(message) = rest.next() else { break };
            write(message);
            size += 1;
        }
        commit();
    }
}

fn on_sqlite(url: &str, messages: &[Message]) {
    let path = url.strip_prefix("sqlite:").unwrap();
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch(PRAGMAS).unwrap();
    connection.set_prepared_statement_cache_capacity(64);
    let run = |text: &str, values: &[Value]| {
        let mut statement = connection.prepare_cached(text).unwrap();
        let mut rows = statement.query(params_from_iter(values)).unwrap();
        while rows.next().unwrap().is_some() {}
    };
    in_groups(
        messages,
        || run("BEGIN IMMEDIATE", &[]),
        |message| {
            for (query, values) in statements(message) {
                run(query.sqlite, values);
            }
        },
        || run("COMMIT", &[]),
    );
}

fn on_postgres(url: &str, messages: &[Message]) {
    let client = std::cell::RefCell::new(postgres::Client::connect(url, postgres::NoTls).unwrap());
    let Some(first) = messages.first() else {
        return;
    };
    let prepared =
        statements(first).map(|(query, _)| client.borrow_mut().prepare(query.postgres).unwrap());
    in_groups(
        messages,
        || client.borrow_mut().batch_execute("BEGIN").unwrap(),
        |message| {
            for ((_, values), statement) in statements(message).iter().zip(&prepared) {
                let bound: Vec<&(dyn postgres::types::ToSql + Sync)> =
                    values.iter().map(|value| value as _).collect();
                client.borrow_mut().query(statement, &bound).unwrap();
            }
        },
        || client.borrow_mut().batch_execute("COMMIT").unwrap(),
    );
}
