//! Transfers, decisions of supervisors, snoozing, calling back, and customers who leave.

use crate::floor::{
    ANA, BEN, BILLING, Floor, HOUR, MINUTE, ROBO, SECOND, SERVICE, call, chat, human, item,
    settings,
};
use throughline_model::id::MemberId;
use throughline_routing::{
    Departure, Effect, Event, Ignored, Presence, Release, Requeue, TransferTo, WorkClass, Worker,
    WorkerKind,
};
use uuid::Uuid;

const BOSS: MemberId = MemberId(Uuid::from_u128(0xb055));

fn robo() -> Worker {
    let mut robo = Worker::ai(ROBO, 50);
    robo.queues.insert(SERVICE);
    robo
}

fn transfer(number: u128, by: Option<throughline_model::id::WorkerId>, to: TransferTo) -> Event {
    let note = "wants a refund of order 17".to_owned();
    Event::Transferred {
        item: item(number),
        by,
        to,
        note,
    }
}

fn give(number: u128, worker: throughline_model::id::WorkerId) -> Event {
    let note = "knows the customer".to_owned();
    Event::Overridden {
        item: item(number),
        worker,
        by: BOSS,
        note,
    }
}

#[test]
fn the_ai_hands_on_to_a_human_and_the_clock_goes_on() {
    let mut floor = Floor::open();
    floor.comes(robo());
    floor.arrives(chat(1));
    assert_eq!(floor.has(1), Some(ROBO));
    let since_ms = floor.now_ms;
    floor.pass(3 * MINUTE);
    let effects = floor
        .tell(transfer(1, Some(ROBO), TransferTo::Human(None)))
        .to_vec();
    let why = Requeue::Transferred;
    assert!(effects.contains(&Effect::Requeued {
        item: item(1),
        why,
        since_ms
    }));
    floor.pass(HOUR);
    assert!(floor.waits(1), "the AI does not get it back");
    floor.comes(human(ANA));
    assert_eq!(floor.asked(1), Some(ANA));
    floor.accepts(ANA, 1);
    floor.tell(transfer(1, Some(ANA), TransferTo::Ai));
    assert_eq!(floor.has(1), Some(ROBO));
    floor.comes(human(BEN));
    floor.tell(transfer(1, Some(ROBO), TransferTo::Human(None)));
    floor.accepts(BEN, 1);
    floor.tell(transfer(1, Some(BEN), TransferTo::Ai));
    assert_eq!(
        floor.has(1),
        Some(ROBO),
        "although it has just handed it over"
    );
}

#[test]
fn a_transfer_to_an_agent_waits_for_them_and_then_for_anybody() {
    let mut floor = Floor::open();
    floor.comes(human(ANA));
    floor.arrives(chat(1));
    floor.accepts(ANA, 1);
    floor.comes(human(BEN));
    floor.says(BEN, Presence::Busy);
    floor.tell(transfer(1, Some(ANA), TransferTo::Worker(BEN)));
    assert!(floor.waits(1));
    floor.pass(MINUTE);
    assert!(floor.waits(1), "whoever handed it on is not asked at once");
    floor.says(BEN, Presence::Available);
    assert_eq!(floor.asked(1), Some(BEN));
    let not_hers = floor.tell(transfer(1, Some(ANA), TransferTo::Ai)).to_vec();
    assert!(matches!(
        not_hers[..],
        [Effect::Ignored {
            why: Ignored::NotHeld { .. },
            ..
        }]
    ));
}

#[test]
fn a_transfer_to_another_queue_reaches_whoever_serves_it() {
    let mut floor = Floor::open();
    floor.comes(human(ANA));
    let mut ben = Worker::human(BEN);
    ben.queues.insert(BILLING);
    floor.comes(ben);
    floor.arrives(call(1));
    floor.accepts(ANA, 1);
    floor.tell(transfer(1, Some(ANA), TransferTo::Queue(BILLING)));
    assert_eq!(floor.asked(1), Some(BEN));
    assert_eq!(
        floor.router.item(item(1)).map(|row| row.queue),
        Some(BILLING)
    );
}

#[test]
fn a_supervisor_decides_and_it_is_flagged() {
    let mut floor = Floor::open();
    floor.comes(human(ANA));
    floor.arrives(chat(1));
    floor.accepts(ANA, 1);
    let mut ben = Worker::human(BEN);
    ben.queues.insert(BILLING);
    floor.comes(ben);
    floor.says(BEN, Presence::Busy);
    let effects = floor.tell(give(1, BEN)).to_vec();
    assert_eq!(floor.has(1), Some(BEN));
    let flagged = |effect: &Effect| matches!(effect, Effect::Assigned { overridden_by: Some(by), .. } if *by == BOSS);
    assert!(effects.iter().any(flagged));
    let why = Release::Overridden;
    let released = |effect: &Effect| matches!(effect, Effect::Released { why: w, .. } if *w == why);
    assert!(effects.iter().any(released));
}

