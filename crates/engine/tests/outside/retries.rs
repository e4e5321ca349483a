//! An event that was committed is told at least once, at the times it should be, whatever breaks in between.

use crate::receiver::{Answer, reply};
use crate::subscriber::Subscriber;
use throughline_engine::job::{Done, Handler, LEASE_MS};
use throughline_engine::webhook::{EventStatus, RETRY_AFTER_MS, TRIES, delivery, retry_after_ms};
use throughline_testkit::on_both_engines;

const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;

#[test]
fn a_receiver_that_is_down_is_tried_at_exactly_these_times_and_then_no_more() {
    on_both_engines(async |engine| {
        let they = Subscriber::on(engine).await;
        let event = they.event().await;
        they.receiver.will_say(&[500; 8]);
        they.run().await;
        assert_eq!(they.receiver.count(), 1, "the first try is made at once");
        for (tries, base) in RETRY_AFTER_MS.iter().enumerate() {
            let made = tries + 1;
            let wait = retry_after_ms(event.id, made as i64).unwrap();
            assert!((*base..=*base + *base / 10).contains(&wait), "{wait}");
            let log = they.log(None).await;
            let now = they.shop.setup.clock.now();
            assert_eq!(log[0].next_attempt_at, Some(now + wait));
            they.pass(wait - 1);
            they.run().await;
            assert_eq!(they.receiver.count(), made, "a millisecond early");
            they.pass(1);
            they.run().await;
            assert_eq!(they.receiver.count(), made + 1);
        }
        they.pass(30 * DAY);
        assert_eq!(they.run().await, 0, "nothing is left to do");
        assert_eq!(they.receiver.count() as i64, TRIES);
        let log = they.log(None).await;
        assert_eq!(log[0].status, EventStatus::Failed);
        assert_eq!(log[0].next_attempt_at, None);
        assert_eq!(log[0].response_code, Some(500));
        let ids: Vec<_> = they
            .receiver
            .seen()
            .iter()
            .map(|seen| seen.header("webhook-id").unwrap().to_owned())
            .collect();
        assert!(ids.iter().all(|id| *id == event.event_id.to_string()));
    });
}

#[test]
fn waits_are_spread_between_events_and_the_same_for_one() {
    let ids: Vec<_> = (0..100_u128)
        .map(|n| uuid::Uuid::from_u128(n * 7_919))
        .collect();
    let mut waits: Vec<_> = ids.iter().map(|id| retry_after_ms(*id, 2)).collect();
    assert_eq!(
        waits,
        ids.iter()
            .map(|id| retry_after_ms(*id, 2))
            .collect::<Vec<_>>()
    );
    waits.sort_unstable();
    waits.dedup();
    assert!(waits.len() > 90, "{}", waits.len());
    assert_eq!(retry_after_ms(ids[0], 0), None);
    assert_eq!(retry_after_ms(ids[0], TRIES), None);
}

#[test]
fn a_worker_that_dies_before_it_sends_is_replaced() {
    on_both_engines(async |engine| {
        let they = Subscriber::on(engine).await;
        they.event().await;
        they.claim().await;
        they.run().await;
        assert_eq!(they.receiver.count(), 0, "its lease runs");
        they.pass(LEASE_MS + 1);
        they.run().await;
        assert_eq!(they.receiver.count(), 1);
        assert_eq!(they.log(None).await[0].status, EventStatus::Delivered);
    });
}

#[test]
fn a_worker_that_dies_while_it_sends_is_replaced_and_the_receiver_can_tell() {
    on_both_engines(async |engine| {
        let they = Subscriber::on(engine).await;
        they.event().await;
        they.receiver.will(Answer::Never);
        let (job, sender) = (they.claim().await, they.sender());
        tokio::select! {
            done = sender.handle(&job) => panic!("nobody answered: {done:?}"),
            () = they.receiver.arrival() => {}
        }
        they.pass(LEASE_MS + 1);
        they.run().await;
        let seen = they.receiver.seen();
        assert_eq!(seen.len(), 2, "told twice rather than not at all");
        assert_eq!(seen[0].header("webhook-id"), seen[1].header("webhook-id"));
        assert_eq!(seen[0].body, seen[1].body);
        let log = they.log(None).await;
        assert_eq!(log[0].status, EventStatus::Delivered);
        assert_eq!(log[0].attempts, 1, "only one came to an end");
    });
}

