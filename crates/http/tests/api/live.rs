//! Live streams: whatever is cut off, nothing is missed and nothing comes twice.

use crate::desk::{Caller, Desk, request};
use axum::body::{Body, BodyDataStream};
use axum::http::Method;
use futures::StreamExt as _;
use serde_json::{Value, json};
use std::time::Duration;
use throughline_engine::access::Scope;
use throughline_engine::conversation::{Author, NewEntry, append};
use throughline_model::conversation::{EntryKind, Role};
use throughline_model::id::ConversationId;
use throughline_storage::{Db, Engine, Hint, Options};
use throughline_testkit::on_both_engines;

/// One server-sent event.
#[derive(Debug, Default, Clone)]
struct Event {
    name: String,
    id: Option<String>,
    data: String,
    heartbeat: bool,
}

/// A connected stream.
struct Stream {
    body: BodyDataStream,
    buffer: String,
}

impl Stream {
    async fn open(desk: &Desk, caller: &Caller, path: &str, last: Option<i64>) -> Self {
        let mut asked = request(caller, Method::GET, path);
        if let Some(last) = last {
            asked = asked.header("last-event-id", last.to_string());
        }
        let response = desk.begin(asked.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            body: response.into_body().into_data_stream(),
            buffer: String::new(),
        }
    }

    /// The next event; none when the stream has ended.
    async fn next(&mut self) -> Option<Event> {
        tokio::time::timeout(Duration::from_secs(30), self.next_whenever())
            .await
            .expect("something comes within half a minute")
    }

    async fn next_whenever(&mut self) -> Option<Event> {
        loop {
            if let Some((text, rest)) = self.buffer.split_once("\n\n") {
                let event = parse(text);
                self.buffer = rest.to_owned();
                return Some(event);
            }
            let chunk = self.body.next().await?;
            self.buffer
                .push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        }
    }

    /// Reads on until `count` entries have come, and returns their numbers.
    async fn entries(&mut self, count: usize) -> Vec<i64> {
        let mut numbers = Vec::new();
        while numbers.len() < count {
            let event = self.next().await.expect("the stream goes on");
            if event.name == "entry" {
                let entry: Value = serde_json::from_str(&event.data).unwrap();
                assert_eq!(event.id.unwrap(), entry["seq"].to_string());
                numbers.push(entry["seq"].as_i64().unwrap());
            }
        }
        numbers
    }
}

fn parse(text: &str) -> Event {
    let mut event = Event::default();
    for line in text.lines() {
        let (field, value) = line.split_once(':').unwrap();
        let value = value.trim_start().to_owned();
        match field {
            "event" => {
                event.heartbeat = value == "heartbeat";
                event.name = value;
            }
            "id" => event.id = Some(value),
            "data" => event.data.push_str(&value),
            other => panic!("an event with {other}"),
        }
    }
    event
}

async fn write_note(desk: &Desk, caller: &Caller, conversation: ConversationId) {
    let path = format!("/api/v1/conversations/{conversation}/notes");
    desk.post(caller, &path, json!({ "text": "a note" }))
        .await
        .ok();
}

#[test]
fn a_stream_that_is_cut_again_and_again_loses_and_repeats_nothing() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let caller = desk.token(&[Scope::Read, Scope::WriteConversations]).await;
        let conversation = desk.mail("kim", "Where is it?").await.conversation;
        let path = format!("/api/v1/conversations/{conversation}/events");
        let mut seen = Vec::new();
        // How many come before the connection, how many while it stands, and how many of them are read.
        for (before, during, read) in [
            (0, 0, 1),
            (3, 0, 2),
            (0, 4, 3),
            (2, 2, 6),
            (120, 1, 60),
            (0, 0, 61),
        ] {
            for _ in 0..before {
                write_note(&desk, &caller, conversation).await;
            }
            let mut stream = Stream::open(&desk, &caller, &path, seen.last().copied()).await;
            for _ in 0..during {
                write_note(&desk, &caller, conversation).await;
            }
            seen.extend(stream.entries(read).await);
        }
        let expected: Vec<i64> = (1..=seen.len() as i64).collect();
        assert_eq!(seen, expected);
        assert_eq!(seen.len(), 133);
    });
}

