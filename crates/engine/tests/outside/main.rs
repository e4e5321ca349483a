//! What happens between this installation and servers of others: subscribers' webhooks, providers' media.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

mod files;
mod reach;
mod receiver;
mod retries;
mod scanner;
mod standard_webhooks;
mod subscriber;
mod webhook;
