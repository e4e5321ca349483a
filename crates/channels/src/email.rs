//! Email: mail in over SMTP, LMTP or IMAP, mail out over SMTP.
//!
//! Nothing here knows what becomes of a mail. Inbound mail goes to a [`MailSink`], and the other side
//! is told that we have it only after the sink says that it is durable.

pub mod imap_poll;
pub mod smtp_listener;
pub mod smtp_out;

use bytes::Bytes;
use std::net::IpAddr;

/// What the transport says about a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailEnvelope {
    /// The address of the other side.
    pub peer: IpAddr,
    /// The name it greeted with. Anybody can claim any name.
    pub helo: String,
    /// The envelope sender; empty for the null return path of bounces.
    pub mail_from: String,
    /// The envelope recipients, at least one.
    pub rcpt_to: Vec<String>,
    /// True when the connection was encrypted.
    pub encrypted: bool,
}

/// Why a mail or a recipient is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It will never be taken: the sender gets it back with this text.
    #[error("{0}")]
    Permanent(String),
    /// Not now: the sender's server tries again later.
    #[error("{0}")]
    Temporary(String),
}

/// Where inbound mail goes.
#[async_trait::async_trait]
pub trait MailSink: Send + Sync {
    /// Whether mail for `recipient` is wanted. Asked before a mail is sent, for every recipient.
    ///
    /// # Errors
    /// [`Refusal`] with a text for the sender, such as that there is no such mailbox.
    async fn knows(&self, recipient: &str) -> Result<(), Refusal>;

    /// Takes a mail. `Ok` means that it is stored durably and will not be lost.
    ///
    /// # Errors
    /// [`Refusal`] when it is not stored; a temporary one has it sent again.
    async fn accept(&self, envelope: MailEnvelope, raw: Bytes) -> Result<(), Refusal>;
}
