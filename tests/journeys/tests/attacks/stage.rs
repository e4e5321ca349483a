//! The shop that is attacked: the real binary, its carrier, and a real mail server.

use crate::browser::{Reply, ask};
use crate::post::Smtp;
use journeys::{
    ACCOUNT, CHAT, Carrier, MAILBOX, NUMBER, PostOffice, SMS, Server, Settings, Taken,
    signed_webhook, wire::Speaker,
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use throughline_storage::Engine;

pub const ANA: &str = "ana@customer.example";
pub const ANA_PHONE: &str = "+4915112345678";
/// The secret of the installation.
pub const SECRET: &str = "the-secret-of-this-installation-0123456789";
/// What the shop signs its customers' tokens with.
pub const SHOP_KEY: &str = "the-key-the-shop-signs-tokens-with-0123456789";
/// The mail server whose word about senders the shop believes.
pub const MX: &str = "mx.shop.example";
/// How long anything may take.
const LIMIT: Duration = Duration::from_secs(30);
const AGAIN: Duration = Duration::from_millis(20);

pub struct Stage {
    pub server: Server,
    pub carrier: Carrier,
    pub post_office: PostOffice,
    pub desk: Speaker,
    pub token: String,
    written: usize,
}

impl Stage {
    pub async fn open(engine: Engine) -> Self {
        Self::with(engine, &[]).await
    }

    /// A shop with more settings, as `THROUGHLINE__SECTION__KEY`.
    pub async fn with(engine: Engine, more: &[(&str, &str)]) -> Self {
        let (carrier, post_office) = (Carrier::open().await, PostOffice::open());
        let usual = [
            ("THROUGHLINE__SECURITY__SECRET_KEY", SECRET),
            (
                "THROUGHLINE__ENDPOINT__SHOP_MAIL__EMAIL__TRUSTED_AUTHSERV_ID",
                MX,
            ),
        ];
        let environment = usual.iter().chain(more);
        let settings = Settings {
            carrier: Some(carrier.api_base()),
            smtp_out: Some(post_office.url()),
            environment: environment
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            more: format!(
                "[[endpoint]]\nname = \"other-chat\"\nchannel = \"webchat\"\naddress = \"other.example\"\nbrand = \"shop\"\n\
                 [endpoint.webchat]\njwt_keys = [{{ insecure_value = \"{SHOP_KEY}\" }}]\njwt_audience = \"chat\"\n"
            ),
            ..Settings::on(engine)
        };
        let server = Server::start(&settings).await;
        let token = server.token(&["admin"]);
        Self {
            desk: Speaker::with_token(server.address, &token),
            token,
            server,
            carrier,
            post_office,
            written: 0,
        }
    }

    /// Whatever was tried: the server lives, works, and has not panicked.
    pub async fn is_calm(&mut self) {
        let health = Speaker::stranger(self.server.address).get("/readyz").await;
        assert!(health.unwrap().is_good());
        let log = self.server.log();
        assert!(!log.contains("panicked"), "{log}");
    }

    /// What the log has said since it was `from` bytes long.
    pub fn log_since(&self, from: usize) -> Vec<String> {
        self.server.log()[from..]
            .lines()
            .map(str::to_owned)
            .collect()
    }

    pub async fn visitor(&self) -> Visitor {
        self.visitor_of(CHAT).await
    }

    pub async fn visitor_of(&self, chat: &str) -> Visitor {
        let mut stranger = Speaker::stranger(self.server.address);
        let arrived = stranger
            .post("/chat/v1/visitors", &json!({ "endpoint": chat }))
            .await;
        let welcome = good(arrived);
        let token = welcome["token"].as_str().unwrap().to_owned();
        Visitor {
            speaker: Speaker::with_token(self.server.address, &token),
            token,
            written: 0,
        }
    }

    pub async fn get(&mut self, path: &str) -> Value {
        good(self.desk.get(path).await)
    }

    pub async fn post(&mut self, path: &str, body: &Value) -> Value {
        good(self.desk.post(path, body).await)
    }

    /// A person at the desk answers, over the line the customer used last.
    pub async fn answers(&mut self, conversation: &str, text: &str) -> Value {
        self.written += 1;
        let path = format!("/api/v1/conversations/{conversation}/messages");
        let answer = json!({ "client_message_id": format!("a{}", self.written), "text": text });
        self.post(&path, &answer).await
    }

    pub async fn conversations(&mut self) -> Vec<Value> {
        let listed = self.get("/api/v1/conversations?limit=100").await;
        listed["items"].as_array().unwrap().clone()
    }

    pub async fn entries(&mut self, conversation: &str) -> Vec<Value> {
        let path = format!("/api/v1/conversations/{conversation}/entries?after=0&limit=100");
        self.get(&path).await["items"].as_array().unwrap().clone()
    }

    /// The entry with this text, and so its conversation.
    pub async fn entry(&mut self, text: &str) -> Value {
        let mut found = self.all_with(text).await;
        assert_eq!(
            found.len(),
            1,
            "'{text}' stands {} times in the timelines",
            found.len()
        );
        found.remove(0)
    }

    /// Every entry whose text has `text` in it.
    pub async fn all_with(&mut self, text: &str) -> Vec<Value> {
        let mut found = Vec::new();
        for conversation in self.conversations().await {
            for entry in self.entries(conversation["id"].as_str().unwrap()).await {
                if entry["text"].as_str().unwrap().contains(text) {
                    found.push(entry);
                }
            }
        }
        found
    }

    pub async fn customer_of(&mut self, conversation: &str) -> String {
        let path = format!("/api/v1/conversations/{conversation}");
        self.get(&path).await["customer"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Mail over the wire, plain text.
    pub async fn mail(&self, from: &str, to: &str, headers: &str, text: &str) -> String {
        let mail = format!("From: {from}\r\nTo: {to}\r\nSubject: Hello\r\n{headers}\r\n{text}");
        let mut smtp = Smtp::open(self.server.smtp).await;
        let envelope = from
            .rsplit_once('<')
            .map_or(from, |(_, one)| one.trim_end_matches('>'));
        smtp.sends(envelope, to, mail.as_bytes()).await
    }

    /// Mail that is taken, to the shop's mailbox.
    pub async fn hears(&self, from: &str, headers: &str, text: &str) {
        let answer = self.mail(from, MAILBOX, headers, text).await;
        assert!(answer.starts_with("250"), "{answer}");
    }

    /// A text message, signed as the carrier signs it; the sender is whoever the carrier was told it is.
    pub async fn text(&self, sid: &str, from: &str, text: &str) -> Reply {
        let fields = [("Body", text), ("NumMedia", "0")];
        self.carrier_calls(sid, from, &fields).await
    }

    pub async fn carrier_calls(&self, sid: &str, from: &str, more: &[(&str, &str)]) -> Reply {
        let path = format!("/hooks/sms/{SMS}");
        let mut fields = vec![
            ("AccountSid", ACCOUNT),
            ("MessageSid", sid),
            ("From", from),
            ("To", NUMBER),
        ];
        fields.extend(more);
        let (body, signature) = signed_webhook(&self.server.url(&path), &fields);
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("x-twilio-signature", signature.as_str()),
        ];
        ask(
            self.server.address,
            "POST",
            &path,
            &headers,
            body.as_bytes(),
        )
        .await
    }

    /// Waits for the text message number `number` that leaves.
    pub async fn taken(&self, number: usize) -> Taken {
        until("a text message leaves", async || {
            self.carrier.taken().get(number - 1).cloned()
        })
        .await
    }
}

/// Somebody in the chat.
pub struct Visitor {
    pub speaker: Speaker,
    pub token: String,
    written: usize,
}

impl Visitor {
    pub async fn post(&mut self, path: &str, body: &Value) -> Value {
        good(self.speaker.post(&format!("/chat/v1/{path}"), body).await)
    }

    pub async fn get(&mut self, path: &str) -> Value {
        good(self.speaker.get(&format!("/chat/v1/{path}")).await)
    }

    /// Writes and returns the conversation.
    pub async fn writes(&mut self, text: &str) -> String {
        self.written += 1;
        let message = json!({ "client_message_id": format!("m{}", self.written), "text": text });
        let written = self.post("messages", &message).await;
        written["conversation"].as_str().unwrap().to_owned()
    }

    pub async fn sees(&mut self) -> Vec<String> {
        let page = self.get("entries").await;
        let entries = page["entries"].as_array().unwrap().iter();
        entries
            .map(|entry| entry["text"].as_str().unwrap().to_owned())
            .collect()
    }

    pub async fn assurance(&mut self) -> i64 {
        self.get("me").await["assurance"].as_i64().unwrap()
    }
}

#[track_caller]
pub fn good(answer: std::io::Result<journeys::wire::Answer>) -> Value {
    let answer = answer.unwrap();
    assert!(
        answer.is_good(),
        "{} {}",
        answer.status,
        String::from_utf8_lossy(&answer.body)
    );
    answer.json()
}

/// Asks until there is something.
pub async fn until<T>(what: &str, asked: impl AsyncFn() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = asked().await {
            return found;
        }
        assert!(begun.elapsed() < LIMIT, "in vain: {what}");
        tokio::time::sleep(AGAIN).await;
    }
}

/// The six digits in a message.
#[track_caller]
pub fn code_in(text: &str) -> String {
    let mut words = text.split(|c: char| !c.is_ascii_digit());
    words
        .find(|word| word.len() == 6)
        .expect("there is a code")
        .to_owned()
}
