//! HTTP/1.1 as plainly as it can be spoken: one request at a time over a connection that stays open. It costs the
//! measured machine next to nothing, and nothing is retried behind the caller's back.

use serde_json::Value;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// An open connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The body as it came.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// True for 2xx.
    pub fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn open(to: SocketAddr) -> io::Result<Self> {
        Self::open_from(IpAddr::V4(Ipv4Addr::LOCALHOST), to).await
    }

    /// Connects from one of this machine's addresses: each has ports of its own.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn open_from(source: IpAddr, to: SocketAddr) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        if source != IpAddr::V4(Ipv4Addr::LOCALHOST) {
            socket.bind(SocketAddr::new(source, 0))?;
        }
        let stream = socket.connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(1024),
        })
    }

    /// Sends a whole request, as bytes, and reads the whole answer.
    ///
    /// # Errors
    /// When the connection breaks, or the answer's length is not told.
    pub async fn exchange(&mut self, request: &[u8]) -> io::Result<Answer> {
        self.stream.write_all(request).await?;
        let (status, head, length) = self.head().await?;
        let length = length.ok_or_else(|| io::Error::other("the answer has no length"))?;
        while self.buffer.len() < head + length {
            self.fill().await?;
        }
        let body = self.buffer[head..head + length].to_vec();
        self.buffer.drain(..head + length);
        Ok(Answer { status, body })
    }

    /// Sends a request whose answer is a stream, and reads its status. What follows is never read.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn listen(&mut self, request: &[u8]) -> io::Result<u16> {
        self.stream.write_all(request).await?;
        let (status, ..) = self.head().await?;
        self.buffer = Vec::new();
        Ok(status)
    }

    /// Reads up to the end of the headers: status, their length, and the body's if it is told.
    async fn head(&mut self) -> io::Result<(u16, usize, Option<usize>)> {
        loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                let head = std::str::from_utf8(&self.buffer[..end]).map_err(io::Error::other)?;
                let status = head
                    .get(9..12)
                    .and_then(|status| status.parse().ok())
                    .ok_or_else(|| io::Error::other("this is not HTTP"))?;
                let length = head.lines().find_map(|line| {
                    let (name, value) = line.split_once(':')?;
                    let is_length = name.eq_ignore_ascii_case("content-length");
                    is_length.then(|| value.trim().parse().ok()).flatten()
                });
                let length = if status == 204 { Some(0) } else { length };
                return Ok((status, end + 4, length));
            }
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

/// The bytes of a request.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
    text.into_bytes()
}

/// Somebody who speaks JSON to the server, by a bearer token. Connects when there is something to say, and again
/// after the connection broke.
pub struct Speaker {
    to: SocketAddr,
    token: Option<String>,
    connection: Option<Connection>,
}

impl Speaker {
    /// Somebody without a token.
    pub fn stranger(to: SocketAddr) -> Self {
        Self {
            to,
            token: None,
            connection: None,
        }
    }

    /// Somebody with a token.
    pub fn with_token(to: SocketAddr, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..Self::stranger(to)
        }
    }

    /// Posts JSON.
    ///
    /// # Errors
    /// When the connection breaks: what was asked for may or may not have been done.
    pub async fn post(&mut self, path: &str, body: &Value) -> io::Result<Answer> {
        let body = body.to_string();
        let json = [("content-type", "application/json")];
        self.say("POST", path, &json, &body).await
    }

    /// Asks for something.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn get(&mut self, path: &str) -> io::Result<Answer> {
        self.say("GET", path, &[], "").await
    }

    /// Sends one request, with the token if there is one.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn say(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> io::Result<Answer> {
        let bearer = self.token.as_ref().map(|token| format!("Bearer {token}"));
        let mut headers = headers.to_vec();
        headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
        let request = request(method, path, &headers, body);
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(self.to).await?,
        };
        let answer = connection.exchange(&request).await?;
        self.connection = Some(connection);
        Ok(answer)
    }
}
