//! Who comes first.

use crate::floor::{
    ANA, BEN, BILLING, Floor, MINUTE, ROBO, SECOND, SERVICE, call, chat, email, human, item,
    settings, skills,
};
use throughline_model::conversation::Priority;
use throughline_routing::{
    AssignmentState, Effect, Keep, Place, Presence, QueueStep, Worker, WorkerKind,
};

#[test]
fn whoever_can_do_least_else_gets_new_work() {
    let mut floor = Floor::open();
    let mut ana = human(ANA);
    ana.skills = skills(&[("refunds", 5)]);
    floor.comes(ana);
    floor.pass(SECOND);
    floor.comes(human(BEN));
    floor.arrives(chat(1));
    assert_eq!(floor.asked(1), Some(BEN));
    floor.arrives(chat(2));
    assert_eq!(floor.asked(2), Some(ANA));
}

#[test]
fn among_equals_the_longest_idle_gets_new_work() {
    let mut floor = Floor::open();
    floor.comes(human(BEN));
    floor.pass(SECOND);
    floor.comes(human(ANA));
    floor.arrives(call(1));
    assert_eq!(floor.asked(1), Some(BEN));
}

#[test]
fn a_free_worker_gets_what_is_due_first_and_priority_is_a_head_start() {
    let mut floor = Floor::open();
    floor.arrives(chat(1));
    floor.pass(9 * MINUTE);
    let mut high = chat(2);
    high.priority = Priority::High;
    floor.arrives(high);
    floor.pass(2 * MINUTE);
    let mut later = chat(3);
    later.priority = Priority::High;
    floor.arrives(later);
    floor.comes(human(ANA));
    for number in [2, 1, 3] {
        assert_eq!(floor.asked(number), Some(ANA));
        floor.accepts(ANA, number);
    }
}

#[test]
fn last_agent_then_skills_then_anyone() {
    let mut settings = settings();
    let service = settings.queues.get_mut(&SERVICE).expect("the queue");
    service.affinity_ms = 30 * SECOND;
    service.steps = vec![
        QueueStep {
            lasts_ms: Some(MINUTE),
            ..QueueStep::everything()
        },
        QueueStep {
            keep: Keep::Nothing,
            also: [BILLING].into(),
            ..QueueStep::everything()
        },
    ];
    let mut floor = Floor::with(settings);
    floor.comes(human(ANA));
    floor.says(ANA, Presence::Busy);
    let mut ben = Worker::human(BEN);
    ben.queues.insert(BILLING);
    floor.comes(ben);
    let mut work = chat(1);
    work.wanted = skills(&[("language:es", 3), ("billing", 1)]);
    work.last_worker = Some(ANA);
    floor.arrives(work);
    assert!(floor.waits(1));
    let effects = floor.pass(30 * SECOND);
    assert!(matches!(effects[..], [Effect::Stepped { step: 1, .. }]));
    assert!(floor.waits(1));
    floor.pass(MINUTE);
    assert_eq!(floor.asked(1), Some(BEN));
}

#[test]
fn the_last_agent_is_not_waited_for_when_they_are_offline() {
    let mut settings = settings();
    settings
        .queues
        .get_mut(&SERVICE)
        .expect("the queue")
        .affinity_ms = 30 * SECOND;
    let mut floor = Floor::with(settings);
    floor.comes(human(ANA));
    floor.comes(human(BEN));
    floor.says(ANA, Presence::Busy);
    let mut work = chat(1);
    work.last_worker = Some(ANA);
    floor.arrives(work);
    assert!(floor.waits(1));
    floor.says(ANA, Presence::Offline);
    assert_eq!(floor.asked(1), Some(BEN));
}

#[test]
fn four_chats_fill_a_person_and_a_call_needs_all_of_one() {
    let mut floor = Floor::open();
    floor.comes(human(ANA));
    for number in 1..=4 {
        floor.arrives(chat(number));
        floor.accepts(ANA, number);
    }
    floor.arrives(chat(5));
    assert!(floor.waits(5));
    floor.finishes(ANA, 1);
    assert_eq!(floor.asked(5), Some(ANA));
    assert_eq!(floor.router.load(ANA), 75);
}

