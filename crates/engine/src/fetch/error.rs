//! Why a call to the outside brought nothing.

use std::error::Error as StdError;

/// A place we do not go to, in words. Trying again does not help.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

/// Why a call brought nothing usable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// We do not go there.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The answer is larger than was allowed.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// What was allowed, in bytes.
        limit: usize,
    },
    /// It took longer than was allowed.
    #[error("no complete answer within {timeout_ms} ms")]
    TooSlow {
        /// What was allowed, in milliseconds.
        timeout_ms: u64,
    },
    /// The name was not found, nobody listened, the certificate was wrong, the connection broke.
    #[error("{0}")]
    Broken(String),
}

impl FetchError {
    /// What a failed exchange means. The words never hold the URL, which may contain secrets.
    pub(super) fn of(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let mut cause: Option<&(dyn StdError + 'static)> = Some(&error);
        let mut innermost = String::new();
        while let Some(inner) = cause {
            if let Some(refused) = inner.downcast_ref::<Refused>() {
                return Self::Refused(refused.clone());
            }
            innermost = inner.to_string();
            cause = inner.source();
        }
        let step = if error.is_connect() {
            "no connection"
        } else {
            "the exchange failed"
        };
        Self::Broken(format!("{step}: {innermost}"))
    }
}