#[test]
fn a_supervisors_decision_without_room_keeps_the_agent_free_for_it() {
    let mut floor = Floor::open();
    floor.comes(human(ANA));
    floor.arrives(chat(1));
    floor.accepts(ANA, 1);
    floor.arrives(call(2));
    floor.tell(give(2, ANA));
    assert!(floor.waits(2));
    floor.arrives(chat(3));
    assert!(floor.waits(3));
    floor.finishes(ANA, 1);
    assert_eq!(floor.has(2), Some(ANA));
    floor.says(ANA, Presence::Offline);
    let ignored = floor.tell(give(3, ANA)).to_vec();
    assert!(matches!(
        ignored[..],
        [Effect::Ignored {
            why: Ignored::WorkerOffline,
            ..
        }]
    ));
    assert!(floor.waits(2), "it waits for anybody now");
    floor.comes(human(BEN));
    assert_eq!(floor.asked(3).or(floor.asked(2)), Some(BEN));
}

#[test]
fn what_is_snoozed_comes_back_to_whoever_had_it() {
    let mut floor = Floor::open();
    floor.comes(human(ANA));
    floor.arrives(chat(1));
    floor.accepts(ANA, 1);
    let until_ms = floor.now_ms + HOUR;
    floor.tell(Event::Snoozed {
        item: item(1),
        worker: ANA,
        until_ms,
    });
    assert_eq!(floor.router.load(ANA), 0);
    floor.comes(human(BEN));
    floor.pass(HOUR);
    assert_eq!(floor.asked(1), Some(ANA));
    assert_eq!(
        floor.router.item(item(1)).map(|row| row.since_ms),
        Some(until_ms)
    );
}

#[test]
fn a_customer_who_is_called_back_keeps_the_place_in_line() {
    let mut floor = Floor::open();
    floor.arrives(call(1));
    floor.pass(MINUTE);
    floor.arrives(call(2));
    floor.tell(Event::CallbackRequested {
        item: item(1),
        at_ms: None,
    });
    let hung_up = floor.tell(Event::CustomerLeft { item: item(1) }).to_vec();
    assert!(matches!(
        hung_up[..],
        [Effect::Ignored {
            why: Ignored::NothingToDo,
            ..
        }]
    ));
    floor.comes(human(ANA));
    assert_eq!(floor.asked(1), Some(ANA));
}

#[test]
fn a_chat_whose_customer_is_called_back_takes_a_whole_person_until_it_is_over() {
    let mut floor = Floor::open();
    floor.comes(human(ANA));
    floor.arrives(chat(1));
    floor.accepts(ANA, 1);
    floor.arrives(chat(2));
    assert_eq!(
        floor.asked(2),
        Some(ANA),
        "there is room for a chat beside it"
    );
    floor.tell(Event::CallbackRequested {
        item: item(2),
        at_ms: None,
    });
    assert!(floor.waits(2), "there is no room for a call");
    floor.comes(human(BEN));
    assert_eq!(floor.asked(2), Some(BEN));
    floor.accepts(BEN, 2);
    assert_eq!(floor.router.load(BEN), 100);
    floor.tell(Event::CallbackOver { item: item(2) });
    assert_eq!(floor.router.load(BEN), 100, "they may still be talking");
    floor.tell(Event::Transferred {
        item: item(2),
        by: Some(BEN),
        to: TransferTo::Queue(SERVICE),
        note: String::new(),
    });
    let class = floor.router.item(item(2)).map(|row| row.class);
    assert_eq!(class, Some(WorkClass::Chat), "what is left of it is a chat");
}

#[test]
fn who_is_not_to_be_called_after_all_goes_on_waiting() {
    let mut floor = Floor::open();
    floor.arrives(chat(1));
    let at_ms = Some(floor.now_ms + HOUR);
    floor.tell(Event::CallbackRequested {
        item: item(1),
        at_ms,
    });
    floor.comes(human(ANA));
    assert_eq!(floor.asked(1), None, "it is not the time yet");
    floor.tell(Event::CallbackOver { item: item(1) });
    assert_eq!(floor.asked(1), Some(ANA));
    let row = floor.router.item(item(1)).expect("it waits");
    assert_eq!((row.class, row.callback), (WorkClass::Chat, None));
}

#[test]
fn nobody_is_called_back_for_ever() {
    let mut floor = Floor::open();
    floor.comes(human(ANA));
    floor.arrives(call(1));
    let at_ms = Some(floor.now_ms + HOUR);
    floor.tell(Event::CallbackRequested {
        item: item(1),
        at_ms,
    });
    assert_eq!(floor.asked(1), None);
    floor.pass(HOUR);
    for attempt in 1..=3 {
        assert_eq!(floor.asked(1), Some(ANA), "attempt {attempt}");
        floor.accepts(ANA, 1);
        floor.tell(Event::CallbackUnanswered {
            item: item(1),
            worker: ANA,
        });
        floor.pass(15 * MINUTE);
    }
    assert!(floor.router.item(item(1)).is_none());
    assert_eq!(floor.router.load(ANA), 0);
}

