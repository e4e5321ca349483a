//! What the provider's webhooks become.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::json;
use throughline_channels::sms::form::{Form, MAX_BODY_BYTES};
use throughline_channels::sms::opt_out::Wish;
use throughline_channels::sms::signature::compute;
use throughline_channels::sms::webhook::{Call, Incoming, Notice, read, receive};
use throughline_channels::sms::{Secret, SmsConfig, WebhookError};
use throughline_model::assurance::Assurance;
use throughline_model::channel::Channel;
use throughline_model::clock::Clock;
use throughline_model::id::{DeliveryId, EndpointId};
use throughline_model::identifier::IdentifierKind;
use throughline_model::inbound::Raw;
use throughline_model::outbound::{DeliveryStatus, StatusNews};

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const SID: &str = "SM0123456789abcdef0123456789abcdef";
const URL: &str = "https://shop.example/channels/sms/shop-phone";
const NOW: i64 = 1_750_000_000_000;

fn endpoint() -> EndpointId {
    EndpointId(Clock::fixed(NOW).new_id())
}

fn config() -> SmsConfig {
    SmsConfig {
        account_sid: ACCOUNT.to_owned(),
        auth_tokens: vec![Secret::new("s3cret")],
        api_key: None,
        api_base: "https://api.twilio.com/".parse().unwrap(),
        from: Some("+4915112345678".to_owned()),
        messaging_service_sid: None,
        status_callback_base: None,
        timeout_ms: 10_000,
    }
}

fn encoded(pairs: &[(&str, &str)]) -> Bytes {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
        .into()
}

/// A customer's message with these parameters added or, when already there, put in place.
fn message_with(changes: &[(&str, &str)]) -> Bytes {
    let mut pairs = vec![
        ("ToCountry", "DE"),
        ("MessageSid", SID),
        ("AccountSid", ACCOUNT),
        ("From", "+4917012345678"),
        ("To", "+4915112345678"),
        ("FromCountry", "DE"),
        ("Body", "Wo ist mein Paket? 📦"),
        ("NumMedia", "0"),
        ("SmsStatus", "received"),
        ("ApiVersion", "2010-04-01"),
    ];
    for change in changes {
        match pairs.iter_mut().find(|pair| pair.0 == change.0) {
            Some(pair) => *pair = *change,
            None => pairs.push(*change),
        }
    }
    encoded(&pairs)
}

fn received(url: &str, body: &Bytes) -> Result<Notice, WebhookError> {
    let signature = Form::parse(body)
        .map(|form| compute(&Secret::new("s3cret"), url, &form))
        .unwrap_or_default();
    receive(&config(), &call(url, body, Some(&signature)))
}

fn call<'a>(url: &'a str, body: &'a Bytes, signature: Option<&'a str>) -> Call<'a> {
    Call {
        endpoint: endpoint(),
        url,
        signature,
        settings: None,
        media_type: Some("application/x-www-form-urlencoded; charset=UTF-8"),
        body,
        received_at: NOW,
    }
}

fn incoming(changes: &[(&str, &str)]) -> Result<Incoming, WebhookError> {
    match received(URL, &message_with(changes))? {
        Notice::Message(incoming) => Ok(*incoming),
        Notice::Status(news) => panic!("a status: {news:?}"),
    }
}

#[test]
fn a_customers_text_arrives_whole_and_proves_nothing_about_the_sender() {
    let body = message_with(&[]);
    let incoming = incoming(&[]).unwrap();
    let inbound = &incoming.inbound;
    assert_eq!(
        (inbound.endpoint, inbound.channel),
        (endpoint(), Channel::Sms)
    );
    assert_eq!(inbound.provider_id, SID);
    assert_eq!(inbound.from.to_string(), "phone:+4917012345678");
    assert_eq!(inbound.content.text, "Wo ist mein Paket? 📦");
    assert_eq!(inbound.sent_at, NOW);
    assert_eq!(inbound.evidence.assurance, Assurance::NONE);
    assert_eq!(
        inbound.evidence.details,
        json!({"to": "+4915112345678", "from_country": "DE"})
    );
    assert_eq!(inbound.raw.body, body);
    assert!(!inbound.automatic);
    assert_eq!(incoming.wish, None);
}

