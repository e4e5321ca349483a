//! Mail as an attacker writes it: over a raw SMTP connection, with whatever headers.

use std::net::SocketAddr;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// A connection to a mail server.
pub struct Smtp {
    stream: BufReader<TcpStream>,
}

impl Smtp {
    pub async fn open(to: SocketAddr) -> Self {
        let mut smtp = Self {
            stream: BufReader::new(TcpStream::connect(to).await.unwrap()),
        };
        assert!(smtp.answer().await.starts_with("220"));
        assert!(smtp.says("EHLO sender.example").await.starts_with("250"));
        smtp
    }

    /// Says one line and hears the answer.
    pub async fn says(&mut self, line: &str) -> String {
        self.writes(format!("{line}\r\n").as_bytes()).await;
        self.answer().await
    }

    /// Sends bytes. The server may have hung up; then the answer says so.
    pub async fn writes(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes).await;
    }

    /// The next answer, all its lines; empty when the server hung up.
    pub async fn answer(&mut self) -> String {
        let mut answer = String::new();
        loop {
            let mut line = String::new();
            let read = self.stream.read_line(&mut line).await.unwrap_or(0);
            answer.push_str(&line);
            if read == 0 || line.as_bytes().get(3) != Some(&b'-') {
                return answer;
            }
        }
    }

    /// Sends one mail and says how it was answered.
    pub async fn sends(&mut self, from: &str, to: &str, mail: &[u8]) -> String {
        for line in [
            format!("MAIL FROM:<{from}>"),
            format!("RCPT TO:<{to}>"),
            "DATA".to_owned(),
        ] {
            let answer = self.says(&line).await;
            if !answer.starts_with(['2', '3']) {
                return answer;
            }
        }
        self.writes(mail).await;
        self.writes(b"\r\n.\r\n").await;
        self.answer().await
    }
}

/// A header of a mail, unfolded.
#[track_caller]
pub fn header(mail: &str, name: &str) -> String {
    let unfolded = mail.replace("\r\n ", " ").replace("\r\n\t", " ");
    let wanted = format!("{name}:");
    let line = unfolded
        .lines()
        .take_while(|line| !line.is_empty())
        .find_map(|line| {
            line.strip_prefix(&wanted)
                .map(|value| value.trim().to_owned())
        });
    line.unwrap_or_else(|| panic!("the mail has no {name}\n{mail}"))
}

/// The text of a mail we sent, with its soft line breaks undone.
pub fn text(mail: &str) -> String {
    mail.replace("=\r\n", "").replace("=3D", "=")
}
