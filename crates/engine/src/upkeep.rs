//! What has to be done again and again: snoozed cases wake, what was said is made findable, what the AI agent has answered
//! is resolved, what is past its time is forgotten.
//!
//! All are jobs that never end: each puts itself off until its next turn, so that any node may take that turn and
//! none takes it twice.

mod forget;
mod quiet;

pub use forget::Retention;

use crate::Setup;
use crate::attachment::Files;
use crate::conversation::{self, Author, Change};
use crate::error::{Error, Result};
use crate::job::{Done, Handler, Job};
use crate::queries::upkeep as queries;
use crate::routing;
use throughline_model::clock::{Clock, Millis};
use throughline_model::conversation::CaseStatus;
use throughline_model::id::{ConversationId, JobId};
use throughline_storage::{Db, Hint, Tx, params};
use uuid::Uuid;

/// The job kind of upkeep.
pub const UPKEEP: &str = "upkeep";
/// The key of the job that wakes snoozed cases, and how often it does, in milliseconds.
const WAKE: (&str, i64) = ("wake", 30_000);
/// The key of the job that forgets, and how often it does, in milliseconds.
const FORGET: (&str, i64) = ("forget", 3_600_000);
/// The key of the job that resolves what the AI agent has answered, and how often it does, in milliseconds.
const QUIET: (&str, i64) = ("quiet", 600_000);
/// The key of the job that brings in the words of what was said, and how often it does, in milliseconds.
const WORDS: (&str, i64) = ("words", 10_000);
/// So many entries' words are brought in at once, and how long it rests when there are more, in milliseconds: a flood of
/// messages goes before the search for them, and whoever waits for an acknowledgement does not wait for a long batch.
const WORDS_BATCH: (usize, i64) = (100, 50);
/// The ids of the jobs: there is one of each in an installation.
const JOBS: &[(JobId, &str)] = &[
    (
        JobId(Uuid::from_u128(0x7468_726f_7567_686c_696e_6501)),
        WAKE.0,
    ),
    (
        JobId(Uuid::from_u128(0x7468_726f_7567_686c_696e_6502)),
        FORGET.0,
    ),
    (
        JobId(Uuid::from_u128(0x7468_726f_7567_686c_696e_6503)),
        WORDS.0,
    ),
    (
        JobId(Uuid::from_u128(0x7468_726f_7567_686c_696e_6504)),
        QUIET.0,
    ),
];
/// An upkeep job never has had enough tries.
const TRIES: i64 = i64::MAX;
/// So many cases are woken per look.
const WAKE_BATCH: usize = 500;

/// Does jobs of kind [`UPKEEP`].
pub struct Upkeep {
    db: Db,
    setup: Setup,
    files: Files,
    retention: Retention,
    quiet_ms: Option<Millis>,
}

/// Makes sure that the upkeep jobs exist. Called at every start.
///
/// # Errors
/// When the database fails.
pub fn schedule(tx: &mut Tx<'_>, clock: &Clock) -> Result<()> {
    for (id, key) in JOBS {
        tx.execute(
            &queries::SCHEDULE,
            params![*id, UPKEEP, *key, clock.now(), TRIES],
        )?;
    }
    tx.hint(Hint::Jobs { kind: UPKEEP });
    Ok(())
}

impl Upkeep {
    /// Brings in the words of a batch; returns how long to rest, in milliseconds.
    async fn words(&self) -> Result<i64> {
        let (batch, rest_ms) = WORDS_BATCH;
        let brought = self
            .db
            .write(move |tx| conversation::bring_words(tx, batch));
        Ok(match brought.await? < batch {
            true => WORDS.1,
            false => rest_ms,
        })
    }

    /// Keeps things as long as `retention` says.
    pub fn new(db: Db, setup: Setup, files: Files, retention: Retention) -> Self {
        Self {
            db,
            setup,
            files,
            retention,
            quiet_ms: None,
        }
    }

    /// Resolves what the AI agent has answered once nothing has happened for so long; never unless this is said.
    #[must_use]
    pub fn resolving_after(mut self, quiet_ms: Option<Millis>) -> Self {
        self.quiet_ms = quiet_ms;
        self
    }

    /// Opens the cases that were put aside until now.
    async fn wake(&self) -> Result<()> {
        loop {
            let now = self.setup.clock.now();
            let due = self
                .db
                .read(move |tx| {
                    let values = params![now, WAKE_BATCH];
                    tx.all(&queries::DUE_TO_WAKE, values, |row| {
                        row.get::<ConversationId>("id")
                    })
                })
                .await?;
            for id in &due {
                let (id, setup) = (*id, self.setup.clone());
                self.db.write(move |tx| wake(tx, &setup, id, now)).await?;
            }
            if due.len() < WAKE_BATCH {
                return Ok(());
            }
        }
    }
}

#[async_trait::async_trait]
impl Handler for Upkeep {
    async fn handle(&self, job: &Job) -> Result<Done> {
        let (done, after_ms) = match job.key.as_str() {
            key if key == WAKE.0 => (self.wake().await, WAKE.1),
            key if key == FORGET.0 => (
                forget::forget(&self.db, &self.setup.clock, &self.files, self.retention).await,
                FORGET.1,
            ),
            key if key == QUIET.0 => {
                let done = match self.quiet_ms {
                    Some(quiet_ms) => quiet::resolve(&self.db, &self.setup, quiet_ms).await,
                    None => Ok(()),
                };
                (done, QUIET.1)
            }
            key if key == WORDS.0 => match self.words().await {
                Ok(after_ms) => (Ok(()), after_ms),
                Err(error) => (Err(error), WORDS.1),
            },
            key => return Ok(Done::Dead(format!("there is no upkeep called '{key}'"))),
        };
        if let Err(error) = done {
            tracing::error!(key = job.key, %error, "upkeep failed; it is done again at its next turn");
        }
        Ok(Done::Later { after_ms })
    }
}

/// Wakes one case, unless somebody did something else with it meanwhile.
fn wake(tx: &mut Tx<'_>, setup: &Setup, id: ConversationId, now: Millis) -> Result<()> {
    match conversation::lock(tx, id) {
        Ok(CaseStatus::Snoozed) => {}
        Ok(_) | Err(Error::NotFound { .. }) => return Ok(()),
        Err(error) => return Err(error),
    }
    let until = tx.optional(&queries::SNOOZED_UNTIL, params![id], |row| {
        row.get::<Option<Millis>>("snoozed_until")
    })?;
    if until.flatten().is_none_or(|until| until > now) {
        return Ok(());
    }
    let open = Change {
        status: Some(CaseStatus::Open),
        ..Change::default()
    };
    conversation::change(tx, setup, id, &open, Author::system())?;
    routing::back(tx, &setup.clock, id)
}
