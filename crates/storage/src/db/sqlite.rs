//! SQLite: one writing thread with group commit, one that makes commits durable, a few reading threads.
//!
//! A group is committed into the write-ahead log without waiting for the disk; `db-sync` then has the log written
//! to disk and answers those who wait, while the next group is already being written. What is acknowledged is on
//! disk, as with `synchronous = FULL`, but the writer never stands still for it. Likewise `db-checkpoint` carries the
//! log's pages into the database beside the writer. Only the last of them are the writer's to carry, which lets the log
//! begin anew.

use super::{Job, Outcome, publish};
use crate::error::{Error, Result};
use crate::hint::{Hint, Hints};
use crate::tx::Tx;
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use rusqlite::{Connection, OpenFlags};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The most transactions one commit carries: bounds how long the first of them waits.
const GROUP_LIMIT: usize = 512;
/// The longest a group grows before it is committed.
const GROUP_TIME: Duration = Duration::from_millis(8);
/// The pages of the log from which on it should begin anew.
const LOG_PAGES: i64 = 24_000;
/// The pages of the log from which on the writer stops to carry all of them over: the disk is slower than the load.
const LOG_LIMIT: i64 = 4 * LOG_PAGES;
/// The pause between two checkpoints beside the writer: pages that change often are carried over once per pause.
const CHECKPOINT_PAUSE: Duration = Duration::from_millis(300);
/// The most groups that wait for the disk while another one is written.
const GROUPS_UNDER_WAY: usize = 4;
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
        let (written, groups) = bounded(GROUPS_UNDER_WAY);
        let log = log_of(path);
        let hints = hints.clone();
        let (grown, growth) = bounded(1);
        let carrying = open(path, true)?;
        let long = Arc::new(AtomicBool::new(false));
        let too_long = Arc::clone(&long);
        let database = File::options().write(true).open(path).map_err(|error| {
            Error::Unavailable(format!("cannot open {}: {error}", path.display()))
        })?;
        spawn("db-checkpoint", move || {
            checkpoint_loop(&carrying, &database, &growth, &too_long);
            // Closing it would give up the locks SQLite holds on the file in this process (POSIX), and other
            // connections may still be open.
            std::mem::forget(database);
        })?;
        spawn("db-sync", move || sync_loop(&log, &groups, &grown, &hints))?;
        spawn("db-writer", move || {
            write_loop(&writing, &jobs, &written, &long)
        })?;
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
    // NORMAL: a commit does not wait for the disk, `sync_loop` does, before anything is acknowledged; the log
    // itself is kept in order by SQLite, which has it on disk before a checkpoint.
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;
             PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192; PRAGMA journal_size_limit = 67108864;",
        )
        .map_err(failed)?;
    connection
        .pragma_update(None, "wal_autocheckpoint", LOG_LIMIT)
        .map_err(failed)?;
    if !writes {
        connection
            .execute_batch("PRAGMA query_only = ON")
            .map_err(failed)?;
    }
    Ok(connection)
}

fn write_loop(
    connection: &Connection,
    jobs: &Receiver<Box<dyn Job>>,
    written: &Sender<Group>,
    long: &AtomicBool,
) {
    while let Ok(first) = jobs.recv() {
        if let Some(group) = write_group(connection, first, jobs) {
            let _ = written.send(group);
        }
        if long.swap(false, Ordering::Relaxed) {
            checkpoint(connection);
        }
    }
    // Leaves one file behind after a clean stop.
    let _ = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
}

/// Transactions that were committed together and are not yet on disk.
struct Group {
    done: Vec<Done>,
    hints: Vec<Hint>,
}

/// Where SQLite keeps the write-ahead log of the database at `path`.
fn log_of(path: &Path) -> PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    PathBuf::from(log)
}

/// Answers those whose transactions are on disk. Once the disk has refused to keep something, nothing is
/// acknowledged any more: what it lost then may never show again.
fn sync_loop(log: &Path, groups: &Receiver<Group>, grown: &Sender<()>, hints: &Hints) {
    let mut refused = None;
    while let Ok(first) = groups.recv() {
        let all: Vec<Group> = std::iter::once(first).chain(groups.try_iter()).collect();
        if refused.is_none() {
            refused = on_disk(log).err();
        }
        for group in all {
            if refused.is_none() {
                publish(hints, group.hints);
            }
            for (job, failure) in group.done {
                job.finish(failure.or_else(|| refused.clone()));
            }
        }
        // Full: a checkpoint is due anyway.
        let _ = grown.try_send(());
    }
}

/// Carries what the log has into the database, beside the writer. When the log is long, it catches up once more, so
/// that little is left, and has the writer carry that: only then the log is empty for a moment and begins anew.
fn checkpoint_loop(
    connection: &Connection,
    database: &File,
    growth: &Receiver<()>,
    long: &AtomicBool,
) {
    while growth.recv().is_ok() {
        let pages = checkpoint(connection);
        settle(database);
        if pages >= LOG_PAGES {
            checkpoint(connection);
            settle(database);
            long.store(true, Ordering::Relaxed);
        }
        std::thread::sleep(CHECKPOINT_PAUSE);
    }
}

