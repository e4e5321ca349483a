//! Only the provider may call a webhook.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[path = "sms/counterpart.rs"]
mod counterpart;
#[path = "sms/program.rs"]
mod program;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use std::process::Command;
use throughline_channels::sms::form::Form;
use throughline_channels::sms::signature::{Payload, Signed, compute, verify};
use throughline_channels::sms::{Secret, WebhookError};

const URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
/// The parameters of the known answer every Twilio SDK tests itself with.
const FORM: &[u8] = b"CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309";
const KNOWN_ANSWER: &str = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";

fn tokens(values: &[&str]) -> Vec<Secret> {
    values.iter().map(|value| Secret::new(*value)).collect()
}

fn check(
    tokens: &[Secret],
    url: &str,
    form: &[u8],
    signature: Option<&str>,
) -> Result<(), WebhookError> {
    let form = Form::parse(form)?;
    verify(
        tokens,
        &Signed {
            url,
            signature,
            settings: None,
            payload: Payload::Form(&form),
        },
    )
}

#[test]
fn the_known_answer_of_the_providers_sdks_is_accepted() {
    assert_eq!(
        check(&tokens(&["12345"]), URL, FORM, Some(KNOWN_ANSWER)),
        Ok(())
    );
    assert_eq!(
        compute(&Secret::new("12345"), URL, &Form::parse(FORM).unwrap()),
        KNOWN_ANSWER
    );
}

#[test]
fn the_port_may_be_written_or_left_out() {
    let form = Form::parse(FORM).unwrap();
    let token = Secret::new("12345");
    let (bare, ported) = (
        "https://shop.example/sms?a=b",
        "https://shop.example:443/sms?a=b",
    );
    for (signed, called) in [
        (bare, bare),
        (bare, ported),
        (ported, bare),
        (ported, ported),
    ] {
        let signature = compute(&token, signed, &form);
        assert_eq!(
            check(&tokens(&["12345"]), called, FORM, Some(&signature)),
            Ok(()),
            "{signed} {called}"
        );
    }
    let elsewhere = compute(&token, "https://shop.example:8443/sms?a=b", &form);
    assert_eq!(
        check(&tokens(&["12345"]), bare, FORM, Some(&elsewhere)),
        Err(WebhookError::WrongSignature)
    );
}

#[test]
fn while_a_token_is_replaced_both_are_good_and_afterwards_only_one() {
    let signature = compute(&Secret::new("old"), URL, &Form::parse(FORM).unwrap());
    assert_eq!(
        check(&tokens(&["new", "old"]), URL, FORM, Some(&signature)),
        Ok(())
    );
    assert_eq!(
        check(&tokens(&["new"]), URL, FORM, Some(&signature)),
        Err(WebhookError::WrongSignature)
    );
}

#[test]
fn a_signature_that_is_missing_or_malformed_is_refused_with_a_hint() {
    let refused = |signature| check(&tokens(&["12345"]), URL, FORM, signature).unwrap_err();
    assert_eq!(refused(None), WebhookError::NoSignature);
    assert_eq!(refused(Some(" ")), WebhookError::NoSignature);
    assert_eq!(
        refused(Some("not base64!")),
        WebhookError::MalformedSignature
    );
    assert_eq!(refused(Some("AAAA")), WebhookError::WrongSignature);
    assert_eq!(refused(Some("AAAA")).http_status(), 403);
    assert!(refused(Some("AAAA")).to_string().contains("public URL"));
}

#[test]
fn without_a_token_nothing_is_accepted() {
    let empty = compute(&Secret::new(""), URL, &Form::parse(FORM).unwrap());
    for none in [tokens(&[]), tokens(&[""])] {
        assert_eq!(
            check(&none, URL, FORM, Some(&empty)),
            Err(WebhookError::WrongSignature)
        );
    }
}

#[test]
fn parameters_the_provider_adds_one_day_are_covered_too() {
    let added = [FORM, b"&NewThing=1"].concat();
    assert_eq!(
        check(&tokens(&["12345"]), URL, &added, Some(KNOWN_ANSWER)),
        Err(WebhookError::WrongSignature)
    );
    let signature = compute(&Secret::new("12345"), URL, &Form::parse(&added).unwrap());
    assert_eq!(
        check(&tokens(&["12345"]), URL, &added, Some(&signature)),
        Ok(())
    );
}

#[test]
fn a_body_that_nothing_covers_is_refused() {
    let signature = compute(&Secret::new("12345"), URL, &Form::default());
    let request = Signed {
        url: URL,
        signature: Some(&signature),
        settings: None,
        payload: Payload::Bytes(b"{}"),
    };
    assert_eq!(
        verify(&tokens(&["12345"]), &request),
        Err(WebhookError::UnsignedBody)
    );
}

#[test]
fn an_unknown_algorithm_is_named() {
    let form = Form::parse(FORM).unwrap();
    let request = Signed {
        url: URL,
        signature: Some(KNOWN_ANSWER),
        settings: Some("key=k1,algorithm=MD5"),
        payload: Payload::Form(&form),
    };
    assert_eq!(
        verify(&tokens(&["12345"]), &request),
        Err(WebhookError::UnknownAlgorithm("MD5".to_owned()))
    );
}

