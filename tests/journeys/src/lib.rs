//! What whole stories are told with: the real binary as a child process ([`Server`]), the other end of its text
//! messages ([`Carrier`]) and mail ([`PostOffice`]), and lean HTTP connections to it ([`wire`]). The stories themselves live in tests/.
//!
//! * [`customer`] writes mail and text messages with real programs.
//! * [`desk`] is where people answer, in a browser.
//! * [`drill`] kills the server again and again under load and then counts what was lost.
//!
//! A set-up that fails panics with what to do about it: `cargo xtask test` builds the binary and starts
//! PostgreSQL.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "this is only used by tests and measurements, which may fail loudly"
)]

mod carrier;
pub mod customer;
pub mod desk;
pub mod drill;
pub mod post_office;
mod server;
pub mod wire;

pub use carrier::{ACCOUNT, AUTH_TOKEN, Carrier, Mood, NUMBER, Taken, signed_webhook};
pub use post_office::PostOffice;
pub use server::{CHAT, MAIL, MAILBOX, SMS, Server, Settings};
