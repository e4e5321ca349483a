//! What goes well.

use crate::{WIRES, client, config, question, rich};
use futures::StreamExt;
use serde_json::{Value, json};
use throughline_llm::stub::{Act, Stub};
use throughline_llm::{Call, Delta, Event, Message, Request, Schema, Stop, Structured, Tool, Wire};
use throughline_model::clock::Clock;

const GERMAN: &str = "Grüß Gott! Ihre Rücksendung ist angemeldet 🎉, 漢字 inklusive.";

fn order_tool() -> Tool {
    Tool {
        name: "get_order".to_owned(),
        description: "Looks an order up.".to_owned(),
        parameters: json!({ "type": "object", "properties": { "order": { "type": "string" } } }),
    }
}

#[tokio::test]
async fn an_answer_arrives_word_by_word_and_whole_at_the_end() {
    for wire in WIRES {
        let stub = Stub::new(wire).then(Act::say(GERMAN));
        let answer = client(&stub, wire)
            .start(&question("Hallo"), &rich())
            .await
            .unwrap();
        let events: Vec<Event> = answer.into_stream().map(Result::unwrap).collect().await;
        let (last, pieces) = events.split_last().unwrap();
        let said = pieces.iter().map(|event| match event {
            Event::Delta(Delta::Text(text)) => text.as_str(),
            other => panic!("{other:?}"),
        });
        assert_eq!(said.collect::<String>(), GERMAN);
        assert!(pieces.len() > 5, "{wire:?} came in {} pieces", pieces.len());
        let Event::Done(reply) = last else {
            panic!("{last:?}")
        };
        assert_eq!((reply.text.as_str(), &reply.stop), (GERMAN, &Stop::End));
        assert!(reply.usage.input_tokens > 0 && reply.usage.output_tokens > 0);
        assert!(!reply.usage.estimated, "{wire:?}");
    }
}

#[tokio::test]
async fn an_answer_cut_anywhere_even_within_a_character_is_the_same() {
    for wire in WIRES {
        for bytes in [1, 2, 3, 7, 64] {
            let act = Act::call(GERMAN, &[("get_order", json!({ "order": "#Ü1 漢" }))]);
            let stub = Stub::new(wire).then(act).cut_every(bytes);
            let reply = client(&stub, wire)
                .ask(&question("Hallo"), &rich())
                .await
                .unwrap();
            assert_eq!(reply.text, GERMAN, "{wire:?} in pieces of {bytes}");
            assert_eq!(reply.calls[0].arguments, json!({ "order": "#Ü1 漢" }));
        }
    }
}

#[tokio::test]
async fn several_calls_are_put_together_and_their_results_go_back() {
    for wire in WIRES {
        let calls = [
            ("get_order", json!({ "order": "#W1" })),
            ("list_orders", json!({})),
        ];
        let stub = Stub::new(wire)
            .then(Act::call("Let me look.", &calls))
            .then(Act::say("It was delivered on Monday."));
        let client = client(&stub, wire);
        let mut request = Request {
            tools: vec![order_tool()],
            ..question("Where is #W1?")
        };
        let reply = client.ask(&request, &rich()).await.unwrap();
        assert_eq!(reply.stop, Stop::Tools);
        let named: Vec<(&str, &Value)> = reply
            .calls
            .iter()
            .map(|call| (call.name.as_str(), &call.arguments))
            .collect();
        assert_eq!(
            named,
            calls
                .iter()
                .map(|(name, arguments)| (*name, arguments))
                .collect::<Vec<_>>()
        );
        assert_ne!(reply.calls[0].id, reply.calls[1].id);

        let results = reply.calls.iter().map(|call| Message::ToolResult {
            call: call.id.clone(),
            content: "delivered".to_owned(),
        });
        let results: Vec<Message> = results.collect();
        request.messages.push(Message::Assistant {
            text: reply.text,
            calls: reply.calls,
        });
        request.messages.extend(results);
        // The stub refuses results that answer no call.
        let reply = client.ask(&request, &rich()).await.unwrap();
        assert_eq!(reply.text, "It was delivered on Monday.");
    }
}

