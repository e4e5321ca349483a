//! PostgreSQL: N threads, each with its connection and its prepared statements.

use super::{Job, Outcome, publish};
use crate::error::{Error, Result};
use crate::hint::{Hint, Hints};
use crate::tx::{Prepared, Tx};
use crossbeam_channel::{Receiver, Sender, unbounded};
use postgres::Client;
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

/// How often a transaction that loses races is run before its caller hears of it.
const TRIES: usize = 10;

pub(super) struct Threads(Sender<(Box<dyn Job>, bool)>);

impl Threads {
    pub(super) fn start(url: &str, connections: usize, hints: &Hints) -> Result<Self> {
        let (sender, jobs) = unbounded::<(Box<dyn Job>, bool)>();
        // The first connection is made at once so that a wrong URL is told at once; on a thread of its
        // own, since the driver blocks and the caller may be an async runtime's thread.
        let connecting = url.to_owned();
        let first = std::thread::spawn(move || connect(&connecting)).join();
        let mut first =
            Some(first.map_err(|_| Error::Unavailable("connecting failed".to_owned()))??);
        for number in 0..connections {
            let mut session = Session {
                url: url.to_owned(),
                client: first.take(),
                prepared: Prepared::new(),
            };
            let jobs = jobs.clone();
            let hints = hints.clone();
            std::thread::Builder::new()
                .name(format!("db-{number}"))
                .spawn(move || session.serve(&jobs, &hints))
                .map_err(|error| {
                    Error::Unavailable(format!("cannot start a storage thread: {error}"))
                })?;
        }
        Ok(Self(sender))
    }

    pub(super) fn send(&self, job: Box<dyn Job>, writes: bool) {
        let _ = self.0.send((job, writes));
    }
}

fn connect(url: &str) -> Result<Client> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = rustls::RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Unavailable(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Client::connect(url, MakeRustlsConnect::new(tls)).map_err(|error| {
        // The URL holds the password: only the driver's words go out.
        let source = std::error::Error::source(&error)
            .map(|source| format!(": {source}"))
            .unwrap_or_default();
        Error::Unavailable(format!("{error}{source}"))
    })
}

struct Session {
    url: String,
    client: Option<Client>,
    prepared: Prepared,
}

impl Session {
    fn serve(&mut self, jobs: &Receiver<(Box<dyn Job>, bool)>, hints: &Hints) {
        while let Ok((mut job, writes)) = jobs.recv() {
            let failure = match writes {
                true => self.write(job.as_mut(), hints).err(),
                false => self.read(job.as_mut()).err(),
            };
            job.finish(failure);
        }
    }

    fn client(&mut self) -> Result<&mut Client> {
        if self.client.as_ref().is_none_or(Client::is_closed) {
            self.prepared.clear();
            self.client = Some(connect(&self.url)?);
        }
        self.client
            .as_mut()
            .ok_or_else(|| Error::Unavailable("no connection".to_owned()))
    }

    /// A connection that was cut while it rested shows so only when it is used. Nothing has been run on it
    /// then, so a new one may take its place.
    fn begin(&mut self) -> Result<()> {
        match statement(self.client()?, "BEGIN") {
            Err(Error::Unavailable(_)) => statement(self.client()?, "BEGIN"),
            result => result,
        }
    }

    /// Runs a job on the connection as it is: a new one would know nothing of the transaction begun.
    fn run(&mut self, job: &mut dyn Job) -> Result<(Outcome, Vec<Hint>)> {
        let Some(client) = self.client.as_mut() else {
            return Err(Error::Unavailable("no connection".to_owned()));
        };
        let mut tx = Tx::postgres(client, &mut self.prepared);
        let outcome = job.run(&mut tx);
        Ok((outcome, tx.take_hints()))
    }

    fn write(&mut self, job: &mut dyn Job, hints: &Hints) -> Result<()> {
        for attempt in 1..=TRIES {
            self.begin()?;
            let (outcome, pending) = self.run(job)?;
            match outcome {
                Outcome::Keep => match self.end("COMMIT") {
                    Ok(()) => {
                        publish(hints, pending);
                        return Ok(());
                    }
                    Err(Error::Retry(_)) if attempt < TRIES => {}
                    Err(error) => return Err(error),
                },
                Outcome::Undo => return self.end("ROLLBACK").and(Err(undone())),
                Outcome::Again => self.end("ROLLBACK")?,
            }
        }
        Err(Error::Retry(format!("lost {TRIES} races in a row")))
    }

    /// Ends the transaction on the connection it was begun on, never on a new one.
    fn end(&mut self, how: &'static str) -> Result<()> {
        match self.client.as_mut() {
            Some(client) => statement(client, how),
            None => Err(Error::Unavailable("no connection".to_owned())),
        }
    }

    fn read(&mut self, job: &mut dyn Job) -> Result<()> {
        self.client()?;
        let (outcome, _) = self.run(job)?;
        let cut = self.client.as_ref().is_some_and(Client::is_closed);
        if outcome != Outcome::Keep && cut {
            // Reading twice does no harm.
            self.client()?;
            self.run(job)?;
        }
        Ok(())
    }
}

fn undone() -> Error {
    Error::Aborted("its changes were undone".to_owned())
}

fn statement(client: &mut Client, text: &'static str) -> Result<()> {
    client
        .batch_execute(text)
        .map_err(|error| Error::postgres(text, &error))
}
