//! A demo that runs on ports of its own, and somebody who plays a customer.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use uuid::Uuid;

/// Nothing that is waited for takes longer than this, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running demo.
pub struct Place {
    /// What it said when it was ready.
    pub said: String,
    /// The token it showed.
    pub token: String,
    /// Calls it.
    pub http: reqwest::Client,
    child: Child,
    ports: [u16; 3],
    folder: PathBuf,
}

impl Place {
    /// Starts a demo with nothing in it yet.
    pub async fn start() -> Self {
        // The demo's own process does the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let taken = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let ports = taken.map(|listener| listener.local_addr().unwrap().port());
        let folder =
            std::env::temp_dir().join(format!("throughline-demo-{}", Uuid::new_v4().simple()));
        Self::start_in(ports, folder)
    }

    /// Stops it and starts it once more.
    pub async fn start_again(self) -> Self {
        let (ports, folder) = (self.ports, self.folder.clone());
        self.ends();
        Self::start_in(ports, folder)
    }

    /// Stops it, and clears up.
    pub async fn stop(self) {
        let folder = self.folder.clone();
        self.ends();
        std::fs::remove_dir_all(folder).unwrap();
    }

    fn start_in(ports: [u16; 3], folder: PathBuf) -> Self {
        let mut child = command(ports, &folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        while !said.contains("Start anew") {
            assert!(
                lines.read_line(&mut said).unwrap() > 0,
                "the demo ended: {said}"
            );
        }
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()
            .unwrap();
        let mut place = Self {
            said,
            token: String::new(),
            http,
            child,
            ports,
            folder,
        };
        place.token = place.shown("token");
        place
    }

    fn ends(mut self) {
        let stopped = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(stopped.success());
        assert!(
            self.child.wait().unwrap().success(),
            "the demo does not end well"
        );
    }

    /// What a second demo on the same ports says.
    pub fn second_start_fails(&self) -> String {
        let output = command(self.ports, &self.folder).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    }

    /// The value of a line such as `    token    …`.
    pub fn shown(&self, name: &str) -> String {
        let mut lines = self
            .said
            .lines()
            .filter_map(|line| line.trim().strip_prefix(name));
        lines.next().unwrap().trim().to_owned()
    }

    /// An address of the product.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.ports[0])
    }

    /// An address of the world outside.
    pub fn outside(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.ports[2])
    }

    /// Reads something through the API.
    pub async fn get(&self, path: &str) -> Value {
        let call = self
            .http
            .get(self.url(&format!("api/v1/{path}")))
            .bearer_auth(&self.token);
        let answer = call.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.unwrap()
    }

    /// The conversation that began last. Others may change meanwhile: the router has to do with the demo's past, too.
    pub async fn newest_conversation(&self) -> Value {
        let page = self.get("conversations?limit=100").await;
        let all = page["items"].as_array().unwrap().iter();
        let newest = all.max_by_key(|one| one["created_at"].as_i64());
        newest.unwrap().clone()
    }

    /// Somebody at the desk answers.
    pub async fn answers(&self, conversation: &str, text: &str) {
        let body = json!({ "text": text, "client_message_id": Uuid::new_v4() });
        let url = self.url(&format!("api/v1/conversations/{conversation}/messages"));
        let answer = self
            .http
            .post(url)
            .bearer_auth(&self.token)
            .json(&body)
            .send()
            .await
            .unwrap();
        assert!(
            answer.status().is_success(),
            "{}",
            answer.text().await.unwrap()
        );
    }
}

