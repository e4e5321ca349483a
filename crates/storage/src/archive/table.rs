//! Tables as rows of JSON, by what the schema says about their columns.

use super::line::{Column, TableHead};
use crate::db::Engine;
use crate::error::{Error, Result};
use crate::tx::{RawConnection, Tx};
use crate::value::Value;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use uuid::Uuid;

/// True when the table has any row.
pub(super) fn has_rows(tx: &mut Tx<'_>, table: &str) -> Result<bool> {
    let text = format!("SELECT 1 FROM {table} LIMIT 1");
    match tx.raw() {
        RawConnection::Sqlite(connection) => connection
            .prepare(&text)
            .and_then(|mut statement| statement.exists([]))
            .map_err(|error| Error::sqlite("archive.has_rows", &error)),
        RawConnection::Postgres(client) => client
            .query_opt(&text, &[])
            .map(|row| row.is_some())
            .map_err(|error| Error::postgres("archive.has_rows", &error)),
    }
}

/// Inserts rows in their order; the error says which one was refused, counted from 0.
pub(super) fn insert_rows(
    tx: &mut Tx<'_>,
    engine: Engine,
    head: &TableHead,
    rows: &[Vec<Value>],
) -> Result<(), (usize, Error)> {
    let text = insert_statement(engine, head);
    let insert = |row: usize, done: Result<()>| done.map_err(|error| (row, error));
    match tx.raw() {
        RawConnection::Sqlite(connection) => {
            let failed = |error: rusqlite::Error| Error::sqlite("archive.insert", &error);
            let mut statement = connection
                .prepare_cached(&text)
                .map_err(|error| (0, failed(error)))?;
            for (number, row) in rows.iter().enumerate() {
                let done = statement.execute(rusqlite::params_from_iter(row));
                insert(number, done.map(drop).map_err(failed))?;
            }
        }
        RawConnection::Postgres(client) => {
            let failed = |error: postgres::Error| Error::postgres("archive.insert", &error);
            let statement = client.prepare(&text).map_err(|error| (0, failed(error)))?;
            for (number, row) in rows.iter().enumerate() {
                let bound: Vec<&(dyn postgres::types::ToSql + Sync)> =
                    row.iter().map(|value| value as _).collect();
                let done = client.execute(&statement, &bound);
                insert(number, done.map(drop).map_err(failed))?;
            }
        }
    }
    Ok(())
}

fn insert_statement(engine: Engine, head: &TableHead) -> String {
    let names: Vec<String> = head
        .columns
        .iter()
        .map(|column| format!("\"{}\"", column.name))
        .collect();
    let sign = if engine == Engine::Sqlite { '?' } else { '$' };
    let marks: Vec<String> = (1..=names.len())
        .map(|number| format!("{sign}{number}"))
        .collect();
    format!(
        "INSERT INTO {} ({}) VALUES ({})",
        head.table,
        names.join(", "),
        marks.join(", ")
    )
}

/// The columns of a table in their declared order, with their types in PostgreSQL's words.
pub(super) fn columns(tx: &mut Tx<'_>, table: &str) -> Result<Vec<Column>> {
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

/// One row as JSON.
pub(super) type Cells = Vec<serde_json::Value>;

/// Calls `take` with each row of a table; returns how many there were.
pub(super) fn each_row(
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
