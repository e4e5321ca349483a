//! The story the fabric is for: one customer writes on web chat, goes on by mail and then by text message, and never
//! explains anything twice. The server is the real binary; mail goes through swaks and a real SMTP server, text
//! messages are signed by the provider's own SDK.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use journeys::customer::{ANA, code_in, text_message};
use journeys::wire::Speaker;
use journeys::{CHAT, Carrier, PostOffice, Server, Settings};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use throughline_testkit::on_both_engines;

/// How long anything may take before the story fails.
const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn a_customer_goes_from_chat_to_mail_to_text_and_is_answered_where_they_are() {
    on_both_engines(async |engine| {
        let carrier = Carrier::open().await;
        let mut post_office = PostOffice::open();
        let settings = Settings {
            carrier: Some(carrier.api_base()),
            smtp_out: Some(post_office.url()),
            ..Settings::on(engine)
        };
        let server = Server::start(&settings).await;
        let mut desk = Speaker::with_token(server.address, &server.token(&["admin"]));

        // On the chat page.
        let mut visitor = arrive(&server).await;
        let written = good(
            visitor
                .post(
                    "/chat/v1/messages",
                    &message("m1", "My lamp arrived broken"),
                )
                .await,
        );
        let conversation = written["conversation"].as_str().unwrap().to_owned();
        let mut agent = Agent {
            desk: &mut desk,
            conversation: conversation.clone(),
            written: 0,
        };
        agent
            .answers("Sorry to hear that. Could you send us a picture?")
            .await;

        // Goes on by mail: the address is proven by answering the mail it got.
        good(
            visitor
                .post(
                    "/chat/v1/continue",
                    &json!({ "channel": "email", "address": ANA.mail }),
                )
                .await,
        );
        let invitation = post_office.next_mail();
        assert!(
            invitation.contains("Auto-Submitted: auto-generated"),
            "{invitation}"
        );
        ANA.answers_mail(&server, &invitation, "Here it is, the shade is cracked.");
        agent.hears("Here it is, the shade is cracked.").await;
        agent.answers("Thank you. We will send you a label.").await;
        let answer = post_office.next_mail();
        assert!(answer.contains("We will send you a label."), "{answer}");
        assert!(
            answer.contains(&format!("To: {}", ANA.mail))
                || answer.contains(&format!("<{}>", ANA.mail)),
            "{answer}"
        );

        // And by text message: the code reaches the phone, and comes back from it.
        good(
            visitor
                .post(
                    "/chat/v1/continue",
                    &json!({ "channel": "sms", "address": ANA.phone }),
                )
                .await,
        );
        let asked = text_message(&carrier, 1).await;
        assert_eq!(asked.to, ANA.phone);
        let code = code_in(&asked.text);
        ANA.texts(&server, "SM00000000000000000000000000000001", &code)
            .await;
        ANA.texts(
            &server,
            "SM00000000000000000000000000000002",
            "Please text me the label",
        )
        .await;
        ANA.texts(
            &server,
            "SM00000000000000000000000000000002",
            "Please text me the label",
        )
        .await;
        agent.hears("Please text me the label").await;
        agent
            .answers("Your label: https://shop.example/label/1")
            .await;
        let label = text_message(&carrier, 2).await;
        assert_eq!(
            (label.to.as_str(), label.text.as_str()),
            (ANA.phone, "Your label: https://shop.example/label/1")
        );

        one_customer_with_one_conversation(&mut desk, &conversation, &code).await;
    });
}

async fn one_customer_with_one_conversation(desk: &mut Speaker, conversation: &str, code: &str) {
    let conversations = good(desk.get("/api/v1/conversations").await);
    assert_eq!(
        conversations["items"].as_array().unwrap().len(),
        1,
        "{conversations}"
    );
    let customer = conversations["items"][0]["customer"].as_str().unwrap();
    let customers = good(desk.get("/api/v1/customers").await);
    assert_eq!(
        customers["items"].as_array().unwrap().len(),
        1,
        "{customers}"
    );
    let identifiers = good(
        desk.get(&format!("/api/v1/customers/{customer}/identifiers"))
            .await,
    );
    let values: Vec<&str> = identifiers["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["value"].as_str().unwrap())
        .collect();
    assert!(
        values.contains(&ANA.mail) && values.contains(&ANA.phone),
        "{values:?}"
    );

    let entries = good(
        desk.get(&format!(
            "/api/v1/conversations/{conversation}/entries?after=0&limit=100"
        ))
        .await,
    );
    let entries = entries["items"].as_array().unwrap();
    let numbers: Vec<i64> = entries
        .iter()
        .map(|entry| entry["seq"].as_i64().unwrap())
        .collect();
    assert_eq!(
        numbers,
        (1..=numbers.len() as i64).collect::<Vec<_>>(),
        "no gaps"
    );
    let said: Vec<(&str, &str)> = entries
        .iter()
        .filter(|entry| entry["kind"] == "message" && entry["direction"] == "in")
        .map(|entry| {
            (
                entry["channel"].as_str().unwrap(),
                entry["text"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("webchat", "My lamp arrived broken"),
        ("email", "Here it is, the shade is cracked."),
        ("sms", code),
        ("sms", "Please text me the label"),
    ];
    assert_eq!(said, expected);
}

fn good(answer: std::io::Result<journeys::wire::Answer>) -> Value {
    let answer = answer.unwrap();
    assert!(answer.is_good(), "{}", answer.json());
    answer.json()
}

fn message(id: &str, text: &str) -> Value {
    json!({ "client_message_id": id, "text": text })
}

async fn arrive(server: &Server) -> Speaker {
    let mut stranger = Speaker::stranger(server.address);
    let welcome = good(
        stranger
            .post("/chat/v1/visitors", &json!({ "endpoint": CHAT }))
            .await,
    );
    Speaker::with_token(server.address, welcome["token"].as_str().unwrap())
}

/// A person at the desk, who answers wherever the customer wrote last.
struct Agent<'d> {
    desk: &'d mut Speaker,
    conversation: String,
    written: usize,
}

impl Agent<'_> {
    async fn answers(&mut self, text: &str) {
        self.written += 1;
        let path = format!("/api/v1/conversations/{}/messages", self.conversation);
        let id = format!("answer-{}", self.written);
        good(self.desk.post(&path, &message(&id, text)).await);
    }

    /// Waits until the conversation holds what the customer wrote.
    async fn hears(&mut self, text: &str) {
        let path = format!(
            "/api/v1/conversations/{}/entries?after=0&limit=100",
            self.conversation
        );
        let begun = Instant::now();
        loop {
            let entries = good(self.desk.get(&path).await);
            if entries["items"]
                .as_array()
                .unwrap()
                .iter()
                .any(|entry| entry["text"] == text)
            {
                return;
            }
            assert!(
                begun.elapsed() < LIMIT,
                "'{text}' did not come into the conversation: {entries}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
