//! The chat in a real browser, on its own page and on a page of somebody else, against the real router on a real port.
//!
//! The stories themselves are in `browser/chat.mjs` and `browser/widget.mjs`. What the business does in them (answer,
//! look into the outbox, stop the network) they ask for over `/story/…`, which only these tests have.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

mod business;
mod host;

use business::Business;
use host::Host;
use std::path::Path;
use std::process::Command;

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