#[test]
fn a_chat_whose_customer_is_silent_is_abandoned() {
    let mut settings = settings();
    settings
        .queues
        .get_mut(&SERVICE)
        .expect("the queue")
        .silence_ms = Some(2 * MINUTE);
    let mut floor = Floor::with(settings);
    floor.arrives(chat(1));
    floor.pass(MINUTE);
    floor.tell(Event::CustomerHeard { item: item(1) });
    floor.pass(2 * MINUTE - SECOND);
    assert!(floor.waits(1));
    let effects = floor.pass(SECOND);
    let (why, waited_ms) = (Departure::Silent, 3 * MINUTE);
    assert_eq!(
        effects,
        [Effect::Gone {
            item: item(1),
            why,
            waited_ms
        }]
    );
}

#[test]
fn a_caller_who_hangs_up_takes_the_offer_along() {
    let mut floor = Floor::open();
    floor.comes(human(ANA));
    floor.arrives(call(1));
    floor.arrives(call(2));
    floor.tell(Event::CustomerLeft { item: item(1) });
    assert!(floor.router.item(item(1)).is_none());
    assert_eq!(floor.asked(2), Some(ANA));
}

#[test]
fn who_is_first_in_line_is_told_a_shorter_wait() {
    let mut floor = Floor::open();
    floor.comes(human(ANA));
    floor.arrives(call(1));
    floor.accepts(ANA, 1);
    floor.arrives(call(2));
    floor.arrives(call(3));
    let wait = |number| floor.router.estimate(item(number)).expect("an estimate");
    assert_eq!((wait(2).ahead, wait(2).wait_ms), (0, Some(5 * MINUTE)));
    assert_eq!((wait(3).ahead, wait(3).wait_ms), (1, Some(10 * MINUTE)));
    assert!(floor.router.estimate(item(1)).is_none());
    floor.says(ANA, Presence::Offline);
    let alone = floor.router.estimate(item(3)).expect("an estimate");
    assert_eq!(alone.wait_ms, None);
}

#[test]
fn an_ai_agent_is_asked_only_where_the_queue_says_so() {
    let mut floor = Floor::open();
    floor.comes(robo());
    let mut work = chat(1);
    work.only = Some(WorkerKind::Human);
    floor.arrives(work);
    assert!(floor.waits(1));
}

#[test]
fn an_ai_agent_is_asked_before_people_and_people_where_it_takes_nothing() {
    let mut floor = Floor::open();
    floor.comes(human(ANA));
    floor.comes(robo());
    floor.arrives(chat(1));
    assert_eq!(floor.has(1), Some(ROBO));
    floor.says(ROBO, Presence::Away);
    assert_eq!(floor.has(1), Some(ROBO), "it keeps what it has");
    floor.arrives(chat(2));
    assert_eq!(floor.asked(2), Some(ANA));
}

#[test]
fn what_a_person_has_had_goes_to_people_from_then_on() {
    let mut floor = Floor::open();
    floor.comes(human(ANA));
    floor.arrives(chat(1));
    floor.accepts(ANA, 1);
    floor.comes(robo());
    floor.says(ANA, Presence::Offline);
    floor.pass(HOUR);
    assert!(floor.waits(1), "for people");
    floor.says(ANA, Presence::Available);
    assert_eq!(floor.asked(1), Some(ANA));
}

#[test]
fn a_transfer_from_the_ai_to_somebody_who_is_away_waits_for_people() {
    let mut floor = Floor::open();
    floor.comes(robo());
    floor.comes(human(ANA));
    floor.says(ANA, Presence::Away);
    floor.arrives(chat(1));
    floor.tell(transfer(1, None, TransferTo::Worker(ANA)));
    floor.pass(HOUR);
    assert!(floor.waits(1), "the AI does not get it back");
}

#[test]
fn the_ai_has_served_the_customer_so_the_promise_counts_from_then_and_the_place_in_line_does_not() {
    let mut settings = settings();
    if let Some(service) = settings.queues.get_mut(&SERVICE) {
        service.target_ms = Some(5 * MINUTE);
    }
    let mut floor = Floor::with(settings);
    floor.comes(robo());
    floor.arrives(chat(1));
    floor.pass(30 * MINUTE);
    floor.says(ROBO, Presence::Away);
    floor.arrives(chat(2));
    floor.pass(MINUTE);
    let handed_ms = floor.now_ms;
    let effects = floor
        .tell(transfer(1, Some(ROBO), TransferTo::Human(None)))
        .to_vec();
    let overdue = |effect: &Effect| matches!(effect, Effect::Overdue { .. });
    assert!(!effects.iter().any(overdue), "{effects:?}");
    let promised_ms = floor.router.promised_ms(item(1));
    assert_eq!(promised_ms, Some(handed_ms + 5 * MINUTE));
    floor.comes(human(ANA));
    assert_eq!(floor.asked(1), Some(ANA), "who came first");
}
