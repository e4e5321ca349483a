//! The lines of an archive: what they look like, and reading them in batches.

use super::table::Cells;
use super::{ArchiveError, TABLES, content};
use crate::error::Error;
use crate::value::Value;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::io::{BufRead, ErrorKind};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use uuid::Uuid;

/// Rows handed over at once.
const BATCH: usize = 500;

/// The first line.
#[derive(Serialize, Deserialize)]
pub(super) struct Head {
    /// The version of the format.
    pub(super) throughline: u32,
    /// The number of the newest migration.
    pub(super) schema: i64,
}

/// The line before a table's rows.
#[derive(Serialize, Deserialize)]
pub(super) struct TableHead {
    pub(super) table: String,
    pub(super) columns: Vec<Column>,
}

/// One column, with its type in PostgreSQL's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: String,
}

/// The last line.
#[derive(Serialize, Deserialize)]
pub(super) struct End {
    /// How many rows there are.
    pub(super) end: u64,
    /// Of all lines before this one.
    pub(super) sha256: String,
}

/// The checksum of an archive's lines.
#[derive(Default)]
pub(super) struct Digest(Sha256);

impl Digest {
    pub(super) fn add(&mut self, line: &str) {
        self.0.update(line);
        self.0.update(b"\n");
    }

    pub(super) fn finish(self) -> String {
        self.0
            .finalize()
            .iter()
            .fold(String::new(), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            })
    }
}

/// A part of an archive on its way into the database. Lines are counted from 1.
pub(super) enum Chunk {
    /// A table begins.
    Table { line: usize, head: Arc<TableHead> },
    /// Rows of it; `line` is that of the first.
    Rows {
        line: usize,
        head: Arc<TableHead>,
        rows: Vec<Vec<Value>>,
    },
    /// Everything was there.
    End,
}

/// Reads an archive and hands it over, part by part; the end only after everything was found in order.
pub(super) fn send_chunks(
    input: impl BufRead,
    schema: i64,
    sender: &SyncSender<Chunk>,
) -> Result<(), ArchiveError> {
    let mut reader = Reader {
        sender,
        digest: Digest::default(),
        tables: 0,
        rows: 0,
        table: None,
        batch: Vec::new(),
    };
    let mut last = 0;
    for (index, line) in input.lines().enumerate() {
        let number = index + 1;
        let line = line.map_err(|error| match error.kind() {
            ErrorKind::InvalidData => content(number, "it is not UTF-8"),
            _ => error.into(),
        })?;
        last = number;
        if number == 1 {
            check_head(&line, schema)?;
        } else if line.starts_with("{\"end\"") {
            return reader.end(number, &line);
        } else if line.starts_with('{') {
            reader.table(number, &line)?;
        } else {
            reader.row(number, &line)?;
        }
        reader.digest.add(&line);
    }
    match last {
        0 => Err(content(1, "the file is empty")),
        last => Err(content(last, "the file ends here; it was cut short")),
    }
}

fn check_head(line: &str, schema: i64) -> Result<(), ArchiveError> {
    let head: Head = parse(1, line)?;
    if head.throughline != 1 || head.schema != schema {
        let message = format!(
            "it was written for schema {}, this version has {schema}; use the version that wrote it",
            head.schema
        );
        return Err(content(1, message));
    }
    Ok(())
}

struct Reader<'s> {
    sender: &'s SyncSender<Chunk>,
    digest: Digest,
    tables: usize,
    rows: u64,
    table: Option<Arc<TableHead>>,
    batch: Vec<Vec<Value>>,
}

impl Reader<'_> {
    fn table(&mut self, number: usize, line: &str) -> Result<(), ArchiveError> {
        self.flush(number)?;
        let head: TableHead = parse(number, line)?;
        if !TABLES.contains(&head.table.as_str()) {
            return Err(content(
                number,
                format!("table '{}' is not known", head.table),
            ));
        }
        self.tables += 1;
        let head = Arc::new(head);
        self.table = Some(Arc::clone(&head));
        self.send(Chunk::Table { line: number, head })
    }

    fn row(&mut self, number: usize, line: &str) -> Result<(), ArchiveError> {
        let head = self
            .table
            .as_ref()
            .ok_or_else(|| content(number, "a row stands before its table"))?;
        self.batch
            .push(read_row(number, head, parse(number, line)?)?);
        self.rows += 1;
        if self.batch.len() >= BATCH {
            self.flush(number + 1)?;
        }
        Ok(())
    }

    /// Hands over the rows read so far; `number` is the line after the last of them.
    fn flush(&mut self, number: usize) -> Result<(), ArchiveError> {
        let rows = std::mem::take(&mut self.batch);
        match &self.table {
            Some(head) if !rows.is_empty() => self.send(Chunk::Rows {
                line: number - rows.len(),
                head: Arc::clone(head),
                rows,
            }),
            _ => Ok(()),
        }
    }

    fn end(mut self, number: usize, line: &str) -> Result<(), ArchiveError> {
        let end: End = parse(number, line)?;
        if end.end != self.rows || self.tables != TABLES.len() {
            let message = format!(
                "{} rows of {} tables were announced and {} of {} found; parts are missing",
                end.end,
                TABLES.len(),
                self.rows,
                self.tables
            );
            return Err(content(number, message));
        }
        if end.sha256 != std::mem::take(&mut self.digest).finish() {
            return Err(content(
                number,
                "the checksum does not fit: some line was changed",
            ));
        }
        self.flush(number)?;
        self.send(Chunk::End)
    }

    fn send(&self, chunk: Chunk) -> Result<(), ArchiveError> {
        self.sender
            .send(chunk)
            .map_err(|_| Error::Aborted("the import stopped".to_owned()).into())
    }
}

fn read_row(number: usize, head: &TableHead, cells: Cells) -> Result<Vec<Value>, ArchiveError> {
    if cells.len() != head.columns.len() {
        let message = format!("{} values for {} columns", cells.len(), head.columns.len());
        return Err(content(number, message));
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

pub(super) fn as_json(value: &impl Serialize) -> String {
    // Strings, numbers and their lists always have a JSON form.
    serde_json::to_string(value).unwrap_or_default()
}
