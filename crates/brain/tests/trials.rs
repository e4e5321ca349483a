//! Every test of the demo's procedures, over the real shop, the real policy and the built-in understander.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use throughline_agent::phrase::Style;
use throughline_brain::simulate::{CHANNELS, Checked, Simulator, is_for, scenarios};
use throughline_brain::{Brain, BuiltIn, Business};
use throughline_procedure::{Library, Trial};
use throughline_tools::{Caller, Environment};
use throughline_understanding::{Embedder, SentenceModel, Vectors};

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
        library: &brain.business.library,
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

#[tokio::test]
async fn trying_out_changes_nothing_outside_and_nothing_known_is_asked_again() {
    let shop = throughline_shop::start("key").await.unwrap();
    let environment = Environment::of([
        ("THROUGHLINE_SHOP_URL", shop.base().as_str()),
        ("THROUGHLINE_SHOP_KEY", "key"),
    ]);
    let (business, _) = Business::load(&demo()).unwrap();
    let caller = Caller::new(&business.catalog, &environment).unwrap();
    let library = business.library.clone();
    let brain = Brain::new(business, caller);
    // By words alone, and by meaning where the sentence model has been fetched.
    for model in std::iter::once(None).chain(sentence_model().map(Some)) {
        let understander = BuiltIn::train(&library, [], model, &mut Vectors::default()).unwrap();
        let simulator = Simulator {
            brain: &brain,
            library: &brain.business.library,
            understander: &understander,
            now: NOW,
            writes: false,
        };
        play(&simulator, &library).await;
    }
}

fn sentence_model() -> Option<Arc<dyn SentenceModel>> {
    let folder = std::env::var_os("THROUGHLINE_TEST_MODEL")?;
    Some(Arc::new(Embedder::load(Path::new(&folder)).unwrap()))
}

/// All in one shop: what one test changed, another would notice.
async fn play(simulator: &Simulator<'_>, library: &Library) {
    for procedure in library.procedures.values() {
        for trial in &procedure.tests {
            let mut channels = CHANNELS.iter().filter(|(name, _)| is_for(trial, name));
            let (_, style) = channels.next().unwrap();
            let checked = simulator.check(trial, *style).await;
            let place = format!("{}:{}", procedure.file, trial.line);
            assert_eq!(checked.problems, Vec::<String>::new(), "{place}");
        }
    }
    for (procedure, trial) in scenarios(library, 7, 100) {
        for (channel, style) in CHANNELS {
            let run = simulator.run(&trial, style).await;
            let place = format!("{procedure}, example of line {}, {channel}", trial.line);
            assert!(run.repeated.is_empty(), "{place}: {:?}", run.repeated);
        }
    }
}
