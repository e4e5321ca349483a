//! The OpenAPI document and the page to browse it.

use crate::desk::{Caller, Desk};
use serde_json::Value;
use throughline_storage::Engine;

#[tokio::test]
async fn the_document_is_the_committed_one() {
    let desk = Desk::open(Engine::Sqlite).await;
    let served = desk.get(&Caller::Nobody, "/api/openapi.json").await.ok();
    assert_eq!(served["openapi"], "3.1.0");
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    if std::env::var_os("THROUGHLINE_WRITE_GENERATED").is_some() {
        let text = serde_json::to_string_pretty(&sorted(served.clone())).unwrap();
        std::fs::write(file, text + "\n").unwrap();
    }
    let committed = std::fs::read_to_string(file).unwrap_or_default();
    let committed: Value = serde_json::from_str(&committed).unwrap_or_default();
    assert!(
        committed == served,
        "docs/openapi.json is not what the routes say; run cargo xtask generate and look at the difference"
    );
}

/// The same document whatever order its parts were made in.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.into_iter().collect();
            fields.sort_by(|a, b| a.0.cmp(&b.0));
            let fields = fields
                .into_iter()
                .map(|(name, value)| (name, sorted(value)));
            Value::Object(fields.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

#[tokio::test]
async fn everything_the_document_points_at_is_in_it() {
    let desk = Desk::open(Engine::Sqlite).await;
    let document = desk.get(&Caller::Nobody, "/api/openapi.json").await;
    let parsed = document.json();
    for part in document.text.split("\"$ref\":\"#").skip(1) {
        let pointer = part.split('"').next().unwrap();
        assert!(parsed.pointer(pointer).is_some(), "{pointer}");
    }
}

#[tokio::test]
async fn the_page_works_without_any_other_server() {
    let desk = Desk::open(Engine::Sqlite).await;
    let redirect = desk.get(&Caller::Nobody, "/api/docs").await;
    assert_eq!(redirect.header("location"), "/api/docs/");
    let page = desk.get(&Caller::Nobody, "/api/docs/").await;
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("http"));
    let mut parts = 0;
    for attribute in ["src=\"", "href=\""] {
        for part in page.text.split(attribute).skip(1) {
            let address = part.split('"').next().unwrap();
            assert!(
                address.starts_with("./") || !address.contains(':'),
                "{address}"
            );
            let path = format!("/api/docs/{}", address.trim_start_matches("./"));
            let asset = desk.get(&Caller::Nobody, &path).await;
            assert_eq!(asset.status, 200, "{path}");
            assert!(!asset.text.is_empty(), "{path}");
            parts += 1;
        }
    }
    assert!(parts >= 4, "the page has scripts and styles");
    assert!(
        !page.text.contains("<script>"),
        "its policy allows no script inside the page"
    );
    let start = desk
        .get(&Caller::Nobody, "/api/docs/swagger-initializer.js")
        .await;
    assert!(start.text.contains("/api/openapi.json"), "{start:?}");
}
