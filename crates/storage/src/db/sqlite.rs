//! SQLite: one writing thread with group commit, a few reading threads.

use super::{Job, Outcome, publish};
use crate::error::{Error, Result};
use crate::hint::Hints;
use crate::tx::Tx;
use crossbeam_channel::{Receiver, Sender, unbounded};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::{Duration, Instant};

/// The most transactions one commit carries: bounds how long the first of them waits.
const GROUP_LIMIT: usize = 512;
/// The longest a group grows before it is committed.
const GROUP_TIME: Duration = Duration::from_millis(8);
/// Prepared statements kept per connection; above the number of named queries.
const STATEMENTS: usize = 512;

pub(super) struct Threads {
    writer: Sender<Box<dyn Job>>,
    readers: Sender<Box<dyn Job>>,
}

impl Threads {
    pub(super) fn start(path: &Path, readers: usize, hints: &Hints) -> Result<Self> {
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            std::fs::create_dir_all(folder).map_err(|error| {
                Error::Unavailable(format!(
                    "cannot make the folder {}: {error}",
                    folder.display()
                ))
            })?;
        }
        let writing = open(path, true)?;
        let (writer, jobs) = unbounded();
        let hints = hints.clone();
        spawn("db-writer", move || write_loop(&writing, &jobs, &hints))?;
        let (reader, jobs) = unbounded();
        for number in 0..readers {
            let reading = open(path, false)?;
            let jobs = jobs.clone();
            spawn(&format!("db-reader-{number}"), move || {
                read_loop(&reading, &jobs)
            })?;
        }
        Ok(Self {
            writer,
            readers: reader,
        })
    }

    pub(super) fn send(&self, job: Box<dyn Job>, writes: bool) {
        let queue = if writes { &self.writer } else { &self.readers };
        // A job that cannot be sent is dropped, and its sender hears that the threads are gone.
        let _ = queue.send(job);
    }
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<()> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(body)
        .map(drop)
        .map_err(|error| Error::Unavailable(format!("cannot start a storage thread: {error}")))
}

fn open(path: &Path, writes: bool) -> Result<Connection> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if writes {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let failed = |error: rusqlite::Error| {
        Error::Unavailable(format!("cannot open {}: {error}", path.display()))
    };
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection
        .busy_timeout(Duration::from_secs(10))
        .map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // FULL: a commit is on disk before it is acknowledged, also through a loss of power.
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
             PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192; PRAGMA journal_size_limit = 67108864;
             PRAGMA wal_autocheckpoint = 4000;",
        )
        .map_err(failed)?;
    if !writes {
        connection
            .execute_batch("PRAGMA query_only = ON")
            .map_err(failed)?;
    }
    Ok(connection)
}

fn write_loop(connection: &Connection, jobs: &Receiver<Box<dyn Job>>, hints: &Hints) {
    while let Ok(first) = jobs.recv() {
        write_group(connection, first, jobs, hints);
    }
    // Leaves one file behind after a clean stop.
    let _ = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
}

/// Runs every transaction that is waiting, each in its savepoint, and commits them together.
fn write_group(
    connection: &Connection,
    first: Box<dyn Job>,
    jobs: &Receiver<Box<dyn Job>>,
    hints: &Hints,
) {
    if let Err(error) = statement(connection, "BEGIN IMMEDIATE") {
        return first.finish(Some(error));
    }
    let started = Instant::now();
    let mut done: Vec<(Box<dyn Job>, Option<Error>)> = Vec::new();
    let mut pending = Vec::new();
    let mut next = Some(first);
    while let Some(mut job) = next.take() {
        let mut tx = Tx::sqlite(connection);
        let failure = in_savepoint(connection, &mut tx, job.as_mut());
        if failure.is_none() {
            pending.extend(tx.take_hints());
        }
        done.push((job, failure));
        if done.len() < GROUP_LIMIT && started.elapsed() < GROUP_TIME {
            next = jobs.try_recv().ok();
        }
    }
    let committed = statement(connection, "COMMIT");
    if let Err(error) = &committed {
        tracing::error!(%error, transactions = done.len(), "a commit failed");
        let _ = statement(connection, "ROLLBACK");
    }
    metrics::histogram!("throughline_storage_group_size").record(done.len() as f64);
    if committed.is_ok() {
        publish(hints, pending);
    }
    for (job, failure) in done {
        job.finish(failure.or_else(|| committed.as_ref().err().cloned()));
    }
}

/// Runs one transaction; its failure leaves the group as it was before.
fn in_savepoint(connection: &Connection, tx: &mut Tx<'_>, job: &mut dyn Job) -> Option<Error> {
    if let Err(error) = statement(connection, "SAVEPOINT job") {
        return Some(error);
    }
    let outcome = job.run(tx);
    let end = if outcome == Outcome::Keep {
        "RELEASE job"
    } else {
        "ROLLBACK TO job"
    };
    if let Err(error) = statement(connection, end) {
        return Some(error);
    }
    if outcome == Outcome::Keep {
        return None;
    }
    let _ = statement(connection, "RELEASE job");
    Some(Error::Aborted("its changes were undone".to_owned()))
}

fn read_loop(connection: &Connection, jobs: &Receiver<Box<dyn Job>>) {
    while let Ok(mut job) = jobs.recv() {
        let failure = match statement(connection, "BEGIN") {
            Ok(()) => {
                job.run(&mut Tx::sqlite(connection));
                statement(connection, "COMMIT")
                    .or_else(|_| statement(connection, "ROLLBACK"))
                    .err()
            }
            Err(error) => Some(error),
        };
        job.finish(failure);
    }
}

fn statement(connection: &Connection, text: &'static str) -> Result<()> {
    connection
        .prepare_cached(text)
        .and_then(|mut statement| statement.execute([]))
        .map(drop)
        .map_err(|error| Error::sqlite(text, &error))
}