#[tokio::test]
async fn a_calls_name_and_arguments_are_told_as_they_arrive() {
    let stub =
        Stub::new(Wire::Anthropic).then(Act::call("", &[("get_order", json!({ "order": "#W1" }))]));
    let mut answer = client(&stub, Wire::Anthropic)
        .start(&question("?"), &rich())
        .await
        .unwrap();
    assert_eq!(
        answer.next().await.unwrap(),
        Some(Event::Delta(Delta::Call {
            index: 0,
            name: "get_order".to_owned()
        }))
    );
    let mut text = String::new();
    while let Some(Event::Delta(Delta::Arguments {
        index: 0,
        text: piece,
    })) = answer.next().await.unwrap()
    {
        text.push_str(&piece);
    }
    assert_eq!(text, r##"{"order":"#W1"}"##);
    assert_eq!(answer.next().await.unwrap(), None);
}

#[tokio::test]
async fn an_answer_in_a_fixed_form_is_had_on_every_wire_and_in_every_mode() {
    let value = json!({ "commands": [{ "command": "affirm" }] });
    for wire in WIRES {
        for structured in [Structured::Schema, Structured::Text] {
            let stub = Stub::new(wire).then(Act::give(&value));
            let mut config = config(wire);
            config.structured = structured;
            let client = stub.client(config, Clock::fixed(0)).unwrap();
            let schema = Schema {
                name: "commands".to_owned(),
                schema: json!({ "type": "object" }),
            };
            let request = Request {
                schema: Some(schema),
                ..question("yes please")
            };
            let reply = client.ask(&request, &rich()).await.unwrap();
            assert_eq!(reply.json(), Ok(value.clone()), "{wire:?} {structured:?}");
            assert_eq!(
                (reply.calls.len(), &reply.stop),
                (0, &Stop::End),
                "{wire:?} {structured:?}"
            );

            let body = &stub.asked()[0].body;
            let enforced = !body["response_format"].is_null() || !body["tool_choice"].is_null();
            assert_eq!(enforced, structured == Structured::Schema, "{body}");
            let told = body.to_string().contains("follows this JSON Schema");
            assert_eq!(told, structured == Structured::Text, "{body}");
        }
    }
}

#[tokio::test]
async fn openais_own_server_and_those_compatible_with_it_get_the_names_they_know() {
    let own = Stub::new(Wire::Openai).then(Act::say("Hi"));
    let mut config = config(Wire::Openai);
    config.base_url = None;
    let official = own.client(config.clone(), Clock::fixed(0)).unwrap();
    official.ask(&question("Hi"), &rich()).await.unwrap();
    assert_eq!(own.asked()[0].body["max_completion_tokens"], 500);
    assert_eq!(own.asked()[0].path, "/v1/chat/completions");

    let local = Stub::new(Wire::Openai).then(Act::say("Hi"));
    config.base_url = Some("http://127.0.0.1:11434/v1/".parse().unwrap());
    config.send_temperature = false;
    let request = Request {
        temperature: Some(0.0),
        ..question("Hi")
    };
    local
        .client(config, Clock::fixed(0))
        .unwrap()
        .ask(&request, &rich())
        .await
        .unwrap();
    let body = &local.asked()[0].body;
    assert_eq!(
        (&body["max_tokens"], &body["temperature"]),
        (&json!(500), &Value::Null)
    );
    assert_eq!(local.asked()[0].path, "/v1/chat/completions");
}

#[tokio::test]
async fn requests_on_both_wires_are_written_like_this() {
    let mut request = Request {
        tools: vec![order_tool()],
        temperature: Some(0.0),
        ..question("Where is #W1?")
    };
    let call = Call {
        id: "c1".to_owned(),
        name: "get_order".to_owned(),
        arguments: json!({ "order": "#W1" }),
    };
    request.messages.push(Message::Assistant {
        text: String::new(),
        calls: vec![call],
    });
    request.messages.push(Message::ToolResult {
        call: "c1".to_owned(),
        content: "delivered".to_owned(),
    });
    for (wire, golden) in [
        (Wire::Openai, include_str!("../golden/openai_request.json")),
        (
            Wire::Anthropic,
            include_str!("../golden/anthropic_request.json"),
        ),
    ] {
        let stub = Stub::new(wire).then(Act::say("It was delivered."));
        client(&stub, wire).ask(&request, &rich()).await.unwrap();
        let golden: Value = serde_json::from_str(golden).unwrap();
        assert_eq!(stub.asked()[0].body, golden, "{}", stub.asked()[0].body);
    }
}