#[test]
fn a_worker_that_dies_after_it_sent_leaves_nothing_to_send() {
    on_both_engines(async |engine| {
        let they = Subscriber::on(engine).await;
        they.event().await;
        they.work_and_die().await;
        they.pass(LEASE_MS + 1);
        assert_eq!(they.run().await, 1, "its job is only cleared away");
        assert_eq!(they.run().await, 0);
        assert_eq!(they.receiver.count(), 1);
    });
}

#[test]
fn a_worker_that_dies_after_a_failed_try_shortens_no_wait() {
    on_both_engines(async |engine| {
        let they = Subscriber::on(engine).await;
        let event = they.event().await;
        they.receiver.will_say(&[503, 503]);
        they.run().await;
        they.pass(retry_after_ms(event.id, 1).unwrap());
        they.work_and_die().await;
        assert_eq!(they.receiver.count(), 2);
        let wait = retry_after_ms(event.id, 2).unwrap();
        assert!(wait > LEASE_MS + 1);
        they.pass(LEASE_MS + 1);
        they.run().await;
        assert_eq!(
            they.receiver.count(),
            2,
            "its lease is over, the wait is not"
        );
        they.pass(wait - LEASE_MS - 1);
        they.run().await;
        assert_eq!(they.receiver.count(), 3);
        assert_eq!(they.log(None).await[0].status, EventStatus::Delivered);
    });
}

#[test]
fn a_receiver_may_ask_for_more_time_but_not_for_any_amount() {
    on_both_engines(async |engine| {
        let they = Subscriber::on(engine).await;
        let own = |event: uuid::Uuid| retry_after_ms(event, 1).unwrap();
        // 2026-03-01T09:00:00Z is when the shop opens.
        for (asked, expected) in [
            ("600", Some(600 * SECOND)),
            ("1", None),
            ("-5", None),
            ("soon", None),
            ("31536000", Some(12 * HOUR)),
            ("9223372036854775807", Some(12 * HOUR)),
            ("Sun, 01 Mar 2026 09:20:00 GMT", Some(1200 * SECOND)),
            ("Sat, 28 Feb 2026 09:20:00 GMT", None),
        ] {
            let event = they.event().await;
            they.receiver
                .will(reply(429, &[("retry-after", asked)], ""));
            let now = they.shop.setup.clock.now();
            they.run().await;
            let wait = they.log(None).await[0].next_attempt_at.unwrap() - now;
            assert_eq!(wait, expected.unwrap_or(own(event.id)), "{asked}");
        }
    });
}

#[test]
fn a_redirect_is_no_success_and_is_not_followed() {
    on_both_engines(async |engine| {
        let they = Subscriber::on(engine).await;
        they.event().await;
        let elsewhere = they.receiver.url("/elsewhere");
        they.receiver
            .will(reply(308, &[("location", &elsewhere)], ""));
        they.run().await;
        assert_eq!(they.receiver.count(), 1);
        let log = they.log(None).await;
        assert_eq!(log[0].status, EventStatus::Pending);
        assert_eq!(log[0].response_code, Some(308));
        let why = log[0].last_error.as_deref().unwrap();
        assert!(why.contains("change the URL"), "{why}");
    });
}

