//! The loop that runs due jobs.

use super::{Job, claim, complete, fail, next_claim, postpone};
use crate::Setup;
use crate::error::Result;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use throughline_storage::{Db, Hint};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// Nothing is left to do.
    Finished,
    /// It failed and is tried again, after `after_ms` or the usual backoff.
    Retry {
        /// Why, for people.
        reason: String,
        /// When to come back, in milliseconds from now.
        after_ms: Option<i64>,
    },
    /// It is not its time yet; this was no try.
    Later {
        /// When to come back, in milliseconds from now.
        after_ms: i64,
    },
    /// Trying again is useless.
    Dead(String),
}

/// Does one kind of job.
#[async_trait::async_trait]
pub trait Handler: Send + Sync {
    /// Does the job once. May be called again for a job whose worker died.
    async fn handle(&self, job: &Job) -> Result<Done>;
}

/// Runs jobs of every registered kind.
pub struct Runner {
    db: Db,
    setup: Setup,
    handlers: HashMap<&'static str, (Arc<dyn Handler>, usize)>,
}

/// The longest the loop sleeps without looking, in case a hint was lost.
const LOOK_EVERY: Duration = Duration::from_secs(2);

impl Runner {
    /// A runner without handlers.
    pub fn new(db: Db, setup: Setup) -> Self {
        Self {
            db,
            setup,
            handlers: HashMap::new(),
        }
    }

    /// Jobs of `kind` go to `handler`, at most `at_once` at a time.
    #[must_use]
    pub fn with(mut self, kind: &'static str, handler: Arc<dyn Handler>, at_once: usize) -> Self {
        self.handlers.insert(kind, (handler, at_once));
        self
    }

    /// Runs until `stop` says so, and then until the jobs under way are done.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        let runner = Arc::new(self);
        let mut loops = JoinSet::new();
        for kind in runner.handlers.keys().copied() {
            loops.spawn(Arc::clone(&runner).run_kind(kind, stop.clone()));
        }
        while loops.join_next().await.is_some() {}
    }

    /// Runs everything that is due now, until nothing is; for tests, which own the clock.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run_due(&self) -> Result<usize> {
        let mut ran = 0;
        loop {
            let mut any = false;
            for (kind, (handler, _)) in &self.handlers {
                for job in self.claim(kind, 64).await? {
                    any = true;
                    ran += 1;
                    self.run_one(handler.as_ref(), job).await;
                }
            }
            if !any {
                return Ok(ran);
            }
        }
    }

    async fn run_kind(self: Arc<Self>, kind: &'static str, mut stop: watch::Receiver<bool>) {
        let Some((handler, at_once)) = self.handlers.get(kind).cloned() else {
            return;
        };
        let places = Arc::new(Semaphore::new(at_once));
        let mut hints = self.db.hints().listen();
        let mut running = JoinSet::new();
        while !*stop.borrow() {
            let free = places.available_permits();
            let jobs = match free {
                0 => Vec::new(),
                _ => self.claim(kind, free).await.unwrap_or_else(|error| {
                    tracing::error!(kind, %error, "jobs could not be claimed");
                    Vec::new()
                }),
            };
            let found = !jobs.is_empty();
            for job in jobs {
                let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                    return;
                };
                let (runner, handler) = (Arc::clone(&self), Arc::clone(&handler));
                running.spawn(async move {
                    runner.run_one(handler.as_ref(), job).await;
                    drop(place);
                });
            }
            while running.try_join_next().is_some() {}
            if found && places.available_permits() > 0 {
                continue;
            }
            // With every place taken, the end of a job is what there is to wait for.
            let sleep = match places.available_permits() {
                0 => LOOK_EVERY,
                _ => self.until_due(kind).await,
            };
            tokio::select! {
                _ = stop.changed() => {}
                _ = running.join_next(), if !running.is_empty() => {}
                () = wait_for(kind, &mut hints) => {}
                () = tokio::time::sleep(sleep) => {}
            }
        }
        while running.join_next().await.is_some() {}
    }

    async fn claim(&self, kind: &'static str, limit: usize) -> Result<Vec<Job>> {
        let clock = self.setup.clock.clone();
        self.db
            .write(move |tx| claim(tx, &clock, kind, limit))
            .await
    }

    async fn until_due(&self, kind: &'static str) -> Duration {
        let now = self.setup.clock.now();
        match self.db.read(move |tx| next_claim(tx, kind)).await {
            Ok(Some(due)) => Duration::from_millis((due - now).max(20) as u64).min(LOOK_EVERY),
            _ => LOOK_EVERY,
        }
    }

    async fn run_one(&self, handler: &dyn Handler, job: Job) {
        let done = handler
            .handle(&job)
            .await
            .unwrap_or_else(|error| Done::Retry {
                reason: error.to_string(),
                after_ms: None,
            });
        if let Done::Retry { reason, .. } = &done {
            tracing::warn!(job = %job.id, kind = job.kind, attempts = job.attempts, reason, "a job failed and will be tried again");
        }
        let clock = self.setup.clock.clone();
        let (id, kind) = (job.id, job.kind.clone());
        let stored = self.db.write(move |tx| match &done {
            Done::Finished => complete(tx, job.id),
            Done::Retry { reason, after_ms } => fail(tx, &clock, &job, reason, *after_ms, false),
            Done::Later { after_ms } => postpone(tx, &clock, &job, *after_ms),
            Done::Dead(reason) => fail(tx, &clock, &job, reason, None, true),
        });
        if let Err(error) = stored.await {
            // Its lease runs out and it runs again.
            tracing::error!(job = %id, kind, %error, "a job's end could not be stored");
        }
    }
}

async fn wait_for(kind: &'static str, hints: &mut tokio::sync::broadcast::Receiver<Hint>) {
    loop {
        match hints.recv().await {
            Ok(Hint::Jobs { kind: hinted }) if hinted == kind => return,
            Ok(_) => {}
            // Missed some: look.
            Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => return,
            Err(tokio::sync::broadcast::error::RecvError::Closed) => {
                return std::future::pending().await;
            }
        }
    }
}
