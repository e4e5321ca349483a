//! What correct agents did in public data is permitted; anything wrong with it is denied, on every channel alike.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[path = "harness/demo.rs"]
mod demo;
#[path = "harness/mutants.rs"]
mod mutants;
#[path = "harness/replay.rs"]
mod replay;
#[path = "harness/retail.rs"]
mod retail;

use std::path::Path;

#[test]
fn a_correct_agent_may_work_and_a_wrong_action_never_gets_through() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/retail");
    let shop = retail::Shop::read(&folder).unwrap();
    let tasks = retail::tasks(&folder, "tasks.json").unwrap();
    let outcome = replay::run(&demo::policy(), &shop, &tasks);
    // Seven actions of the data break its own written policy: a "new" item that is the old one, and gift cards that
    // do not cover the order.
    assert_eq!((outcome.actions, outcome.permitted), (73, 66));
    let denied: Vec<(&str, usize)> = outcome
        .denied_for
        .iter()
        .map(|(rules, count)| (rules.as_str(), *count))
        .collect();
    assert_eq!(
        denied,
        [("items.differ", 5), ("pay.gift_card_covers_total", 2)]
    );
    let (wrong, denied) = outcome.mutants();
    assert!(wrong >= 1_000, "{wrong}");
    assert_eq!(wrong, denied);
    assert_eq!(outcome.leaks, Vec::<String>::new());
    assert!(outcome.on_channels > wrong && outcome.differing == 0);
}
