//! The walk of a message, in the order it walks: [`intake`] (verify, persist, acknowledge), [`identity`]
//! (who is this), [`conversation`] (join or start), [`agent`] (the AI agent takes its turn), [`policy`] and
//! [`approval`] (what may be done), [`reply`] (answer through the channel it came from) and [`delivery`] (the outbox).
//! [`job`] carries what can wait.
//!
//! The functions that change something take a running transaction, so that a caller composes them and all of
//! it becomes durable together. The engine never names a concrete channel's wire format.

pub mod access;
pub mod agent;
pub mod approval;
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
pub mod macros;
pub mod mailbox;
mod name;
pub mod notification;
pub mod policy;
mod publication;
pub mod push;
pub mod queries;
pub mod rating;
pub mod reply;
pub mod routing;
pub mod saved_view;
pub mod setting;
pub mod upkeep;
pub mod visitor;
pub mod webhook;
pub mod widget;

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
    /// Whether the AI agent answers what customers write.
    pub agent: bool,
    /// The rules that are decided by.
    pub policy: policy::InForce,
}
