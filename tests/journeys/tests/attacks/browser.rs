//! HTTP as an attacker speaks it: any bytes, and every header of the answer is seen.

use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long an answer may take.
const LIMIT: Duration = Duration::from_secs(30);

/// What came back.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Reply {
    /// Reads a whole answer.
    fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let Some(end) = end else {
            return Self::default();
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        Self {
            status: head
                .get(9..12)
                .and_then(|code| code.parse().ok())
                .unwrap_or(0),
            head,
            body: bytes[end + 4..].to_vec(),
        }
    }

    /// A header; empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        let value = self.head.lines().find_map(|line| {
            let (one, value) = line.split_once(':')?;
            one.eq_ignore_ascii_case(name).then(|| value.trim())
        });
        value.unwrap_or("")
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The answer of a server that knows what is wrong and says what to do.
    #[track_caller]
    pub fn is_problem(&self, status: u16) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{self:?}"
        );
        let problem = self.json();
        assert_eq!(problem["status"], status, "{self:?}");
        assert!(
            problem["detail"]
                .as_str()
                .is_some_and(|detail| detail.len() > 10),
            "{self:?}"
        );
    }
}

/// Sends bytes over a connection of its own and reads until the server closes it.
pub async fn raw(to: SocketAddr, request: &[u8]) -> Reply {
    let mut stream = TcpStream::connect(to).await.unwrap();
    // The server may answer and close before it has read everything.
    let _ = stream.write_all(request).await;
    Reply::parse(&read_to_end(&mut stream).await)
}

pub async fn read_to_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let reading = async { while let Ok(1..) = stream.read_buf(&mut bytes).await {} };
    tokio::time::timeout(LIMIT, reading)
        .await
        .expect("the server answers and closes");
    bytes
}

/// One request with a body.
pub async fn ask(
    to: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Reply {
    let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {to}\r\nconnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    let mut request = request.into_bytes();
    request.extend_from_slice(body);
    raw(to, &request).await
}

/// The one file of a form, and the form's media type.
pub fn form(name: &str, media_type: &str, file: &[u8]) -> (&'static str, Vec<u8>) {
    let mut form = format!(
        "--line\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: {media_type}\r\n\r\n"
    )
    .into_bytes();
    form.extend_from_slice(file);
    form.extend_from_slice(b"\r\n--line--\r\n");
    ("multipart/form-data; boundary=line", form)
}

/// A stream of events that stays open.
pub struct Events {
    stream: TcpStream,
    heard: Vec<u8>,
}

impl Events {
    /// Opens it; the status when it is refused.
    pub async fn open(to: SocketAddr, path: &str, token: &str) -> Result<Self, u16> {
        let mut stream = TcpStream::connect(to).await.unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: {to}\r\nauthorization: Bearer {token}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut heard = Vec::new();
        while !heard.windows(4).any(|four| four == b"\r\n\r\n") {
            assert!(stream.read_buf(&mut heard).await.unwrap() > 0, "closed");
        }
        match Reply::parse(&heard).status {
            200 => Ok(Self { stream, heard }),
            status => Err(status),
        }
    }

    /// Waits until something was heard and returns everything heard so far.
    pub async fn until(&mut self, word: &str) -> String {
        let listening = async {
            while !String::from_utf8_lossy(&self.heard).contains(word) {
                assert!(
                    self.stream.read_buf(&mut self.heard).await.unwrap() > 0,
                    "closed"
                );
            }
        };
        if tokio::time::timeout(LIMIT, listening).await.is_err() {
            panic!(
                "'{word}' was not heard: {}",
                String::from_utf8_lossy(&self.heard)
            );
        }
        String::from_utf8_lossy(&self.heard).into_owned()
    }
}