/// Has the pages that were carried over written to disk, here instead of where the writer would wait for it.
fn settle(database: &File) {
    if let Err(error) = database.sync_data() {
        // Nothing is lost: the log keeps the pages until SQLite itself has synced the database.
        tracing::warn!(%error, "the database cannot be written to disk");
    }
}

/// Carries pages from the log into the database and tells how many the log has. Waits for nobody: what somebody still
/// reads is left to the next time.
fn checkpoint(connection: &Connection) -> i64 {
    connection
        .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(1))
        .unwrap_or_else(|error| {
            tracing::warn!(%error, "a checkpoint failed and is tried again");
            0
        })
}

/// Returns when everything written to the log so far is on disk.
fn on_disk(log: &Path) -> Result<()> {
    // Opened anew each time: the file is SQLite's to make and to remove.
    let synced = File::options()
        .write(true)
        .open(log)
        .and_then(|file| file.sync_data());
    synced.map_err(|error| {
        tracing::error!(%error, "the disk does not keep what is written; mend it and start again");
        Error::Unavailable(format!("the disk does not keep what is written: {error}"))
    })
}

/// A transaction that was run, and why it failed if it did.
type Done = (Box<dyn Job>, Option<Error>);

/// Runs every transaction that is waiting and commits them together; none when that failed and they have been
/// told so.
fn write_group(
    connection: &Connection,
    first: Box<dyn Job>,
    jobs: &Receiver<Box<dyn Job>>,
) -> Option<Group> {
    if let Err(error) = statement(connection, "BEGIN IMMEDIATE") {
        first.finish(Some(error));
        return None;
    }
    let mut pending = Vec::new();
    let done = match in_a_row(connection, first, jobs, &mut pending) {
        Row::Clean(done) => done,
        Row::Spoiled { mut done, again } => {
            pending.clear();
            match each_apart(connection, again, &mut pending) {
                Ok(apart) => done.extend(apart),
                Err(error) => {
                    refuse(done, &error);
                    return None;
                }
            }
            done
        }
    };
    metrics::histogram!("throughline_storage_group_size").record(done.len() as f64);
    if let Err(error) = statement(connection, "COMMIT") {
        tracing::error!(%error, transactions = done.len(), "a commit failed");
        let _ = statement(connection, "ROLLBACK");
        refuse(done, &error);
        return None;
    }
    Some(Group {
        done,
        hints: pending,
    })
}

/// Tells everyone that nothing of theirs was kept.
fn refuse(done: Vec<Done>, error: &Error) {
    for (job, failure) in done {
        job.finish(failure.or_else(|| Some(error.clone())));
    }
}

/// How a row of transactions went.
enum Row {
    /// Those that failed had changed nothing.
    Clean(Vec<Done>),
    /// The last one failed with changes that only undoing all of them takes back. Those before it must run again.
    Spoiled {
        done: Vec<Done>,
        again: Vec<Box<dyn Job>>,
    },
}

/// Runs waiting transactions one after the other with nothing between them: a savepoint for each would copy every
/// page once more, for failures that are rare.
fn in_a_row(
    connection: &Connection,
    first: Box<dyn Job>,
    jobs: &Receiver<Box<dyn Job>>,
    pending: &mut Vec<Hint>,
) -> Row {
    let started = Instant::now();
    let mut done: Vec<Done> = Vec::new();
    let mut next = Some(first);
    while let Some(mut job) = next.take() {
        let before = connection.total_changes();
        let mut tx = Tx::sqlite(connection);
        let kept = job.run(&mut tx) == Outcome::Keep;
        let changed = tx.changed_schema() || connection.total_changes() != before;
        // A full disk ends the whole transaction.
        let ended = connection.is_autocommit();
        if kept && !ended {
            pending.extend(tx.take_hints());
        }
        done.push((job, (!kept || ended).then(undone)));
        if ended || (!kept && changed) {
            let (failed, fine): (Vec<_>, Vec<_>) =
                done.into_iter().partition(|(_, failure)| failure.is_some());
            return Row::Spoiled {
                done: failed,
                again: fine.into_iter().map(|(job, _)| job).collect(),
            };
        }
        if done.len() < GROUP_LIMIT && started.elapsed() < GROUP_TIME {
            next = jobs.try_recv().ok();
        }
    }
    Row::Clean(done)
}

/// Undoes everything and runs the transactions anew, each in a savepoint.
fn each_apart(
    connection: &Connection,
    jobs: Vec<Box<dyn Job>>,
    pending: &mut Vec<Hint>,
) -> Result<Vec<Done>> {
    if !connection.is_autocommit() {
        let _ = statement(connection, "ROLLBACK");
    }
    if let Err(error) = statement(connection, "BEGIN IMMEDIATE") {
        for job in jobs {
            job.finish(Some(error.clone()));
        }
        return Err(error);
    }
    let apart = jobs.into_iter().map(|mut job| {
        let mut tx = Tx::sqlite(connection);
        let failure = in_savepoint(connection, &mut tx, job.as_mut());
        if failure.is_none() {
            pending.extend(tx.take_hints());
        }
        (job, failure)
    });
    Ok(apart.collect())
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
    Some(undone())
}

fn undone() -> Error {
    Error::Aborted("its changes were undone".to_owned())
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
