//! Business hours, targets, and settings that change.

use crate::floor::{
    ANA, BILLING, Floor, HOUR, MINUTE, ROBO, SERVICE, call, chat, human, item, settings,
};
use throughline_model::clock::Millis;
use throughline_model::id::CalendarId;
use throughline_routing::{
    Calendar, CalendarRules, Diversion, Effect, Event, Hours, Presence, Settings, WhenClosed,
    Worker,
};
use uuid::Uuid;

const OFFICE: CalendarId = CalendarId(Uuid::from_u128(0xca1));
/// A Monday at midnight, UTC.
const MONDAY: Millis = 1_800_230_400_000;

fn from_nine_to_five(when_closed: WhenClosed) -> Settings {
    let mut settings = settings();
    let hours = vec![Hours {
        from_min: 9 * 60,
        to_min: 17 * 60,
    }];
    let mut week: [Vec<Hours>; 7] = std::array::from_fn(|_| hours.clone());
    week[5].clear();
    week[6].clear();
    let rules = CalendarRules {
        time_zone: "UTC".into(),
        week,
        days: [].into(),
    };
    let calendar = Calendar::try_from(rules).expect("a calendar");
    settings.calendars.insert(OFFICE, calendar);
    let service = settings.queues.get_mut(&SERVICE).expect("the queue");
    service.calendar = Some(OFFICE);
    service.when_closed = when_closed;
    service.target_ms = Some(HOUR);
    settings
}

fn at(settings: Settings, hour: Millis) -> Floor {
    let mut floor = Floor::with(settings);
    floor.now_ms = MONDAY + hour * HOUR;
    floor
}

#[test]
fn what_is_held_is_offered_when_the_queue_opens() {
    let mut floor = at(from_nine_to_five(WhenClosed::Hold), 7);
    floor.comes(human(ANA));
    let effects = floor.arrives(chat(1));
    assert!(matches!(effects[..], [Effect::Queued { held: true, .. }]));
    let estimate = floor.router.estimate(item(1)).expect("an estimate");
    assert_eq!(estimate.wait_ms, Some(2 * HOUR + 5 * MINUTE / 4));
    floor.pass(2 * HOUR - 1);
    assert!(floor.waits(1));
    floor.pass(1);
    assert_eq!(floor.asked(1), Some(ANA));
    floor.declines(ANA, 1);
    floor.pass(24 * HOUR);
    floor.now_ms = MONDAY + 42 * HOUR;
    floor.tell(Event::Timer);
    floor.arrives(chat(2));
    assert!(floor.waits(2), "it has closed again");
}

#[test]
fn the_clock_of_the_target_stands_still_while_it_is_closed() {
    let mut floor = at(from_nine_to_five(WhenClosed::Wait), 16);
    floor.now_ms += 30 * MINUTE;
    floor.arrives(chat(1));
    let deadline_ms = MONDAY + 24 * HOUR + 9 * HOUR + 30 * MINUTE;
    assert_eq!(floor.router.deadline_ms(item(1)), Some(deadline_ms));
    let effects = floor.pass(17 * HOUR);
    let overdue = Effect::Overdue {
        item: item(1),
        deadline_ms,
    };
    assert_eq!(
        effects.iter().filter(|effect| **effect == overdue).count(),
        1
    );
}

#[test]
fn a_closed_queue_diverts_or_refuses() {
    let mut floor = at(from_nine_to_five(WhenClosed::Divert(BILLING)), 3);
    let effects = floor.arrives(call(1));
    let (from, to, why) = (SERVICE, BILLING, Diversion::Closed);
    assert!(effects.contains(&Effect::Diverted {
        item: item(1),
        from,
        to,
        why
    }));
    let mut floor = at(from_nine_to_five(WhenClosed::Refuse), 3);
    let opens_ms = Some(MONDAY + 9 * HOUR);
    let refused = Effect::Refused {
        item: item(1),
        queue: SERVICE,
        opens_ms,
    };
    assert_eq!(floor.arrives(call(1)), [refused]);
    assert!(floor.router.item(item(1)).is_none());
}

#[test]
fn work_of_a_queue_that_is_removed_goes_to_the_fallback() {
    let mut floor = Floor::open();
    floor.comes(human(ANA));
    let mut work = chat(1);
    work.queue = BILLING;
    floor.arrives(work);
    assert!(floor.waits(1));
    let mut fewer = settings();
    fewer.queues.remove(&BILLING);
    let effects = floor.tell(Event::SettingsChanged(Box::new(fewer))).to_vec();
    let (from, to, why) = (BILLING, SERVICE, Diversion::NoSuchQueue);
    assert!(effects.contains(&Effect::Diverted {
        item: item(1),
        from,
        to,
        why
    }));
    assert_eq!(floor.asked(1), Some(ANA));
}

#[test]
fn an_ai_agent_works_while_the_queue_is_closed_to_people() {
    for when_closed in [
        WhenClosed::Wait,
        WhenClosed::Hold,
        WhenClosed::Divert(BILLING),
        WhenClosed::Refuse,
    ] {
        let mut floor = at(from_nine_to_five(when_closed.clone()), 3);
        let mut robo = Worker::ai(ROBO, 1);
        robo.queues.insert(SERVICE);
        floor.comes(robo);
        floor.arrives(chat(1));
        assert_eq!(floor.has(1), Some(ROBO), "{when_closed:?}");
        floor.says(ROBO, Presence::Away);
        let effects = floor.arrives(chat(2));
        assert_ne!(floor.has(2), Some(ROBO));
        let refused = |effect: &Effect| matches!(effect, Effect::Refused { .. });
        let refuses = when_closed == WhenClosed::Refuse;
        assert_eq!(
            effects.iter().any(refused),
            refuses,
            "for people it is closed"
        );
    }
}
