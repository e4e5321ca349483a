//! What becomes of a text message on its way out.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[path = "sms/counterpart.rs"]
mod counterpart;
#[path = "sms/provider.rs"]
mod provider;

use bytes::Bytes;
use provider::{Provider, Step};
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use throughline_channels::sms::form::Form;
use throughline_channels::sms::{ApiKey, BadSmsConfig, MediaLinks, Secret, SmsAdapter, SmsConfig};
use throughline_model::channel::ChannelAdapter;
use throughline_model::clock::Clock;
use throughline_model::id::{ConversationId, DeliveryId, EndpointId};
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_model::inbound::File;
use throughline_model::outbound::{Outbound, Reconciled, SendOutcome};
use url::Url;

/// 2025-06-15 15:06:40 UTC.
const NOW: i64 = 1_750_000_000_000;
const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const SID: &str = "SM0123456789abcdef0123456789abcdef";

fn config(base: &str) -> SmsConfig {
    SmsConfig {
        account_sid: ACCOUNT.to_owned(),
        auth_tokens: vec![Secret::new("s3cret")],
        api_key: None,
        api_base: base.parse().unwrap(),
        from: Some("+4915112345678".to_owned()),
        messaging_service_sid: None,
        status_callback_base: Some(
            "https://shop.example/channels/sms/shop-phone/status"
                .parse()
                .unwrap(),
        ),
        timeout_ms: 10_000,
    }
}

fn adapter(config: SmsConfig) -> SmsAdapter {
    // Another test of this process may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    SmsAdapter::new(config, http, Clock::fixed(NOW)).unwrap()
}

fn message(text: &str) -> Outbound {
    let clock = Clock::fixed(NOW);
    Outbound {
        delivery: DeliveryId(clock.new_id()),
        conversation: ConversationId(clock.new_id()),
        endpoint: EndpointId(clock.new_id()),
        client_message_id: "c1".to_owned(),
        to: Identifier::phone("+4917012345678").unwrap(),
        to_name: None,
        text: text.to_owned(),
        subject: None,
        in_reply_to: None,
        references: Vec::new(),
        automatic: false,
        files: Vec::new(),
    }
}

fn answer(status: u16, body: serde_json::Value) -> Step {
    Step::Answer(
        status,
        "content-type: application/json\r\n",
        body.to_string(),
    )
}

/// Sends one message to a provider with this script.
async fn sent(script: Vec<Step>) -> SendOutcome {
    let provider = Provider::start(script).await;
    adapter(config(&format!("http://{}", provider.address)))
        .send(&message("Hello"))
        .await
}

#[tokio::test]
async fn a_message_that_is_taken_gets_the_providers_id_and_its_parts() {
    let taken = json!({"sid": SID, "status": "queued", "num_segments": "2"});
    let provider = Provider::start(vec![answer(201, taken)]).await;
    let message = message("Grüße + mehr & so");
    let outcome = adapter(config(&format!("http://{}/", provider.address)))
        .send(&message)
        .await;
    assert_eq!(
        outcome,
        SendOutcome::Sent {
            provider_id: SID.to_owned(),
            parts: Some(2)
        }
    );

    let request = provider.requests().remove(0);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with(&format!(
            "POST /2010-04-01/Accounts/{ACCOUNT}/Messages.json HTTP/1.1\r\n"
        )),
        "{head}"
    );
    // base64 of the account and its token.
    assert!(
        head.contains(
            "authorization: Basic QUMwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjpzM2NyZXQ="
        ),
        "{head}"
    );
    let form = Form::parse(body.as_bytes()).unwrap();
    let callback = format!(
        "https://shop.example/channels/sms/shop-phone/status?delivery={}",
        message.delivery
    );
    let expected = [
        ("To", "+4917012345678"),
        ("From", "+4915112345678"),
        ("Body", "Grüße + mehr & so"),
        ("StatusCallback", callback.as_str()),
    ];
    let pairs: Vec<(&str, &str)> = form
        .pairs()
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    assert_eq!(pairs, expected);
}

#[tokio::test]
async fn where_the_provider_does_not_count_parts_we_do() {
    let taken = json!({"sid": SID, "num_segments": "0"});
    assert_eq!(
        sent(vec![answer(201, taken)]).await,
        SendOutcome::Sent {
            provider_id: SID.to_owned(),
            parts: Some(1)
        }
    );
}

#[tokio::test]
async fn a_busy_provider_is_asked_again_when_it_says() {
    let busy = Step::Answer(
        429,
        "retry-after: 7\r\n",
        json!({"code": 20429, "message": "Too Many Requests"}).to_string(),
    );
    let SendOutcome::Retry { after_ms, .. } = sent(vec![busy]).await else {
        panic!()
    };
    assert_eq!(after_ms, Some(7_000));
    let busy = answer(400, json!({"code": 20429}));
    assert!(matches!(
        sent(vec![busy]).await,
        SendOutcome::Retry { after_ms: None, .. }
    ));
}

