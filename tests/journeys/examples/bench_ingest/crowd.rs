//! Visitors of the chat, each with a connection that stays open.

use journeys::wire::{Connection, Speaker, request};
use journeys::{CHAT, Server};
use serde_json::json;

/// Somebody who writes one message after the other.
pub struct Writer {
    connection: Connection,
    bearer: String,
    written: u64,
}

impl Writer {
    /// Writes the next message and waits until it is acknowledged.
    pub async fn write(&mut self) {
        self.written += 1;
        let n = self.written;
        let body = format!(
            r#"{{"client_message_id":"m-{n}","text":"My parcel has not come yet. This is message {n}, can you please have a look?"}}"#
        );
        let headers = [
            ("authorization", self.bearer.as_str()),
            ("content-type", "application/json"),
        ];
        let request = request("POST", "/chat/v1/messages", &headers, &body);
        let answer = self.connection.exchange(&request).await.unwrap();
        assert_eq!(
            answer.status,
            202,
            "{}",
            String::from_utf8_lossy(&answer.body)
        );
    }
}

/// Tokens of new visitors.
pub async fn tokens(server: &Server, count: usize) -> Vec<String> {
    let mut speaker = Speaker::stranger(server.address);
    let coming = json!({ "endpoint": CHAT });
    let mut tokens = Vec::with_capacity(count);
    for _ in 0..count {
        let welcome = speaker
            .post("/chat/v1/visitors", &coming)
            .await
            .unwrap()
            .json();
        tokens.push(welcome["token"].as_str().unwrap().to_owned());
    }
    tokens
}

/// Visitors who have written once, so that each has a conversation.
pub async fn gather(server: &Server, count: usize) -> Vec<Writer> {
    let mut writers = Vec::with_capacity(count);
    for token in tokens(server, count).await {
        let mut writer = Writer {
            connection: Connection::open(server.address).await.unwrap(),
            bearer: format!("Bearer {token}"),
            written: 0,
        };
        writer.write().await;
        writers.push(writer);
    }
    writers
}
