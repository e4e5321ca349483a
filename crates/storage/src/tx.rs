//! One transaction, on either engine.

use crate::error::{Error, Result};
use crate::hint::Hint;
use crate::query::Query;
use crate::row::Row;
use crate::value::Value;
use postgres::types::ToSql;
use std::collections::HashMap;

/// The statements of one open connection to PostgreSQL, prepared once.
pub(crate) type Prepared = HashMap<&'static str, postgres::Statement>;

/// A running transaction. Everything done through it becomes durable together, or not at all.
pub struct Tx<'c> {
    connection: Connection<'c>,
    hints: Vec<Hint>,
    retry: bool,
    refused: Option<Error>,
    changed_schema: bool,
}

enum Connection<'c> {
    Sqlite(&'c rusqlite::Connection),
    Postgres {
        client: &'c mut postgres::Client,
        prepared: &'c mut Prepared,
    },
}

impl<'c> Tx<'c> {
    pub(crate) fn sqlite(connection: &'c rusqlite::Connection) -> Self {
        Self {
            connection: Connection::Sqlite(connection),
            hints: Vec::new(),
            retry: false,
            refused: None,
            changed_schema: false,
        }
    }

    pub(crate) fn postgres(client: &'c mut postgres::Client, prepared: &'c mut Prepared) -> Self {
        Self {
            connection: Connection::Postgres { client, prepared },
            hints: Vec::new(),
            retry: false,
            refused: None,
            changed_schema: false,
        }
    }

    /// The hints to publish once this is durable.
    pub(crate) fn take_hints(&mut self) -> Vec<Hint> {
        std::mem::take(&mut self.hints)
    }

    /// True when a statement failed only because of a lost race.
    pub(crate) fn wants_retry(&self) -> bool {
        self.retry
    }

    /// True when whole texts were run, or the connection was handed out: what that changed is not counted in rows.
    pub(crate) fn changed_schema(&self) -> bool {
        self.changed_schema
    }

    /// The first statement that failed. PostgreSQL keeps nothing of a transaction after that, whatever its
    /// function makes of the error; so that both engines do the same, neither is asked to.
    pub(crate) fn take_refusal(&mut self) -> Option<Error> {
        self.refused.take()
    }

    /// Publishes `hint` after the commit; forgets it if the transaction fails.
    pub fn hint(&mut self, hint: Hint) {
        self.hints.push(hint);
    }

    /// Runs a statement and says how many rows it touched.
    ///
    /// # Errors
    /// Whatever the engine says of the statement.
    pub fn execute(&mut self, query: &Query, values: &[Value]) -> Result<u64> {
        let result = match &mut self.connection {
            Connection::Sqlite(connection) => connection
                .prepare_cached(query.sqlite)
                .and_then(|mut statement| statement.execute(rusqlite::params_from_iter(values)))
                .map(|count| count as u64)
                .map_err(|error| Error::sqlite(query.name, &error)),
            Connection::Postgres { client, prepared } => prepare(client, prepared, query)
                .and_then(|statement| client.execute(&statement, &bound(values)))
                .map_err(|error| Error::postgres(query.name, &error)),
        };
        self.note(result)
    }

    /// Runs a statement and maps every row.
    ///
    /// # Errors
    /// Whatever the engine says of the statement, or `map` of a row.
    pub fn all<T>(
        &mut self,
        query: &Query,
        values: &[Value],
        mut map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let result = match &mut self.connection {
            Connection::Sqlite(connection) => sqlite_all(connection, query, values, &mut map),
            Connection::Postgres { client, prepared } => prepare(client, prepared, query)
                .and_then(|statement| client.query(&statement, &bound(values)))
                .map_err(|error| Error::postgres(query.name, &error))
                .and_then(|rows| rows.iter().map(|row| map(&Row::Postgres(row))).collect()),
        };
        self.note(result)
    }

    /// Runs a statement that finds at most one row.
    ///
    /// # Errors
    /// Whatever the engine says of the statement, or `map` of the row.
    pub fn optional<T>(
        &mut self,
        query: &Query,
        values: &[Value],
        map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        Ok(self.all(query, values, map)?.into_iter().next())
    }

    /// Runs a statement that must find a row.
    ///
    /// # Errors
    /// [`Error::NoRow`] when it finds none, or whatever the engine says.
    pub fn one<T>(
        &mut self,
        query: &Query,
        values: &[Value],
        map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        self.optional(query, values, map)?
            .ok_or(Error::NoRow(query.name))
    }

    /// Asks the engine to prepare a statement without running it.
    ///
    /// # Errors
    /// What the engine has against it.
    pub fn check(&mut self, query: &Query) -> Result<()> {
        match &mut self.connection {
            Connection::Sqlite(connection) => connection
                .prepare(query.sqlite)
                .map(drop)
                .map_err(|error| Error::sqlite(query.name, &error)),
            Connection::Postgres { client, .. } => client
                .prepare(query.postgres)
                .map(drop)
                .map_err(|error| Error::postgres(query.name, &error)),
        }
    }

    /// Runs several statements given as one text. For migrations and imports.
    pub(crate) fn script(&mut self, name: &'static str, text: &str) -> Result<()> {
        self.changed_schema = true;
        match &mut self.connection {
            Connection::Sqlite(connection) => connection
                .execute_batch(text)
                .map_err(|error| Error::sqlite(name, &error)),
            Connection::Postgres { client, .. } => client
                .batch_execute(text)
                .map_err(|error| Error::postgres(name, &error)),
        }
    }

    pub(crate) fn raw(&mut self) -> RawConnection<'_> {
        self.changed_schema = true;
        match &mut self.connection {
            Connection::Sqlite(connection) => RawConnection::Sqlite(connection),
            Connection::Postgres { client, .. } => RawConnection::Postgres(client),
        }
    }

    fn note<T>(&mut self, result: Result<T>) -> Result<T> {
        match &result {
            Err(Error::Retry(_)) => self.retry = true,
            Err(error @ (Error::Statement { .. } | Error::Unavailable(_))) => {
                self.refused.get_or_insert_with(|| error.clone());
            }
            _ => {}
        }
        result
    }
}

/// The connection itself, for the archive, whose statements are made from the schema.
pub(crate) enum RawConnection<'c> {
    Sqlite(&'c rusqlite::Connection),
    Postgres(&'c mut postgres::Client),
}

fn sqlite_all<T>(
    connection: &rusqlite::Connection,
    query: &Query,
    values: &[Value],
    map: &mut impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let failed = |error: rusqlite::Error| Error::sqlite(query.name, &error);
    let mut statement = connection.prepare_cached(query.sqlite).map_err(failed)?;
    let mut rows = statement
        .query(rusqlite::params_from_iter(values))
        .map_err(failed)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        found.push(map(&Row::Sqlite(row))?);
    }
    Ok(found)
}

fn prepare(
    client: &mut postgres::Client,
    prepared: &mut Prepared,
    query: &Query,
) -> std::result::Result<postgres::Statement, postgres::Error> {
    if let Some(statement) = prepared.get(query.name) {
        return Ok(statement.clone());
    }
    let statement = client.prepare(query.postgres)?;
    prepared.insert(query.name, statement.clone());
    Ok(statement)
}

fn bound(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values
        .iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect()
}
