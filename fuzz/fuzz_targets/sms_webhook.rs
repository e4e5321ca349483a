//! Webhooks of the SMS provider: forms and signatures.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use throughline_channels::sms::form::Form;
use throughline_channels::sms::webhook::{Call, Notice, receive};
use throughline_channels::sms::{Secret, SmsConfig, signature};
use throughline_model::id::EndpointId;

const URL: &str = "https://support.example.com/webhooks/sms/shop-sms";

static CONFIG: LazyLock<SmsConfig> = LazyLock::new(|| SmsConfig {
    account_sid: "AC00000000000000000000000000000000".to_owned(),
    auth_tokens: vec![Secret::new("12345")],
    api_key: None,
    api_base: "https://api.twilio.com/".parse().expect("a URL"),
    from: Some("+14155550100".to_owned()),
    messaging_service_sid: None,
    status_callback_base: None,
    timeout_ms: 1_000,
});

fn call<'a>(body: &'a Bytes, signature: Option<&'a str>) -> Call<'a> {
    Call {
        endpoint: EndpointId::from(uuid::Uuid::nil()),
        url: URL,
        signature,
        settings: None,
        media_type: None,
        body,
        received_at: 1_760_000_000_000,
    }
}

fuzz_target!(|data: &[u8]| {
    let body = Bytes::copy_from_slice(data);
    assert!(
        receive(&CONFIG, &call(&body, None)).is_err(),
        "unsigned and yet accepted"
    );
    // Signatures made of noise are read, and fit nothing.
    let noise = String::from_utf8_lossy(data);
    assert!(receive(&CONFIG, &call(&body, Some(&noise))).is_err());
    let Ok(form) = Form::parse(data) else {
        return;
    };
    let signature = signature::compute(&CONFIG.auth_tokens[0], URL, &form);
    match receive(&CONFIG, &call(&body, Some(&signature))) {
        Ok(Notice::Message(message)) => {
            assert!(!message.inbound.provider_id.is_empty());
            assert!(!message.inbound.content.text.contains('\0'));
        }
        Ok(Notice::Status(status)) => assert!(!status.provider_id.is_empty()),
        Err(error) => assert!((400..500).contains(&error.http_status()), "{error}"),
    }
});
