//! A program that answers, under ids of its own.

use super::writer::Acknowledged;
use super::{Closing, insist_on};
use crate::wire::Speaker;
use rand::Rng;
use rand::rngs::StdRng;
use serde_json::json;
use std::sync::atomic::Ordering;
use std::time::Duration;
use uuid::Uuid;

/// Answers here and there.
pub struct Agent {
    speaker: Speaker,
    number: usize,
    conversations: Vec<Uuid>,
}

impl Agent {
    /// An agent for these conversations.
    pub fn new(speaker: Speaker, number: usize, conversations: Vec<Uuid>) -> Self {
        Self {
            speaker,
            number,
            conversations,
        }
    }

    /// Answers until it is time to stop.
    pub async fn answer(mut self, mut rng: StdRng, closing: Closing) -> Acknowledged {
        let mut told = Acknowledged {
            name: format!("agent {} answers ", self.number),
            answers: true,
            ..Acknowledged::default()
        };
        while !closing.load(Ordering::SeqCst) {
            let n = told.count + 1;
            let conversation = self.conversations[rng.random_range(0..self.conversations.len())];
            let path = format!("/api/v1/conversations/{conversation}/messages");
            let id = format!("a{}-{n}", self.number);
            let message = json!({ "client_message_id": id, "text": format!("{}{n}", told.name) });
            let answer = insist_on(&mut self.speaker, &path, &message).await;
            if !answer.is_good() {
                let said = String::from_utf8_lossy(&answer.body).into_owned();
                told.refused.push(format!("{}: {said}", answer.status));
                break;
            }
            told.count = n;
            told.places.extend(
                answer.json()["seq"]
                    .as_i64()
                    .map(|seq| (n, conversation, seq)),
            );
            tokio::time::sleep(Duration::from_micros(rng.random_range(0..40_000))).await;
        }
        told
    }
}
