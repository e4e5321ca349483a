//! `export` and `import`: an installation as one text file, to move it from one engine to the other.
//!
//! The first line names the format and the schema's number; then each table is one line
//! `{"table":…,"columns":[…]}` followed by one JSON array per row; the last line counts the rows and
//! carries a checksum of all lines before it, so that a file that was cut short or damaged is refused.
//! UUIDs are written as text, bytes in Base64; which is which the schema itself says, since both engines
//! keep the declared types.

mod line;
mod table;

use crate::db::{Db, Engine};
use crate::error::{Error, Result};
use crate::migration::migrations;
use crate::tx::Tx;
use line::{Chunk, Digest, End, Head, TableHead, as_json, send_chunks};
use std::io::{BufRead, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Every table, parents before children.
const TABLES: &[&str] = &[
    "setting",
    "endpoint",
    "identifier",
    "customer_profile",
    "assertion",
    "suggestion",
    "blocking_key",
    "conversation",
    "interaction",
    "entry",
    "inbound",
    "mail_message",
    "mailbox_cursor",
    "fact",
    "attachment",
    "proof",
    "one_time_code",
    "retired_visitor",
    "push_subscription",
    "resume_link",
    "opt_out",
    "delivery",
    "delivery_attempt",
    "followed_answer",
    "rating",
    "widget_loader",
    "job",
    "webhook",
    "webhook_delivery",
    "webhook_attempt",
    "member",
    "member_session",
    "attendance",
    "tag",
    "macro",
    "saved_view",
    "notification",
    "invite",
    "api_token",
    "idempotency",
    "audit",
    "article",
    "article_version",
    "passage",
    "passage_vector",
    "knowledge_gap",
    "agent_mind",
    "agent_trace",
    "procedure_library",
    "procedure_version",
    "policy_version",
    "approval",
    "delivery_decision",
    "marketing_consent",
    "routing_settings",
    "routing_worker",
    "routing_item",
    "routing_log",
    "routing_counters",
];

/// Why an archive could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] Error),
    /// The file.
    #[error("the archive file: {0}")]
    File(#[from] std::io::Error),
    /// Its content.
    #[error("line {line} of the archive: {message}")]
    Content {
        /// Counted from 1.
        line: usize,
        /// What is wrong, and what to do.
        message: String,
    },
    /// The target holds data already.
    #[error("the target database is not empty (table {0} has rows); import into a new one")]
    NotEmpty(String),
}

fn content(line: usize, message: impl std::fmt::Display) -> ArchiveError {
    ArchiveError::Content {
        line,
        message: message.to_string(),
    }
}

fn schema_number() -> i64 {
    migrations().map(|(number, _)| number).max().unwrap_or(0)
}

/// Writes everything to `out` from one consistent view; returns the number of rows.
///
/// # Errors
/// When the database cannot be read or the file not written.
pub async fn export(db: &Db, mut out: impl Write) -> Result<u64, ArchiveError> {
    // One reading transaction gives one view; the lines cross to this thread through a channel so that
    // an archive larger than memory can be written.
    let (sender, lines) = sync_channel::<String>(1024);
    let engine = db.engine();
    let handle = db.clone();
    let reading = tokio::spawn(async move {
        handle
            .write(move |tx| send_tables(tx, engine, &sender))
            .await
    });
    let mut digest = Digest::default();
    let written = tokio::task::block_in_place(|| -> std::io::Result<()> {
        let head = Head {
            throughline: 1,
            schema: schema_number(),
        };
        for line in std::iter::once(as_json(&head)).chain(lines) {
            digest.add(&line);
            writeln!(out, "{line}")?;
        }
        Ok(())
    });
    let rows = reading
        .await
        .map_err(|error| Error::Aborted(error.to_string()))??;
    written?;
    let end = End {
        end: rows,
        sha256: digest.finish(),
    };
    writeln!(out, "{}", as_json(&end))?;
    out.flush()?;
    Ok(rows)
}

fn send_tables(tx: &mut Tx<'_>, engine: Engine, lines: &SyncSender<String>) -> Result<u64> {
    if engine == Engine::Postgres {
        tx.script(
            "archive.snapshot",
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        )?;
    }
    let gone = || Error::Aborted("the archive's reader stopped".to_owned());
    let mut count = 0;
    for name in TABLES {
        let columns = table::columns(tx, name)?;
        let head = TableHead {
            table: (*name).to_owned(),
            columns: columns.clone(),
        };
        lines.send(as_json(&head)).map_err(|_| gone())?;
        count += table::each_row(tx, name, &columns, |row| {
            lines.send(as_json(&row)).map_err(|_| gone())
        })?;
    }
    Ok(count)
}

/// Reads an archive into an empty, migrated database, all or nothing; returns the number of rows.
///
/// # Errors
/// When the archive is damaged, cut short or of another schema, or the database is not empty.
pub async fn import(db: &Db, input: impl BufRead) -> Result<u64, ArchiveError> {
    let (sender, chunks) = sync_channel::<Chunk>(16);
    let handle = db.clone();
    // The receiver goes into the transaction; it can run once only, so a retry finds it empty and fails.
    let mut chunks = Some(chunks);
    let engine = db.engine();
    let writing = tokio::spawn(async move {
        handle
            .write(move |tx| match chunks.take() {
                Some(chunks) => insert_chunks(tx, engine, &chunks),
                None => Err(Stop::Failed(
                    Error::Aborted(
                        "import lost its connection; start again with an empty database".to_owned(),
                    )
                    .into(),
                )),
            })
            .await
    });
    let read = tokio::task::block_in_place(|| send_chunks(input, schema_number(), &sender));
    // Without the end mark, dropping the sender makes the transaction undo itself.
    drop(sender);
    let written = writing
        .await
        .map_err(|error| Error::Aborted(error.to_string()))?;
    match (read, written) {
        (_, Err(Stop::Failed(error))) => Err(error),
        (Err(error), _) => Err(error),
        (Ok(()), Err(Stop::ReaderGone)) => {
            Err(Error::Aborted("the import stopped".to_owned()).into())
        }
        (Ok(()), Ok(count)) => Ok(count),
    }
}

/// Why an import undoes itself.
enum Stop {
    /// The archive could not be read to its end; whoever read it knows why.
    ReaderGone,
    Failed(ArchiveError),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error.into())
    }
}

fn insert_chunks(tx: &mut Tx<'_>, engine: Engine, chunks: &Receiver<Chunk>) -> Result<u64, Stop> {
    for name in TABLES {
        if table::has_rows(tx, name)? {
            return Err(Stop::Failed(ArchiveError::NotEmpty((*name).to_owned())));
        }
    }
    let mut count = 0;
    loop {
        match chunks.recv() {
            Ok(Chunk::Table { line, head }) => {
                let known = table::columns(tx, &head.table)?;
                if known != head.columns {
                    let message = format!("table {} has other columns here", head.table);
                    return Err(Stop::Failed(content(line, message)));
                }
            }
            Ok(Chunk::Rows { line, head, rows }) => {
                count += rows.len() as u64;
                table::insert_rows(tx, engine, &head, &rows).map_err(|(row, error)| {
                    Stop::Failed(match error {
                        Error::Statement { message, .. } => content(line + row, message),
                        other => other.into(),
                    })
                })?;
            }
            Ok(Chunk::End) => return Ok(count),
            Err(_) => return Err(Stop::ReaderGone),
        }
    }
}