#[test]
fn a_stream_follows_writers_who_write_at_the_same_time() {
    on_both_engines(async |engine| {
        let desk = std::sync::Arc::new(Desk::open(engine).await);
        let caller = desk.token(&[Scope::Read, Scope::WriteConversations]).await;
        let conversation = desk.mail("kim", "Where is it?").await.conversation;
        let path = format!("/api/v1/conversations/{conversation}/events?after=1");
        let mut stream = Stream::open(&desk, &caller, &path, None).await;
        let mut writers = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let (desk, caller) = (std::sync::Arc::clone(&desk), caller.clone());
            writers.spawn(async move {
                for _ in 0..10 {
                    write_note(&desk, &caller, conversation).await;
                }
            });
        }
        let seen = stream.entries(40).await;
        writers.join_all().await;
        assert_eq!(seen, (2..=41).collect::<Vec<i64>>());
    });
}

#[tokio::test]
async fn lost_hints_cost_no_entry() {
    let desk = Desk::open(Engine::Sqlite).await;
    let caller = desk.token(&[Scope::Read, Scope::WriteConversations]).await;
    let conversation = desk.mail("kim", "Where is it?").await.conversation;
    let path = format!("/api/v1/conversations/{conversation}/events");
    let mut stream = Stream::open(&desk, &caller, &path, None).await;
    assert_eq!(stream.entries(1).await, [1]);
    write_note(&desk, &caller, conversation).await;
    // More hints than a listener keeps: the one about the note is gone.
    for _ in 0..5000 {
        desk.app.db().hints().publish(Hint::Jobs { kind: "none" });
    }
    assert_eq!(stream.entries(1).await, [2]);
}

/// Hints stay in their process; the log does not.
#[tokio::test]
async fn what_another_process_wrote_comes_with_the_next_heartbeat() {
    let desk = Desk::open(Engine::Sqlite).await;
    let caller = desk.token(&[Scope::Read]).await;
    let conversation = desk.mail("kim", "Where is it?").await.conversation;
    let path = format!("/api/v1/conversations/{conversation}/events");
    let mut one = Stream::open(&desk, &caller, &path, None).await;
    one.entries(1).await;
    let mut all = Stream::open(&desk, &caller, "/api/v1/events", None).await;
    let elsewhere = Db::open(&Options::new(desk.shop.database.url.clone())).unwrap();
    let setup = desk.shop.setup.clone();
    elsewhere
        .write(move |tx| {
            let note = NewEntry::internal(
                conversation,
                setup.clock.now(),
                EntryKind::Note,
                Author::system(),
                "from elsewhere".to_owned(),
                json!({}),
            );
            append(tx, &setup, &note)
        })
        .await
        .unwrap();
    // A paused clock jumps to whatever is waited for, so heartbeats come at once.
    tokio::time::pause();
    for (stream, wanted) in [(&mut one, "from elsewhere"), (&mut all, "\"seq\":2")] {
        let mut event = stream.next_whenever().await.unwrap();
        while event.name != "entry" {
            event = stream.next_whenever().await.unwrap();
        }
        assert!(event.data.contains(wanted), "{event:?}");
    }
    // It is told once.
    for stream in [&mut one, &mut all] {
        for _ in 0..3 {
            assert!(stream.next_whenever().await.unwrap().heartbeat);
        }
    }
}

#[tokio::test]
async fn a_stream_tells_of_state_and_of_fleeting_things() {
    let desk = Desk::open(Engine::Sqlite).await;
    let caller = desk.token(&[Scope::Read, Scope::WriteConversations]).await;
    let received = desk.mail("kim", "Where is it?").await;
    let other = desk.mail("lea", "And mine?").await;
    let path = format!("/api/v1/conversations/{}/events", received.conversation);
    let mut stream = Stream::open(&desk, &caller, &path, None).await;
    stream.entries(1).await;
    for conversation in [other.conversation, received.conversation] {
        desk.app.db().hints().publish(Hint::Fleeting {
            conversation,
            event: "{\"typing\":true}\nevent: entry\ndata: forged".to_owned(),
        });
    }
    let event = stream.next().await.unwrap();
    assert_eq!(event.name, "fleeting");
    assert_eq!(event.data, "{\"typing\":true} event: entry data: forged");
    desk.app.db().hints().publish(Hint::Changed {
        conversation: received.conversation,
    });
    let event = stream.next().await.unwrap();
    assert_eq!(event.name, "conversation");
    let state: Value = serde_json::from_str(&event.data).unwrap();
    assert_eq!(state["id"], received.conversation.to_string());
}

