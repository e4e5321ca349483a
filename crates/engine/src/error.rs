//! What the engine says when it cannot do what was asked.

use throughline_storage as storage;

/// The result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a use case did not happen. Every text is a sentence a person can act on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or the caller may not know of it.
    #[error("there is no {what} {id}")]
    NotFound {
        /// The kind of thing.
        what: &'static str,
        /// Its id, as given.
        id: String,
    },
    /// What was given cannot be used.
    #[error("{field}: {message}")]
    Invalid {
        /// The field that is wrong.
        field: &'static str,
        /// What is wrong, and what to do.
        message: String,
    },
    /// It does not fit the present state.
    #[error("{0}")]
    Conflict(String),
    /// The caller may not.
    #[error("{0}")]
    Forbidden(String),
    /// Too often.
    #[error("too many requests; try again in {} s", (retry_after_ms + 999) / 1000)]
    TooMany {
        /// When it may be tried again, in milliseconds from now.
        retry_after_ms: i64,
    },
    /// The database.
    #[error(transparent)]
    Storage(#[from] storage::Error),
}

impl Error {
    /// There is no `what` with this id.
    pub fn not_found(what: &'static str, id: impl ToString) -> Self {
        Self::NotFound {
            what,
            id: id.to_string(),
        }
    }

    /// `field` cannot be used.
    pub fn invalid(field: &'static str, message: impl ToString) -> Self {
        Self::Invalid {
            field,
            message: message.to_string(),
        }
    }
}
