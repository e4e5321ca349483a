//! The libraries receivers use accept what we send, and nothing else.

use crate::receiver::Seen;
use crate::subscriber::Subscriber;
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use throughline_engine::webhook::rotate_secret;
use throughline_model::clock::Clock;
use throughline_storage::Engine;
use throughline_testkit::Shop;

const INSTALL: &str = "`cargo xtask test` installs the counterparts";

/// The libraries, each in a small program that reads requests and says which it accepts.
fn libraries() -> [Command; 2] {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/counterparts/webhook");
    let python = std::env::var("THROUGHLINE_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut by_python = Command::new(python);
    by_python.arg(folder.join("verify.py"));
    let mut by_node = Command::new("node");
    by_node.arg(folder.join("verify.mjs"));
    [by_python, by_node]
}

/// What a library says of each request.
fn judged(mut library: Command, requests: &[Value]) -> Vec<bool> {
    let started = library.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = started.unwrap_or_else(|error| panic!("{library:?}: {error}; {INSTALL}"));
    let mut stdin = child.stdin.take().unwrap();
    stdin
        .write_all(json!(requests).to_string().as_bytes())
        .unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{library:?} failed; {INSTALL}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn request(seen: &Seen, secret: &str) -> Value {
    let header = |name| seen.header(name).unwrap();
    json!({
        "secret": secret,
        "headers": {
            "webhook-id": header("webhook-id"),
            "webhook-timestamp": header("webhook-timestamp"),
            "webhook-signature": header("webhook-signature"),
        },
        "body": std::str::from_utf8(&seen.body).unwrap(),
    })
}

#[tokio::test]
async fn the_official_libraries_accept_our_signatures_and_only_ours() {
    // They compare the time with the machine's.
    let mut shop = Shop::open(Engine::Sqlite).await;
    shop.setup.clock = Clock::system();
    let they = Subscriber::to(shop, &["*"]).await;
    they.event().await;
    they.run().await;
    let (webhook, setup) = (they.webhook, they.shop.setup.clone());
    let rotated = they
        .db()
        .write(move |tx| rotate_secret(tx, &setup, webhook, 60_000))
        .await
        .unwrap();
    they.event().await;
    they.run().await;

    let seen = they.receiver.seen();
    let mut tampered = request(&seen[0], &they.secret);
    tampered["body"] = tampered["body"]
        .as_str()
        .unwrap()
        .replace("Hello", "Hallo")
        .into();
    let mut renamed = request(&seen[0], &they.secret);
    renamed["headers"]["webhook-id"] = "another".into();
    let mut stale = request(&seen[0], &they.secret);
    stale["headers"]["webhook-timestamp"] = "1600000000".into();
    let requests = [
        request(&seen[0], &they.secret),
        request(&seen[1], &they.secret),
        request(&seen[1], rotated.secret.as_deref().unwrap()),
        request(&seen[0], rotated.secret.as_deref().unwrap()),
        tampered,
        renamed,
        stale,
    ];
    for library in libraries() {
        let name = format!("{library:?}");
        assert_eq!(
            judged(library, &requests),
            [true, true, true, false, false, false, false],
            "{name}"
        );
    }
}