#[test]
fn a_call_pauses_mail_and_the_mail_goes_on_after_the_wrap_up() {
    let mut floor = Floor::open();
    floor.comes(human(ANA));
    floor.arrives(email(1));
    floor.accepts(ANA, 1);
    floor.arrives(call(2));
    assert_eq!(floor.asked(2), Some(ANA));
    let effects = floor.accepts(ANA, 2);
    assert!(effects.contains(&Effect::Paused {
        item: item(1),
        worker: ANA
    }));
    assert_eq!(floor.router.load(ANA), 100);
    floor.arrives(chat(3));
    assert!(floor.waits(3));
    floor.finishes(ANA, 2);
    let state = floor
        .router
        .item(item(1))
        .and_then(|row| row.assignment())
        .map(|has| has.state);
    assert_eq!(state, Some(AssignmentState::Paused));
    let effects = floor.pass(10 * SECOND);
    assert!(effects.contains(&Effect::Resumed {
        item: item(1),
        worker: ANA
    }));
    assert_eq!(floor.asked(3), Some(ANA));
}

#[test]
fn chats_do_not_starve_a_call() {
    let mut floor = Floor::open();
    floor.comes(human(ANA));
    for number in 1..=4 {
        floor.arrives(chat(number));
        floor.accepts(ANA, number);
    }
    floor.arrives(chat(5));
    floor.arrives(call(6));
    floor.arrives(chat(7));
    let effects = floor.pass(MINUTE);
    assert!(effects.contains(&Effect::Draining {
        worker: ANA,
        item: item(6)
    }));
    for number in 1..=3 {
        floor.finishes(ANA, number);
        assert!(floor.waits(5) && floor.waits(6));
    }
    floor.finishes(ANA, 4);
    assert_eq!(floor.asked(6), Some(ANA));
    floor.accepts(ANA, 6);
    floor.finishes(ANA, 6);
    floor.pass(10 * SECOND);
    assert_eq!(floor.asked(5), Some(ANA));
}

#[test]
fn somebody_else_ends_the_drain() {
    let mut floor = Floor::open();
    floor.comes(human(ANA));
    floor.arrives(chat(1));
    floor.accepts(ANA, 1);
    floor.arrives(call(2));
    floor.pass(MINUTE);
    floor.comes(human(BEN));
    assert_eq!(floor.asked(2), Some(BEN));
    floor.arrives(chat(3));
    assert_eq!(floor.asked(3), Some(ANA));
}

#[test]
fn an_ai_agent_takes_many_without_being_asked() {
    let mut floor = Floor::open();
    let mut robo = Worker::ai(ROBO, 50);
    robo.queues.insert(SERVICE);
    floor.comes(robo);
    for number in 1..=200 {
        floor.arrives(chat(number));
        assert_eq!(floor.has(number), Some(ROBO));
    }
    floor.arrives(chat(201));
    assert!(floor.waits(201));
}

#[test]
fn an_ai_agent_that_comes_to_a_long_line_does_not_stop_the_router() {
    let mut floor = Floor::open();
    for number in 1..=300 {
        floor.arrives(email(number));
    }
    let mut robo = Worker::ai(ROBO, 1_000);
    robo.kind = WorkerKind::Ai;
    robo.queues.insert(SERVICE);
    floor.comes(robo);
    let assigned = |floor: &Floor| {
        let items = floor.router.items();
        items
            .filter(|row| matches!(row.place, Place::Assigned(_)))
            .count()
    };
    assert!(assigned(&floor) < 300);
    assert_eq!(floor.last.next_timer_ms, Some(floor.now_ms));
    floor.pass(0);
    assert_eq!(assigned(&floor), 300);
}

#[test]
fn whoever_is_the_last_one_free_in_another_queue_is_spared() {
    let mut floor = Floor::open();
    let mut ben = human(BEN);
    ben.queues.insert(BILLING);
    floor.comes(ben);
    floor.pass(SECOND);
    let mut ana = human(ANA);
    ana.skills = skills(&[("refunds", 5)]);
    floor.comes(ana);
    floor.arrives(call(1));
    assert_eq!(
        floor.asked(1),
        Some(ANA),
        "only Ben could take a call for billing"
    );
}
