//! Servers and models that do not do what they should.

use crate::{WIRES, client, question, rich};
use serde_json::json;
use throughline_llm::stub::{Act, Piece, Stub};
use throughline_llm::{JsonError, LlmError, Reply, Stop, Wire};

async fn ask(wire: Wire, act: Act) -> Result<Reply, LlmError> {
    let stub = Stub::new(wire).then(act);
    client(&stub, wire).ask(&question("Hello"), &rich()).await
}

async fn read(wire: Wire, stream: &str) -> Result<Reply, LlmError> {
    ask(wire, Act::Raw(vec![Piece::text(stream)])).await
}

fn chunk(choice: &str) -> String {
    format!("data: {{\"choices\":[{choice}]}}\n\n")
}

#[tokio::test]
async fn a_server_of_another_dialect_is_understood() {
    let hello = r#"{"index":0,"delta":{"content":"Hello"}}"#;
    let stop = r#"{"index":0,"delta":{},"finish_reason":"stop"}"#;
    let dialects = [
        // Comments, other fields, unknown kinds, a byte order mark.
        format!(
            "\u{feff}: hi\n\nid: 7\nretry: 10\nevent: novelty\ndata: {{\"new\":1}}\n\n{}data: [DONE]\n\n",
            chunk(hello)
        ),
        // CRLF, and CR alone.
        format!("{}{}data: [DONE]\n\n", chunk(hello), chunk(stop)).replace('\n', "\r\n"),
        format!("{}{}data: [DONE]\n\n", chunk(hello), chunk(stop)).replace('\n', "\r"),
        // No space after the colon, no [DONE].
        format!("{}{}", chunk(hello), chunk(stop)).replace("data: ", "data:"),
        // The last empty line is forgotten.
        format!("{}{}", chunk(hello), chunk(stop))
            .trim_end()
            .to_owned(),
        // Empty choices, no choices, null where a text should be.
        format!(
            "{}data: {{}}\n\n{}{}{}",
            chunk(""),
            chunk(r#"{"delta":{"content":null,"tool_calls":null}}"#),
            chunk(hello),
            chunk(stop)
        ),
        // One event on two lines.
        format!("data: {{\"choices\":[\ndata: {hello}]}}\n\n{}", chunk(stop)),
        // Everything in one chunk, and more after the end.
        format!(
            "{}data: [DONE]\n\n{}",
            chunk(r#"{"delta":{"content":"Hello"},"finish_reason":"stop"}"#),
            chunk(hello)
        ),
    ];
    for dialect in dialects {
        let reply = read(Wire::Openai, &dialect).await;
        assert_eq!(reply.unwrap().text, "Hello", "{dialect:?}");
    }
}

#[tokio::test]
async fn calls_of_servers_that_do_not_number_them_are_told_apart() {
    let part = |call: &str| {
        chunk(&format!(
            r#"{{"index":0,"delta":{{"tool_calls":[{call}]}}}}"#
        ))
    };
    let stream = [
        part(r#"{"id":"a","function":{"name":"one","arguments":{"x":1}}}"#),
        part(r#"{"id":"b","function":{"name":"two","arguments":"{\"y\""}}"#),
        part(r#"{"id":"b","function":{"arguments":": 2"}}"#),
        part(r#"{"function":{"arguments":",}"}}"#),
        chunk(r#"{"delta":{},"finish_reason":"stop"}"#),
    ];
    let reply = read(Wire::Openai, &stream.concat()).await.unwrap();
    let calls: Vec<_> = reply
        .calls
        .iter()
        .map(|call| (call.name.as_str(), call.arguments.clone()))
        .collect();
    assert_eq!(
        calls,
        [("one", json!({ "x": 1 })), ("two", json!({ "y": 2 }))]
    );
    assert_eq!(reply.stop, Stop::Tools, "whatever the server says");
}

#[tokio::test]
async fn an_answer_that_is_none_is_an_error_that_says_so() {
    let malformed = |stream: &'static str| async move {
        let error = read(Wire::Openai, stream).await.unwrap_err();
        assert!(
            matches!(error, LlmError::Malformed(_)),
            "{stream:?} gave {error:?}"
        );
    };
    malformed("data: [DONE]\n\n").await;
    malformed("data: {\"choices\":[]}\n\ndata: [DONE]\n\n").await;
    malformed("data: <html>502</html>\n\n").await;
    malformed("data: {\"choices\":[{\"delta\":{\"content\":\"He\n\n").await;
    // Bytes that are no text become signs of replacement, not a crash.
    let broken = [b"data: {\"choices\":[{\"delta\":{\"content\":\"A\xff\xfeB\"},\"finish_reason\":\"stop\"}]}\n\n".to_vec()];
    let reply = ask(
        Wire::Openai,
        Act::Raw(broken.into_iter().map(Piece::Bytes).collect()),
    )
    .await
    .unwrap();
    assert_eq!(reply.text, "A\u{fffd}\u{fffd}B");
}

#[tokio::test(start_paused = true)]
async fn a_page_or_nothing_in_place_of_a_stream_is_an_answer_that_broke_off() {
    for wire in WIRES {
        for page in [
            "",
            "\n\n",
            "<html><body>Welcome</body></html>",
            "{\"choices\":[]}",
        ] {
            let stub = Stub::new(wire).otherwise(move |_| Act::Raw(vec![Piece::text(page)]));
            let answer = client(&stub, wire).ask(&question("Hello"), &rich()).await;
            assert_eq!(answer, Err(LlmError::BrokeOff), "{page:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn trouble_told_within_a_stream_is_trouble_all_the_same() {
    let overloaded = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n";
    let openai = "data: {\"error\":{\"type\":\"server_error\",\"message\":\"Oops\"}}\n\n";
    for (wire, stream) in [(Wire::Anthropic, overloaded), (Wire::Openai, openai)] {
        let stub = Stub::new(wire)
            .then(Act::Raw(vec![Piece::text(stream)]))
            .then(Act::say("Back."));
        let answer = client(&stub, wire).ask(&question("Hello"), &rich()).await;
        assert_eq!(answer.unwrap().text, "Back.");
        let stub = Stub::new(wire).otherwise(move |_| Act::Raw(vec![Piece::text(stream)]));
        let answer = client(&stub, wire).ask(&question("Hello"), &rich()).await;
        assert_eq!(answer, Err(LlmError::Failing { status: 200 }));
    }
}

#[tokio::test]
async fn what_will_not_pass_is_not_repeated_and_says_why() {
    for wire in WIRES {
        for status in [400, 404, 413, 422] {
            let stub = Stub::new(wire).otherwise(move |_| Act::refuse(status, "Too\nlong"));
            let answer = client(&stub, wire).ask(&question("Hello"), &rich()).await;
            assert_eq!(
                answer,
                Err(LlmError::Refused {
                    status,
                    message: "Too long".to_owned()
                })
            );
            assert_eq!(stub.asked().len(), 1);
        }
    }
}

#[tokio::test]
async fn an_account_without_money_is_no_busy_provider() {
    let stub = Stub::new(Wire::Openai).otherwise(|_| Act::refuse(429, "insufficient_quota"));
    let answer = client(&stub, Wire::Openai)
        .ask(&question("Hello"), &rich())
        .await;
    assert!(
        matches!(answer, Err(LlmError::Refused { status: 429, .. })),
        "{answer:?}"
    );
    assert_eq!(stub.asked().len(), 1);
}

#[tokio::test]
async fn a_model_that_cannot_stop_is_stopped() {
    for wire in WIRES {
        let answer = ask(wire, Act::babble(3 * 1024 * 1024)).await;
        assert_eq!(
            answer,
            Err(LlmError::TooLarge { limit: 1024 * 1024 }),
            "{wire:?}"
        );
        let line = Piece::Bytes([b"data: ".as_slice(), &vec![b'x'; 2 * 1024 * 1024]].concat());
        let answer = ask(wire, Act::Raw(vec![line])).await;
        assert_eq!(
            answer,
            Err(LlmError::TooLarge { limit: 1024 * 1024 }),
            "{wire:?}"
        );
        let comments = std::iter::repeat_n(Piece::Bytes(b": keep-alive\n".repeat(10_000)), 200);
        let answer = ask(wire, Act::Raw(comments.collect())).await;
        assert_eq!(
            answer,
            Err(LlmError::TooLarge {
                limit: 16 * 1024 * 1024
            }),
            "{wire:?}"
        );
    }
}

#[tokio::test]
async fn a_model_that_was_cut_short_gives_no_half_of_an_answer() {
    for wire in WIRES {
        let reply = ask(wire, Act::cut_short("{\"commands\": [{\"command\": \"aff"))
            .await
            .unwrap();
        assert_eq!(reply.stop, Stop::Length);
        assert_eq!(reply.json(), Err(JsonError::CutShort));
    }
}
