//! Why a model gave no answer. None of these stops a conversation: the agent goes on without the model.

use crate::json::JsonError;

/// Why a model gave no answer. Holds neither the key nor the address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LlmError {
    /// The conversation's budget does not allow another call; none was made.
    #[error("this conversation has used up its budget for the language model")]
    BudgetUsedUp,
    /// No connection came about, or it ended before an answer.
    #[error("the language model cannot be reached; check language_model.base_url and the network")]
    Unreachable,
    /// The provider does not accept the key.
    #[error(
        "the language model's provider refused the key (status {status}); check language_model.key"
    )]
    KeyRefused {
        /// The HTTP status.
        status: u16,
    },
    /// Too many calls, or the provider asks to wait longer than an answer may take.
    #[error(
        "the language model's provider asks for patience; raise its limits if this is frequent"
    )]
    RateLimited,
    /// The provider's own trouble.
    #[error("the language model's provider is in trouble (status {status})")]
    Failing {
        /// The HTTP status; 200 when the trouble was told within a stream.
        status: u16,
    },
    /// The provider does not accept the request, so that it is not repeated.
    #[error("the language model's provider refused the request (status {status}): {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What the provider says, shortened, without the key.
        message: String,
    },
    /// Nothing came in time.
    #[error("the language model did not begin within {timeout_ms} ms")]
    NoFirstToken {
        /// What was allowed, in milliseconds.
        timeout_ms: u64,
    },
    /// The whole took too long.
    #[error("the language model did not end within {timeout_ms} ms")]
    TooSlow {
        /// What was allowed, in milliseconds.
        timeout_ms: u64,
    },
    /// The connection ended in the middle of an answer.
    #[error("the language model's answer broke off")]
    BrokeOff,
    /// The answer is larger than is read.
    #[error("the language model's answer is larger than {limit} bytes")]
    TooLarge {
        /// What is read, in bytes.
        limit: usize,
    },
    /// The answer is not what the contract says.
    #[error("the language model's server does not keep to its contract: {0}")]
    Malformed(String),
    /// The model did not write what was asked for.
    #[error(transparent)]
    Json(#[from] JsonError),
}

impl LlmError {
    /// Whether the same call may succeed when it is made again, as long as nothing of an answer was given out.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Unreachable
                | Self::RateLimited
                | Self::Failing { .. }
                | Self::NoFirstToken { .. }
                | Self::BrokeOff
        )
    }

    /// Whether the provider may have worked for it, and may charge it.
    pub(crate) fn may_cost(&self) -> bool {
        !matches!(
            self,
            Self::BudgetUsedUp
                | Self::Unreachable
                | Self::KeyRefused { .. }
                | Self::RateLimited
                | Self::Failing { .. }
                | Self::Refused { .. }
        )
    }
}
