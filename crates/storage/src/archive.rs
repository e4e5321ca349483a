//! `export` and `import`: an installation as one text file, to move it from one engine to the other.
//!
//! The first line names the format and the schema's number; then each table is one line
//! `{"table":…,"columns":[…]}` followed by one JSON array per row. UUIDs are written as text, bytes in
//! Base64; which is which the schema itself says, since both engines keep the declared types.

use crate::db::{Db, Engine};
use crate::error::{Error, Result};
use crate::migration::migrations;
use crate::tx::{RawConnection, Tx};
use crate::value::Value;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use std::io::{BufRead, Write};
use uuid::Uuid;

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
    "opt_out",
    "delivery",
    "delivery_attempt",
    "job",
    "webhook",
    "webhook_delivery",
    "webhook_attempt",
    "member",
    "member_session",
    "invite",
    "api_token",
    "idempotency",
    "audit",
];

/// Rows written per statement round.
const BATCH: usize = 500;

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

#[derive(Serialize, Deserialize)]
struct Head {
    throughline: u32,
    schema: i64,
}

#[derive(Serialize, Deserialize)]
struct TableHead {
    table: String,
    columns: Vec<Column>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Column {
    name: String,
    kind: String,
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
    let (sender, lines) = std::sync::mpsc::sync_channel::<String>(1024);
    let engine = db.engine();
    let handle = db.clone();
    let reading = tokio::spawn(async move {
        handle
            .write(move |tx| send_tables(tx, engine, &sender))
            .await
    });
    writeln!(
        out,
        "{}",
        as_json(&Head {
            throughline: 1,
            schema: schema_number()
        })
    )?;
    let written = tokio::task::block_in_place(|| -> std::io::Result<()> {
        for line in lines {
            writeln!(out, "{line}")?;
        }
        out.flush()
    });
    let rows = reading
        .await
        .map_err(|error| Error::Aborted(error.to_string()))??;
    written?;
    Ok(rows)
}

fn send_tables(
    tx: &mut Tx<'_>,
    engine: Engine,
    lines: &std::sync::mpsc::SyncSender<String>,
) -> Result<u64> {
    if engine == Engine::Postgres {
        tx.script(
            "archive.snapshot",
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        )?;
    }
    let gone = || Error::Aborted("the archive's reader stopped".to_owned());
    let mut count = 0;
    for table in TABLES {
        let columns = columns(tx, table)?;
        let head = TableHead {
            table: (*table).to_owned(),
            columns: columns.clone(),
        };
        lines.send(as_json(&head)).map_err(|_| gone())?;
        count += each_row(tx, table, &columns, |row| {
            lines.send(as_json(&row)).map_err(|_| gone())
        })?;
    }
    Ok(count)
}

/// Reads an archive into an empty, migrated database, all or nothing; returns the number of rows.
///
/// # Errors
/// When the archive is damaged or of another schema, or the database is not empty.
pub async fn import(db: &Db, input: impl BufRead) -> Result<u64, ArchiveError> {
    let mut lines = input.lines().enumerate();
    let head: Head = match lines.next() {
        Some((_, line)) => parse(0, &line?)?,
        None => return Err(content(0, "the file is empty")),
    };
    if head.throughline != 1 || head.schema != schema_number() {
        return Err(content(
            0,
            format!(
                "it was written for schema {}, this version has {}; use the version that wrote it",
                head.schema,
                schema_number()
            ),
        ));
    }
    let (sender, chunks) = std::sync::mpsc::sync_channel::<Chunk>(16);
    let handle = db.clone();
    // The receiver goes into the transaction; it can run once only, so a retry finds it empty and fails.
    let mut chunks = Some(chunks);
    let engine = db.engine();
    let writing = tokio::spawn(async move {
        handle
            .write(move |tx| {
                insert_chunks(
                    tx,
                    engine,
                    chunks.take().ok_or_else(|| {
                        Error::Aborted(
                            "import lost its connection; start again with an empty database"
                                .to_owned(),
                        )
                    })?,
                )
            })
            .await
    });
    let sent = tokio::task::block_in_place(|| send_chunks(lines, &sender));
    if let Err(error) = sent {
        // Dropping the sender without the end mark makes the transaction undo itself.
        drop(sender);
        let stored = writing
            .await
            .map_err(|error| Error::Aborted(error.to_string()))?;
        return Err(match stored {
            Err(ArchiveFailure::NotEmpty(table)) => ArchiveError::NotEmpty(table),
            Err(ArchiveFailure::Storage(Error::Aborted(_))) | Ok(_) => error,
            Err(ArchiveFailure::Storage(storage)) => storage.into(),
        });
    }
    let _ = sender.send(Chunk::End);
    match writing
        .await
        .map_err(|error| Error::Aborted(error.to_string()))?
    {
        Ok(count) => Ok(count),
        Err(ArchiveFailure::NotEmpty(table)) => Err(ArchiveError::NotEmpty(table)),
        Err(ArchiveFailure::Storage(error)) => Err(error.into()),
    }
}

enum Chunk {
    Rows {
        table: String,
        columns: Vec<Column>,
        rows: Vec<Vec<Value>>,
    },
    End,
}

enum ArchiveFailure {
    Storage(Error),
    NotEmpty(String),
}

impl From<Error> for ArchiveFailure {
    fn from(error: Error) -> Self {
        Self::Storage(error)
    }
}

fn send_chunks(
    lines: impl Iterator<Item = (usize, std::io::Result<String>)>,
    sender: &std::sync::mpsc::SyncSender<Chunk>,
) -> Result<(), ArchiveError> {
    let stopped = || ArchiveError::Storage(Error::Aborted("the import stopped".to_owned()));
    let mut table: Option<TableHead> = None;
    let mut rows = Vec::new();
    let mut seen = 0;
    let flush = |table: &Option<TableHead>, rows: &mut Vec<Vec<Value>>| {
        let (Some(table), false) = (table, rows.is_empty()) else {
            return Ok(());
        };
        let chunk = Chunk::Rows {
            table: table.table.clone(),
            columns: table.columns.clone(),
            rows: std::mem::take(rows),
        };
        sender.send(chunk).map_err(|_| stopped())
    };
    for (number, line) in lines {
        let line = line?;
        if line.starts_with('{') {
            flush(&table, &mut rows)?;
            let head: TableHead = parse(number, &line)?;
            if !TABLES.contains(&head.table.as_str()) {
                return Err(content(
                    number,
                    format!("table '{}' is not known", head.table),
                ));
            }
            seen += 1;
            table = Some(head);
        } else {
            let head = table
                .as_ref()
                .ok_or_else(|| content(number, "a row stands before its table"))?;
            let cells: Vec<serde_json::Value> = parse(number, &line)?;
            rows.push(read_row(number, head, cells)?);
            if rows.len() >= BATCH {
                flush(&table, &mut rows)?;
            }
        }
    }
    flush(&table, &mut rows)?;
    if seen != TABLES.len() {
        return Err(content(
            0,
            format!(
                "it ends after {seen} of {} tables; it was cut short",
                TABLES.len()
            ),
        ));
    }
    Ok(())
}

fn insert_chunks(
    tx: &mut Tx<'_>,
    engine: Engine,
    chunks: std::sync::mpsc::Receiver<Chunk>,
) -> Result<u64, ArchiveFailure> {
    for table in TABLES {
        let mut any = false;
        let columns = columns(tx, table)?;
        each_row(tx, table, &columns, |_| {
            any = true;
            Ok(())
        })?;
        if any {
            return Err(ArchiveFailure::NotEmpty((*table).to_owned()));
        }
    }
    let mut count = 0;
    loop {
        match chunks.recv() {
            Ok(Chunk::Rows {
                table,
                columns: given,
                rows,
            }) => {
                let known = columns(tx, &table)?;
                if given
                    .iter()
                    .map(|column| &column.name)
                    .ne(known.iter().map(|column| &column.name))
                {
                    return Err(Error::Schema(format!(
                        "table {table} has other columns than the archive"
                    ))
                    .into());
                }
                count += rows.len() as u64;
                insert_rows(tx, engine, &table, &given, &rows)?;
            }
            Ok(Chunk::End) => return Ok(count),
            Err(_) => return Err(Error::Aborted("the archive is damaged".to_owned()).into()),
        }
    }
}

fn insert_rows(
    tx: &mut Tx<'_>,
    engine: Engine,
    table: &str,
    columns: &[Column],
    rows: &[Vec<Value>],
) -> Result<()> {
    let names: Vec<String> = columns
        .iter()
        .map(|column| format!("\"{}\"", column.name))
        .collect();
    let sign = if engine == Engine::Sqlite { '?' } else { '$' };
    let marks: Vec<String> = (1..=columns.len())
        .map(|number| format!("{sign}{number}"))
        .collect();
    let text = format!(
        "INSERT INTO {table} ({}) VALUES ({})",
        names.join(", "),
        marks.join(", ")
    );
    match tx.raw() {
        RawConnection::Sqlite(connection) => {
            let failed = |error: rusqlite::Error| Error::sqlite("archive.insert", &error);
            let mut statement = connection.prepare_cached(&text).map_err(failed)?;
            for row in rows {
                statement
                    .execute(rusqlite::params_from_iter(row))
                    .map_err(failed)?;
            }
        }
        RawConnection::Postgres(client) => {
            let failed = |error: postgres::Error| Error::postgres("archive.insert", &error);
            let statement = client.prepare(&text).map_err(failed)?;
            for row in rows {
                let bound: Vec<&(dyn postgres::types::ToSql + Sync)> =
                    row.iter().map(|value| value as _).collect();
                client.execute(&statement, &bound).map_err(failed)?;
            }
        }
    }
    Ok(())
}

/// The columns of a table in their declared order, with their types in PostgreSQL's words.
fn columns(tx: &mut Tx<'_>, table: &str) -> Result<Vec<Column>> {
    match tx.raw() {
        RawConnection::Sqlite(connection) => {
            let failed = |error: rusqlite::Error| Error::sqlite("archive.columns", &error);
            let mut statement = connection
                .prepare("SELECT name, type FROM pragma_table_info(?1) ORDER BY cid")
                .map_err(failed)?;
            let rows = statement
                .query_map([table], |row| {
                    Ok(Column {
                        name: row.get(0)?,
                        kind: row.get::<_, String>(1)?.to_lowercase(),
                    })
                })
                .map_err(failed)?;
            rows.collect::<std::result::Result<_, _>>().map_err(failed)
        }
        RawConnection::Postgres(client) => {
            let text = "SELECT column_name::text, data_type::text FROM information_schema.columns
                        WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position";
            let rows = client
                .query(text, &[&table])
                .map_err(|error| Error::postgres("archive.columns", &error))?;
            Ok(rows
                .iter()
                .map(|row| Column {
                    name: row.get(0),
                    kind: row.get(1),
                })
                .collect())
        }
    }
}

type Cells = Vec<serde_json::Value>;

/// Calls `take` with each row of a table; returns how many there were.
fn each_row(
    tx: &mut Tx<'_>,
    table: &str,
    columns: &[Column],
    mut take: impl FnMut(Cells) -> Result<()>,
) -> Result<u64> {
    let names: Vec<String> = columns
        .iter()
        .map(|column| format!("\"{}\"", column.name))
        .collect();
    let text = format!("SELECT {} FROM {table}", names.join(", "));
    let mut count = 0;
    match tx.raw() {
        RawConnection::Sqlite(connection) => {
            let failed = |error: rusqlite::Error| Error::sqlite("archive.read", &error);
            let mut statement = connection.prepare(&text).map_err(failed)?;
            let mut rows = statement.query([]).map_err(failed)?;
            while let Some(row) = rows.next().map_err(failed)? {
                let cells: Result<Cells> = columns
                    .iter()
                    .enumerate()
                    .map(|(at, column)| sqlite_cell(row, at, column))
                    .collect();
                take(cells?)?;
                count += 1;
            }
        }
        RawConnection::Postgres(client) => {
            use postgres::fallible_iterator::FallibleIterator;
            let failed = |error: postgres::Error| Error::postgres("archive.read", &error);
            let mut rows = client
                .query_raw(&text, std::iter::empty::<&str>())
                .map_err(failed)?;
            while let Some(row) = rows.next().map_err(failed)? {
                let cells: Result<Cells> = columns
                    .iter()
                    .enumerate()
                    .map(|(at, column)| postgres_cell(&row, at, column))
                    .collect();
                take(cells?)?;
                count += 1;
            }
        }
    }
    Ok(count)
}

fn sqlite_cell(row: &rusqlite::Row<'_>, at: usize, column: &Column) -> Result<serde_json::Value> {
    use rusqlite::types::ValueRef;
    let cell = row
        .get_ref(at)
        .map_err(|error| Error::sqlite("archive.read", &error))?;
    Ok(match (cell, column.kind.as_str()) {
        (ValueRef::Null, _) => serde_json::Value::Null,
        (ValueRef::Integer(number), "boolean") => (number != 0).into(),
        (ValueRef::Integer(number), "double precision") => (number as f64).into(),
        (ValueRef::Integer(number), _) => number.into(),
        (ValueRef::Real(number), _) => number.into(),
        (ValueRef::Text(text), _) => String::from_utf8_lossy(text).into_owned().into(),
        (ValueRef::Blob(bytes), "uuid") => Uuid::from_slice(bytes)
            .map_err(|error| odd(column, error))?
            .to_string()
            .into(),
        (ValueRef::Blob(bytes), _) => BASE64.encode(bytes).into(),
    })
}

fn postgres_cell(row: &postgres::Row, at: usize, column: &Column) -> Result<serde_json::Value> {
    fn cell<'r, T: postgres::types::FromSql<'r>>(
        row: &'r postgres::Row,
        at: usize,
        column: &Column,
    ) -> Result<Option<T>> {
        row.try_get(at).map_err(|error| odd(column, error))
    }
    Ok(match column.kind.as_str() {
        "uuid" => cell::<Uuid>(row, at, column)?
            .map(|id| id.to_string())
            .into(),
        "bigint" => cell::<i64>(row, at, column)?.into(),
        "boolean" => cell::<bool>(row, at, column)?.into(),
        "double precision" => cell::<f64>(row, at, column)?.into(),
        "bytea" => cell::<Vec<u8>>(row, at, column)?
            .map(|bytes| BASE64.encode(bytes))
            .into(),
        "text" => cell::<String>(row, at, column)?.into(),
        other => {
            return Err(odd(
                column,
                format!("type {other} is not one the archive knows"),
            ));
        }
    })
}

fn odd(column: &Column, message: impl std::fmt::Display) -> Error {
    Error::Decode {
        column: column.name.clone(),
        message: message.to_string(),
    }
}

fn read_row(number: usize, head: &TableHead, cells: Cells) -> Result<Vec<Value>, ArchiveError> {
    if cells.len() != head.columns.len() {
        return Err(content(
            number,
            format!("{} values for {} columns", cells.len(), head.columns.len()),
        ));
    }
    cells
        .into_iter()
        .zip(&head.columns)
        .map(|(cell, column)| read_cell(number, cell, column))
        .collect()
}

fn read_cell(
    number: usize,
    cell: serde_json::Value,
    column: &Column,
) -> Result<Value, ArchiveError> {
    use serde_json::Value as Json;
    let wrong = || {
        content(
            number,
            format!("column {} does not hold {}", column.name, column.kind),
        )
    };
    Ok(match (cell, column.kind.as_str()) {
        (Json::Null, _) => Value::Null,
        (Json::String(text), "uuid") => Value::Uuid(Uuid::parse_str(&text).map_err(|_| wrong())?),
        (Json::String(text), "bytea") => Value::Bytes(BASE64.decode(text).map_err(|_| wrong())?),
        (Json::String(text), "text") => Value::Text(text),
        (Json::Bool(truth), "boolean") => Value::Bool(truth),
        (Json::Number(value), "bigint") => Value::Int(value.as_i64().ok_or_else(wrong)?),
        (Json::Number(value), "double precision") => Value::Real(value.as_f64().ok_or_else(wrong)?),
        _ => return Err(wrong()),
    })
}

fn parse<T: serde::de::DeserializeOwned>(number: usize, line: &str) -> Result<T, ArchiveError> {
    serde_json::from_str(line).map_err(|error| content(number, error))
}

fn content(number: usize, message: impl std::fmt::Display) -> ArchiveError {
    ArchiveError::Content {
        line: number + 1,
        message: message.to_string(),
    }
}

fn as_json(value: &impl Serialize) -> String {
    // Strings, numbers and their lists always have a JSON form.
    serde_json::to_string(value).unwrap_or_default()
}