#[tokio::test]
async fn what_will_never_work_says_what_to_do() {
    for (status, code, hint) in [
        (400, 21610, "opted out"),
        (400, 21211, "not a valid phone number"),
        (400, 21614, "cannot receive SMS"),
        (400, 21408, "geographic permissions"),
        (400, 21617, "1600 characters"),
        (404, 20404, "account_sid"),
        (400, 29999, "the provider refused the message: Odd"),
    ] {
        let refusal = answer(
            status,
            json!({"code": code, "message": "Odd", "status": status}),
        );
        let SendOutcome::Permanent { code: told, reason } = sent(vec![refusal]).await else {
            panic!("{code}")
        };
        assert_eq!(told, code.to_string());
        assert!(reason.contains(hint), "{reason}");
    }
    let page = Step::Answer(
        404,
        "content-type: text/html\r\n",
        "<h1>Not here</h1>".to_owned(),
    );
    let SendOutcome::Permanent { code, reason } = sent(vec![page]).await else {
        panic!()
    };
    assert_eq!(code, "http_404");
    assert!(reason.contains("api_base"));
    let moved = Step::Answer(307, "location: http://127.0.0.1:1/\r\n", String::new());
    assert!(
        matches!(sent(vec![moved]).await, SendOutcome::Permanent { code, .. } if code == "http_307")
    );
}

#[tokio::test]
async fn while_a_token_is_replaced_messages_still_leave() {
    let script = vec![
        answer(401, json!({"code": 20003})),
        answer(201, json!({"sid": SID, "num_segments": "1"})),
    ];
    let provider = Provider::start(script).await;
    let mut config = config(&format!("http://{}", provider.address));
    config.auth_tokens = vec![Secret::new("new"), Secret::new("old")];
    assert!(matches!(
        adapter(config).send(&message("Hello")).await,
        SendOutcome::Sent { .. }
    ));
    assert_eq!(provider.requests().len(), 2);
}

#[tokio::test]
async fn refused_credentials_lose_no_message() {
    let SendOutcome::Retry { reason, after_ms } =
        sent(vec![answer(401, json!({"code": 20003}))]).await
    else {
        panic!()
    };
    assert!(reason.contains("auth_tokens") && after_ms.unwrap() > 0);
}

#[tokio::test]
async fn whenever_the_message_may_have_been_taken_the_outcome_is_unknown() {
    for step in [
        answer(500, json!({"code": 20500})),
        answer(502, json!({})),
        answer(503, json!({"code": 20503})),
        answer(408, json!({})),
        answer(201, json!({"status": "queued"})),
        Step::BreakOff(201),
        Step::BreakOff(503),
        Step::HangUp,
    ] {
        let outcome = sent(vec![step.clone()]).await;
        assert!(
            matches!(outcome, SendOutcome::Unknown { .. }),
            "{step:?}: {outcome:?}"
        );
    }
    let provider = Provider::start(vec![Step::Silence]).await;
    let mut config = config(&format!("http://{}", provider.address));
    config.timeout_ms = 100;
    let SendOutcome::Unknown { reason } = adapter(config).send(&message("Hello")).await else {
        panic!()
    };
    assert!(reason.contains("in time"), "{reason}");
}

#[tokio::test]
async fn a_refused_connection_is_tried_again_for_nothing_was_sent() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let outcome = adapter(config(&format!("http://{free}")))
        .send(&message("Hello"))
        .await;
    assert!(matches!(outcome, SendOutcome::Retry { .. }), "{outcome:?}");
}

#[tokio::test]
async fn what_cannot_be_sent_never_reaches_the_provider() {
    let provider = Provider::start(Vec::new()).await;
    let adapter = adapter(config(&format!("http://{}", provider.address)));
    let with_file = Outbound {
        files: vec![File {
            name: "a.png".into(),
            media_type: "image/png".into(),
            content_id: None,
            body: Bytes::new(),
        }],
        ..message("Look")
    };
    let social = |value: &str| Identifier {
        kind: IdentifierKind::Social,
        value: value.to_owned(),
    };
    for (message, expected) in [
        (message(" \n"), "empty"),
        (with_file, "no_media"),
        (
            Outbound {
                to: Identifier::email("ana@example.com").unwrap(),
                ..message("Hi")
            },
            "wrong_channel",
        ),
        (
            Outbound {
                to: social("telegram:17"),
                ..message("Hi")
            },
            "wrong_channel",
        ),
        (
            Outbound {
                to: social("sms:ParcelCo"),
                ..message("Hi")
            },
            "not_answerable",
        ),
    ] {
        let SendOutcome::Permanent { code, reason } = adapter.send(&message).await else {
            panic!("{expected}")
        };
        assert_eq!(code, expected);
        assert!(reason.contains(';'), "{reason} says what to do");
    }
    assert!(provider.requests().is_empty());
}