#[test]
fn pictures_are_named_for_fetching() {
    let changes = [
        ("NumMedia", "2"),
        ("Body", ""),
        (
            "MediaUrl0",
            "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1",
        ),
        ("MediaContentType0", "image/jpeg"),
        (
            "MediaUrl1",
            "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME2",
        ),
    ];
    let content = incoming(&changes).unwrap().inbound.content;
    assert_eq!(content.text, "");
    let types: Vec<&str> = content
        .remote_files
        .iter()
        .map(|file| file.media_type.as_str())
        .collect();
    assert_eq!(types, ["image/jpeg", "application/octet-stream"]);
    assert!(content.remote_files[1].url.ends_with("/ME2"));
}

#[test]
fn an_empty_text_is_still_a_message() {
    assert_eq!(incoming(&[("Body", "")]).unwrap().inbound.content.text, "");
}

#[test]
fn short_codes_and_sender_names_are_machines_and_keep_their_spelling() {
    for (from, value, automatic) in [
        ("72345", "sms:72345", true),
        ("ParcelCo", "sms:ParcelCo", true),
        (
            "whatsapp:+4917012345678",
            "sms:whatsapp:+4917012345678",
            false,
        ),
    ] {
        let inbound = incoming(&[("From", from)]).unwrap().inbound;
        assert_eq!(inbound.from.kind, IdentifierKind::Social);
        assert_eq!(
            (inbound.from.value.as_str(), inbound.automatic),
            (value, automatic)
        );
    }
}

#[test]
fn a_wish_to_stop_is_ours_to_confirm_unless_the_provider_has_done_so() {
    let ours = incoming(&[("Body", "Bitte keine SMS mehr")]).unwrap();
    assert_eq!(
        (ours.wish, ours.answered_by_provider),
        (Some(Wish::Stop), false)
    );
    assert_eq!(ours.inbound.evidence.details["wish"], "stop");
    assert_eq!(ours.inbound.evidence.details["answered_by_provider"], false);

    let theirs = incoming(&[("Body", "Stop"), ("OptOutType", "STOP")]).unwrap();
    assert_eq!(
        (theirs.wish, theirs.answered_by_provider),
        (Some(Wish::Stop), true)
    );
    let help = incoming(&[("Body", "info pls"), ("OptOutType", "HELP")]).unwrap();
    assert_eq!(
        (help.wish, help.answered_by_provider),
        (Some(Wish::Help), true)
    );
}

#[test]
fn a_nul_byte_does_not_reach_storage() {
    assert_eq!(
        incoming(&[("Body", "a\0b")]).unwrap().inbound.content.text,
        "ab"
    );
}

fn status(changes: &[(&str, &str)], url: &str) -> Result<StatusNews, WebhookError> {
    let mut pairs = vec![
        ("MessageSid", SID),
        ("AccountSid", ACCOUNT),
        ("SmsStatus", "sent"),
        ("To", "+4917012345678"),
    ];
    pairs.extend(changes);
    match received(url, &encoded(&pairs))? {
        Notice::Status(news) => Ok(news),
        Notice::Message(message) => panic!("a message: {message:?}"),
    }
}

#[test]
fn news_finds_its_delivery_and_only_moves_it_forward() {
    let delivery = DeliveryId(Clock::fixed(NOW).new_id());
    let url = format!("{URL}/status?delivery={delivery}");
    let mut standing = DeliveryStatus::Unknown;
    for (word, expected) in [
        ("queued", DeliveryStatus::Sent),
        ("delivered", DeliveryStatus::Delivered),
        ("sent", DeliveryStatus::Delivered),
        ("sending", DeliveryStatus::Delivered),
        ("read", DeliveryStatus::Read),
        ("failed", DeliveryStatus::Read),
    ] {
        let news = status(&[("MessageStatus", word)], &url).unwrap();
        assert_eq!(
            (news.delivery, news.provider_id.as_str()),
            (Some(delivery), SID)
        );
        standing = standing.after(news.status);
        assert_eq!(standing, expected, "after {word}");
    }
}

#[test]
fn a_failure_says_what_to_do() {
    let news = status(
        &[("MessageStatus", "undelivered"), ("ErrorCode", "30003")],
        URL,
    )
    .unwrap();
    assert_eq!(
        (news.status, news.code.as_deref(), news.delivery),
        (DeliveryStatus::Failed, Some("30003"), None)
    );
    assert!(news.reason.unwrap().contains("another channel"));
    let unknown = [
        ("MessageStatus", "failed"),
        ("ErrorCode", "39999"),
        ("ErrorMessage", "Strange"),
    ];
    assert_eq!(
        status(&unknown, URL).unwrap().reason.as_deref(),
        Some("Strange")
    );
    let fine = status(&[("MessageStatus", "sent"), ("ErrorCode", "0")], URL).unwrap();
    assert_eq!((fine.code, fine.reason), (None, None));
}

