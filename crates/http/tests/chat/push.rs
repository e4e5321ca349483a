//! Browsers tell of answers while the chat is closed, through a push service and by libraries that are not ours.

use crate::shop::{Browser, ChatShop};
use axum::body::Body;
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use throughline_testkit::on_both_engines;

const INSTALL: &str = "`cargo xtask test` installs the counterparts";
const SECOND: i64 = 1_000;
/// An answer that is not read within so long is told.
const MOMENT: i64 = 10 * SECOND;

/// The push service of a browser's maker, and the browsers that subscribe at it.
struct PushService {
    process: Child,
    says: Lines<BufReader<ChildStdout>>,
}

impl PushService {
    fn open() -> Self {
        let python = std::env::var("THROUGHLINE_TEST_PYTHON");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/counterparts/push");
        let mut process = Command::new(python.unwrap_or_else(|_| "python3".to_owned()))
            .arg(folder.join("service.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect(INSTALL);
        let says = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { process, says }
    }

    fn ask(&mut self, command: &str) -> Value {
        let typed = self.process.stdin.as_mut().unwrap();
        writeln!(typed, "{command}").expect(INSTALL);
        let line = self.says.next().expect(INSTALL).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// What a browser says of itself when it subscribes.
    fn subscription(&mut self) -> Value {
        self.ask("subscribe")
    }

    /// Answers the next message like this: a status, and how many seconds to wait.
    fn will_say(&mut self, answer: &str) {
        self.ask(&format!("say {answer}"));
    }

    /// What came since the last time.
    fn told(&mut self) -> Vec<Value> {
        self.ask("told").as_array().unwrap().clone()
    }

    /// What the browsers read of it.
    fn shown(&mut self) -> Vec<String> {
        let told = self.told();
        let body = |one: &Value| one["message"]["body"].as_str().unwrap().to_owned();
        told.iter().map(body).collect()
    }
}

impl Drop for PushService {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// The visitor wants to be told by the browser with this subscription.
async fn subscribes(visitor: &Browser, subscription: &Value) {
    let answer = visitor.post("push", subscription.clone()).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer:?}");
}

/// Where these browsers are told, in order.
fn places(browsers: &[Value]) -> Vec<String> {
    let place = |one: &Value| one["endpoint"].as_str().unwrap().to_owned();
    let mut places: Vec<_> = browsers.iter().map(place).collect();
    places.sort();
    places
}

/// Everything that is due after `ms` is done.
async fn after(shop: &ChatShop, ms: i64) {
    shop.pass(ms);
    shop.outgoing().await;
}

#[test]
fn who_closed_the_chat_is_told_and_only_their_browser_can_read_of_what() {
    on_both_engines(|engine| async move {
        let (shop, mut service) = (ChatShop::open_inside(engine).await, PushService::open());
        let ana = shop.visitor().await;
        let conversation = ana.writes("Is it here?").await;
        let mut subscription = service.subscription();
        subscription["language"] = json!("de-AT");
        subscribes(&ana, &subscription).await;
        shop.agent_writes(conversation, "Yes,\n  since noon").await;
        after(&shop, MOMENT - SECOND).await;
        assert!(service.told().is_empty());
        after(&shop, SECOND).await;
        let told = service.told();
        assert_eq!(told.len(), 1, "{told:?}");
        let news = json!({
            "title": "Chat with us",
            "body": "Yes, since noon",
            "tag": conversation,
            "url": "https://support.shop.example/chat/chat",
            "language": "de",
        });
        assert_eq!(told[0]["message"], news);
        let settings = ana.get("settings/chat").await.json();
        assert_eq!(told[0]["key"], settings["push_key"]);
        let claims = &told[0]["claims"];
        let now = shop.shop.setup.clock.now() / SECOND;
        assert_eq!(claims["sub"], "https://support.shop.example/");
        assert_eq!(claims["exp"], now + 12 * 3_600);
        let headers = &told[0]["headers"];
        assert_eq!(headers["ttl"], "86390");
        assert_eq!(headers["urgency"], "normal");
        assert_eq!(headers["content-encoding"], "aes128gcm");
        let topic = headers["topic"].as_str().unwrap().to_owned();
        assert!(topic.len() <= 32 && !topic.contains(&conversation.to_string()));
        after(&shop, 10 * MOMENT).await;
        assert!(service.told().is_empty(), "it is told once");

        // Another answer takes the place of this one, and its length says nothing of it.
        let long = "It lies at your neighbour's. ".repeat(20);
        shop.agent_writes(conversation, &long).await;
        after(&shop, MOMENT).await;
        let next = service.told().remove(0);
        assert_eq!(next["headers"]["topic"], topic);
        assert_eq!(next["bytes"], told[0]["bytes"]);
        let body = next["message"]["body"].as_str().unwrap();
        assert!(body.chars().count() <= 160 && body.ends_with('…'), "{body}");
    });
}

#[test]
fn an_answer_that_was_read_is_not_told_and_one_on_the_screen_not_yet() {
    on_both_engines(|engine| async move {
        let (shop, mut service) = (ChatShop::open_inside(engine).await, PushService::open());
        let ana = shop.visitor().await;
        let conversation = ana.writes("Is it here?").await;
        subscribes(&ana, &service.subscription()).await;
        shop.agent_writes(conversation, "Yes").await;
        ana.post("read", json!({ "seq": 2 })).await;
        after(&shop, MOMENT).await;
        assert!(service.told().is_empty());
        let stream = ana.request("GET", "events").body(Body::empty()).unwrap();
        let open = ana.raw(stream).await;
        shop.agent_writes(conversation, "Since noon").await;
        after(&shop, MOMENT).await;
        assert!(service.told().is_empty());
        drop(open);
        after(&shop, 30 * SECOND).await;
        assert_eq!(service.shown(), ["Since noon"]);
    });
}

#[test]
fn what_is_written_in_one_go_is_told_once() {
    on_both_engines(|engine| async move {
        let (shop, mut service) = (ChatShop::open_inside(engine).await, PushService::open());
        let ana = shop.visitor().await;
        let conversation = ana.writes("Is it here?").await;
        subscribes(&ana, &service.subscription()).await;
        for text in ["Yes", "Since noon", "At your neighbour's"] {
            shop.agent_writes(conversation, text).await;
            after(&shop, 4 * SECOND).await;
        }
        after(&shop, MOMENT).await;
        assert_eq!(service.shown(), ["At your neighbour's"]);
        let label = shop.agent_uploads("label.txt", b"Return label").await;
        shop.agent_sends(conversation, "", vec![label]).await;
        after(&shop, MOMENT).await;
        assert_eq!(service.shown(), ["label.txt"]);
    });
}

#[test]
fn a_busy_service_is_asked_again_when_it_says_and_a_browser_that_is_gone_no_more() {
    on_both_engines(|engine| async move {
        let (shop, mut service) = (ChatShop::open_inside(engine).await, PushService::open());
        let ana = shop.visitor().await;
        let conversation = ana.writes("Is it here?").await;
        subscribes(&ana, &service.subscription()).await;
        service.will_say("429 120");
        shop.agent_writes(conversation, "Yes").await;
        after(&shop, MOMENT).await;
        assert_eq!(service.told()[0]["status"], 429);
        after(&shop, 119 * SECOND).await;
        assert!(service.told().is_empty());
        after(&shop, SECOND).await;
        assert_eq!(service.told()[0]["status"], 201);

        // What is refused for good is not said again, and the next answer is told all the same.
        service.will_say("400");
        shop.agent_writes(conversation, "Since noon").await;
        after(&shop, MOMENT).await;
        assert_eq!(service.told()[0]["status"], 400);
        after(&shop, 3_600 * SECOND).await;
        assert!(service.told().is_empty());
        service.will_say("410");
        shop.agent_writes(conversation, "At your neighbour's").await;
        after(&shop, MOMENT).await;
        assert_eq!(service.told()[0]["status"], 410);
        shop.agent_writes(conversation, "Good night").await;
        after(&shop, MOMENT).await;
        assert!(service.told().is_empty());
    });
}

#[test]
fn nobody_is_told_of_the_answers_to_whoever_used_the_browser_before() {
    on_both_engines(|engine| async move {
        let (shop, mut service) = (ChatShop::open_inside(engine).await, PushService::open());
        let (ana, ben) = (shop.visitor().await, shop.visitor().await);
        let of_ana = ana.writes("Is it here?").await;
        let of_ben = ben.writes("Do you repair lamps?").await;
        let shared = service.subscription();
        subscribes(&ana, &shared).await;
        shop.agent_writes(of_ana, "Yes").await;
        subscribes(&ben, &shared).await;
        shop.agent_writes(of_ana, "Since noon").await;
        after(&shop, MOMENT).await;
        assert!(service.told().is_empty());
        shop.agent_writes(of_ben, "We do").await;
        after(&shop, MOMENT).await;
        assert_eq!(service.shown(), ["We do"]);

        shop.agent_writes(of_ben, "Bring it").await;
        ben.post("sign-out", json!({})).await;
        after(&shop, MOMENT).await;
        assert!(service.told().is_empty());
    });
}

#[test]
fn a_visitor_has_a_handful_of_browsers_and_stops_each_by_itself() {
    on_both_engines(|engine| async move {
        let (shop, mut service) = (ChatShop::open_inside(engine).await, PushService::open());
        let (ana, ben) = (shop.visitor().await, shop.visitor().await);
        let conversation = ana.writes("Is it here?").await;
        let mut browsers = Vec::new();
        for _ in 0..6 {
            browsers.push(service.subscription());
            subscribes(&ana, browsers.last().unwrap()).await;
            shop.pass(SECOND);
        }
        // The page says it anew whenever it opens.
        subscribes(&ana, &browsers[5]).await;
        shop.agent_writes(conversation, "Yes").await;
        after(&shop, MOMENT).await;
        assert_eq!(places(&service.told()), places(&browsers[1..]));

        let stop = json!({ "endpoint": browsers[1]["endpoint"] });
        assert_eq!(
            ben.post("push/stop", stop.clone()).await.status,
            StatusCode::NO_CONTENT
        );
        shop.agent_writes(conversation, "Since noon").await;
        after(&shop, MOMENT).await;
        assert_eq!(service.told().len(), 5, "only their own visitor stops them");
        ana.post("push/stop", stop).await;
        shop.agent_writes(conversation, "At your neighbour's").await;
        after(&shop, MOMENT).await;
        assert_eq!(places(&service.told()), places(&browsers[2..]));
    });
}

#[test]
fn nothing_is_posted_to_a_place_inside_or_for_a_browser_that_could_not_read_it() {
    on_both_engines(|engine| async move {
        let (shop, mut service) = (ChatShop::open(engine).await, PushService::open());
        let ana = shop.visitor().await;
        let subscription = service.subscription();
        for (pointer, value) in [
            // The operator vouches for this host, for webhooks and not for strangers.
            ("/endpoint", subscription["endpoint"].clone()),
            ("/endpoint", json!("https://10.0.0.1/push")),
            ("/endpoint", json!("https://localhost/push")),
            ("/endpoint", json!("http://push.example.com/")),
            ("/endpoint", json!("push")),
            ("/keys/p256dh", json!("AAAA")),
            // The right length, and no point of the curve.
            ("/keys/p256dh", json!("BA".to_owned() + &"A".repeat(85))),
            ("/keys/auth", json!("AAAA")),
        ] {
            let mut wrong = subscription.clone();
            *wrong.pointer_mut(pointer).unwrap() = value.clone();
            let refused = ana.post("push", wrong).await;
            assert_eq!(
                refused.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{pointer} {value}"
            );
            let refused = refused.json();
            let field = pointer[1..].replace('/', ".");
            assert_eq!(refused["field"], field);
            let detail = refused["detail"].as_str().unwrap();
            assert!(!detail.contains("10.0.0.1"), "{detail}");
            // Each is an effort of its own, and they are limited.
            shop.pass(60 * SECOND);
        }
    });
}
