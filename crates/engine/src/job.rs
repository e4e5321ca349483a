//! Work for later: claimed with a lease, retried with backoff, kept when it dies.
//!
//! Of the jobs with one `(kind, key)` only the oldest runs, so what belongs to one customer endpoint stays in
//! order. A worker that dies loses its lease and the job runs again; handlers are written for that.

mod runner;

use crate::error::{Error, Result};
use crate::queries::job as queries;
use serde::Serialize;
use throughline_model::clock::{Clock, Millis};
use throughline_model::id::JobId;
use throughline_storage::{Hint, Row, Tx, params};

pub use runner::{Done, Handler, Runner};

/// How long a worker may take before another one takes over, in milliseconds.
pub const LEASE_MS: i64 = 60_000;

/// A claimed job.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What is to be done.
    pub kind: String,
    /// What it is done to; serialises.
    pub key: String,
    /// Its details.
    pub payload: serde_json::Value,
    /// How often it has been tried, this time included.
    pub attempts: i64,
    /// How often it will be tried.
    pub max_attempts: i64,
}

/// A job as the list of dead letters shows it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct DeadJob {
    /// Its id.
    pub id: JobId,
    /// What was to be done.
    pub kind: String,
    /// What it was to be done to.
    pub key: String,
    /// Its details.
    #[schema(value_type = Object)]
    pub payload: serde_json::Value,
    /// How often it was tried.
    pub attempts: i64,
    /// Why it failed last.
    pub last_error: Option<String>,
    /// When it was made, in milliseconds since 1970.
    pub created_at: Millis,
}

/// Puts a job into the queue, due at `run_at`.
///
/// # Errors
/// When the database fails.
pub fn enqueue(
    tx: &mut Tx<'_>,
    clock: &Clock,
    kind: &'static str,
    key: &str,
    payload: &serde_json::Value,
    run_at: Millis,
    max_attempts: i64,
) -> Result<JobId> {
    let id = JobId(clock.new_id());
    tx.execute(
        &queries::INSERT,
        params![id, kind, key, payload, run_at, max_attempts, clock.now()],
    )?;
    tx.hint(Hint::Jobs { kind });
    Ok(id)
}

/// [`enqueue`] under an id of the caller's, due at once.
///
/// # Errors
/// When the database fails, or there is a job with this id.
pub(crate) fn enqueue_as(
    tx: &mut Tx<'_>,
    id: JobId,
    kind: &'static str,
    key: &str,
    payload: &serde_json::Value,
    now: Millis,
    max_attempts: i64,
) -> Result<()> {
    tx.execute(
        &queries::INSERT,
        params![id, kind, key, payload, now, max_attempts, now],
    )?;
    tx.hint(Hint::Jobs { kind });
    Ok(())
}

/// Takes up to `limit` due jobs of a kind, each with a lease.
///
/// # Errors
/// When the database fails.
pub fn claim(tx: &mut Tx<'_>, clock: &Clock, kind: &str, limit: usize) -> Result<Vec<Job>> {
    let now = clock.now();
    let mut jobs = tx.all(
        &queries::CLAIM,
        params![kind, now, now + LEASE_MS, limit],
        |row| {
            Ok(Job {
                id: row.get("id")?,
                kind: row.get("kind")?,
                key: row.get("key")?,
                payload: row.json("payload")?,
                attempts: row.get("attempts")?,
                max_attempts: row.get("max_attempts")?,
            })
        },
    )?;
    jobs.sort_by_key(|job| job.id);
    Ok(jobs)
}

/// When the next job of any kind is due; none when the queue is empty.
///
/// # Errors
/// When the database fails.
pub fn next_due(tx: &mut Tx<'_>) -> Result<Option<Millis>> {
    Ok(tx.one(&queries::NEXT_DUE, params![], |row| row.get("due"))?)
}

/// The job is done.
///
/// # Errors
/// When the database fails.
pub fn complete(tx: &mut Tx<'_>, id: JobId) -> Result<()> {
    tx.execute(&queries::DELETE, params![id])?;
    Ok(())
}

/// The job failed: it is tried again after `after_ms` (by default with exponential backoff), or put with the
/// dead letters when it has had its tries or `permanent` says that trying is useless.
///
/// # Errors
/// When the database fails.
pub fn fail(
    tx: &mut Tx<'_>,
    clock: &Clock,
    job: &Job,
    error: &str,
    after_ms: Option<i64>,
    permanent: bool,
) -> Result<()> {
    if permanent || job.attempts >= job.max_attempts {
        tracing::error!(job = %job.id, kind = job.kind, key = job.key, attempts = job.attempts, error, "a job died");
        tx.execute(&queries::BURY, params![job.id, error])?;
    } else {
        let after = after_ms.unwrap_or_else(|| backoff_ms(job.attempts));
        tx.execute(&queries::RETRY, params![job.id, clock.now() + after, error])?;
    }
    Ok(())
}

/// The job is not done yet and that is no failure: it runs again after `after_ms`, with its tries untouched.
///
/// # Errors
/// When the database fails.
pub fn postpone(tx: &mut Tx<'_>, clock: &Clock, job: &Job, after_ms: i64) -> Result<()> {
    tx.execute(&queries::POSTPONE, params![job.id, clock.now() + after_ms])?;
    Ok(())
}

/// 2 s, 4 s, 8 s … up to an hour.
pub fn backoff_ms(attempts: i64) -> i64 {
    (1_000_i64 << attempts.clamp(1, 12)).min(3_600_000)
}

/// When the next job of `kind` could be claimed.
///
/// # Errors
/// When the database fails.
fn next_claim(tx: &mut Tx<'_>, kind: &str) -> Result<Option<Millis>> {
    Ok(tx.one(&queries::NEXT_CLAIM, params![kind], |row| row.get("due"))?)
}

/// Jobs that died, newest first, from before `before`.
///
/// # Errors
/// When the database fails.
pub fn dead(tx: &mut Tx<'_>, before: Option<JobId>, limit: usize) -> Result<Vec<DeadJob>> {
    let before = before.unwrap_or(JobId(uuid::Uuid::max()));
    Ok(tx.all(&queries::DEAD, params![before, limit], read_dead)?)
}

/// Puts a dead job back into the queue, with all its tries.
///
/// # Errors
/// [`Error::NotFound`] when no dead job has this id.
pub fn replay(tx: &mut Tx<'_>, clock: &Clock, id: JobId) -> Result<()> {
    match tx.execute(&queries::REPLAY, params![id, clock.now()])? {
        0 => Err(Error::not_found("dead job", id)),
        _ => Ok(()),
    }
}

fn read_dead(row: &Row<'_>) -> throughline_storage::Result<DeadJob> {
    Ok(DeadJob {
        id: row.get("id")?,
        kind: row.get("kind")?,
        key: row.get("key")?,
        payload: row.json("payload")?,
        attempts: row.get("attempts")?,
        last_error: row.get("last_error")?,
        created_at: row.get("created_at")?,
    })
}
