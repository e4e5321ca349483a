//! The walk of a message, in the order it walks: [`intake`] (verify, persist, acknowledge), [`identity`]
//! (who is this), [`conversation`] (join or start), [`reply`] (answer through the channel it came from) and
//! [`delivery`] (the outbox). [`job`] carries what can wait.
//!
//! The functions that change something take a running transaction, so that a caller composes them and all of
//! it becomes durable together. The engine never names a concrete channel's wire format.

pub mod access;
pub mod attachment;
pub mod bounce;
pub mod consent;
pub mod conversation;
pub mod delivery;
pub mod endpoint;
mod error;
pub mod fetch;
pub mod identity;
pub mod intake;
pub mod job;
pub mod key;
pub mod knowledge;
pub mod mailbox;
pub mod queries;
pub mod reply;
pub mod setting;
pub mod upkeep;
pub mod visitor;
pub mod webhook;

pub use error::{Error, Result};

use throughline_model::clock::Clock;

/// How the engine is set up: what every use case needs beside its transaction.
#[derive(Clone)]
pub struct Setup {
    /// Time and ids.
    pub clock: Clock,
    /// Keys derived from the installation's secret.
    pub keys: key::Keys,
    /// The rules of automatic linking.
    pub identity: throughline_identity::Rules,
    /// For how long after it was resolved a message opens a conversation again, in milliseconds.
    pub reopen_ms: i64,
}
