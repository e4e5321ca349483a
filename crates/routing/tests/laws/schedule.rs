//! What may happen, drawn at random.

use proptest::prelude::*;
use throughline_model::conversation::Priority;
use throughline_routing::{Presence, WorkClass};

/// How a floor is set up.
#[derive(Clone, Debug)]
pub struct Rules {
    pub affinity: bool,
    pub steps: bool,
    pub silence: bool,
    pub hours: bool,
    pub away_after_missed: u32,
}

/// Whose answer it is, and whether with the live token.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    Right,
    OldToken,
    SomebodyElse(usize),
}

/// Something that happens. Numbers pick among what is there at the time.
#[derive(Clone, Debug)]
pub enum Happening {
    Arrives {
        class: WorkClass,
        billing: bool,
        priority: Priority,
        skill: Option<u8>,
        last: Option<usize>,
        only: u8,
        special: u8,
    },
    Accepts(usize, Answer),
    Declines(usize, Answer),
    Finishes(usize, Answer),
    WrapsUp(usize),
    Takes(usize, usize),
    Snoozes(usize),
    Transfers {
        pick: usize,
        to: usize,
        by_holder: bool,
    },
    Overrides(usize, usize),
    CallbackAsked(usize, bool),
    CallbackOver(usize),
    Unanswered(usize),
    Heard(usize),
    Leaves(usize),
    Cancelled(usize),
    Changes {
        pick: usize,
        priority: Priority,
        skill: Option<u8>,
    },
    Presence(usize, Presence),
    ConnectionLost(usize),
    WorkerChanges {
        worker: usize,
        skill: Option<u8>,
        both: bool,
        capacity: u32,
    },
    WorkerRemoved(usize),
    Passes(i64),
    TicksLate(i64),
    Settings {
        drain: bool,
        target: bool,
    },
    Crash,
}

fn class() -> impl Strategy<Value = WorkClass> {
    prop::sample::select(WorkClass::ALL)
}

fn priority() -> impl Strategy<Value = Priority> {
    prop::sample::select(Priority::ALL)
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        6 => Just(Answer::Right),
        1 => Just(Answer::OldToken),
        1 => (0..5usize).prop_map(Answer::SomebodyElse),
    ]
}

fn skill() -> impl Strategy<Value = Option<u8>> {
    prop::option::weighted(0.4, 1..4u8)
}

fn happening() -> impl Strategy<Value = Happening> {
    use Happening as H;
    let pick = 0..64usize;
    let worker = 0..5usize;
    let last = prop::option::weighted(0.3, worker.clone());
    let arrives = (
        class(),
        any::<bool>(),
        priority(),
        skill(),
        last,
        0..8u8,
        0..12u8,
    )
        .prop_map(
            |(class, billing, priority, skill, last, only, special)| H::Arrives {
                class,
                billing,
                priority,
                skill,
                last,
                only,
                special,
            },
        );
    let presence = prop_oneof![
        4 => Just(Presence::Available),
        1 => prop::sample::select(Presence::ALL),
    ];
    let transfers = (pick.clone(), 0..8usize, any::<bool>());
    let changes = (
        worker.clone(),
        skill(),
        any::<bool>(),
        prop::sample::select(&[50, 100, 200]),
    );
    prop_oneof![
        24 => arrives,
        16 => (pick.clone(), answer()).prop_map(|(pick, answer)| H::Accepts(pick, answer)),
        5 => (pick.clone(), answer()).prop_map(|(pick, answer)| H::Declines(pick, answer)),
        10 => (pick.clone(), answer()).prop_map(|(pick, answer)| H::Finishes(pick, answer)),
        2 => pick.clone().prop_map(H::WrapsUp),
        3 => (pick.clone(), worker.clone()).prop_map(|(pick, worker)| H::Takes(pick, worker)),
        2 => pick.clone().prop_map(H::Snoozes),
        4 => transfers.prop_map(|(pick, to, by_holder)| H::Transfers { pick, to, by_holder }),
        4 => (pick.clone(), worker.clone()).prop_map(|(pick, worker)| H::Overrides(pick, worker)),
        2 => (pick.clone(), any::<bool>()).prop_map(|(pick, later)| H::CallbackAsked(pick, later)),
        1 => pick.clone().prop_map(H::CallbackOver),
        1 => pick.clone().prop_map(H::Unanswered),
        2 => pick.clone().prop_map(H::Heard),
        2 => pick.clone().prop_map(H::Leaves),
        1 => pick.clone().prop_map(H::Cancelled),
        3 => (pick, priority(), skill())
            .prop_map(|(pick, priority, skill)| H::Changes { pick, priority, skill }),
        10 => (worker.clone(), presence).prop_map(|(worker, said)| H::Presence(worker, said)),
        2 => worker.clone().prop_map(H::ConnectionLost),
        3 => changes.prop_map(|(worker, skill, both, capacity)| H::WorkerChanges {
            worker,
            skill,
            both,
            capacity,
        }),
        1 => worker.prop_map(H::WorkerRemoved),
        12 => (0..90_000i64).prop_map(H::Passes),
        3 => (0..2_000_000i64).prop_map(H::TicksLate),
        1 => (any::<bool>(), any::<bool>())
            .prop_map(|(drain, target)| H::Settings { drain, target }),
        4 => Just(H::Crash),
    ]
}

fn rules() -> impl Strategy<Value = Rules> {
    let flags = (
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        0..3u32,
    );
    flags.prop_map(
        |(affinity, steps, silence, hours, away_after_missed)| Rules {
            affinity,
            steps,
            silence,
            hours,
            away_after_missed,
        },
    )
}

pub fn schedule() -> impl Strategy<Value = (Rules, Vec<Happening>)> {
    (rules(), prop::collection::vec(happening(), 1..90))
}
