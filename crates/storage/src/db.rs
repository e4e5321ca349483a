//! The database handle: which engine, and how a transaction gets to its thread.

mod postgres;
mod sqlite;

use crate::error::{Error, Result};
use crate::hint::{Hint, Hints};
use crate::tx::Tx;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::oneshot;

/// Which engine an installation stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The embedded default.
    Sqlite,
    /// For more than one node.
    Postgres,
}

/// How to open a database.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sqlite:PATH`, or `postgres://user:password@host/database`.
    pub url: String,
    /// Threads with a connection to PostgreSQL.
    pub postgres_connections: usize,
    /// Threads that read from SQLite beside the one that writes.
    pub sqlite_readers: usize,
}

impl Options {
    /// Options with the usual number of threads.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            postgres_connections: 12,
            sqlite_readers: 3,
        }
    }
}

/// A handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    threads: Threads,
    hints: Hints,
}

enum Threads {
    Sqlite(sqlite::Threads),
    Postgres(postgres::Threads),
}

/// A transaction on its way through a storage thread.
pub(crate) trait Job: Send {
    /// Runs the transaction's function and says whether its changes are wanted.
    fn run(&mut self, tx: &mut Tx<'_>) -> Outcome;
    /// Hands the result to whoever waits; `failure` says why nothing became durable.
    fn finish(self: Box<Self>, failure: Option<Error>);
}

/// What a transaction's function decided.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Keep,
    Undo,
    Again,
}

impl Db {
    /// Opens the database without touching its schema.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it cannot be reached, [`Error::Schema`] when the URL is not one.
    pub fn open(options: &Options) -> Result<Self> {
        let hints = Hints::default();
        let threads = if let Some(path) = options.url.strip_prefix("sqlite:") {
            let path = PathBuf::from(path.trim_start_matches("//"));
            Threads::Sqlite(sqlite::Threads::start(
                &path,
                options.sqlite_readers.max(1),
                &hints,
            )?)
        } else if options.url.starts_with("postgres://") || options.url.starts_with("postgresql://")
        {
            Threads::Postgres(postgres::Threads::start(
                &options.url,
                options.postgres_connections.max(1),
                &hints,
            )?)
        } else {
            return Err(Error::Schema(
                "storage.url starts neither with sqlite: nor with postgres://; write for example sqlite:throughline.db"
                    .to_owned(),
            ));
        };
        Ok(Self(Arc::new(Inner { threads, hints })))
    }

    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        match self.0.threads {
            Threads::Sqlite(_) => Engine::Sqlite,
            Threads::Postgres(_) => Engine::Postgres,
        }
    }

    /// The hints of this process.
    pub fn hints(&self) -> &Hints {
        &self.0.hints
    }

    /// Runs `f` in one transaction and returns after the commit.
    ///
    /// `f` may run more than once (a lost race on PostgreSQL, a neighbour in the commit that failed on SQLite),
    /// so it must not act outside the database. An `Err` from `f` undoes everything it did.
    ///
    /// # Errors
    /// Those of `f`, or a storage failure.
    pub async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.submit(f, true).await
    }

    /// Runs `f` over a connection that reads only. On SQLite all of `f` sees one snapshot.
    ///
    /// # Errors
    /// Those of `f`, or a storage failure.
    pub async fn read<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.submit(f, false).await
    }

    /// [`Db::write`] for callers outside an async runtime.
    ///
    /// # Errors
    /// Those of `f`, or a storage failure.
    pub fn write_blocking<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, answer) = pack(f);
        self.send(job, true);
        answer
            .blocking_recv()
            .unwrap_or_else(|_| Err(gone().into()))
    }

    async fn submit<T, E, F>(&self, f: F, writes: bool) -> Result<T, E>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, answer) = pack(f);
        self.send(job, writes);
        answer.await.unwrap_or_else(|_| Err(gone().into()))
    }

    fn send(&self, job: Box<dyn Job>, writes: bool) {
        match &self.0.threads {
            Threads::Sqlite(threads) => threads.send(job, writes),
            Threads::Postgres(threads) => threads.send(job, writes),
        }
    }
}

fn gone() -> Error {
    Error::Aborted("the storage threads have stopped".to_owned())
}

/// Puts a transaction and the place its answer goes to into one box.
fn pack<T, E, F>(f: F) -> (Box<dyn Job>, oneshot::Receiver<Result<T, E>>)
where
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    let (sender, receiver) = oneshot::channel();
    (
        Box::new(Packed {
            f,
            result: None,
            sender,
        }),
        receiver,
    )
}

struct Packed<T, E, F> {
    f: F,
    result: Option<Result<T, E>>,
    sender: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Packed<T, E, F>
where
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Outcome {
        match catch_unwind(AssertUnwindSafe(|| (self.f)(tx))) {
            Ok(result) => {
                let refusal = tx.take_refusal();
                let outcome = match (&result, &refusal) {
                    _ if tx.wants_retry() => Outcome::Again,
                    (Ok(_), None) => Outcome::Keep,
                    _ => Outcome::Undo,
                };
                self.result = Some(match (result, refusal) {
                    (Ok(_), Some(refusal)) => Err(refusal.into()),
                    (result, _) => result,
                });
                outcome
            }
            Err(_) => {
                tracing::error!("a transaction panicked; its changes were undone");
                self.result = Some(Err(
                    Error::Aborted("it panicked; see the log".to_owned()).into()
                ));
                Outcome::Undo
            }
        }
    }

    fn finish(self: Box<Self>, failure: Option<Error>) {
        let answer = match (self.result, failure) {
            (Some(Err(error)), _) => Err(error),
            (_, Some(failure)) => Err(failure.into()),
            (Some(Ok(value)), None) => Ok(value),
            (None, None) => Err(gone().into()),
        };
        // Whoever asked may have gone away (a client hung up); the work is done all the same.
        let _ = self.sender.send(answer);
    }
}

fn publish(hints: &Hints, pending: Vec<Hint>) {
    for hint in pending {
        hints.publish(hint);
    }
}
