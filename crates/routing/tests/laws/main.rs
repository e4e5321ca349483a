//! The laws of the router, under ten thousand random schedules with crashes in the middle.
//!
//! A schedule is a list of things that happen to a small floor: two queues, four humans, one AI agent.
//! After each one every law is looked at from scratch. Rows are kept as a shell would keep them, from
//! what an outcome says has changed, and a crash restores the router from those rows alone.

mod schedule;
mod world;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use schedule::{Happening, schedule};
use world::World;

const SCHEDULES: u32 = 10_000;

#[test]
fn every_law_holds_under_any_schedule_with_crashes() {
    let config = ProptestConfig {
        cases: SCHEDULES,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let outcome = TestRunner::new(config).run(&schedule(), |(rules, happenings)| {
        let mut world = World::new(rules);
        for happening in &happenings {
            world.happens(happening);
        }
        world.replays_to_the_same();
        world.everything_gets_done();
        Ok(())
    });
    if let Err(problem) = outcome {
        panic!("{problem}");
    }
}

/// Laws that nothing happens to would be easy to keep.
#[test]
fn schedules_are_full_of_what_the_laws_are_about() {
    let mut runner = TestRunner::deterministic();
    let mut seen = world::Seen::default();
    for _ in 0..300 {
        let (rules, happenings) = schedule()
            .new_tree(&mut runner)
            .expect("a schedule")
            .current();
        let mut world = World::new(rules);
        for happening in &happenings {
            world.happens(happening);
        }
        seen.add(&world.seen);
        seen.crashes += happenings
            .iter()
            .filter(|one| matches!(one, Happening::Crash))
            .count();
    }
    let counts = [
        seen.offered,
        seen.assigned,
        seen.requeued,
        seen.stale,
        seen.paused,
        seen.drained,
        seen.stepped,
        seen.gone,
        seen.overridden,
        seen.diverted,
        seen.put_off,
        seen.crashes,
    ];
    assert!(
        counts.iter().all(|count| *count > 20),
        "too little happens: {seen:?}"
    );
}
