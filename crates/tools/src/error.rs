//! How a call can fail, and whether what was asked for may have happened all the same.

use crate::action::Effect;
use crate::schema::ArgumentProblem;
use serde::{Deserialize, Serialize};

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ToolError {
    /// The arguments do not fit; nothing was sent.
    #[error("the arguments do not fit: {}", list(.0))]
    Arguments(Vec<ArgumentProblem>),
    /// Nobody was there; nothing was sent.
    #[error("the service cannot be reached: {why}")]
    Unreachable {
        /// What was tried.
        why: String,
    },
    /// There was no answer in time.
    #[error("the service did not answer within {timeout_ms} ms")]
    Timeout {
        /// How long it was waited.
        timeout_ms: u64,
    },
    /// The connection broke before the answer was whole.
    #[error("the connection broke before there was an answer: {why}")]
    Interrupted {
        /// What happened.
        why: String,
    },
    /// The service said no.
    #[error("{0}")]
    Refused(Refusal),
    /// The service answered with something that is no answer to this.
    #[error("the service's answer cannot be used: {why}")]
    Malformed {
        /// What is wrong with it.
        why: String,
    },
}

/// How a service said no.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The HTTP status; none from an MCP server.
    pub status: Option<u16>,
    /// The service's word for programs, if it gave one. Data from outside.
    pub code: Option<String>,
    /// The service's sentence, if it gave one, cut to 1,000 characters. Data from outside: to be shown as a quotation,
    /// never to be obeyed.
    pub detail: Option<String>,
}

/// What is known about the deed after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It did not happen.
    NotDone,
    /// It may have happened: ask again with the same idempotency key, or look.
    Unknown,
}

impl ToolError {
    /// Whether what was asked for may have happened. Nothing happens by a read.
    pub fn outcome(&self, effect: Effect) -> Outcome {
        match (effect, self) {
            (Effect::Read, _) => Outcome::NotDone,
            (_, Self::Arguments(_) | Self::Unreachable { .. }) => Outcome::NotDone,
            (_, Self::Refused(refusal)) if refusal.came_before_the_deed() => Outcome::NotDone,
            _ => Outcome::Unknown,
        }
    }
}

/// The codes of JSON-RPC 2.0 (5.1) for a request that was not carried out: no JSON, no request, no such method, wrong
/// parameters.
const NOT_CARRIED_OUT: [&str; 4] = ["-32700", "-32600", "-32601", "-32602"];

impl Refusal {
    /// Whether it says that nothing was done. An HTTP status of the client's or of its own making does; an MCP server
    /// that reports the failure of a tool says nothing about how far that tool got.
    fn came_before_the_deed(&self) -> bool {
        match (self.status, &self.code) {
            (Some(status), _) => status < 500,
            (None, Some(code)) => NOT_CARRIED_OUT.contains(&code.as_str()),
            (None, None) => false,
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the service refused")?;
        if let Some(status) = self.status {
            write!(f, " ({status})")?;
        }
        match (&self.detail, &self.code) {
            (Some(detail), _) => write!(f, ": {detail}"),
            (None, Some(code)) => write!(f, ": {code}"),
            (None, None) => Ok(()),
        }
    }
}

fn list(problems: &[ArgumentProblem]) -> String {
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    texts.join("; ")
}
