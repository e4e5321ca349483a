//! An offer is a lease: it is answered, or it ends.

use crate::floor::{ANA, BEN, Floor, MINUTE, SECOND, call, chat, email, human, item, settings};
use throughline_routing::{Effect, Event, Ignored, Place, Presence, Requeue, Withdrawal};

#[test]
fn a_chat_is_offered_accepted_and_done() {
    let mut floor = Floor::open();
    floor.comes(human(ANA));
    floor.arrives(chat(1));
    assert_eq!(floor.asked(1), Some(ANA));
    let Some(Effect::Offered {
        decision, offer, ..
    }) = floor.last.effects.last()
    else {
        panic!("nothing was offered: {:?}", floor.last.effects);
    };
    assert_eq!(decision.tally.free, 1);
    assert_eq!(offer.expires_ms, floor.now_ms + 30 * SECOND);
    floor.accepts(ANA, 1);
    assert_eq!(floor.has(1), Some(ANA));
    assert_eq!(floor.router.load(ANA), 25);
    floor.finishes(ANA, 1);
    assert!(floor.router.item(item(1)).is_none());
    assert_eq!(floor.router.load(ANA), 0);
}

#[test]
fn what_is_declined_goes_to_somebody_else_and_not_back_at_once() {
    let mut floor = Floor::open();
    floor.comes(human(ANA));
    floor.arrives(chat(1));
    let since_ms = floor.now_ms;
    floor.pass(5 * SECOND);
    let effects = floor.declines(ANA, 1);
    assert!(floor.waits(1));
    let why = Requeue::Declined;
    assert!(effects.contains(&Effect::Requeued {
        item: item(1),
        why,
        since_ms
    }));
    floor.comes(human(BEN));
    assert_eq!(floor.asked(1), Some(BEN));
    floor.declines(BEN, 1);
    assert!(floor.waits(1));
    floor.pass(5 * MINUTE - 5 * SECOND);
    assert!(floor.waits(1));
    floor.pass(5 * SECOND);
    assert_eq!(floor.asked(1), Some(ANA));
    assert_eq!(
        floor.router.item(item(1)).map(|row| row.since_ms),
        Some(since_ms)
    );
}

#[test]
fn whoever_misses_two_offers_is_away() {
    let mut floor = Floor::open();
    floor.comes(human(ANA));
    floor.arrives(chat(1));
    floor.arrives(chat(2));
    assert!(floor.waits(2), "one rings at a time");
    floor.pass(31 * SECOND);
    assert_eq!(floor.asked(2), Some(ANA));
    let effects = floor.pass(31 * SECOND);
    let presence = Presence::Away;
    assert!(effects.contains(&Effect::PresenceSet {
        worker: ANA,
        presence,
        missed: 2
    }));
    assert!(floor.waits(1) && floor.waits(2));
    floor.says(ANA, Presence::Available);
    assert!(floor.waits(1), "both were missed just now");
    floor.arrives(chat(3));
    assert_eq!(floor.asked(3), Some(ANA));
}

#[test]
fn two_accept_and_one_is_told() {
    let mut floor = Floor::open();
    floor.comes(human(ANA));
    floor.arrives(chat(1));
    let old = floor.token(1);
    floor.comes(human(BEN));
    floor.pass(31 * SECOND);
    assert_eq!(floor.asked(1), Some(BEN));
    let live = floor.token(1);
    assert!(live > old);
    floor.tell(Event::Timer);
    let before = floor.router.snapshot();
    let late = Event::Accepted {
        item: item(1),
        worker: ANA,
        token: old,
    };
    let stale = Ignored::StaleOffer {
        live: Some(live),
        worker: Some(BEN),
    };
    let expected = [Effect::Ignored {
        item: Some(item(1)),
        why: stale,
    }];
    assert_eq!(floor.tell(late.clone()), expected);
    assert_eq!(floor.router.snapshot(), before);
    floor.accepts(BEN, 1);
    let stale = Ignored::StaleOffer {
        live: None,
        worker: Some(BEN),
    };
    let expected = [Effect::Ignored {
        item: Some(item(1)),
        why: stale,
    }];
    assert_eq!(floor.tell(late), expected);
    assert_eq!(floor.has(1), Some(BEN));
}

#[test]
fn an_answer_at_the_very_end_of_the_lease_is_too_late() {
    let mut floor = Floor::open();
    floor.comes(human(ANA));
    floor.arrives(chat(1));
    let token = floor.token(1);
    floor.now_ms += 30 * SECOND;
    floor.tell(Event::Accepted {
        item: item(1),
        worker: ANA,
        token,
    });
    assert!(floor.waits(1));
}

