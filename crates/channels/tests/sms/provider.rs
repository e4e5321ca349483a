//! A provider that answers by a script, byte for byte, and remembers what it was asked.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What to do with one request.
#[derive(Clone, Debug)]
pub enum Step {
    /// Answer with this status, these further header lines and this body.
    Answer(u16, &'static str, String),
    /// Read the request and close without a word.
    HangUp,
    /// Read the request and never answer.
    Silence,
    /// Answer the head and break off within the body.
    BreakOff(u16),
}

/// The provider. It answers the requests in the order of its script, each connection once.
pub struct Provider {
    pub address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Provider {
    pub async fn start(script: Vec<Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        tokio::spawn(async move {
            let mut silent = Vec::new();
            for step in script {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = read_request(&mut stream).await;
                seen.lock().unwrap().push(request);
                match step {
                    Step::Answer(status, headers, body) => {
                        let length = body.len();
                        let answer = format!(
                            "HTTP/1.1 {status} X\r\n{headers}connection: close\r\ncontent-length: {length}\r\n\r\n{body}"
                        );
                        stream.write_all(answer.as_bytes()).await.unwrap();
                    }
                    Step::BreakOff(status) => {
                        let answer =
                            format!("HTTP/1.1 {status} X\r\ncontent-length: 500\r\n\r\n{{\"sid\":");
                        stream.write_all(answer.as_bytes()).await.unwrap();
                    }
                    Step::HangUp => {}
                    Step::Silence => silent.push(stream),
                }
            }
            // Silent connections stay open as long as the test runs.
            std::future::pending::<()>().await;
        });
        Self { address, requests }
    }

    /// The requests so far, head and body.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).await.unwrap();
        read.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&read).into_owned();
        if count == 0 || is_whole(&text) {
            return text;
        }
    }
}

fn is_whole(text: &str) -> bool {
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        line.to_lowercase()
            .strip_prefix("content-length: ")
            .map(str::to_owned)
    });
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}
