//! Mail as bytes and text. Knows no sockets.
//!
//! * [`parse`]: raw bytes to a [`parse::ParsedMail`], whatever the bytes are,
//! * [`reply_text`]: of a body what its sender wrote, without quotes and signatures,
//! * [`sanitise`]: hostile HTML to HTML that is safe to show,
//! * [`tokens`]: Message-IDs and plus-addresses of ours that nobody else can make,
//! * [`evidence`]: SPF, DKIM, DMARC and ARC as [`throughline_model::inbound::Evidence`],
//! * [`build`]: a [`throughline_model::outbound::Outbound`] to the bytes that go on the wire,
//! * [`inbound`]: all of it together, as the [`throughline_model::inbound::Inbound`] intake takes.
//!
//! Message-IDs are written without angle brackets everywhere outside the bytes of a mail.

pub mod address;
pub mod build;
pub mod cleaning;
pub mod evidence;
pub mod inbound;
pub mod parse;
pub mod reply_text;
pub mod sanitise;
pub mod tokens;
