//! Asking a ClamAV daemon about a file: its INSTREAM command, over TCP or a local socket.

use std::path::PathBuf;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

/// How long one file may take, in milliseconds.
const TIMEOUT_MS: u64 = 30_000;
/// The size of the pieces a file is sent in, in bytes.
const PIECE_BYTES: usize = 64 * 1024;
/// The most that is read of the daemon's answer, in bytes.
const ANSWER_BYTES: u64 = 4096;

/// A ClamAV daemon.
#[derive(Clone, Debug)]
pub struct Clamd(Address);

#[derive(Clone, Debug)]
enum Address {
    Tcp(String),
    Unix(PathBuf),
}

/// What the daemon says of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was found.
    Clean,
    /// It must not be handed out, now or later: why.
    Refused(String),
    /// Nobody could say: why.
    Unknown(String),
}

impl Clamd {
    /// The daemon at `host:port` or `unix:/path`.
    pub fn new(address: &str) -> Self {
        Self(match address.strip_prefix("unix:") {
            Some(path) => Address::Unix(path.into()),
            None => Address::Tcp(address.to_owned()),
        })
    }

    /// Has a file looked at.
    pub async fn scan(&self, body: &[u8]) -> Verdict {
        let limit = Duration::from_millis(TIMEOUT_MS);
        match tokio::time::timeout(limit, self.ask(body)).await {
            Ok(Ok(answer)) => verdict(&answer),
            Ok(Err(error)) => {
                Verdict::Unknown(format!("the virus scanner cannot be reached: {error}"))
            }
            Err(_) => Verdict::Unknown("the virus scanner did not answer in time".to_owned()),
        }
    }

    async fn ask(&self, body: &[u8]) -> std::io::Result<String> {
        match &self.0 {
            Address::Tcp(address) => exchange(TcpStream::connect(address).await?, body).await,
            Address::Unix(path) => exchange(UnixStream::connect(path).await?, body).await,
        }
    }
}

async fn exchange(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    body: &[u8],
) -> std::io::Result<String> {
    let sent = send(&mut stream, body).await;
    let mut answer = Vec::new();
    let read = stream.take(ANSWER_BYTES).read_to_end(&mut answer).await;
    // A daemon that has seen enough answers and hangs up while we are still sending: its answer counts.
    if answer.is_empty() {
        sent?;
        read?;
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

async fn send(stream: &mut (impl AsyncWrite + Unpin), body: &[u8]) -> std::io::Result<()> {
    stream.write_all(b"zINSTREAM\0").await?;
    for piece in body.chunks(PIECE_BYTES) {
        stream
            .write_all(&(piece.len() as u32).to_be_bytes())
            .await?;
        stream.write_all(piece).await?;
    }
    stream.write_all(&0_u32.to_be_bytes()).await?;
    stream.flush().await
}

/// Only the daemon's exact words for a clean file count as clean.
fn verdict(answer: &str) -> Verdict {
    let answer = answer.trim_matches(['\0', '\n', '\r', ' ']);
    let said = answer.strip_prefix("stream: ").unwrap_or(answer);
    if answer == "stream: OK" {
        Verdict::Clean
    } else if let Some(found) = said.strip_suffix(" FOUND") {
        Verdict::Refused(format!("the virus scanner found {found}"))
    } else if said.contains("size limit exceeded") {
        Verdict::Refused(
            "larger than the virus scanner takes; see StreamMaxLength in clamd.conf".to_owned(),
        )
    } else {
        Verdict::Unknown(format!("the virus scanner says: {said}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_words_make_a_file_clean() {
        assert_eq!(verdict("stream: OK\0"), Verdict::Clean);
        assert_eq!(
            verdict("stream: Win.Test.EICAR_HDB-1 FOUND\0"),
            Verdict::Refused("the virus scanner found Win.Test.EICAR_HDB-1".to_owned())
        );
        for neither in [
            "",
            "OK",
            "stream: OK FOUND",
            "stream: OK stream",
            "ERROR OK",
        ] {
            assert_ne!(verdict(neither), Verdict::Clean, "{neither}");
        }
        assert!(matches!(
            verdict("INSTREAM size limit exceeded. ERROR\0"),
            Verdict::Refused(_)
        ));
        assert!(matches!(verdict("UNKNOWN COMMAND\0"), Verdict::Unknown(_)));
    }
}