#[test]
fn a_receiver_that_says_gone_is_told_no_more() {
    on_both_engines(async |engine| {
        let they = Subscriber::on(engine).await;
        they.event().await;
        they.event().await;
        they.receiver.will_say(&[410]);
        they.run().await;
        let webhook = they.subscription().await;
        assert!(!webhook.enabled);
        assert_eq!(
            webhook.disabled_reason.as_deref(),
            Some("the receiver answered 410 Gone")
        );
        assert_eq!(they.receiver.count(), 1, "the second is not even tried");
        let failed = they.log(Some(EventStatus::Failed)).await;
        assert_eq!(failed.len(), 2);
        // What happens from now on is not written down for it.
        they.event().await;
        assert_eq!(they.log(None).await.len(), 2);
    });
}

/// Lets an event go through all its tries.
async fn exhaust(they: &Subscriber) {
    they.event().await;
    for _ in 0..TRIES {
        they.run().await;
        they.pass(12 * HOUR);
    }
}

#[test]
fn a_receiver_that_fails_for_five_days_is_told_no_more() {
    on_both_engines(async |engine| {
        let they = Subscriber::on(engine).await;
        they.receiver.will_say(&[500; 16]);
        exhaust(&they).await;
        let webhook = they.subscription().await;
        assert!(webhook.enabled, "one lost event is no reason");
        assert!(webhook.failing_since.is_some());
        exhaust(&they).await;
        let webhook = they.subscription().await;
        assert!(!webhook.enabled);
        let why = webhook.disabled_reason.unwrap();
        assert!(why.contains("5 days") && why.contains("500"), "{why}");
    });
}

#[test]
fn one_success_makes_up_for_days_of_failures() {
    on_both_engines(async |engine| {
        let they = Subscriber::on(engine).await;
        they.receiver.will_say(&[500; 8]);
        exhaust(&they).await;
        they.event().await;
        they.run().await;
        assert_eq!(they.subscription().await.failing_since, None);
        they.receiver.will_say(&[500; 8]);
        exhaust(&they).await;
        assert!(they.subscription().await.enabled);
    });
}

#[test]
fn a_slow_receiver_gets_four_requests_at_once_and_a_fifth_later() {
    on_both_engines(async |engine| {
        let they = Subscriber::on(engine).await;
        let mut waiting = Vec::new();
        for _ in 0..4 {
            they.event().await;
            they.receiver.will(Answer::Never);
            let (job, sender) = (they.claim().await, they.sender());
            waiting.push(tokio::spawn(async move { sender.handle(&job).await }));
            they.receiver.arrival().await;
        }
        they.event().await;
        let fifth = they.claim().await;
        let done = they.sender().handle(&fifth).await.unwrap();
        assert_eq!(done, Done::Later { after_ms: 1_000 });
        let one = waiting.remove(0);
        one.abort();
        assert!(one.await.is_err());
        let done = they.sender().handle(&fifth).await.unwrap();
        assert_eq!(done, Done::Finished);
    });
}

#[test]
fn every_try_is_in_the_log() {
    on_both_engines(async |engine| {
        let they = Subscriber::on(engine).await;
        let event = they.event().await;
        let long = "no\0".repeat(2000);
        they.receiver.will(reply(500, &[], long));
        they.run().await;
        they.pass(retry_after_ms(event.id, 1).unwrap());
        they.receiver.will(reply(202, &[], "thanks"));
        they.run().await;
        let (webhook, id) = (they.webhook, event.id);
        let details = they
            .db()
            .read(move |tx| delivery(tx, webhook, id))
            .await
            .unwrap();
        let [first, second] = &details.tries[..] else {
            panic!("{:?}", details.tries)
        };
        assert_eq!((first.number, first.response_code), (1, Some(500)));
        assert!(first.response_start.as_ref().unwrap().len() <= 1024);
        assert!(first.response_start.as_ref().unwrap().starts_with("no"));
        assert_eq!(
            first.error.as_deref(),
            Some("answered 500 Internal Server Error")
        );
        assert_eq!((second.number, second.response_code), (2, Some(202)));
        assert_eq!(second.response_start.as_deref(), Some("thanks"));
        assert_eq!(second.error, None);
        assert_eq!(details.delivery.attempts, 2);
    });
}
