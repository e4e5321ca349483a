//! Time limits and further tries, with a clock that only moves when everybody waits.

use crate::{NOW, WIRES, client, config, question, rich};
use futures::future::{Either, select};
use std::pin::pin;
use std::time::Duration;
use throughline_llm::stub::{Act, Piece, Stub};
use throughline_llm::{Delta, Event, LlmError, Reply, Wire};
use throughline_model::clock::Clock;
use tokio::time::Instant;

/// Asks, and says how long it took, in milliseconds.
async fn timed(stub: &Stub, wire: Wire) -> (Result<Reply, LlmError>, u128) {
    let began = Instant::now();
    let answer = client(stub, wire).ask(&question("Hello"), &rich()).await;
    (answer, began.elapsed().as_millis())
}

#[tokio::test(start_paused = true)]
async fn a_busy_provider_is_given_the_time_it_asks_for() {
    for wire in WIRES {
        let stub = Stub::new(wire)
            .then(Act::busy(3))
            .then(Act::say("Here I am."));
        let (answer, ms) = timed(&stub, wire).await;
        assert_eq!(answer.unwrap().text, "Here I am.");
        assert!((3_000..3_100).contains(&ms), "{wire:?}: {ms} ms");
        assert_eq!(stub.asked().len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_may_name_a_date_instead() {
    let stub = Stub::new(Wire::Openai)
        .then(Act::busy_until("Mon, 05 Jan 2026 10:00:05 GMT"))
        .then(Act::say("Here I am."));
    let (answer, ms) = timed(&stub, Wire::Openai).await;
    answer.unwrap();
    assert!((5_000..5_100).contains(&ms), "{ms} ms");
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_provider_that_wants_longer_than_an_answer_may_take() {
    for asked in [
        "3600",
        "18446744073709551615",
        "Tue, 06 Jan 2026 10:00:00 GMT",
    ] {
        let stub = Stub::new(Wire::Openai)
            .then(Act::busy_until(asked))
            .then(Act::say("Too late."));
        let (answer, ms) = timed(&stub, Wire::Openai).await;
        assert_eq!((answer, ms), (Err(LlmError::RateLimited), 0), "{asked}");
        assert_eq!(stub.asked().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_wish_that_makes_no_sense_is_overlooked() {
    for asked in ["", "soon", "-5", "NaN", "1e999"] {
        let stub = Stub::new(Wire::Openai)
            .then(Act::busy_until(asked))
            .then(Act::say("Here."));
        let (answer, ms) = timed(&stub, Wire::Openai).await;
        answer.unwrap();
        assert!((400..=500).contains(&ms), "{asked}: {ms} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_in_trouble_is_asked_again_but_not_for_ever() {
    for wire in WIRES {
        for status in [500, 502, 503, 529] {
            let trouble = move || Act::refuse(status, "Internal server error");
            let stub = Stub::new(wire)
                .then(trouble())
                .then(trouble())
                .then(Act::say("Better now."));
            let (answer, ms) = timed(&stub, wire).await;
            assert_eq!(answer.unwrap().text, "Better now.");
            assert!((1_200..=1_500).contains(&ms), "{ms} ms");

            let stub = Stub::new(wire).otherwise(move |_| trouble());
            let (answer, _) = timed(&stub, wire).await;
            assert_eq!(answer, Err(LlmError::Failing { status }));
            assert_eq!(stub.asked().len(), 3);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_says_nothing_is_left_in_time() {
    for wire in WIRES {
        let silences = [Act::Hang, Act::hang_after("", 0), Act::hang_after("", 1)];
        for silence in silences {
            let stub = Stub::new(wire)
                .then(silence.clone())
                .then(Act::say("Sorry, I dozed off."));
            let (answer, ms) = timed(&stub, wire).await;
            assert_eq!(answer.unwrap().text, "Sorry, I dozed off.", "{silence:?}");
            assert!((8_400..=8_500).contains(&ms), "{silence:?}: {ms} ms");

            let stub = Stub::new(wire).otherwise(move |_| silence.clone());
            let (answer, ms) = timed(&stub, wire).await;
            assert_eq!(answer, Err(LlmError::TooSlow { timeout_ms: 20_000 }));
            assert_eq!(ms, 20_000);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn keep_alive_comments_are_no_answer() {
    let comments = std::iter::repeat_n(
        [
            Piece::text(": keep-alive\n\n"),
            Piece::Wait(Duration::from_secs(1)),
        ],
        60,
    );
    let stub =
        Stub::new(Wire::Openai).otherwise(move |_| Act::Raw(comments.clone().flatten().collect()));
    let mut config = config(Wire::Openai);
    config.retries = 0;
    let client = stub.client(config, Clock::fixed(NOW)).unwrap();
    let answer = client.ask(&question("Hello"), &rich()).await;
    assert_eq!(answer, Err(LlmError::NoFirstToken { timeout_ms: 8_000 }));
}

#[tokio::test(start_paused = true)]
async fn a_model_that_thinks_aloud_has_begun() {
    let thought = r#"data: {"choices":[{"index":0,"delta":{"reasoning_content":"Hm. "}}]}"#;
    let answer = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"42\"},\"finish_reason\":\"stop\"}]}\n\n";
    let stub = Stub::new(Wire::Openai).then(Act::Raw(vec![
        Piece::text(&format!("{thought}\n\n")),
        Piece::Wait(Duration::from_secs(12)),
        Piece::text(answer),
    ]));
    let (answer, ms) = timed(&stub, Wire::Openai).await;
    assert_eq!((answer.unwrap().text.as_str(), ms), ("42", 12_000));
}

#[tokio::test(start_paused = true)]
async fn after_the_first_word_nothing_is_asked_again() {
    for wire in WIRES {
        for (act, expected) in [
            (
                Act::break_after("I will help you with that", 6),
                LlmError::BrokeOff,
            ),
            (
                Act::hang_after("I will help you with that", 6),
                LlmError::TooSlow { timeout_ms: 20_000 },
            ),
        ] {
            let stub = Stub::new(wire)
                .then(act)
                .then(Act::say("A second beginning."));
            let mut answer = client(&stub, wire)
                .start(&question("Hello"), &rich())
                .await
                .unwrap();
            let mut heard = String::new();
            let error = loop {
                match answer.next().await {
                    Ok(Some(Event::Delta(Delta::Text(text)))) => heard.push_str(&text),
                    Ok(other) => panic!("{other:?}"),
                    Err(error) => break error,
                }
            };
            assert_eq!(error, expected);
            assert!(
                heard.starts_with("I will") && !heard.contains("second"),
                "{heard}"
            );
            assert_eq!(
                answer.next().await,
                Ok(None),
                "nothing comes after an error"
            );
            assert_eq!(stub.asked().len(), 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_breaks_before_the_first_word_is_made_again() {
    for wire in WIRES {
        let stub = Stub::new(wire)
            .then(Act::break_after("", 0))
            .then(Act::say("There you are."));
        let (answer, _) = timed(&stub, wire).await;
        assert_eq!(answer.unwrap().text, "There you are.");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_stops_listening_stops_everything() {
    let stub = Stub::new(Wire::Openai)
        .then(Act::busy(5))
        .then(Act::say("Nobody hears this."));
    let client = client(&stub, Wire::Openai);
    let (hello, budget) = (question("Hello"), rich());
    {
        let asking = pin!(client.ask(&hello, &budget));
        let patience = pin!(tokio::time::sleep(Duration::from_secs(1)));
        assert!(matches!(select(asking, patience).await, Either::Right(_)));
    }
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(stub.asked().len(), 1);
}