#[test]
fn a_laptop_that_is_closed_mid_offer_gives_the_work_to_somebody_else_at_once() {
    let mut floor = Floor::open();
    floor.comes(human(ANA));
    floor.arrives(call(1));
    floor.comes(human(BEN));
    assert_eq!(floor.asked(1), Some(ANA));
    let token = floor.token(1);
    let effects = floor.tell(Event::ConnectionLost { worker: ANA }).to_vec();
    let why = Withdrawal::NotAvailable;
    assert!(effects.contains(&Effect::Withdrawn {
        item: item(1),
        worker: ANA,
        token,
        why
    }));
    assert_eq!(floor.asked(1), Some(BEN));
}

#[test]
fn ten_minutes_without_connection_cost_calls_and_chats_but_no_mail() {
    let mut floor = Floor::open();
    let mut ana = human(ANA);
    ana.capacity = 200;
    floor.comes(ana);
    for (number, work) in [(1, email(1)), (2, chat(2)), (3, call(3))] {
        floor.arrives(work);
        floor.accepts(ANA, number);
    }
    floor.tell(Event::ConnectionLost { worker: ANA });
    assert!(floor.waits(3), "nobody is left alone on the line");
    assert_eq!(floor.has(2), Some(ANA));
    floor.pass(10 * MINUTE);
    assert!(floor.waits(2));
    assert_eq!(floor.has(1), Some(ANA));
    floor.says(ANA, Presence::Available);
    assert_eq!(floor.has(1), Some(ANA));
    assert_eq!(floor.asked(3).or(floor.asked(2)), Some(ANA));
}

#[test]
fn a_member_who_is_removed_leaves_nothing_stuck() {
    let mut floor = Floor::open();
    floor.comes(human(ANA));
    floor.arrives(chat(1));
    floor.accepts(ANA, 1);
    floor.arrives(chat(2));
    let since_ms = floor.now_ms;
    floor.pass(MINUTE / 4);
    let effects = floor.tell(Event::WorkerRemoved { worker: ANA }).to_vec();
    for number in [1, 2] {
        let why = Requeue::WorkerRemoved;
        assert!(effects.contains(&Effect::Requeued {
            item: item(number),
            why,
            since_ms
        }));
        assert!(floor.waits(number));
    }
    floor.comes(human(BEN));
    assert_eq!(floor.asked(1), Some(BEN));
}

#[test]
fn what_is_not_known_changes_nothing_and_is_said() {
    let mut floor = Floor::open();
    floor.comes(human(ANA));
    floor.arrives(chat(1));
    let before = floor.router.snapshot();
    let unknown = Event::Finished {
        item: item(9),
        worker: ANA,
    };
    assert!(matches!(
        floor.tell(unknown),
        [Effect::Ignored {
            why: Ignored::UnknownItem,
            ..
        }]
    ));
    let not_hers = Event::Finished {
        item: item(1),
        worker: ANA,
    };
    assert!(matches!(
        floor.tell(not_hers),
        [Effect::Ignored {
            why: Ignored::NotHeld { worker: Some(ANA) },
            ..
        }]
    ));
    assert!(matches!(
        floor.arrives(chat(1))[..],
        [Effect::Ignored {
            why: Ignored::KnownItem,
            ..
        }]
    ));
    let mut bad = settings();
    bad.queues.clear();
    assert!(matches!(
        floor.tell(Event::SettingsChanged(Box::new(bad))),
        [Effect::Ignored {
            why: Ignored::BadSettings(_),
            ..
        }]
    ));
    assert_eq!(floor.router.snapshot(), before);
    assert!(matches!(floor.place(1), Place::Offered(_)));
}

#[test]
fn whoever_takes_work_unasked_has_it_and_the_offer_to_somebody_else_ends() {
    let mut floor = Floor::open();
    floor.comes(human(ANA));
    floor.arrives(chat(1));
    floor.comes(human(BEN));
    floor.says(BEN, Presence::Busy);
    let effects = floor
        .tell(Event::Taken {
            item: item(1),
            worker: BEN,
        })
        .to_vec();
    assert!(matches!(
        effects[0],
        Effect::Withdrawn {
            worker: ANA,
            why: Withdrawal::Moved,
            ..
        }
    ));
    assert_eq!(floor.has(1), Some(BEN));
    floor.arrives(call(2));
    floor.declines(ANA, 2);
    let effects = floor
        .tell(Event::Taken {
            item: item(2),
            worker: BEN,
        })
        .to_vec();
    assert!(matches!(
        effects[..],
        [Effect::Ignored {
            why: Ignored::NoRoom,
            ..
        }]
    ));
}

#[test]
fn whoever_writes_first_has_the_work_from_the_beginning() {
    let mut floor = Floor::open();
    floor.comes(human(ANA));
    floor.comes(human(BEN));
    let mut work = email(1);
    work.taken_by = Some(BEN);
    floor.arrives(work);
    assert_eq!(floor.has(1), Some(BEN));
}
