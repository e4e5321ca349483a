//! The script over TCP: just enough of HTTP/1.1, written by hand so that it can break off anywhere.

use super::act::{Exchange, Piece};
use super::{Asked, Stub};
use std::io;
use std::net::SocketAddr;
use throughline_config::Wire;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The most bytes of a request.
const MAX_REQUEST_BYTES: usize = 16 * 1024 * 1024;

/// A running stub. Ends when it is dropped.
pub struct Server {
    address: SocketAddr,
    wire: Wire,
    task: JoinHandle<()>,
}

impl Server {
    pub(super) async fn start(stub: Stub) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (address, wire) = (listener.local_addr()?, stub.wire);
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve_one(stub.clone(), socket));
            }
        });
        Ok(Self {
            address,
            wire,
            task,
        })
    }

    /// What to write as `base_url`, and to give to the wire's own SDK.
    pub fn base_url(&self) -> String {
        match self.wire {
            Wire::Openai => format!("http://{}/v1", self.address),
            Wire::Anthropic => format!("http://{}", self.address),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve_one(stub: Stub, mut socket: TcpStream) {
    // A request that breaks off, and an asker that leaves, end the connection; the latter is counted.
    if let Ok(Some(asked)) = read(&mut socket).await
        && let Err(Left) = write(&mut socket, stub.answer(asked)).await
    {
        stub.asker_left();
    }
}

async fn read(socket: &mut TcpStream) -> io::Result<Option<Asked>> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let mut asked = head(&String::from_utf8_lossy(&bytes[..end]));
            let length = asked
                .header("content-length")
                .and_then(|length| length.parse().ok());
            let mut body = bytes.split_off(end + 4);
            let length: usize = length.unwrap_or(body.len()).min(MAX_REQUEST_BYTES);
            while body.len() < length && socket.read_buf(&mut body).await? > 0 {}
            asked.body = serde_json::from_slice(&body).unwrap_or_default();
            return Ok(Some(asked));
        }
        if bytes.len() > MAX_REQUEST_BYTES || socket.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
}

fn head(text: &str) -> Asked {
    let mut lines = text.lines();
    let target = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .unwrap_or("");
    let path = target.split('?').next().unwrap_or("").to_owned();
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
    Asked {
        path,
        headers: headers.collect(),
        body: serde_json::Value::Null,
    }
}

/// The asker has left.
struct Left;

impl From<io::Error> for Left {
    fn from(_: io::Error) -> Self {
        Self
    }
}

async fn write(socket: &mut TcpStream, exchange: Exchange) -> Result<(), Left> {
    if exchange.status == 0 {
        return wait_for_end(socket).await;
    }
    let mut head = format!(
        "HTTP/1.1 {} Stub\r\ntransfer-encoding: chunked\r\nconnection: close\r\n",
        exchange.status
    );
    for (name, value) in &exchange.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    socket.write_all(format!("{head}\r\n").as_bytes()).await?;
    for piece in exchange.pieces {
        match piece {
            Piece::Bytes(bytes) if bytes.is_empty() => {}
            Piece::Bytes(bytes) => {
                socket
                    .write_all(format!("{:x}\r\n", bytes.len()).as_bytes())
                    .await?;
                socket.write_all(&bytes).await?;
                socket.write_all(b"\r\n").await?;
            }
            Piece::Wait(time) => tokio::time::sleep(time).await,
            Piece::Hang => return wait_for_end(socket).await,
            // Without the last chunk, the end of the connection is the middle of the body.
            Piece::Break => return Ok(()),
        }
    }
    socket.write_all(b"0\r\n\r\n").await?;
    Ok(socket.shutdown().await?)
}

/// Says nothing until the asker has enough.
async fn wait_for_end(socket: &mut TcpStream) -> Result<(), Left> {
    let mut ignored = [0; 1024];
    while socket.read(&mut ignored).await? > 0 {}
    Err(Left)
}
