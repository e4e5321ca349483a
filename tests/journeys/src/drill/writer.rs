//! People who write numbered messages, one after the other.

use super::{Closing, insist, insist_on};
use crate::carrier::{ACCOUNT, NUMBER, signed_webhook};
use crate::server::{CHAT, SMS};
use crate::wire::{Answer, Speaker};
use rand::Rng;
use rand::rngs::StdRng;
use serde_json::json;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;
use uuid::Uuid;

/// What one person was told is stored.
#[derive(Debug, Default)]
pub struct Acknowledged {
    /// What their messages begin with; the number follows.
    pub name: String,
    /// True for answers by an agent.
    pub answers: bool,
    /// They wrote 1 to this, and each was acknowledged.
    pub count: u64,
    /// Answers of the server that were neither a yes nor a reason to try again.
    pub refused: Vec<String>,
    /// Where the server said a message is: its number, conversation and sequence number.
    pub places: Vec<(u64, Uuid, i64)>,
}

/// Somebody who can write message number `n`.
pub trait Writer: Send + 'static {
    /// What their messages begin with.
    fn name(&self) -> String;
    /// Writes it until there is an answer.
    fn send(&mut self, n: u64) -> impl Future<Output = Answer> + Send;
    /// How many they have written already.
    fn written(&self) -> Vec<(u64, Uuid, i64)> {
        Vec::new()
    }
}

/// Writes until it is time to stop.
pub async fn write(mut writer: impl Writer, mut rng: StdRng, closing: Closing) -> Acknowledged {
    let mut told = Acknowledged {
        name: writer.name(),
        places: writer.written(),
        ..Acknowledged::default()
    };
    told.count = told.places.len() as u64;
    while !closing.load(Ordering::SeqCst) {
        let n = told.count + 1;
        let answer = writer.send(n).await;
        if !answer.is_good() {
            told.refused.push(format!(
                "{}: {}",
                answer.status,
                String::from_utf8_lossy(&answer.body)
            ));
            break;
        }
        told.count = n;
        told.places
            .extend(place(&answer).map(|(conversation, seq)| (n, conversation, seq)));
        tokio::time::sleep(Duration::from_micros(rng.random_range(0..20_000))).await;
    }
    told
}

fn place(answer: &Answer) -> Option<(Uuid, i64)> {
    let answer = answer.json();
    Some((
        answer["conversation"].as_str()?.parse().ok()?,
        answer["seq"].as_i64()?,
    ))
}

/// Somebody in the chat.
pub struct Visitor {
    speaker: Speaker,
    number: usize,
    first: Option<(Uuid, i64)>,
}

impl Visitor {
    /// Comes to the chat, before anything is killed.
    pub async fn arrive(to: SocketAddr, number: usize) -> Self {
        let coming = json!({ "endpoint": CHAT });
        let welcome = Speaker::stranger(to)
            .post("/chat/v1/visitors", &coming)
            .await
            .unwrap();
        let welcome = welcome.json();
        let token = welcome["token"]
            .as_str()
            .unwrap_or_else(|| panic!("no token: {welcome}"));
        Self {
            speaker: Speaker::with_token(to, token),
            number,
            first: None,
        }
    }

    /// Writes message 1 and says which conversation it started.
    pub async fn write_first(&mut self) -> Uuid {
        let answer = self.send(1).await;
        let place = place(&answer).unwrap_or_else(|| panic!("{answer:?}"));
        self.first = Some(place);
        place.0
    }
}

impl Writer for Visitor {
    fn name(&self) -> String {
        format!("visitor {} says ", self.number)
    }

    async fn send(&mut self, n: u64) -> Answer {
        let message =
            json!({ "client_message_id": format!("m-{n}"), "text": format!("{}{n}", self.name()) });
        insist_on(&mut self.speaker, "/chat/v1/messages", &message).await
    }

    fn written(&self) -> Vec<(u64, Uuid, i64)> {
        self.first
            .map(|(conversation, seq)| (1, conversation, seq))
            .into_iter()
            .collect()
    }
}

/// Somebody with a telephone; it is the carrier who tries again.
pub struct Phone {
    speaker: Speaker,
    url: String,
    number: usize,
}

impl Phone {
    /// A telephone.
    pub fn new(to: SocketAddr, number: usize) -> Self {
        Self {
            speaker: Speaker::stranger(to),
            url: format!("http://{to}/hooks/sms/{SMS}"),
            number,
        }
    }
}

impl Writer for Phone {
    fn name(&self) -> String {
        format!("phone {} says ", self.number)
    }

    async fn send(&mut self, n: u64) -> Answer {
        let (sid, text) = (
            format!("SM{:016x}{n:016x}", self.number),
            format!("{}{n}", self.name()),
        );
        let from = format!("+491511234{:04}", self.number);
        let pairs = [
            ("MessageSid", sid.as_str()),
            ("AccountSid", ACCOUNT),
            ("From", &from),
            ("To", NUMBER),
            ("Body", &text),
            ("NumMedia", "0"),
        ];
        let (body, signature) = signed_webhook(&self.url, &pairs);
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("x-twilio-signature", signature.as_str()),
        ];
        let path = format!("/hooks/sms/{SMS}");
        insist(&mut self.speaker, "POST", &path, &headers, &body).await
    }
}
