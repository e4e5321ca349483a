//! Mail in from a mailbox on somebody else's server, over IMAP (RFC 3501, IDLE by RFC 2177).
//!
//! A cursor of UIDVALIDITY and UID says how far a mailbox has been read. It is handed to the sink with
//! every mail, to be stored together with it; after a crash the worst case is a mail fetched twice,
//! which intake recognises. A mail is marked as read only after the sink has it.

mod connection;
mod mailbox;

use crate::email::Refusal;
use crate::email::smtp_out::MailSecurity;
use bytes::Bytes;
use mailbox::Mailbox;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::future::Future;
use std::time::Duration;

/// Shortest and longest wait before a broken connection is tried again.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(300));

/// A mailbox to read.
#[derive(Clone)]
pub struct ImapMailbox {
    /// The server's host name, which its certificate must bear.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: MailSecurity,
    /// The user to log in as.
    pub user: String,
    /// The user's password.
    pub password: String,
    /// The folder to read.
    pub folder: String,
    /// Largest mail fetched, in bytes.
    pub max_message_bytes: u32,
    /// Longest wait between two looks into the mailbox. New mail is seen at once when the server
    /// offers IDLE.
    pub poll_interval: Duration,
    /// Longest wait for a connection, and for each answer.
    pub timeout: Duration,
    /// A certificate to trust beside the public ones, in PEM form.
    pub extra_root_pem: Option<String>,
}

impl fmt::Debug for ImapMailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImapMailbox")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("user", &self.user)
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl ImapMailbox {
    /// The INBOX of `user`, looked into every minute, mail of up to 25 MiB.
    pub fn new(host: &str, port: u16, security: MailSecurity, user: &str, password: &str) -> Self {
        Self {
            host: host.to_owned(),
            port,
            security,
            user: user.to_owned(),
            password: password.to_owned(),
            folder: "INBOX".to_owned(),
            max_message_bytes: 25 * 1024 * 1024,
            poll_interval: Duration::from_secs(60),
            timeout: Duration::from_secs(60),
            extra_root_pem: None,
        }
    }
}

/// How far a mailbox has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImapCursor {
    /// The server's promise that UIDs mean the same mails. When it changes, UIDs start anew.
    pub uid_validity: u32,
    /// The last mail that needs no more work.
    pub last_uid: u32,
}

/// One mail out of a mailbox.
#[derive(Clone, Debug)]
pub struct FetchedMail {
    /// The mail, byte for byte.
    pub raw: Bytes,
    /// Where the mailbox stands once this mail is stored. Store both together.
    pub cursor: ImapCursor,
}

/// A mail that stays in the mailbox, unread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedMail {
    /// Its size in bytes.
    pub bytes: u32,
    /// Why, and what to do about it.
    pub reason: String,
    /// Where the mailbox stands behind it.
    pub cursor: ImapCursor,
}

/// Where fetched mail goes.
#[async_trait::async_trait]
pub trait MailboxSink: Send + Sync {
    /// Takes a mail and the cursor behind it. `Ok` means that both are stored durably.
    ///
    /// # Errors
    /// A temporary [`Refusal`] has the mail fetched again later, before any newer one; a permanent
    /// one skips it.
    async fn accept(&self, mail: FetchedMail) -> Result<(), Refusal>;

    /// Learns of a mail that is not fetched, so that somebody can look after it.
    async fn skipped(&self, mail: SkippedMail);
}

/// What one look into a mailbox came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Polled {
    /// Where the mailbox stands now; none when nothing is known about it yet.
    pub cursor: Option<ImapCursor>,
    /// How many mails the sink has taken.
    pub accepted: usize,
    /// How many were skipped.
    pub skipped: usize,
    /// True when the sink could not take one for now: the next look starts with it.
    pub put_off: bool,
}

/// Why a mailbox cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ImapError {
    /// The server cannot be reached.
    #[error("the mail server cannot be reached: {0}")]
    Connect(String),
    /// The connection cannot be encrypted as wanted.
    #[error("the connection to the mail server cannot be encrypted: {0}")]
    Encryption(String),
    /// The server refuses the log-in.
    #[error("the mail server refuses the log-in; check user and password: {0}")]
    Login(String),
    /// The folder cannot be opened.
    #[error("the folder cannot be opened; check its name: {0}")]
    Folder(String),
    /// The conversation broke or made no sense.
    #[error("the conversation with the mail server broke: {0}")]
    Protocol(#[from] async_imap::error::Error),
    /// No answer came.
    #[error("the mail server did not answer in time")]
    Timeout,
}

/// Looks into the mailbox once. Without a cursor, or when the server has renumbered its mails, unread
/// mail is fetched, oldest first; otherwise everything behind the cursor, read or not.
///
/// # Errors
/// [`ImapError`]; what the sink took until then is safe, with its cursor.
pub async fn poll(
    config: &ImapMailbox,
    cursor: Option<ImapCursor>,
    sink: &dyn MailboxSink,
) -> Result<Polled, ImapError> {
    let mut mailbox = Mailbox::open(config).await?;
    let polled = mailbox.drain(cursor, sink).await?;
    mailbox.close().await;
    Ok(polled)
}

/// Reads the mailbox until `shutdown` completes, over as many connections as it takes.
pub async fn watch(
    config: &ImapMailbox,
    cursor: Option<ImapCursor>,
    sink: &dyn MailboxSink,
    shutdown: impl Future<Output = ()>,
) {
    let mut cursor = cursor;
    let mut wait = BACKOFF.0;
    let reading = async {
        loop {
            let before = cursor;
            match read_on(config, &mut cursor, sink).await {
                Ok(()) => wait = BACKOFF.0,
                Err(error) => {
                    if cursor != before {
                        wait = BACKOFF.0;
                    }
                    tracing::warn!(host = config.host, user = config.user, %error, ?wait, "a mailbox is not read");
                }
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(BACKOFF.1);
        }
    };
    tokio::select! {
        () = shutdown => {}
        () = reading => {}
    }
}

/// Reads over one connection until the sink wants a pause.
async fn read_on(
    config: &ImapMailbox,
    cursor: &mut Option<ImapCursor>,
    sink: &dyn MailboxSink,
) -> Result<(), ImapError> {
    let mut mailbox = Mailbox::open(config).await?;
    loop {
        let polled = mailbox.drain_into(cursor, sink).await?;
        if polled.put_off {
            return Ok(());
        }
        mailbox = mailbox.wait_for_news().await?;
    }
}
