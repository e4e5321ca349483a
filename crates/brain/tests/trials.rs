//! Every test of the demo's procedures, over the real shop, the real policy and the built-in understander.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::path::{Path, PathBuf};
use throughline_agent::phrase::Style;
use throughline_brain::simulate::{CHANNELS, Checked, Simulator, is_for};
use throughline_brain::{Brain, BuiltIn, Business};
use throughline_procedure::Trial;
use throughline_tools::{Caller, Environment};
use throughline_understanding::Vectors;

/// A day in the demo shop's time, in milliseconds since 1970.
const NOW: i64 = 1_716_000_000_000;

fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/shop")
}

/// In a shop of its own: what one test changes, the next must not see.
async fn played(trial: &Trial, style: Style, understander: &BuiltIn) -> Checked {
    let shop = throughline_shop::start("key").await.unwrap();
    let environment = Environment::of([
        ("THROUGHLINE_SHOP_URL", shop.base().as_str()),
        ("THROUGHLINE_SHOP_KEY", "key"),
    ]);
    let (business, _) = Business::load(&demo()).unwrap();
    let caller = Caller::new(&business.catalog, &environment).unwrap();
    let brain = Brain::new(business, caller);
    let simulator = Simulator {
        brain: &brain,
        understander,
        now: NOW,
        writes: true,
    };
    simulator.check(trial, style).await
}

#[tokio::test]
async fn every_procedure_test_comes_out_the_same_on_every_channel() {
    let (business, _) = Business::load(&demo()).unwrap();
    let library = business.library;
    let understander = BuiltIn::train(&library, [], None, &mut Vectors::default()).unwrap();
    let mut told = Vec::new();
    let mut count = 0;
    for procedure in library.procedures.values() {
        for trial in &procedure.tests {
            count += 1;
            let mut first = None;
            for (channel, style) in CHANNELS {
                if !is_for(trial, channel) {
                    continue;
                }
                let mut checked = played(trial, style, &understander).await;
                let verdict = first.get_or_insert_with(|| checked.verdict.clone());
                if *verdict != checked.verdict {
                    checked
                        .problems
                        .push("another verdict than elsewhere".to_owned());
                }
                if !checked.problems.is_empty() {
                    let said = checked.said.join("\n").replace('\n', "\n  ");
                    let place = format!("{}:{}", procedure.file, trial.line);
                    let problems = checked.problems.join("\n  ");
                    told.push(format!("{place} on {channel}\n  {problems}\n  {said}"));
                }
            }
        }
    }
    assert!(count > 60, "{count} tests");
    let failed = told.len();
    assert!(
        told.is_empty(),
        "{failed} of {count} tests × 3 channels\n{}",
        told.join("\n")
    );
}