struct Links;

#[async_trait::async_trait]
impl MediaLinks for Links {
    async fn link(&self, message: &Outbound, file: &File) -> Result<Url, String> {
        Ok(format!(
            "https://shop.example/files/{}/{}",
            message.client_message_id, file.name
        )
        .parse()
        .unwrap())
    }
}

fn with_files(names: &[&str]) -> Outbound {
    let file = |name: &&str| File {
        name: (*name).to_owned(),
        media_type: "image/png".to_owned(),
        content_id: None,
        body: Bytes::from_static(b"png"),
    };
    Outbound {
        files: names.iter().map(file).collect(),
        ..message("Your label")
    }
}

fn listed(sid: &str, body: &str, date: &str) -> serde_json::Value {
    json!({
        "sid": sid, "body": body, "date_created": date, "direction": "outbound-api",
        "num_media": "0", "date_sent": null, "status": "queued",
    })
}

async fn reconciled(text: &str, pages: Vec<Step>) -> Reconciled {
    let provider = Provider::start(pages).await;
    adapter(config(&format!("http://{}", provider.address)))
        .reconcile(&message(text))
        .await
}

const AFTER: &str = "Sun, 15 Jun 2025 15:06:41 +0000";
const BEFORE: &str = "Sun, 15 Jun 2025 14:00:00 +0000";

fn page(messages: &[serde_json::Value]) -> Step {
    answer(200, json!({"messages": messages, "next_page_uri": null}))
}

#[tokio::test]
async fn a_message_that_got_through_is_found_by_its_text() {
    let found = Reconciled::Found {
        provider_id: "SM1".to_owned(),
    };
    let others = [
        listed("SM0", "Hello", BEFORE),
        listed("SM2", "Something else", AFTER),
    ];
    let with = |ours| page(&[others[0].clone(), ours, others[1].clone()]);
    assert_eq!(
        reconciled("Hello", vec![with(listed("SM1", "Hello", AFTER))]).await,
        found
    );
    // Smart encoding has made the quotes plain.
    let text = "It’s “here” …";
    assert_eq!(
        reconciled(text, vec![with(listed("SM1", "It's \"here\" ...", AFTER))]).await,
        found
    );
    assert_eq!(
        reconciled("Hello", vec![page(&others)]).await,
        Reconciled::NotFound
    );
    let mut theirs = listed("SM3", "Hello", AFTER);
    theirs["direction"] = json!("inbound");
    assert_eq!(
        reconciled("Hello", vec![page(&[theirs])]).await,
        Reconciled::NotFound
    );
}

