//! The providers' own SDKs understand the stub, and declare what our client writes.

use crate::{WIRES, config, question, rich};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::Stdio;
use throughline_llm::stub::{Act, Stub};
use throughline_llm::{Call, Message, Request, Schema, Structured, Tool, Wire};
use throughline_model::clock::Clock;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

const INSTALL: &str = "`cargo xtask test` installs the counterparts";
const KEY: &str = "a-key";

/// Runs the counterpart and gives what it prints, a JSON value per line.
async fn run(arguments: &[&str], input: &str) -> Vec<Value> {
    let folder =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/counterparts/language_model");
    let python = std::env::var("THROUGHLINE_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut command = Command::new(python);
    command.arg(folder.join("ask.py")).args(arguments);
    for proxy in [
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
    ] {
        command.env_remove(proxy);
    }
    let started = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = started.unwrap_or_else(|error| panic!("{command:?}: {error}; {INSTALL}"));
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .await
        .unwrap();
    let output = child.wait_with_output().await.unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?}: {complaint}; {INSTALL}"
    );
    let printed = String::from_utf8(output.stdout).unwrap();
    printed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| line.into()))
        .collect()
}

fn name(wire: Wire) -> &'static str {
    match wire {
        Wire::Openai => "openai",
        Wire::Anthropic => "anthropic",
    }
}

#[tokio::test]
async fn the_official_sdks_understand_the_stub() {
    for wire in WIRES {
        let calls = [
            ("get_order", json!({ "order": "#W1" })),
            ("get_order", json!({ "order": "Ü 漢" })),
        ];
        let stub = Stub::new(wire)
            .with_key(KEY)
            .then(Act::say("On its way."))
            .then(Act::say("Grüß Gott, auf dem Weg 🎉"))
            .then(Act::call("Let me look.", &calls))
            .then(Act::cut_short("On its"))
            .then(Act::busy(1))
            .then(Act::refuse(500, "oops"))
            .then(Act::refuse(400, "no"))
            .then(Act::refuse(529, "overloaded"));
        let server = stub.serve().await.unwrap();
        let understood = run(&[name(wire), &server.base_url(), KEY], "").await;
        let (end, tools, length) = match wire {
            Wire::Openai => ("stop", "tool_calls", "length"),
            Wire::Anthropic => ("end_turn", "tool_use", "max_tokens"),
        };
        let said = |text: &str, calls: Value, stop: &str| json!({ "text": text, "calls": calls, "stop": stop, "usage": true });
        let calls = json!([["get_order", { "order": "#W1" }], ["get_order", { "order": "Ü 漢" }]]);
        let overloaded = match wire {
            Wire::Openai => "InternalServerError",
            Wire::Anthropic => "OverloadedError",
        };
        let expected = [
            said("On its way.", json!([]), end),
            said("Grüß Gott, auf dem Weg 🎉", json!([]), end),
            said("Let me look.", calls, tools),
            said("On its", json!([]), length),
            json!({ "error": "RateLimitError", "status": 429 }),
            json!({ "error": "InternalServerError", "status": 500 }),
            json!({ "error": "BadRequestError", "status": 400 }),
            json!({ "error": overloaded, "status": 529 }),
        ];
        assert_eq!(understood, expected);

        let refused = run(&[name(wire), &server.base_url(), "a-wrong-key"], "").await;
        assert_eq!(
            refused[0],
            json!({ "error": "AuthenticationError", "status": 401 })
        );
    }
}

#[tokio::test]
async fn what_our_client_writes_is_what_the_official_sdks_declare() {
    for wire in WIRES {
        let stub = Stub::new(wire).otherwise(|_| Act::say("Yes."));
        for request in requests() {
            for structured in [Structured::Schema, Structured::Text] {
                let mut config = config(wire);
                config.structured = structured;
                let client = stub.client(config, Clock::fixed(0)).unwrap();
                client.ask(&request, &rich()).await.unwrap();
            }
        }
        let bodies: Vec<Value> = stub.asked().into_iter().map(|asked| asked.body).collect();
        assert_eq!(bodies.len(), 8);
        let verdict = run(&[name(wire), "check"], &json!(bodies).to_string()).await;
        assert_eq!(verdict, ["ok"]);
    }
}

fn requests() -> Vec<Request> {
    let object = json!({ "type": "object", "properties": {}, "required": [], "additionalProperties": false });
    let tool = Tool {
        name: "get_order".into(),
        description: "Looks.".into(),
        parameters: object.clone(),
    };
    let call = Call {
        id: "c1".into(),
        name: "get_order".into(),
        arguments: json!({}),
    };
    let called = vec![
        Message::User("Where is it?".into()),
        Message::Assistant {
            text: "Let me look.".into(),
            calls: vec![call],
        },
        Message::ToolResult {
            call: "c1".into(),
            content: "{}".into(),
        },
    ];
    vec![
        question("Hello"),
        Request {
            temperature: Some(0.0),
            ..question("Hello")
        },
        Request {
            schema: Some(Schema {
                name: "commands".into(),
                schema: object,
            }),
            ..question("Yes")
        },
        Request {
            tools: vec![tool],
            messages: called,
            ..question("")
        },
    ]
}