#[tokio::test]
async fn whose_stream_ends_is_gone_for_the_colleagues() {
    let desk = Desk::open(Engine::Sqlite).await;
    let program = desk.token(&[Scope::Read, Scope::WriteConversations]).await;
    let received = desk.mail("kim", "Where is it?").await;
    let path = format!("/api/v1/conversations/{}/events", received.conversation);
    let ana = desk.browser(&desk.member("ana", Role::Agent).await).await;
    let ben = desk.browser(&desk.member("ben", Role::Agent).await).await;
    let mut ana = Stream::open(&desk, &ana, &path, None).await;
    ana.entries(1).await;
    // A program is nobody's colleague: that it stops listening is not told.
    let mut script = Stream::open(&desk, &program, &path, None).await;
    script.entries(1).await;
    drop(script);
    let mut ben = Stream::open(&desk, &ben, &path, None).await;
    ben.entries(1).await;
    drop(ben);
    let event = ana.next().await.unwrap();
    assert_eq!(event.name, "fleeting");
    let news: Value = serde_json::from_str(&event.data).unwrap();
    assert_eq!(news["type"], "viewing");
    assert_eq!(news["viewing"], false);
    assert_eq!(news["author"]["name"], "ben");
}

#[tokio::test]
async fn the_desk_hears_of_everything_that_happens() {
    let desk = Desk::open(Engine::Sqlite).await;
    let caller = desk.token(&[Scope::Read, Scope::WriteConversations]).await;
    let mut stream = Stream::open(&desk, &caller, "/api/v1/events", None).await;
    assert!(stream.next().await.unwrap().heartbeat);
    let received = desk.mail("kim", "Where is it?").await;
    let event = stream.next().await.unwrap();
    assert_eq!(event.name, "entry");
    assert_eq!(
        serde_json::from_str::<Value>(&event.data).unwrap(),
        json!({ "conversation": received.conversation, "seq": 1 })
    );
    for _ in 0..5000 {
        desk.app.db().hints().publish(Hint::Jobs { kind: "none" });
    }
    assert_eq!(stream.next().await.unwrap().name, "resync");
}

#[tokio::test]
async fn a_stream_ends_soon_after_its_caller_may_not_read_any_more() {
    let desk = Desk::open(Engine::Sqlite).await;
    let admin = desk.admin().await;
    let new = json!({ "name": "a listener", "scopes": ["read"] });
    let made = desk.post(&admin, "/api/v1/tokens", new).await.ok();
    let caller = Caller::Token(made["secret"].as_str().unwrap().to_owned());
    let conversation = desk.mail("kim", "Where is it?").await.conversation;
    let one = format!("/api/v1/conversations/{conversation}/events");
    let mut streams = [
        Stream::open(&desk, &caller, &one, None).await,
        Stream::open(&desk, &caller, "/api/v1/events", None).await,
    ];
    // A paused clock jumps to whatever is waited for, so heartbeats come at once.
    tokio::time::pause();
    for stream in &mut streams {
        for _ in 0..3 {
            assert!(stream.next_whenever().await.is_some());
        }
    }
    tokio::time::resume();
    let path = format!("/api/v1/tokens/{}", made["token"]["id"].as_str().unwrap());
    desk.change(&admin, Method::DELETE, &path, json!({}))
        .await
        .ok();
    tokio::time::pause();
    for stream in &mut streams {
        let mut more = 0;
        while stream.next_whenever().await.is_some() {
            more += 1;
            assert!(more < 10, "the stream ends");
        }
    }
}

