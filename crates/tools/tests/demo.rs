//! The demo shop's declarations, and its OpenAPI document, which the shop itself writes.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::path::{Path, PathBuf};
use throughline_tools::{ACTIONS, Catalog, Effect, Kind};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/shop/tools")
}

#[test]
fn the_committed_document_is_the_one_the_shop_serves() {
    let file = folder().join("shop.openapi.json");
    let written = throughline_shop::document().to_pretty_json().unwrap() + "\n";
    let mut committed = std::fs::read_to_string(&file).unwrap_or_default();
    // The other story reads it at the same time, so it is written only when it has to be.
    if committed != written && std::env::var_os("THROUGHLINE_WRITE_GENERATED").is_some() {
        std::fs::write(&file, &written).unwrap();
        committed.clone_from(&written);
    }
    assert!(
        committed == written,
        "demo/shop/tools/shop.openapi.json is not what the shop serves; run cargo xtask generate"
    );
}

#[test]
fn every_declaration_of_the_demo_can_be_used() {
    let catalog = Catalog::load(&folder()).unwrap_or_else(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}", lines.join("\n"));
    });
    assert_eq!(catalog.tools().count(), 26);
    for tool in catalog.tools() {
        assert!(tool.arguments().is_some(), "{}", tool.name);
        // Whatever changes something at the shop can be asked for again after a lost answer.
        let written = tool.kind == Kind::Http && tool.effect == Effect::Write;
        assert!(!written || tool.may_repeat(), "{}", tool.name);
    }
    let named = |action: &str| catalog.tools().any(|tool| tool.action == action);
    let without: Vec<&str> = ACTIONS
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !named(name))
        .collect();
    assert_eq!(
        without,
        ["handoff"],
        "handing over is a command of the agent, not a tool"
    );
}
