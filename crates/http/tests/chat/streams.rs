//! The conversation as it goes on.

use crate::shop::{Browser, ChatShop};
use axum::body::Body;
use axum::http::StatusCode;
use futures::StreamExt as _;
use serde_json::{Value, json};
use std::time::Duration;
use throughline_model::id::ConversationId;
use throughline_storage::Hint;
use throughline_testkit::on_both_engines;

/// An open stream.
pub struct Stream {
    body: axum::body::BodyDataStream,
    rest: String,
}

/// One event of it.
#[derive(Debug)]
pub struct Event {
    id: Option<String>,
    name: String,
    pub data: Value,
}

impl Stream {
    pub async fn open(browser: &Browser, last: Option<&str>) -> Self {
        let mut request = browser.request("GET", "events");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = browser.raw(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::OK);
        Self {
            body: response.into_body().into_data_stream(),
            rest: String::new(),
        }
    }

    /// The next event of this name; none when the stream ends.
    pub async fn next(&mut self, name: &str) -> Option<Event> {
        loop {
            while let Some((block, rest)) = self.rest.split_once("\n\n") {
                let event = read(block);
                self.rest = rest.to_owned();
                if event.name == name {
                    return Some(event);
                }
            }
            let piece = tokio::time::timeout(Duration::from_secs(10), self.body.next());
            let piece = piece.await.expect("an event comes")?.unwrap();
            self.rest.push_str(std::str::from_utf8(&piece).unwrap());
        }
    }

    async fn text(&mut self) -> String {
        let event = self.next("entry").await.unwrap();
        event.data["text"].as_str().unwrap().to_owned()
    }
}

fn read(block: &str) -> Event {
    let field = |name: &str| {
        block
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .map(|value| value.trim().to_owned())
    };
    Event {
        id: field("id:"),
        name: field("event:").unwrap_or_default(),
        data: field("data:").map_or(Value::Null, |data| serde_json::from_str(&data).unwrap()),
    }
}

#[test]
fn an_answer_arrives_by_itself_and_nothing_comes_twice() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let mut stream = Stream::open(&ana, None).await;
        assert!(stream.next("state").await.unwrap().data["conversation"].is_null());
        let conversation = ana.writes("Hello").await;
        assert_eq!(stream.text().await, "Hello");
        shop.agent_writes(conversation, "Hello Ana").await;
        let answer = stream.next("entry").await.unwrap();
        assert_eq!(answer.data["text"], "Hello Ana");
        assert_eq!(answer.id, Some(format!("{conversation}:2")));
        drop(stream);
        shop.agent_writes(conversation, "While you were away").await;
        let mut again = Stream::open(&ana, answer.id.as_deref()).await;
        assert_eq!(again.text().await, "While you were away");
        shop.agent_writes(conversation, "And now").await;
        assert_eq!(again.text().await, "And now");
    });
}

#[test]
fn many_answers_arrive_in_order_without_a_gap() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let conversation = ana.writes("0").await;
        for number in 1..=230 {
            shop.agent_writes(conversation, &number.to_string()).await;
        }
        let mut stream = Stream::open(&ana, None).await;
        for number in 0..=230 {
            assert_eq!(stream.text().await, number.to_string());
        }
    });
}

#[test]
fn a_number_of_another_conversation_does_not_hide_anything() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        ana.writes("Hello").await;
        for last in [
            "018f0000-0000-7000-8000-000000000000:900",
            "nonsense",
            ":",
            "x:1",
        ] {
            let mut stream = Stream::open(&ana, Some(last)).await;
            assert_eq!(stream.text().await, "Hello");
        }
    });
}

#[test]
fn reading_and_typing_are_told() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let conversation = ana.writes("Hello").await;
        shop.agent_writes(conversation, "Hello Ana").await;
        let mut stream = Stream::open(&ana, None).await;
        stream.next("deliveries").await.unwrap();
        ana.post("read", json!({ "seq": 2 })).await;
        let told = stream.next("deliveries").await.unwrap();
        assert_eq!(told.data[0]["status"], "read");
        let hints = shop.shop.database.db.hints();
        let says = |kind: &str| {
            Hint::Fleeting {
            conversation,
            event: json!({ "type": "typing", "author": { "kind": kind, "name": kind }, "typing": true }).to_string(),
        }
        };
        let mut heard = hints.listen();
        ana.post("typing", json!({ "typing": true })).await;
        let own = heard.recv().await.unwrap();
        assert!(
            matches!(own, Hint::Fleeting { conversation: where_, .. } if where_ == conversation)
        );
        hints.publish(says("member"));
        let typing = stream.next("typing").await.unwrap();
        assert_eq!(typing.data["name"], "member");
    });
}

#[test]
fn others_conversations_are_not_heard() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let (ana, ben) = (shop.visitor().await, shop.visitor().await);
        let (anas, bens): (ConversationId, ConversationId) =
            (ana.writes("I am Ana").await, ben.writes("I am Ben").await);
        let mut stream = Stream::open(&ana, None).await;
        assert_eq!(stream.text().await, "I am Ana");
        shop.agent_writes(bens, "Hello Ben").await;
        shop.agent_writes(anas, "Hello Ana").await;
        assert_eq!(stream.text().await, "Hello Ana");
    });
}

#[test]
fn a_stream_ends_with_its_visitor() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        ana.writes("Hello").await;
        let mut stream = Stream::open(&ana, None).await;
        stream.text().await;
        ana.post("sign-out", json!({})).await;
        assert!(stream.next("end").await.is_some());
        assert!(stream.next("entry").await.is_none());
    });
}

#[test]
fn what_a_proof_opens_comes_by_itself() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let mail = crate::shop::email("ana@example.com");
        shop.shop.hears(&mail, "By mail").await;
        let ana = shop.visitor().await;
        let mut stream = Stream::open(&ana, None).await;
        stream.next("state").await.unwrap();
        let address = json!({ "channel": "email", "address": mail.value });
        ana.post("codes", address).await;
        let code = crate::shop::code_in(&shop.outgoing().await[0].text);
        let proof = json!({ "channel": "email", "address": mail.value, "code": code });
        ana.post("codes/verify", proof).await;
        loop {
            let state = stream.next("state").await.unwrap();
            if state.data["assurance"] == 2 {
                break;
            }
        }
    });
}

#[test]
fn streams_end_when_the_server_does() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let mut stream = Stream::open(&ana, None).await;
        stream.next("state").await.unwrap();
        shop.app.stopping().cancel();
        assert!(stream.next("entry").await.is_none());
    });
}
