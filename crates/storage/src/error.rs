//! What can go wrong in storage, sorted by what the caller can do about it.

/// The result of a storage call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A storage failure.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The transaction lost a race; running it again is safe and may work.
    #[error("the database asked to run the transaction again ({0})")]
    Retry(String),
    /// The database cannot be reached or has gone away.
    #[error("the database cannot be reached: {0}; check storage.url and that the server runs")]
    Unavailable(String),
    /// A statement was refused.
    #[error("query {query}: {message}")]
    Statement {
        /// The query's name.
        query: &'static str,
        /// The engine's words.
        message: String,
    },
    /// A row does not hold what the code expects.
    #[error("column {column}: {message}")]
    Decode {
        /// The column.
        column: String,
        /// What is wrong.
        message: String,
    },
    /// A query that must find a row found none.
    #[error("query {0} found no row")]
    NoRow(&'static str),
    /// The schema is not the one this binary knows.
    #[error("schema: {0}")]
    Schema(String),
    /// The storage threads are gone, or a transaction panicked.
    #[error("the transaction was not run to its end: {0}")]
    Aborted(String),
}

impl Error {
    pub(crate) fn sqlite(query: &'static str, error: &rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::Retry(error.to_string())
            }
            Some(
                ErrorCode::CannotOpen
                | ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::ReadOnly,
            ) => Self::Unavailable(error.to_string()),
            _ => Self::Statement {
                query,
                message: error.to_string(),
            },
        }
    }

    pub(crate) fn postgres(query: &'static str, error: &postgres::Error) -> Self {
        use postgres::error::SqlState;
        if error.is_closed() {
            return Self::Unavailable(error.to_string());
        }
        match error.as_db_error() {
            Some(db) => match db.code() {
                &SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED => {
                    Self::Retry(db.message().to_owned())
                }
                &SqlState::ADMIN_SHUTDOWN
                | &SqlState::CRASH_SHUTDOWN
                | &SqlState::CANNOT_CONNECT_NOW => Self::Unavailable(db.message().to_owned()),
                _ => Self::Statement {
                    query,
                    message: db.to_string(),
                },
            },
            None => match std::error::Error::source(error) {
                Some(source) if source.is::<std::io::Error>() => {
                    Self::Unavailable(error.to_string())
                }
                Some(source) => Self::Statement {
                    query,
                    message: format!("{error}: {source}"),
                },
                None => Self::Statement {
                    query,
                    message: error.to_string(),
                },
            },
        }
    }
}