#[test]
fn what_breaks_the_contract_is_refused_with_a_status_and_a_hint() {
    let cases: Vec<(Result<(), WebhookError>, u16, &str)> = vec![
        (
            incoming(&[("From", "")]).map(drop),
            422,
            "'From' is missing",
        ),
        (
            incoming(&[("MessageSid", "")]).map(drop),
            422,
            "'MessageSid' is missing",
        ),
        (
            incoming(&[("MessageSid", "../../etc")]).map(drop),
            422,
            "MessageSid",
        ),
        (incoming(&[("NumMedia", "many")]).map(drop), 422, "NumMedia"),
        (
            incoming(&[("NumMedia", "99999999999")]).map(drop),
            422,
            "NumMedia",
        ),
        (incoming(&[("NumMedia", "1")]).map(drop), 422, "MediaUrl"),
        (
            incoming(&[("NumMedia", "1"), ("MediaUrl0", "file:///etc/passwd")]).map(drop),
            422,
            "http or https",
        ),
        (
            incoming(&[("AccountSid", "AC999")]).map(drop),
            403,
            "another account",
        ),
        (
            status(&[("MessageStatus", "exploded")], URL).map(drop),
            422,
            "exploded",
        ),
        (
            status(
                &[("MessageStatus", "sent")],
                &format!("{URL}?delivery=nonsense"),
            )
            .map(drop),
            422,
            "delivery",
        ),
        (
            received(
                URL,
                &encoded(&[
                    ("From", "+4917012345678"),
                    ("From", "+4917099999999"),
                    ("MessageSid", SID),
                ]),
            )
            .map(drop),
            422,
            "different values",
        ),
        (
            received(URL, &Bytes::from_static(b"Body=%FF")).map(drop),
            400,
            "UTF-8",
        ),
        (
            received(URL, &Bytes::from_static(b"Body=%4")).map(drop),
            400,
            "percent",
        ),
        (
            received(URL, &Bytes::from(vec![b'a'; MAX_BODY_BYTES + 1])).map(drop),
            413,
            "more than",
        ),
        (received(URL, &Bytes::new()).map(drop), 422, "missing"),
    ];
    for (outcome, http_status, hint) in cases {
        let error = outcome.unwrap_err();
        assert_eq!(error.http_status(), http_status, "{error}");
        assert!(error.to_string().contains(hint), "{error}");
    }
}

#[test]
fn an_unsigned_or_misdirected_call_is_refused_before_it_is_read() {
    let body = message_with(&[]);
    let form = Form::parse(&body).unwrap();
    let signature = compute(&Secret::new("s3cret"), URL, &form);
    let refused = |call: &Call<'_>| receive(&config(), call).unwrap_err();
    assert_eq!(refused(&call(URL, &body, None)), WebhookError::NoSignature);
    assert_eq!(
        refused(&call("https://other.example/", &body, Some(&signature))),
        WebhookError::WrongSignature
    );
    let json = Call {
        media_type: Some("application/json"),
        ..call(URL, &body, Some(&signature))
    };
    assert_eq!(refused(&json).http_status(), 415);
}

#[test]
fn secrets_are_not_shown() {
    assert!(!format!("{:?}", config()).contains("s3cret"));
}

proptest! {
    #[test]
    fn any_bytes_are_a_message_or_a_clear_refusal(body in any::<Vec<u8>>(), url in "\\PC{0,80}") {
        let outcome = Form::parse(&body).and_then(|form| read(endpoint(), &url, &form, Raw::default(), NOW));
        if let Err(error) = outcome {
            prop_assert!((400..500).contains(&error.http_status()));
            prop_assert!(!error.to_string().is_empty());
        }
    }

    #[test]
    fn any_values_of_the_known_parameters_do_no_harm(
        values in proptest::collection::vec("\\PC{0,30}|[0-9+]{0,20}", 8),
    ) {
        let names = ["MessageSid", "From", "Body", "NumMedia", "MediaUrl0", "MessageStatus", "ErrorCode", "OptOutType"];
        let pairs: Vec<(&str, &str)> = names.into_iter().zip(values.iter().map(String::as_str)).collect();
        let _ = received(URL, &encoded(&pairs));
    }

    #[test]
    fn a_text_survives_the_wire_exactly(text in "\\PC{0,200}") {
        prop_assert_eq!(incoming(&[("Body", &text)]).unwrap().inbound.content.text, text);
    }
}
