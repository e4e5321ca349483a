//! A customer with a mail program and a phone, made of real ones: swaks, and the SDK of the provider of text messages.

use crate::post_office::{counterpart, interpreter};
use crate::wire::Speaker;
use crate::{ACCOUNT, AUTH_TOKEN, Carrier, MAILBOX, NUMBER, SMS, Server, Taken};
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long anything may take before the story fails.
const LIMIT: Duration = Duration::from_secs(60);

/// A customer who can be reached by mail and by text message.
#[derive(Clone, Copy, Debug)]
pub struct Customer {
    /// As mail programs show it.
    pub name: &'static str,
    /// Their mail address.
    pub mail: &'static str,
    /// Their phone number.
    pub phone: &'static str,
}

/// Ana, whom the stories are about.
pub const ANA: Customer = Customer {
    name: "Ana Silva",
    mail: "ana@customer.example",
    phone: "+4915112345678",
};

impl Customer {
    /// Answers a mail as a mail program does: to its Reply-To, naming its Message-ID, quoting it.
    pub fn answers_mail(&self, server: &Server, mail: &str, text: &str) {
        let header = |name: &str| {
            let unfolded = mail.replace("\r\n ", " ").replace("\r\n\t", " ");
            let line = unfolded
                .lines()
                .find_map(|line| line.strip_prefix(name).map(str::to_owned));
            line.unwrap_or_else(|| panic!("the mail has no {name}\n{mail}"))
                .trim()
                .to_owned()
        };
        let message_id = header("Message-ID:");
        let status = Command::new("swaks")
            .args(["--server", &server.smtp.to_string(), "--from", self.mail, "--to", MAILBOX])
            .args(["--h-From", &format!("{} <{}>", self.name, self.mail)])
            .args(["--h-Subject", &format!("Re: {}", header("Subject:"))])
            .args(["--add-header", &format!("In-Reply-To: {message_id}")])
            .args(["--add-header", &format!("References: {message_id}")])
            .args(["--body", &format!("{text}\n\nOn Mon, 2 Mar 2026 at 10:00, The Shop <{MAILBOX}> wrote:\n> Reply to this mail\n")])
            .stdout(Stdio::null())
            .status()
            .expect("swaks is not installed: run the tests with `cargo xtask test`, which installs it");
        assert!(status.success());
    }

    /// Writes a text message: the provider's SDK signs it, and the provider calls our webhook. The same `sid` is the
    /// same message again.
    pub async fn texts(&self, server: &Server, sid: &str, text: &str) {
        let path = format!("/hooks/sms/{SMS}");
        let fields = [
            ("AccountSid", ACCOUNT),
            ("MessageSid", sid),
            ("From", self.phone),
            ("To", NUMBER),
            ("Body", text),
            ("NumMedia", "0"),
        ];
        let wanted = json!([{ "token": AUTH_TOKEN, "url": server.url(&path), "params": fields, "quote": "plus" }]);
        let signed = python("sms/sign.py", &wanted.to_string());
        let signed: Value = serde_json::from_str(&signed).unwrap();
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            (
                "x-twilio-signature",
                signed[0]["signature"].as_str().unwrap(),
            ),
        ];
        let body = signed[0]["body"].as_str().unwrap();
        let answer = Speaker::stranger(server.address)
            .say("POST", &path, &headers, body)
            .await
            .unwrap();
        assert!(answer.is_good(), "the webhook was refused");
    }
}

/// The text message that reached the carrier as number `number`, counted from 1. Waits for it.
pub async fn text_message(carrier: &Carrier, number: usize) -> Taken {
    let begun = Instant::now();
    loop {
        if let Some(taken) = carrier.taken().get(number - 1) {
            return taken.clone();
        }
        assert!(
            begun.elapsed() < LIMIT,
            "text message {number} did not reach the carrier"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The six digits in a text message.
pub fn code_in(text: &str) -> String {
    let mut words = text.split(|c: char| !c.is_ascii_digit());
    words.find(|word| word.len() == 6).unwrap().to_owned()
}

fn python(script: &str, input: &str) -> String {
    let mut process = Command::new(interpreter())
        .arg(counterpart(script))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    process
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{script} failed: run the tests with `cargo xtask test`, which installs what it needs"
    );
    String::from_utf8(output.stdout).unwrap()
}