#[tokio::test]
async fn the_search_reads_every_page_and_asks_for_the_right_ones() {
    let first = answer(
        200,
        json!({"messages": [], "next_page_uri": format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json?Page=1&PageToken=PA1")}),
    );
    let provider = Provider::start(vec![first, page(&[listed("SM1", "Hello", AFTER)])]).await;
    let adapter = adapter(config(&format!("http://{}", provider.address)));
    assert_eq!(
        adapter.reconcile(&message("Hello")).await,
        Reconciled::Found {
            provider_id: "SM1".to_owned()
        }
    );
    let requests = provider.requests();
    let asked = format!(
        "GET /2010-04-01/Accounts/{ACCOUNT}/Messages.json?To=%2B4917012345678&PageSize=1000&From=%2B4915112345678 "
    );
    assert!(requests[0].starts_with(&asked), "{}", requests[0]);
    assert!(requests[1].contains("PageToken=PA1"));
}

#[tokio::test]
async fn what_is_not_certain_is_never_called_lost_or_found() {
    let twins = page(&[listed("SM1", "Hello", AFTER), listed("SM2", "Hello", AFTER)]);
    let elsewhere = answer(
        200,
        json!({"messages": [], "next_page_uri": "https://evil.example/next"}),
    );
    for pages in [
        vec![twins],
        vec![elsewhere],
        vec![answer(500, json!({}))],
        vec![answer(200, json!("nonsense"))],
        vec![Step::HangUp],
        vec![Step::BreakOff(200)],
    ] {
        assert_eq!(
            reconciled("Hello", pages.clone()).await,
            Reconciled::CannotTell,
            "{pages:?}"
        );
    }
    let undated = Outbound {
        delivery: DeliveryId(uuid::Uuid::from_u128(4)),
        ..message("Hello")
    };
    let provider = Provider::start(Vec::new()).await;
    let adapter = adapter(config(&format!("http://{}", provider.address)));
    assert_eq!(adapter.reconcile(&undated).await, Reconciled::CannotTell);
}

#[test]
fn a_configuration_that_cannot_work_is_refused_at_the_start() {
    let broken = |change: &dyn Fn(&mut SmsConfig)| {
        let mut config = config("https://api.twilio.com/");
        change(&mut config);
        config.check().unwrap_err()
    };
    assert!(matches!(
        broken(&|c| c.account_sid = "../x".into()),
        BadSmsConfig::AccountSid(_)
    ));
    assert_eq!(broken(&|c| c.auth_tokens.clear()), BadSmsConfig::NoToken);
    assert_eq!(
        broken(&|c| c.auth_tokens = vec![Secret::new("")]),
        BadSmsConfig::EmptyToken
    );
    assert_eq!(broken(&|c| c.from = None), BadSmsConfig::NoSender);
    assert_eq!(broken(&|c| c.timeout_ms = 0), BadSmsConfig::NoTime);
    assert!(matches!(
        broken(&|c| c.api_base = "http://api.twilio.com".parse().unwrap()),
        BadSmsConfig::InsecureBase(_)
    ));
    assert!(matches!(
        broken(&|c| c.api_base = "mailto:a@b".parse().unwrap()),
        BadSmsConfig::BadBase(_)
    ));
    assert!(matches!(
        broken(&|c| c.status_callback_base = Some("ftp://a".parse().unwrap())),
        BadSmsConfig::BadCallback(_)
    ));
}

#[test]
fn the_token_is_given_to_the_providers_own_media_only() {
    let config = config("https://api.twilio.com/");
    let own = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"
        .parse()
        .unwrap();
    assert_eq!(config.media_credentials(&own), Some((ACCOUNT, "s3cret")));
    for foreign in [
        "https://api.twilio.com.evil.example/x",
        "http://api.twilio.com/x",
        "https://evil.example/",
    ] {
        assert_eq!(
            config.media_credentials(&foreign.parse().unwrap()),
            None,
            "{foreign}"
        );
    }
}

/// Prism, answering by the provider's own OpenAPI document and refusing whatever breaks it.
struct Prism {
    child: Child,
    base: String,
}

impl Prism {
    fn start() -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let program =
            counterpart::folder().join("../node_modules/@stoplight/prism-cli/dist/index.js");
        assert!(
            program.exists(),
            "Prism is missing; {}",
            counterpart::INSTALL
        );
        let mut child = Command::new("node")
            .arg(program)
            .args([
                "mock",
                "--host",
                "127.0.0.1",
                "--errors",
                "--port",
                &port.to_string(),
            ])
            .arg(counterpart::folder().join("twilio_messages.json"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("node: {error}; {}", counterpart::INSTALL));
        let mut lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let ready = lines.any(|line| line.contains("is listening"));
        assert!(ready, "Prism did not start; {}", counterpart::INSTALL);
        // It goes on talking, and ends when nobody listens.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            child,
            base: format!("http://127.0.0.1:{port}"),
        }
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn our_requests_keep_to_the_providers_own_api_document() {
    let prism = Prism::start();
    let accepted = |outcome: SendOutcome| {
        assert!(
            matches!(&outcome, SendOutcome::Sent { provider_id, .. } if provider_id.starts_with("SM")),
            "{outcome:?}"
        )
    };

    accepted(
        adapter(config(&prism.base))
            .send(&message("Grüße & 👍\n+ mehr"))
            .await,
    );

    let service = SmsConfig {
        messaging_service_sid: Some("MG0123456789abcdef0123456789abcdef".into()),
        ..config(&prism.base)
    };
    accepted(adapter(service).send(&message("Hello")).await);

    let key = ApiKey {
        sid: "SK0123456789abcdef0123456789abcdef".into(),
        secret: Secret::new("k"),
    };
    accepted(
        adapter(SmsConfig {
            api_key: Some(key),
            ..config(&prism.base)
        })
        .send(&message("Hello"))
        .await,
    );

    let media = adapter(config(&prism.base)).with_media(Arc::new(Links));
    accepted(media.send(&with_files(&["one.png", "two.png"])).await);
    let many = ["x.png"; 11];
    assert!(
        matches!(media.send(&with_files(&many)).await, SendOutcome::Permanent { code, .. } if code == "too_many_files")
    );

    // The document's own example list holds nothing of ours, and reading it breaks no rule.
    assert_eq!(
        adapter(config(&prism.base))
            .reconcile(&message("Not in the example"))
            .await,
        Reconciled::NotFound
    );

    // It does refuse what breaks the document.
    let wrong = SmsConfig {
        messaging_service_sid: Some("MG-too-short".into()),
        ..config(&prism.base)
    };
    let refused = adapter(wrong).send(&message("Hello")).await;
    assert!(
        matches!(&refused, SendOutcome::Permanent { code, .. } if code == "http_422"),
        "{refused:?}"
    );
}
