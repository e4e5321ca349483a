//! Reading rows the same way from both engines.

use crate::error::{Error, Result};
use serde::de::DeserializeOwned;
use std::fmt::Display;
use std::str::FromStr;
use throughline_model::assurance::Assurance;
use throughline_model::id;
use uuid::Uuid;

/// One row of a result, valid while the mapping function runs.
pub enum Row<'r> {
    /// From SQLite.
    Sqlite(&'r rusqlite::Row<'r>),
    /// From PostgreSQL.
    Postgres(&'r postgres::Row),
}

/// A type a column can be read as.
pub trait Cell: Sized {
    /// Reads `column` of `row`.
    ///
    /// # Errors
    /// [`Error::Decode`] when there is no such column or it holds something else.
    fn read(row: &Row<'_>, column: &str) -> Result<Self>;
}

impl Row<'_> {
    /// The value of `column`.
    ///
    /// # Errors
    /// [`Error::Decode`] when there is no such column or it holds something else.
    pub fn get<T: Cell>(&self, column: &str) -> Result<T> {
        T::read(self, column)
    }

    /// The word in `column`, as one of a closed set.
    ///
    /// # Errors
    /// [`Error::Decode`] when the word is not in the set.
    pub fn word<T: FromStr<Err: Display>>(&self, column: &str) -> Result<T> {
        parse(column, &self.get::<String>(column)?)
    }

    /// The word in `column`, or none when it is NULL.
    ///
    /// # Errors
    /// [`Error::Decode`] when the word is not in the set.
    pub fn optional_word<T: FromStr<Err: Display>>(&self, column: &str) -> Result<Option<T>> {
        self.get::<Option<String>>(column)?
            .map(|text| parse(column, &text))
            .transpose()
    }

    /// The JSON document in `column`.
    ///
    /// # Errors
    /// [`Error::Decode`] when it is not of the wanted shape.
    pub fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T> {
        serde_json::from_str(&self.get::<String>(column)?).map_err(|error| decode(column, error))
    }
}

fn parse<T: FromStr<Err: Display>>(column: &str, text: &str) -> Result<T> {
    text.parse().map_err(|error| decode(column, error))
}

fn decode(column: &str, message: impl Display) -> Error {
    Error::Decode {
        column: column.to_owned(),
        message: message.to_string(),
    }
}

macro_rules! cells {
    ($($type:ty),*) => {$(
        impl Cell for $type {
            fn read(row: &Row<'_>, column: &str) -> Result<Self> {
                match row {
                    Row::Sqlite(row) => row.get(column).map_err(|error| decode(column, error)),
                    Row::Postgres(row) => row.try_get(column).map_err(|error| decode(column, error)),
                }
            }
        }

        impl Cell for Option<$type> {
            fn read(row: &Row<'_>, column: &str) -> Result<Self> {
                match row {
                    Row::Sqlite(row) => row.get(column).map_err(|error| decode(column, error)),
                    Row::Postgres(row) => row.try_get(column).map_err(|error| decode(column, error)),
                }
            }
        }
    )*};
}

cells!(i64, f64, bool, String, Vec<u8>, Uuid);

macro_rules! id_cells {
    ($($name:ident),*) => {$(
        impl Cell for id::$name {
            fn read(row: &Row<'_>, column: &str) -> Result<Self> {
                row.get::<Uuid>(column).map(id::$name)
            }
        }

        impl Cell for Option<id::$name> {
            fn read(row: &Row<'_>, column: &str) -> Result<Self> {
                Ok(row.get::<Option<Uuid>>(column)?.map(id::$name))
            }
        }
    )*};
}

id_cells!(
    CustomerId,
    IdentifierId,
    AssertionId,
    EndpointId,
    InteractionId,
    ConversationId,
    EntryId,
    AttachmentId,
    DeliveryId,
    ApprovalId,
    MemberId,
    JobId,
    WebhookId,
    TokenId,
    RawId,
    ArticleId,
    MacroId,
    SavedViewId,
    NotificationId
);

impl Cell for Assurance {
    fn read(row: &Row<'_>, column: &str) -> Result<Self> {
        row.get::<i64>(column).map(Self::from_level)
    }
}
