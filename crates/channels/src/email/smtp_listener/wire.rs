//! Lines and mails off a connection, with bounds on size, memory and time.

use super::content::ContentReader;
use super::{MEMORY_UNIT, Shared};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

/// Longest command line, line end included. RFC 5321 asks for 512 and more with each extension.
const LINE_BYTES: usize = 2_048;

/// A mail that is refused for its size is read on to its end, so that the sender sees the refusal,
/// but no further than this many times the limit.
const DRAIN_FACTOR: usize = 8;

/// A connection, plain or encrypted.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// One line from the other side.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A command, its CR LF included.
    Whole(Vec<u8>),
    /// More bytes than any command has.
    TooLong,
    /// A CR or LF stands alone in it: what is one line for us may be two for somebody else.
    BareBreak,
}

/// One mail from the other side.
pub(super) enum Mail {
    /// All of it, with the memory it takes.
    Whole(Vec<u8>, Vec<OwnedSemaphorePermit>),
    /// More than the limit.
    TooLarge,
    /// All memory for mails is in use.
    NoMemory,
    /// It has an end that other servers may see elsewhere.
    Ambiguous,
}

/// A connection with what was read ahead.
pub(super) struct Wire {
    stream: Box<dyn Stream>,
    ahead: Vec<u8>,
}

impl Wire {
    pub(super) fn new(stream: Box<dyn Stream>) -> Self {
        Self {
            stream,
            ahead: Vec::new(),
        }
    }

    /// The bare connection. What was read ahead is dropped: commands that were sent in the clear
    /// behind STARTTLS must not be taken as encrypted (RFC 3207, section 6).
    pub(super) fn into_stream(self) -> Box<dyn Stream> {
        self.stream
    }

    /// The next line; none when the other side has closed.
    pub(super) async fn line(&mut self, wait: Duration) -> io::Result<Option<Line>> {
        timeout(wait, self.next_line())
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    async fn next_line(&mut self) -> io::Result<Option<Line>> {
        let mut too_long = false;
        loop {
            if let Some(end) = self.ahead.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.ahead.drain(..=end).collect();
                return Ok(Some(if too_long || line.len() > LINE_BYTES {
                    Line::TooLong
                } else {
                    checked(line)
                }));
            }
            if self.ahead.len() > LINE_BYTES {
                too_long = true;
                self.ahead.clear();
            }
            if !self.more().await? {
                return Ok(None);
            }
        }
    }

    /// The mail behind DATA; none when the other side closed in the middle of it.
    pub(super) async fn mail(&mut self, shared: &Shared) -> io::Result<Option<Mail>> {
        let wait = shared.config.data_timeout;
        timeout(wait, self.next_mail(shared))
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    async fn next_mail(&mut self, shared: &Shared) -> io::Result<Option<Mail>> {
        let limit = shared.config.max_message_bytes;
        let mut reader = ContentReader::new();
        let mut mail = Vec::new();
        let mut memory = Vec::new();
        let mut refused = None;
        let mut seen = 0usize;
        loop {
            let used = reader.read(&self.ahead, &mut mail);
            seen += self.ahead.len();
            self.ahead.drain(..used.unwrap_or(self.ahead.len()));
            if refused.is_none() {
                refused = refusal(&mail, limit, &mut memory, shared);
            }
            if refused.is_some() {
                mail = Vec::new();
                memory.clear();
            }
            if used.is_some() {
                break;
            }
            if seen > limit.saturating_mul(DRAIN_FACTOR) {
                return Err(io::Error::new(
                    io::ErrorKind::QuotaExceeded,
                    "far too large a mail",
                ));
            }
            if !self.more().await? {
                return Ok(None);
            }
        }
        Ok(Some(match refused {
            Some(refused) => refused,
            None if reader.is_ambiguous() => Mail::Ambiguous,
            None => Mail::Whole(mail, memory),
        }))
    }

    /// Reads on; false when the other side has closed.
    async fn more(&mut self) -> io::Result<bool> {
        let mut piece = [0u8; 16 * 1024];
        let read = self.stream.read(&mut piece).await?;
        self.ahead
            .extend_from_slice(piece.get(..read).unwrap_or_default());
        Ok(read > 0)
    }

    pub(super) async fn write(&mut self, text: &str, wait: Duration) -> io::Result<()> {
        let writing = async {
            self.stream.write_all(text.as_bytes()).await?;
            self.stream.flush().await
        };
        timeout(wait, writing)
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    pub(super) async fn close(&mut self) {
        let _ = timeout(Duration::from_secs(5), self.stream.shutdown()).await;
    }
}

fn checked(line: Vec<u8>) -> Line {
    let sound = line.ends_with(b"\r\n") && line.iter().filter(|byte| **byte == b'\r').count() == 1;
    if sound {
        Line::Whole(line)
    } else {
        Line::BareBreak
    }
}

/// Why the mail cannot grow on, if it cannot. Takes the memory for it otherwise.
fn refusal(
    mail: &[u8],
    limit: usize,
    memory: &mut Vec<OwnedSemaphorePermit>,
    shared: &Shared,
) -> Option<Mail> {
    if mail.len() > limit {
        return Some(Mail::TooLarge);
    }
    while memory.len() * MEMORY_UNIT < mail.len() {
        match Arc::clone(&shared.memory).try_acquire_owned() {
            Ok(unit) => memory.push(unit),
            Err(_) => return Some(Mail::NoMemory),
        }
    }
    None
}
