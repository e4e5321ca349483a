//! Text messages on Twilio's contract.
//!
//! Inbound, a webhook walks [`webhook::receive`]: size and form ([`form`]), signature
//! ([`signature`]), then a customer's message or news about one of ours ([`webhook`]). Outbound,
//! [`SmsAdapter`] posts to the Messages resource ([`client`]) and, when a sending was cut short,
//! looks there whether it got through (`reconcile`).
//!
//! Everything but the adapter is a pure function over bytes.
//!
//! Sources: Twilio's messaging webhooks, webhook security and Messages resource documentation; the
//! OpenAPI document in tests/counterparts/sms.

mod advice;
pub mod client;
mod config;
mod error;
pub mod form;
pub mod opt_out;
mod reconcile;
mod request;
mod response;
pub mod segments;
pub mod signature;
pub mod webhook;

pub use client::{MediaLinks, SmsAdapter};
pub use config::{ApiKey, BadSmsConfig, Secret, SmsConfig};
pub use error::WebhookError;

/// How long a message may take to show up in the provider's list after its sending was cut short, in
/// milliseconds. Reconcile no earlier than this after the attempt, or a message still on its way
/// looks as if it never arrived.
pub const RECONCILE_AFTER_MS: i64 = 60_000;
