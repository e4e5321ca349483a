//! Forgetting what is past its time, a little per transaction, so that nobody has to wait long.

use crate::attachment::Files;
use crate::error::Result;
use crate::queries::upkeep as queries;
use throughline_model::clock::{Clock, Millis};
use throughline_storage::{Db, Query, Tx, params};
use uuid::Uuid;

const DAY_MS: i64 = 86_400_000;
/// Providers repeat a message for that long; see [`Retention::dedupe_ms`].
const LEAST_DEDUPE_MS: i64 = 30 * DAY_MS;
/// So long after its end a one-time code still counts when codes are counted, in milliseconds.
const CODES_MS: i64 = 2 * DAY_MS;
/// How long the answer to a request with an Idempotency-Key is remembered, in milliseconds.
const IDEMPOTENCY_MS: i64 = DAY_MS;
/// A chat visitor who has left stays known as such for at least so long, in milliseconds: somebody may decide to
/// remember browsers for longer, and what was signed out must not count again.
const LEAST_RETIRED_MS: i64 = 366 * DAY_MS;
/// How long the log of outgoing webhooks goes back, in milliseconds.
const WEBHOOK_LOG_MS: i64 = 30 * DAY_MS;
/// How long a member finds what they were told, seen or not, in milliseconds.
const NOTIFICATIONS_MS: i64 = 90 * DAY_MS;
/// Rows per transaction.
const BATCH: usize = 500;

/// How long raw material is kept.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    /// The ids of inbound messages, so that a repeated one is not stored twice, in milliseconds; never less than
    /// 30 days.
    pub dedupe_ms: i64,
    /// Inbound messages in the form they arrived in, in milliseconds.
    pub raw_ms: i64,
    /// How long a chat visitor who stays away is remembered, in milliseconds; as long it is known who has left.
    pub visitor_ms: i64,
}

/// Forgets everything that is past its time.
pub(super) async fn forget(
    db: &Db,
    clock: &Clock,
    files: &Files,
    retention: Retention,
) -> Result<()> {
    let now = clock.now();
    let dedupe_ms = retention.dedupe_ms.max(LEAST_DEDUPE_MS);
    forget_raw_files(db, files, now - retention.raw_ms).await?;
    sweep(db, &[&queries::FORGET_RAW_BODIES], now - retention.raw_ms).await?;
    // One row holds both: it goes when neither is needed any more.
    let both_ms = dedupe_ms.max(retention.raw_ms);
    sweep(db, &[&queries::FORGET_INBOUND], now - both_ms).await?;
    sweep(db, &[&queries::END_SESSIONS], now).await?;
    sweep(db, &[&queries::DROP_INVITES], now).await?;
    sweep(db, &[&queries::DROP_RESUME_LINKS], now).await?;
    sweep(db, &[&queries::DROP_CODES], now - CODES_MS).await?;
    let retired_ms = retention.visitor_ms.max(LEAST_RETIRED_MS);
    sweep(db, &[&queries::DROP_RETIRED_VISITORS], now - retired_ms).await?;
    let silent_since = now - retention.visitor_ms;
    sweep(db, &[&queries::DROP_PUSH_SUBSCRIPTIONS], silent_since).await?;
    sweep(db, &[&queries::DROP_IDEMPOTENCY], now - IDEMPOTENCY_MS).await?;
    sweep(db, &[&queries::DROP_NOTIFICATIONS], now - NOTIFICATIONS_MS).await?;
    let log = [
        &queries::DROP_WEBHOOK_ATTEMPTS,
        &queries::DROP_WEBHOOK_DELIVERIES,
    ];
    sweep(db, &log, now - WEBHOOK_LOG_MS).await
}

/// Runs `queries` with a time and a batch size, together in one transaction, until the last of them finds less
/// than a whole batch.
async fn sweep(db: &Db, queries: &[&'static Query], before: Millis) -> Result<()> {
    loop {
        let queries = queries.to_vec();
        let touched = db
            .write(move |tx| -> Result<u64> {
                let mut touched = 0;
                for query in &queries {
                    touched = tx.execute(query, params![before, BATCH])?;
                }
                Ok(touched)
            })
            .await?;
        if touched < BATCH as u64 {
            return Ok(());
        }
    }
}

/// Large raw payloads live with the attachments, under the hash of their content.
async fn forget_raw_files(db: &Db, files: &Files, before: Millis) -> Result<()> {
    loop {
        let old = db
            .read(move |tx| {
                tx.all(&queries::OLD_RAW_FILES, params![before, BATCH], |row| {
                    Ok((row.get::<Uuid>("id")?, row.get::<String>("object_key")?))
                })
            })
            .await?;
        let found = old.len();
        for (id, key) in old {
            let unused = key.clone();
            // A crash after this leaves at worst bytes that nothing mentions.
            if db.write(move |tx| let_go(tx, id, &unused)).await? {
                files.forget(&key).await?;
            }
        }
        if found < BATCH {
            return Ok(());
        }
    }
}

/// Forgets where a payload is; true when nobody else knows either.
fn let_go(tx: &mut Tx<'_>, id: Uuid, key: &str) -> Result<bool> {
    let users: i64 = tx.one(&queries::RAW_FILE_USERS, params![key, id], |row| {
        row.get("users")
    })?;
    tx.execute(&queries::FORGET_RAW_FILE, params![id])?;
    Ok(users == 0)
}
