//! The chat in a real browser, on its own page and on a page of somebody else, against the real router on a real port.
//!
//! The stories themselves are in `browser/chat.mjs` and `browser/widget.mjs`. What the business does in them (answer,
//! look into the outbox, stop the network) they ask for over `/story/…`, which only these tests have. An app speaks the
//! same interface: `examples/in-app`.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

mod business;
mod host;

use business::Business;
use host::Host;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

const PAGE: &str = r#"
    [[endpoint]]
    name = "chat"
    channel = "webchat"
    address = "shop.example"
    brand = "shop"
    [endpoint.webchat]
    title = "Chat with Example Shop"
    greeting = "Hello! How can we help?"
"#;

/// The secret with which the shop vouches for its customers.
const SHOP_SECRET: &str = "a secret the shop keeps for its tokens";

/// A chat on the pages of `host`, and one that is closed and asks who writes.
fn widgets(host: &Host) -> String {
    let origin = host.origin();
    format!(
        r##"
    [[endpoint]]
    name = "chat"
    channel = "webchat"
    address = "shop.example"
    brand = "shop"
    [endpoint.webchat]
    allowed_origins = ["{origin}"]
    title = "Chat with Example Shop"
    greeting = "Hello! How can we help?"
    jwt_keys = [{{ insecure_value = "{SHOP_SECRET}" }}]
    [endpoint.webchat.widget]
    color = "#0b6b4f"
    invitation = "Questions about sizes? We are here."
    invite_after_seconds = 1
    phone = "+493012345678"
    texts = [{{ language = "ar", title = "تحدّث معنا", greeting = "مرحبًا! كيف نساعدك؟" }}]

    [[endpoint]]
    name = "closed"
    channel = "webchat"
    address = "closed.example"
    brand = "shop"
    [endpoint.webchat]
    allowed_origins = ["{origin}"]
    title = "Closed Shop"
    offline_email_endpoint = "mail"
    [endpoint.webchat.widget]
    hours = ["mon-fri 09:00-17:00"]
    articles = false
    rating = false
    ask = [{{ name = "name" }}, {{ name = "order_number", label = "Order number", required = true }}]
"##
    )
}

#[test]
fn a_visitor_is_served_in_a_real_browser() {
    let runtime = runtime();
    let business = runtime.block_on(Business::open(PAGE));
    tell("chat.mjs", &[("STORY_URL", business.address())]);
}

#[test]
fn a_visitor_is_served_on_the_page_of_somebody_else() {
    let runtime = runtime();
    let (host, business) = runtime.block_on(async {
        let host = Host::bind().await;
        let business = Business::open(&widgets(&host)).await;
        (host.open(business.tags()), business)
    });
    let variables = [
        ("STORY_URL", business.address()),
        ("STORY_HOST", host.to_owned()),
        ("STORY_SECRET", SHOP_SECRET.to_owned()),
    ];
    tell("widget.mjs", &variables);
}

#[test]
fn an_app_holds_a_conversation() {
    let runtime = runtime();
    let business = runtime.block_on(Business::open(PAGE));
    let folder = std::env::temp_dir().join(format!("in-app-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut app = InApp::start(&business, &folder);
    app.writes("Where is my order?");
    app.shows("sent: Where is my order?");
    let conversation = runtime.block_on(business.only_conversation());
    let prompt = serde_json::json!({ "choices": [{ "name": "yes", "label": "Yes, please" }] });
    runtime.block_on(business.says(
        conversation,
        "It arrives tomorrow. Shall we write?",
        Some(prompt),
    ));
    app.shows("Mia: It arrives tomorrow. Shall we write?");
    app.shows("  [yes] Yes, please");
    app.writes("yes");
    app.shows("sent: Yes, please");
    // The app is killed; what is said meanwhile is there when it opens again. What it had shown and not yet noted as
    // shown may come once more.
    drop(app);
    runtime.block_on(business.says(conversation, "It is here.", None));
    let mut app = InApp::start(&business, &folder);
    app.shows_after("sent: Yes, please", "Mia: It is here.");
    app.writes("Thank you");
    app.shows("sent: Thank you");
    drop(app);
    std::fs::remove_dir_all(folder).unwrap();
}

/// The example of an app, running.
struct InApp {
    process: Child,
    shown: std::io::Lines<BufReader<ChildStdout>>,
}

impl InApp {
    fn start(business: &Business, folder: &Path) -> Self {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/in-app");
        let mut process = Command::new("python3")
            .arg(example.join("conversation.py"))
            .args([&business.address(), "chat"])
            .arg(folder.join("conversation.json"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python is installed: cargo xtask test checks that");
        let shown = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { process, shown }
    }

    fn writes(&mut self, line: &str) {
        let typed = self.process.stdin.as_mut().unwrap();
        writeln!(typed, "{line}").unwrap();
    }

    /// Shows `line`, with `again` at most once before it.
    fn shows_after(&mut self, again: &str, line: &str) {
        let first = self.shown.next().unwrap().unwrap();
        if first == again {
            self.shows(line);
        } else {
            assert_eq!(first, line);
        }
    }

    fn shows(&mut self, line: &str) {
        assert_eq!(self.shown.next().unwrap().unwrap(), line);
    }
}

impl Drop for InApp {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

/// Runs the story `file` to its good end.
fn tell(file: &str, variables: &[(&str, String)]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let status = Command::new("node")
        .arg(folder.join("browser").join(file))
        .env("STORY_MODULES", folder.join("../counterparts/package.json"))
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .status()
        .expect("node is installed: cargo xtask test checks that");
    assert!(status.success(), "the story ended otherwise; see above");
}
