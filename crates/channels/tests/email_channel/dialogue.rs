//! A client that speaks line by line.

use super::certificate::Certificate;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// Nothing a test waits for takes this long.
const PATIENCE: Duration = Duration::from_secs(20);

pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

pub struct Dialogue(BufReader<Box<dyn Stream>>);

impl Dialogue {
    pub async fn open(address: SocketAddr) -> Self {
        Self(BufReader::new(Box::new(
            TcpStream::connect(address).await.unwrap(),
        )))
    }

    pub async fn says(&mut self, line: &str) {
        self.sends(format!("{line}\r\n").as_bytes()).await;
    }

    pub async fn sends(&mut self, bytes: &[u8]) {
        timeout(PATIENCE, self.0.write_all(bytes))
            .await
            .unwrap()
            .unwrap();
        self.0.flush().await.unwrap();
    }

    /// The next line; empty when the other side has closed.
    pub async fn line(&mut self) -> String {
        let mut line = String::new();
        timeout(PATIENCE, self.0.read_line(&mut line))
            .await
            .unwrap()
            .unwrap();
        line
    }

    /// Reads one answer, of however many lines, and checks how it begins.
    pub async fn hears(&mut self, expected: &str) {
        loop {
            let line = self.line().await;
            let code = expected.get(..3).unwrap_or(expected);
            assert!(
                line.starts_with(code),
                "expected {expected}, heard {line:?}"
            );
            if line.as_bytes().get(3) != Some(&b'-') {
                assert!(
                    line.starts_with(expected),
                    "expected {expected}, heard {line:?}"
                );
                return;
            }
        }
    }

    /// Says an IMAP command and returns everything up to its answer, which must be OK.
    pub async fn imap(&mut self, command: &str) -> String {
        self.says(&format!("t1 {command}")).await;
        let mut heard = String::new();
        loop {
            let line = self.line().await;
            assert!(!line.is_empty(), "the connection was closed after {heard}");
            heard.push_str(&line);
            if line.starts_with("t1 ") {
                assert!(line.starts_with("t1 OK"), "{command}: {heard}");
                return heard;
            }
        }
    }

    pub async fn is_closed(&mut self) -> bool {
        let mut line = String::new();
        matches!(
            timeout(PATIENCE, self.0.read_line(&mut line)).await,
            Ok(Ok(0) | Err(_))
        )
    }

    /// Sends `piece` up to `times` times; true when the other side stops taking it.
    pub async fn is_cut_off_while_sending(&mut self, piece: &[u8], times: usize) -> bool {
        for _ in 0..times {
            match timeout(PATIENCE, self.0.write_all(piece)).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return true,
                Err(_) => return false,
            }
        }
        false
    }

    pub async fn encrypt(self, certificate: &Certificate, host: &'static str) -> Self {
        let connector = TlsConnector::from(Arc::new(certificate.client_config()));
        let stream = connector
            .connect(host.try_into().unwrap(), self.0.into_inner())
            .await
            .unwrap();
        Self(BufReader::new(Box::new(stream)))
    }
}
