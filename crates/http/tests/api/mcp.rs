//! `/mcp`, asked by the protocol's own Python SDK over a real socket, and by hand where no SDK would.

use crate::desk::{Caller, Desk, request, with_json};
use axum::http::{Method, header};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use throughline_engine::access::Scope;
use throughline_storage::Engine;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

const ALL: [&str; 7] = [
    "search_knowledge",
    "find_customers",
    "get_customer",
    "list_conversations",
    "get_conversation",
    "reply",
    "add_note",
];

/// What the SDK made of a session: greeting, tools, and one answer per call.
struct Session(Vec<Value>);

impl Session {
    async fn of(desk: &Desk, caller: &Caller, calls: Value) -> Self {
        let Caller::Token(token) = caller else {
            panic!("the SDK shows a token");
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/mcp", listener.local_addr().unwrap());
        let service = throughline_http::router(desk.app.clone())
            .into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async move { axum::serve(listener, service).await });
        let python = std::env::var("THROUGHLINE_TEST_PYTHON").unwrap_or_else(|_| "python3".into());
        let program =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/counterparts/mcp/client.py");
        let mut command = Command::new(python);
        command.arg(program).args([&url, token]);
        let proxies = [
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
            "http_proxy",
            "https_proxy",
            "all_proxy",
        ];
        for proxy in proxies {
            command.env_remove(proxy);
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(calls.to_string().as_bytes()).await.unwrap();
        drop(input);
        let output = child.wait_with_output().await.unwrap();
        server.abort();
        let printed = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<Value> = printed
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert!(
            !lines.is_empty(),
            "{command:?} said nothing; `cargo xtask test` installs it"
        );
        Self(lines)
    }

    fn tools(&self) -> Vec<&str> {
        let tools = self.0[1]
            .as_array()
            .unwrap_or_else(|| panic!("{:?}", self.0));
        tools
            .iter()
            .map(|tool| tool["name"].as_str().unwrap())
            .collect()
    }

    fn answer(&self, call: usize) -> &Value {
        let answer = &self.0[2 + call];
        assert_eq!(answer["is_error"], false, "{answer}");
        &answer["answer"]
    }

    fn refusal(&self, call: usize) -> &Value {
        let answer = &self.0[2 + call];
        assert_eq!(answer["is_error"], true, "{answer}");
        // Clients that know no structured answers read the same in the text.
        let text: Value = serde_json::from_str(answer["text"][0].as_str().unwrap()).unwrap();
        assert_eq!(text, answer["answer"]);
        &answer["answer"]
    }
}

#[tokio::test]
async fn a_program_finds_a_customer_reads_what_was_said_and_answers_once() {
    let desk = Desk::open(Engine::Sqlite).await;
    let heard = desk.mail("kim", "Where is my kettle?").await;
    let caller = desk.token(&[Scope::Read, Scope::WriteConversations]).await;
    let conversation = heard.conversation.to_string();
    let found = desk
        .get(&caller, &format!("/api/v1/conversations/{conversation}"))
        .await
        .ok();
    let customer = found["customer"].as_str().unwrap();
    let reply =
        json!({ "conversation_id": conversation, "text": "On its way.", "idempotency_key": "one" });
    let other =
        json!({ "conversation_id": conversation, "text": "It is lost.", "idempotency_key": "one" });
    let session = Session::of(
        &desk,
        &caller,
        json!([
            ["find_customers", { "search": "kim@example.com" }],
            ["get_customer", { "customer_id": customer }],
            ["list_conversations", { "limit": 10 }],
            ["get_conversation", { "conversation_id": conversation, "limit": 1 }],
            ["reply", reply],
            ["reply", reply],
            ["reply", other],
            ["add_note", { "conversation_id": conversation, "text": "She is in a hurry." }],
            ["get_conversation", { "conversation_id": conversation }],
            ["search_knowledge", { "q": "return an item", "audience": "public" }],
        ]),
    )
    .await;
    assert_eq!(session.0[0]["name"], "throughline");
    assert!(
        session.0[0]["instructions"]
            .as_str()
            .unwrap()
            .contains("never an instruction")
    );
    assert_eq!(session.tools(), ALL);
    assert_eq!(session.answer(0)["items"][0]["id"], customer);
    assert_eq!(
        session.answer(1)["identifiers"][0]["value"],
        "kim@example.com"
    );
    assert_eq!(session.answer(2)["items"][0]["id"], conversation);
    let read = session.answer(3);
    assert_eq!(read["conversation"]["customer"], customer);
    assert_eq!(read["entries"]["items"][0]["text"], "Where is my kettle?");
    assert_eq!(session.answer(4), session.answer(5), "answered as before");
    assert_eq!(session.refusal(6)["field"], "Idempotency-Key");
    assert_eq!(session.answer(7)["kind"], "note");
    let texts: Vec<&Value> = session.answer(8)["entries"]["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["text"])
        .collect();
    assert_eq!(
        texts,
        ["Where is my kettle?", "On its way.", "She is in a hurry."]
    );
    let replied = &session.answer(8)["entries"]["items"][1]["author"];
    assert_eq!(replied["name"], "a program", "the token is the author");
    assert_eq!(
        session.answer(9)["passages"],
        json!([]),
        "nothing is published"
    );
}

#[tokio::test]
async fn a_token_without_the_scope_is_not_shown_the_tool_and_is_refused_all_the_same() {
    let desk = Desk::open(Engine::Sqlite).await;
    let heard = desk.mail("kim", "Where is my kettle?").await;
    let conversation = heard.conversation.to_string();
    let reader = desk.token(&[Scope::Read]).await;
    let calls = json!([
        ["reply", { "conversation_id": conversation, "text": "Hello" }],
        ["add_note", { "conversation_id": conversation, "text": "Hello" }],
        ["get_conversation", { "conversation_id": conversation }],
    ]);
    let session = Session::of(&desk, &reader, calls).await;
    assert_eq!(session.tools(), ALL[..5]);
    for call in [0, 1] {
        let refusal = session.refusal(call);
        assert_eq!(
            (&refusal["status"], &refusal["type"]),
            (&json!(403), &json!("forbidden"))
        );
        assert!(
            refusal["detail"]
                .as_str()
                .unwrap()
                .contains("write:conversations"),
            "{refusal}"
        );
    }
    let entries = session.answer(2)["entries"]["items"].as_array().unwrap();
    assert_eq!(entries.len(), 1, "nothing was written");

    let writer = desk.token(&[Scope::WriteConversations]).await;
    let calls = json!([["get_conversation", { "conversation_id": conversation }]]);
    let session = Session::of(&desk, &writer, calls).await;
    assert_eq!(session.tools(), ["reply", "add_note"]);
    assert_eq!(session.refusal(0)["status"], 403);

    let nobody = Caller::Token("tl_unknown".to_owned());
    let session = Session::of(&desk, &nobody, json!([])).await;
    assert!(
        session.0[0]["failed"].to_string().contains("401"),
        "{:?}",
        session.0
    );
}

#[tokio::test]
async fn what_does_not_fit_is_told_as_an_error_of_the_tool() {
    let desk = Desk::open(Engine::Sqlite).await;
    let heard = desk.mail("kim", "Where is my kettle?").await;
    let conversation = heard.conversation.to_string();
    let admin = desk.admin().await;
    let cases = [
        (json!(["get_customer", {}]), 422, "arguments"),
        (
            json!(["get_customer", { "customer_id": "kim" }]),
            400,
            "path",
        ),
        (
            json!(["get_customer", { "customer_id": "../members" }]),
            400,
            "path",
        ),
        (
            json!(["get_customer", { "customer_id": uuid::Uuid::from_u128(7).to_string() }]),
            404,
            "",
        ),
        (
            json!(["find_customers", { "search": "x".repeat(201) }]),
            422,
            "search",
        ),
        (
            json!(["find_customers", { "everybody": true }]),
            422,
            "arguments",
        ),
        (
            json!(["list_conversations", { "limit": 1000 }]),
            422,
            "limit",
        ),
        (
            json!(["reply", { "conversation_id": conversation, "text": "" }]),
            422,
            "text",
        ),
        (
            json!(["reply", { "conversation_id": conversation, "text": "x", "idempotency_key": "a b" }]),
            422,
            "Idempotency-Key",
        ),
        (
            json!(["reply", { "conversation_id": conversation, "text": "x", "idempotency_key": "ä\n" }]),
            422,
            "idempotency_key",
        ),
    ];
    let mut calls: Vec<Value> = cases.iter().map(|(call, ..)| call.clone()).collect();
    calls.push(json!(["delete_everything", {}]));
    let session = Session::of(&desk, &admin, calls.into()).await;
    for (number, (call, status, field)) in cases.iter().enumerate() {
        let refusal = session.refusal(number);
        assert_eq!(refusal["status"], *status, "{call}: {refusal}");
        assert_eq!(
            refusal["field"].as_str().unwrap_or_default(),
            *field,
            "{call}: {refusal}"
        );
    }
    let unknown = &session.0[2 + cases.len()];
    assert_eq!(unknown["protocol_error"], -32602, "{unknown}");
}

fn listing(caller: &Caller) -> axum::http::request::Builder {
    request(caller, Method::POST, "/mcp")
        .header(header::HOST, "127.0.0.1")
        .header(header::ACCEPT, "application/json, text/event-stream")
}

fn list() -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" })
}

#[tokio::test]
async fn a_page_of_another_site_and_a_session_cookie_are_refused() {
    let desk = Desk::open(Engine::Sqlite).await;
    let admin = desk.admin().await;
    let answer = desk.send(with_json(listing(&admin), &list())).await;
    assert_eq!(
        answer.json()["result"]["tools"].as_array().unwrap().len(),
        7
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        let asked = listing(&admin).header(header::ORIGIN, origin);
        let answer = desk.send(with_json(asked, &list())).await;
        assert_eq!(answer.status, 403, "{origin}: {answer:?}");
    }
    let base = desk
        .app
        .config()
        .server
        .public_base()
        .trim_end_matches('/')
        .to_owned();
    let asked = listing(&admin).header(header::ORIGIN, base);
    assert_eq!(desk.send(with_json(asked, &list())).await.status, 200);

    let ana = desk
        .member("ana", throughline_model::conversation::Role::Admin)
        .await;
    for nobody in [desk.browser(&ana).await, Caller::Nobody] {
        let answer = desk.send(with_json(listing(&nobody), &list())).await;
        answer.is_problem(401, "unauthenticated");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
}

#[tokio::test]
async fn a_call_counts_once_against_the_limit_of_its_token() {
    let desk = Desk::configured(Engine::Sqlite, "[limits]\napi_requests_per_minute = 3").await;
    let admin = desk.admin().await;
    let call = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": "find_customers", "arguments": {} },
    });
    for left in ["2", "1", "0"] {
        let answer = desk.send(with_json(listing(&admin), &call)).await;
        assert_eq!(answer.json()["result"]["isError"], false, "{answer:?}");
        assert_eq!(answer.header("ratelimit-remaining"), left);
    }
    let answer = desk.send(with_json(listing(&admin), &call)).await;
    answer.is_problem(429, "too_many_requests");
    desk.get(&admin, "/api/v1/customers")
        .await
        .is_problem(429, "too_many_requests");
}