#[tokio::test]
async fn a_member_hears_of_their_own_news_and_is_told_when_they_are_put_out() {
    let desk = Desk::open(Engine::Sqlite).await;
    let ana = desk.member("ana", Role::Agent).await;
    let (at_ana, at_ben) = (
        desk.browser(&ana).await,
        desk.browser(&desk.member("ben", Role::Agent).await).await,
    );
    let boss = desk.browser(&desk.member("boss", Role::Admin).await).await;
    let conversation = desk.mail("kim", "Where is it?").await.conversation;
    let mut for_ana = Stream::open(&desk, &at_ana, "/api/v1/events", None).await;
    let mut for_ben = Stream::open(&desk, &at_ben, "/api/v1/events", None).await;
    for stream in [&mut for_ana, &mut for_ben] {
        assert!(stream.next().await.unwrap().heartbeat);
    }
    let path = format!("/api/v1/conversations/{conversation}/notes");
    let note = json!({ "text": "@ana look", "mentions": [ana.id] });
    desk.post(&at_ben, &path, note).await.ok();
    assert_eq!(for_ana.next().await.unwrap().name, "entry");
    assert_eq!(for_ana.next().await.unwrap().name, "member");
    assert_eq!(for_ben.next().await.unwrap().name, "entry");

    let path = format!("/api/v1/members/{}", ana.id);
    let out = json!({ "enabled": false });
    desk.change(&boss, Method::PATCH, &path, out).await.ok();
    assert_eq!(for_ana.next().await.unwrap().name, "ended");
    assert!(for_ana.next().await.is_none());
    desk.mail("lea", "Hello").await;
    let next = for_ben.next().await.unwrap().name;
    assert_eq!(next, "entry", "others hear nothing of it");
}

#[tokio::test]
async fn whoever_leaves_or_loses_a_token_hears_nothing_more() {
    let desk = Desk::open(Engine::Sqlite).await;
    let admin = desk.admin().await;
    let ana = desk.browser(&desk.member("ana", Role::Agent).await).await;
    let new = json!({ "name": "a listener", "scopes": ["read"] });
    let made = desk.post(&admin, "/api/v1/tokens", new).await.ok();
    let program = Caller::Token(made["secret"].as_str().unwrap().to_owned());
    let conversation = desk.mail("kim", "Where is it?").await.conversation;
    let one = format!("/api/v1/conversations/{conversation}/events");
    let mut streams = Vec::new();
    for caller in [&ana, &program] {
        for path in [one.as_str(), "/api/v1/events"] {
            let mut stream = Stream::open(&desk, caller, path, None).await;
            stream.next().await.unwrap();
            streams.push(stream);
        }
    }
    let token = format!("/api/v1/tokens/{}", made["token"]["id"].as_str().unwrap());
    for (caller, path) in [(&ana, "/api/v1/session"), (&admin, token.as_str())] {
        let done = desk.change(caller, Method::DELETE, path, json!({})).await;
        assert!(done.status.is_success(), "{path}");
    }
    write_note(&desk, &admin, conversation).await;
    for stream in &mut streams {
        while let Some(event) = stream.next().await {
            assert!(event.heartbeat || event.name == "ended", "{event:?}");
        }
    }
}

#[tokio::test]
async fn who_has_a_conversation_open_is_told_to_colleagues() {
    let desk = Desk::open(Engine::Sqlite).await;
    let ana = desk.browser(&desk.member("ana", Role::Agent).await).await;
    let conversation = desk.mail("kim", "Where is it?").await.conversation;
    let path = format!("/api/v1/conversations/{conversation}");
    let mut stream = Stream::open(&desk, &ana, &format!("{path}/events"), None).await;
    stream.entries(1).await;
    let news = json!({ "viewing": true, "asks": true });
    let told = desk.post(&ana, &format!("{path}/viewing"), news).await;
    assert_eq!(told.status, 204);
    let event = stream.next().await.unwrap();
    let event: Value = serde_json::from_str(&event.data).unwrap();
    assert_eq!(event["type"], "viewing");
    assert_eq!(event["author"]["name"], "ana");
    assert_eq!(
        (&event["viewing"], &event["asks"]),
        (&json!(true), &json!(true))
    );
}

#[tokio::test]
async fn a_stream_that_cannot_be_is_refused() {
    let desk = Desk::open(Engine::Sqlite).await;
    let caller = desk.token(&[Scope::Read]).await;
    let conversation = desk.mail("kim", "Where is it?").await.conversation;
    let path = format!("/api/v1/conversations/{conversation}/events");
    let asked = request(&caller, Method::GET, &path).header("last-event-id", "the last one");
    desk.send(asked.body(Body::empty()).unwrap())
        .await
        .is_problem(422, "invalid");
    desk.get(&caller, &format!("{path}?after=x"))
        .await
        .is_problem(400, "malformed");
    let nowhere = "/api/v1/conversations/00000000-0000-0000-0000-000000000007/events";
    desk.get(&caller, nowhere)
        .await
        .is_problem(404, "not_found");
}
