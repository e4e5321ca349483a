//! The demo shop's rules, with and without changes, and a lamp that Mei returns.

use serde_json::{Map, Value, json};
use std::path::Path;
use throughline_engine::Error;
use throughline_engine::policy::{self, Edit, PolicyKind, VersionSummary, refresh};
use throughline_model::assurance::Assurance;
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_policy::facts::Session;
use throughline_policy::records::{Order, Records, User};
use throughline_policy::source::SourceFile;
use throughline_policy::{Decision, Request};
use throughline_testkit::Shop;

pub const DAY: i64 = 86_400_000;

/// The demo shop's files.
pub fn files() -> Vec<SourceFile> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/shop/policy");
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let files = paths.filter(|path| path.is_file()).map(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        SourceFile::new(name, std::fs::read_to_string(&path).unwrap())
    });
    files.collect()
}

/// The demo shop's files with one change.
pub fn edited(from: &str, to: &str) -> Vec<SourceFile> {
    let mut files = files();
    let mut edits = 0;
    for file in &mut files {
        edits += file.text.matches(from).count();
        file.text = file.text.replace(from, to);
    }
    assert_eq!(edits, 1, "{from}");
    files
}

pub fn edit(files: Vec<SourceFile>) -> Edit {
    Edit {
        kind: PolicyKind::Business,
        files,
        note: "a change".to_owned(),
        despite: None,
        based_on: None,
        restores: None,
    }
}

pub async fn try_publish(shop: &Shop, edit: Edit) -> Result<VersionSummary, Error> {
    let prepared = policy::prepare(&shop.setup.policy, edit).await?;
    let setup = shop.setup.clone();
    let published = shop
        .database
        .db
        .write(move |tx| policy::publish(tx, &setup, &prepared, "member:ana"))
        .await?;
    refresh(&shop.database.db, &shop.setup).await?;
    Ok(published)
}

pub async fn publish(shop: &Shop, files: Vec<SourceFile>) -> VersionSummary {
    try_publish(shop, edit(files)).await.unwrap()
}

pub fn map(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// Mei returns a lamp that was delivered so many days ago.
pub fn the_return(shop: &Shop, days: i64, session: Session) -> Request {
    let now = shop.setup.clock.now();
    let delivered = time::OffsetDateTime::from_unix_timestamp((now - days * DAY) / 1000).unwrap();
    let delivered = delivered.format(&time::format_description::well_known::Rfc3339);
    let order: Order = serde_json::from_value(json!({
        "order_id": "#W1", "user_id": "mei", "status": "delivered", "delivered_at": delivered.unwrap(),
        "items": [{"item_id": "lamp", "product_id": "lamps", "price": 60.0}],
        "payment_history": [{"transaction_type": "payment", "amount": 60.0, "payment_method_id": "card"}],
    }))
    .unwrap();
    let user: User = serde_json::from_value(json!({
        "user_id": "mei", "payment_methods": {"card": {"source": "credit_card"}},
    }))
    .unwrap();
    let mut request = Request {
        session,
        action: "returnItems".to_owned(),
        arguments: map(
            json!({"order_id": "#W1", "item_ids": ["lamp"], "payment_method_id": "card"}),
        ),
        records: Records {
            orders: vec![order],
            users: vec![user],
            ..Records::default()
        },
        confirmed: Vec::new(),
        approvals: Vec::new(),
        now,
    };
    request.confirmed.push(request.confirmation());
    request
}

pub fn named(kind: IdentifierKind, value: &str) -> Identifier {
    Identifier {
        kind,
        value: value.to_owned(),
    }
}

pub fn mei() -> Session {
    Session {
        subject: Some("mei".to_owned()),
        assurance: Assurance::PROVEN,
    }
}

pub fn decide(shop: &Shop, request: &Request) -> Decision {
    shop.setup.policy.business.get().decide(request)
}

pub fn rules(decision: &Decision) -> Vec<&str> {
    decision.rule_ids().collect()
}