/// Forms as wild as any: accents, `+`, `&`, `%`, emoji, repeated names, empty values.
fn wild_forms() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = prop_oneof![
        "[A-Z][A-Za-z0-9]{0,8}",
        Just("Body".to_owned()),
        "\\PC{1,6}"
    ];
    let value = prop_oneof![
        "\\PC{0,40}",
        Just(String::new()),
        "[+ &=%?#éß€👍\\n]{0,12}",
        "\\+[0-9]{6,15}"
    ];
    proptest::collection::vec((name, value), 0..12)
}

fn signed_by_twilio_python(items: &[Value]) -> Vec<Value> {
    let python = std::env::var("THROUGHLINE_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut command = Command::new(python);
    command.arg(counterpart::folder().join("sign.py"));
    let written = program::output(command, &Value::from(items.to_vec()).to_string());
    serde_json::from_str(&written).unwrap()
}

#[test]
fn six_hundred_webhooks_signed_by_twilio_python_are_accepted_and_every_forgery_is_not() {
    let mut runner = TestRunner::deterministic();
    let urls = [
        "https://shop.example/sms",
        "http://shop.example:8080/sms?x=ä%20b&y=",
        "https://shop.example",
        URL,
    ];
    let items: Vec<Value> = (0..600)
        .map(|index| {
            json!({
                "token": format!("token-{index}"),
                "url": urls[index % urls.len()],
                "params": wild_forms().new_tree(&mut runner).unwrap().current(),
                "quote": if index % 2 == 0 { "plus" } else { "percent" },
                "algorithm": if index % 5 == 0 { "HMAC_SHA256" } else { "HMAC_SHA1" },
            })
        })
        .collect();
    for (item, signed) in items.iter().zip(signed_by_twilio_python(&items)) {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let form = Form::parse(text(&signed["body"]).as_bytes()).unwrap();
        let (url, signature) = (text(&item["url"]), text(&signed["signature"]));
        let settings = format!(
            "key=webhooks_sharedkey_1,algorithm={}",
            text(&item["algorithm"])
        );
        let request = Signed {
            url: &url,
            signature: Some(&signature),
            settings: Some(&settings),
            payload: Payload::Form(&form),
        };
        let right = [Secret::new(text(&item["token"]))];
        assert_eq!(verify(&right, &request), Ok(()), "{item}");
        assert_eq!(
            verify(&tokens(&["another account's"]), &request),
            Err(WebhookError::WrongSignature)
        );
    }
}

#[test]
fn json_bodies_signed_by_twilio_python_are_accepted_until_a_byte_changes() {
    let bodies = [
        "{}",
        "{\"property\": \"value\", \"boolean\": true}",
        "{\"text\":\"Grüße 👍\"}",
        "",
    ];
    let items: Vec<Value> = bodies
        .iter()
        .map(|body| json!({"token": "t", "url": "https://shop.example/sms?a=b&", "json": body}))
        .collect();
    for signed in signed_by_twilio_python(&items) {
        let body = signed["body"].as_str().unwrap().as_bytes();
        let mut request = Signed {
            url: signed["url"].as_str().unwrap(),
            signature: signed["signature"].as_str(),
            settings: None,
            payload: Payload::Bytes(body),
        };
        assert_eq!(verify(&tokens(&["t"]), &request), Ok(()));
        let tampered = [body, b" "].concat();
        request.payload = Payload::Bytes(&tampered);
        assert_eq!(
            verify(&tokens(&["t"]), &request),
            Err(WebhookError::WrongSignature)
        );
    }
}

fn encoded(pairs: &[(String, String)]) -> Vec<u8> {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
        .into_bytes()
}

proptest! {
    #[test]
    fn any_changed_byte_of_any_parameter_is_noticed(
        pairs in wild_forms(),
        at in any::<proptest::sample::Index>(),
        bit in 0u8..8,
    ) {
        prop_assume!(!pairs.is_empty());
        let body = encoded(&pairs);
        let original = Form::parse(&body).unwrap();
        let token = tokens(&["12345"]);
        let signature = compute(&token[0], URL, &original);
        prop_assert_eq!(check(&token, URL, &body, Some(&signature)), Ok(()));

        let mut tampered = body.clone();
        let at = at.index(tampered.len());
        tampered[at] ^= 1 << bit;
        // `%c3` for `%C3` is another spelling of the same parameters, not a forgery.
        match Form::parse(&tampered) {
            Ok(form) if form == original => {}
            _ => prop_assert!(check(&token, URL, &tampered, Some(&signature)).is_err()),
        }
    }

    #[test]
    fn the_order_of_parameters_does_not_matter(pairs in wild_forms()) {
        let token = tokens(&["12345"]);
        let signature = compute(&token[0], URL, &Form::parse(&encoded(&pairs)).unwrap());
        let mut other = pairs;
        other.reverse();
        prop_assert_eq!(check(&token, URL, &encoded(&other), Some(&signature)), Ok(()));
    }

    #[test]
    fn no_header_and_no_url_does_harm(
        url in "\\PC{0,60}",
        header in "\\PC{0,60}",
        settings in "\\PC{0,30}",
        body in any::<Vec<u8>>(),
    ) {
        let form = Form::parse(&body).unwrap_or_default();
        for payload in [Payload::Form(&form), Payload::Bytes(&body)] {
            let request = Signed { url: &url, signature: Some(&header), settings: Some(&settings), payload };
            prop_assert!(verify(&tokens(&["12345"]), &request).is_err());
        }
    }
}
