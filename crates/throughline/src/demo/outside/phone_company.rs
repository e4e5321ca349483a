//! The phone company: Twilio's contract as far as the shop uses it. It takes messages and lists them, calls the
//! shop's webhooks with a signature, and tells what became of a message.

use super::{Outside, Text};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use throughline_channels::sms::form::Form;
use throughline_channels::sms::{segments, signature};
use throughline_model::identifier::Identifier;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// The API, as the shop calls it.
pub fn router(outside: Outside) -> Router {
    Router::new()
        .route(
            "/2010-04-01/Accounts/{account}/Messages.json",
            post(take).get(list),
        )
        .with_state(outside)
}

/// `POST Messages.json`: a message of the shop for a customer's phone.
async fn take(
    State(outside): State<Outside>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !is_the_shop(&outside, &account, &headers) {
        return refusal(StatusCode::UNAUTHORIZED, 20003, "Authenticate");
    }
    let Ok(form) = Form::parse(&body) else {
        return refusal(StatusCode::BAD_REQUEST, 21603, "The body is no form.");
    };
    let value = |name: &str| {
        form.pairs()
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.as_str())
    };
    let Ok(phone) = Identifier::phone(value("To")) else {
        return refusal(
            StatusCode::BAD_REQUEST,
            21211,
            "The 'To' number is not a valid phone number.",
        );
    };
    let media = form.pairs().iter().filter(|(key, _)| key == "MediaUrl");
    let media: Vec<String> = media.map(|(_, url)| url.clone()).collect();
    if value("Body").is_empty() && media.is_empty() {
        return refusal(StatusCode::BAD_REQUEST, 21602, "Message body is required.");
    }
    let text = Text {
        sid: new_sid(),
        at: outside.clock.now(),
        phone: phone.value,
        from_shop: true,
        body: value("Body").to_owned(),
        media,
        reported: false,
    };
    let callback = value("StatusCallback").to_owned();
    let described = describe(&outside, &text);
    outside.world.remember(vec![text.clone()], Vec::new());
    tokio::spawn(async move { report(&outside, &text, &callback).await });
    (StatusCode::CREATED, Json(described)).into_response()
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(rename = "To")]
    to: Option<String>,
}

/// `GET Messages.json`: what the shop has sent to a number.
async fn list(
    State(outside): State<Outside>,
    Path(account): Path<String>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Response {
    if !is_the_shop(&outside, &account, &headers) {
        return refusal(StatusCode::UNAUTHORIZED, 20003, "Authenticate");
    }
    let texts = outside
        .world
        .texts(wanted.to.as_deref().unwrap_or_default());
    let sent = texts.iter().rev().filter(|text| text.from_shop);
    let messages: Vec<Value> = sent.map(|text| describe(&outside, text)).collect();
    Json(json!({ "messages": messages, "next_page_uri": null })).into_response()
}

/// Brings a customer's message to the shop, and keeps it on the customer's phone once the shop has taken it.
///
/// # Errors
/// What went wrong, in words for whoever plays the customer.
pub async fn send(outside: &Outside, phone: &str, body: &str) -> Result<(), String> {
    let phone = Identifier::phone(phone)
        .map_err(|error| error.to_string())?
        .value;
    let text = Text {
        sid: new_sid(),
        at: outside.clock.now(),
        phone,
        from_shop: false,
        body: body.to_owned(),
        media: Vec::new(),
        reported: false,
    };
    let segments = segments::count(body).count.to_string();
    let parameters = [
        ("MessageSid", text.sid.as_str()),
        ("AccountSid", &outside.shop.account),
        ("From", &text.phone),
        ("To", &outside.shop.number),
        ("Body", body),
        ("NumMedia", "0"),
        ("NumSegments", &segments),
    ];
    call(outside, &outside.shop.sms_hook(), &parameters).await?;
    outside.world.remember(vec![text], Vec::new());
    Ok(())
}

/// Tells the shop that a message was sent and has arrived.
async fn report(outside: &Outside, text: &Text, callback: &str) {
    if callback.is_empty() {
        return;
    }
    for status in ["sent", "delivered"] {
        let parameters = [
            ("MessageSid", text.sid.as_str()),
            ("AccountSid", &outside.shop.account),
            ("From", &outside.shop.number),
            ("To", &text.phone),
            ("MessageStatus", status),
        ];
        if let Err(error) = call(outside, callback, &parameters).await {
            tracing::warn!(error, "the shop did not take the news of a text message");
            return;
        }
    }
    outside.world.reported(&text.sid);
}

/// Calls one of the shop's webhooks, signed.
async fn call(outside: &Outside, url: &str, parameters: &[(&str, &str)]) -> Result<(), String> {
    let request = outside
        .http
        .post(url)
        .form(parameters)
        .build()
        .map_err(|error| error.to_string())?;
    let body = request
        .body()
        .and_then(reqwest::Body::as_bytes)
        .unwrap_or_default();
    let form = Form::parse(body).map_err(|error| error.to_string())?;
    let signature = signature::compute(&outside.shop.token, url, &form);
    let mut request = request;
    let value = signature
        .parse()
        .map_err(|_| "the signature is no header".to_owned())?;
    request.headers_mut().insert("X-Twilio-Signature", value);
    let answer = outside.http.execute(request).await;
    let answer = answer.map_err(|error| format!("the shop does not answer: {error}"))?;
    match answer.status().is_success() {
        true => Ok(()),
        false => {
            let status = answer.status();
            let why = answer.text().await.unwrap_or_default();
            Err(format!("the shop answered {status}: {why}"))
        }
    }
}

/// Whether the caller has the account's token (HTTP Basic).
fn is_the_shop(outside: &Outside, account: &str, headers: &HeaderMap) -> bool {
    let shop = &outside.shop;
    let expected = BASE64.encode(format!("{}:{}", shop.account, shop.token.expose()));
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    account == shop.account && given == Some(&format!("Basic {expected}"))
}

fn describe(outside: &Outside, text: &Text) -> Value {
    let date = OffsetDateTime::from_unix_timestamp(text.at / 1000).ok();
    let date = date.and_then(|date| date.format(&Rfc2822).ok());
    json!({
        "sid": text.sid,
        "account_sid": outside.shop.account,
        "api_version": "2010-04-01",
        "body": text.body,
        "from": outside.shop.number,
        "to": text.phone,
        "direction": "outbound-api",
        "status": "queued",
        "num_segments": segments::count(&text.body).count.to_string(),
        "num_media": text.media.len().to_string(),
        "date_created": date,
        "error_code": null,
        "error_message": null,
    })
}

fn refusal(status: StatusCode, code: u32, message: &str) -> Response {
    (
        status,
        Json(json!({ "code": code, "message": message, "status": status.as_u16() })),
    )
        .into_response()
}

/// A message's id, as the phone company gives them.
fn new_sid() -> String {
    format!("SM{:032x}", rand::random::<u128>())
}