fn command(ports: [u16; 3], folder: &std::path::Path) -> Command {
    let [server, mail, outside] = ports.map(|port| format!("127.0.0.1:{port}"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_throughline"));
    command
        .arg("demo")
        .env("THROUGHLINE__STORAGE__DATA_DIR", folder)
        .env("THROUGHLINE__SERVER__BIND", server)
        .env("THROUGHLINE__EMAIL__LISTENER__BIND", mail)
        .env("THROUGHLINE_DEMO_OUTSIDE", outside);
    command
}

/// Somebody who plays a customer: with a browser, a phone and a mailbox.
pub struct Customer<'p> {
    place: &'p Place,
    chat: String,
    mailbox: String,
    phone: String,
    messages: AtomicU64,
}

impl<'p> Customer<'p> {
    /// Opens the chat.
    pub async fn arrive(place: &'p Place, mailbox: &str, phone: &str) -> Self {
        let coming = json!({ "endpoint": "shop-chat" });
        let answer = place
            .http
            .post(place.url("chat/v1/visitors"))
            .json(&coming)
            .send()
            .await
            .unwrap();
        let welcome: Value = answer.json().await.unwrap();
        Self {
            place,
            chat: welcome["token"].as_str().unwrap().to_owned(),
            mailbox: mailbox.to_owned(),
            phone: phone.to_owned(),
            messages: AtomicU64::new(0),
        }
    }

    /// Writes in the chat.
    pub async fn chats(&self, text: &str) {
        let number = self.messages.fetch_add(1, Ordering::SeqCst);
        let body = json!({ "client_message_id": format!("m{number}"), "text": text });
        self.post_chat("messages", &body).await;
    }

    /// Asks to go on elsewhere.
    pub async fn goes_on(&self, channel: &str, address: &str) {
        self.post_chat(
            "continue",
            &json!({ "channel": channel, "address": address }),
        )
        .await;
    }

    async fn post_chat(&self, what: &str, body: &Value) {
        let url = self.place.url(&format!("chat/v1/{what}"));
        let answer = self
            .place
            .http
            .post(url)
            .bearer_auth(&self.chat)
            .json(body)
            .send()
            .await
            .unwrap();
        assert!(
            answer.status().is_success(),
            "{what}: {}",
            answer.text().await.unwrap()
        );
    }

    /// Writes a text message on the pretend phone.
    pub async fn texts(&self, text: &str) {
        self.post_form("texts", &[("text", text)]).await;
    }

    /// Writes a mail in the pretend mailbox.
    pub async fn mails(&self, subject: &str, text: &str, forged: bool) {
        let mut form = vec![("subject", subject), ("text", text)];
        form.extend(forged.then_some(("forged", "on")));
        self.post_form("mails", &form).await;
    }

    /// Answers a mail in the pretend mailbox.
    pub async fn replies(&self, mail: &str, text: &str) {
        self.post_form("mails", &[("answers", mail), ("text", text)])
            .await;
    }

    async fn post_form(&self, what: &str, fields: &[(&str, &str)]) {
        let mut form = vec![
            ("name", "Robin Vale"),
            ("phone", &self.phone),
            ("mailbox", &self.mailbox),
        ];
        form.extend_from_slice(fields);
        let answer = self
            .place
            .http
            .post(self.place.outside(what))
            .form(&form)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
    }

    /// The page, once it shows `text`.
    pub async fn sees(&self, text: &str) -> String {
        let seen = async {
            loop {
                let page = self.page().await;
                if page.contains(text) {
                    return page;
                }
                let age = page
                    .split_once("data-age=\"")
                    .unwrap()
                    .1
                    .split_once('"')
                    .unwrap()
                    .0;
                let news = self.place.outside(&format!("age?after={age}"));
                self.place.http.get(news).send().await.unwrap();
            }
        };
        tokio::time::timeout(PATIENCE, seen)
            .await
            .unwrap_or_else(|_| panic!("'{text}' did not arrive"))
    }

    async fn page(&self) -> String {
        let who = [
            ("name", "Robin Vale"),
            ("phone", &self.phone),
            ("mailbox", &self.mailbox),
        ];
        let answer = self
            .place
            .http
            .get(self.place.outside(""))
            .query(&who)
            .send()
            .await
            .unwrap();
        answer.text().await.unwrap()
    }
}

/// The id of the newest mail that can be answered.
pub fn newest_mail(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"answers\" value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

/// What is on the phone.
pub fn texts(page: &str) -> &str {
    page.split_once("id=\"texts\"")
        .unwrap()
        .1
        .split_once("</section>")
        .unwrap()
        .0
}

/// The six digits of the text message that came last.
pub fn code_in(page: &str) -> String {
    let text = texts(page);
    let mut words = text.split(|c: char| !c.is_ascii_digit());
    words.rfind(|word| word.len() == 6).unwrap().to_owned()
}

/// An id in JSON.
pub fn id(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
