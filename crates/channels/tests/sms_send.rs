//! What becomes of a text message on its way out.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[path = "sms/counterpart.rs"]
mod counterpart;
#[path = "sms_send/outcome.rs"]
mod outcome;
#[path = "sms_send/prism.rs"]
mod prism;
#[path = "sms/provider.rs"]
mod provider;
#[path = "sms_send/reconcile.rs"]
mod reconcile;
#[path = "sms_send/settings.rs"]
mod settings;

use bytes::Bytes;
use provider::{Provider, Step};
use serde_json::json;
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
