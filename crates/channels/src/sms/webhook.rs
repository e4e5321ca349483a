//! The provider's webhooks: a customer's message, or news about one of ours.

use super::advice;
use super::config::SmsConfig;
use super::error::WebhookError;
use super::form::{Form, MAX_BODY_BYTES};
use super::opt_out::{self, Wish};
use super::signature::{self, Payload, Signed};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use throughline_model::assurance::Assurance;
use throughline_model::channel::Channel;
use throughline_model::clock::Millis;
use throughline_model::id::{DeliveryId, EndpointId};
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_model::inbound::{Content, Evidence, Inbound, Raw, RemoteFile, Thread};
use throughline_model::outbound::{DeliveryStatus, StatusNews};
use url::Url;

/// The body of a good answer: TwiML that sends nothing. Its media type is [`ANSWER_MEDIA_TYPE`].
pub const ANSWER: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>";

/// The media type of [`ANSWER`].
pub const ANSWER_MEDIA_TYPE: &str = "text/xml; charset=utf-8";

/// The query parameter of the status callback that carries our delivery's id.
pub const DELIVERY_PARAMETER: &str = "delivery";

const FORM: &str = "application/x-www-form-urlencoded";
/// Ten by contract; room for more, and an end.
const MAX_MEDIA: usize = 50;

/// One call of a webhook, as it came over HTTP.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The endpoint whose URL was called.
    pub endpoint: EndpointId,
    /// The public URL as the provider called it; see [`Signed::url`].
    pub url: &'a str,
    /// The `X-Twilio-Signature` header.
    pub signature: Option<&'a str>,
    /// The `X-Twilio-Webhooks-Signature-Settings` header.
    pub settings: Option<&'a str>,
    /// The `Content-Type` header.
    pub media_type: Option<&'a str>,
    /// The raw body.
    pub body: &'a Bytes,
    /// When it came.
    pub received_at: Millis,
}

/// What a webhook says.
#[derive(Clone, Debug)]
pub enum Notice {
    /// A customer wrote.
    Message(Box<Incoming>),
    /// News about a message of ours.
    Status(StatusNews),
}

/// A customer's message, and whether it asks to be left alone.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The message. `evidence.details` says the same as the two fields below, as `wish` and
    /// `answered_by_provider`, and names the number it was sent `to`.
    pub inbound: Inbound,
    /// What it asks about receiving messages at all, by the provider's word or by our own reading.
    pub wish: Option<Wish>,
    /// True when the provider has already confirmed the wish to the customer: do not confirm again.
    pub answered_by_provider: bool,
}

/// Verifies a call and reads it.
///
/// # Errors
/// [`WebhookError`], with the HTTP status to answer.
pub fn receive(config: &SmsConfig, call: &Call<'_>) -> Result<Notice, WebhookError> {
    if call.body.len() > MAX_BODY_BYTES {
        return Err(WebhookError::TooLarge {
            actual: call.body.len(),
            limit: MAX_BODY_BYTES,
        });
    }
    let media_type = call.media_type.unwrap_or(FORM);
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case(FORM) {
        return Err(WebhookError::MediaType(
            essence
                .chars()
                .filter(|c| !c.is_control())
                .take(60)
                .collect(),
        ));
    }
    let form = Form::parse(call.body)?;
    let signed = Signed {
        url: call.url,
        signature: call.signature,
        settings: call.settings,
        payload: Payload::Form(&form),
    };
    signature::verify(&config.auth_tokens, &signed)?;
    if form
        .one("AccountSid")?
        .is_some_and(|account| account != config.account_sid)
    {
        return Err(WebhookError::WrongAccount {
            expected: config.account_sid.clone(),
        });
    }
    let raw = Raw {
        media_type: media_type.to_owned(),
        body: call.body.clone(),
    };
    read(call.endpoint, call.url, &form, raw, call.received_at)
}

/// Reads a verified form.
///
/// # Errors
/// [`WebhookError`] when the contract's parameters are missing or malformed.
pub fn read(
    endpoint: EndpointId,
    url: &str,
    form: &Form,
    raw: Raw,
    received_at: Millis,
) -> Result<Notice, WebhookError> {
    if form
        .one("MessageStatus")?
        .is_some_and(|status| status != "received")
    {
        return status(url, form).map(Notice::Status);
    }
    message(endpoint, form, raw, received_at).map(|incoming| Notice::Message(Box::new(incoming)))
}

fn message(
    endpoint: EndpointId,
    form: &Form,
    raw: Raw,
    received_at: Millis,
) -> Result<Incoming, WebhookError> {
    let (from, automatic) = sender(form.required("From")?)?;
    let text: String = form
        .one("Body")?
        .unwrap_or_default()
        .chars()
        .filter(|c| *c != '\0')
        .collect();
    let provider_wish = provider_wish(form)?;
    let wish = provider_wish.or_else(|| opt_out::wish(&text));
    let inbound = Inbound {
        endpoint,
        channel: Channel::Sms,
        provider_id: provider_id(form)?,
        sent_at: received_at,
        from,
        from_name: form
            .one("ProfileName")?
            .filter(|name| !name.is_empty())
            .map(shown),
        content: Content {
            text,
            remote_files: remote_files(form)?,
            ..Content::default()
        },
        thread: Thread::default(),
        evidence: Evidence {
            // Anybody can claim a sender's number; it proves nothing.
            assurance: Assurance::NONE,
            details: details(form, wish, provider_wish.is_some())?,
            ..Evidence::default()
        },
        automatic,
        raw,
    };
    Ok(Incoming {
        inbound,
        wish,
        answered_by_provider: provider_wish.is_some(),
    })
}

/// Who wrote, and whether it was a machine: people have telephone numbers, while short codes
/// (`72345`), sender names (`PARCELCO`) and addresses of other networks (`whatsapp:+49…`) are kept
/// as the social identifier `sms:<address>`, case and all. The first two are always machines.
fn sender(from: &str) -> Result<(Identifier, bool), WebhookError> {
    if let Ok(phone) = Identifier::phone(from) {
        return Ok((phone, false));
    }
    let machine = !from.contains(':');
    Identifier::parse(
        IdentifierKind::Social,
        &format!("sms:{}", from.trim()),
        None,
    )
    .ok()
    .filter(|_| !from.trim().is_empty())
    .map(|identifier| (identifier, machine))
    .ok_or_else(|| {
        WebhookError::bad_value("From", from, "a phone number, short code or sender name")
    })
}

/// The provider's id of a message. `SmsSid` and `SmsMessageSid` are its older names.
fn provider_id(form: &Form) -> Result<String, WebhookError> {
    for name in ["MessageSid", "SmsMessageSid", "SmsSid"] {
        let Some(id) = form.one(name)?.filter(|id| !id.is_empty()) else {
            continue;
        };
        let fits = id.len() <= 64
            && id
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
        return match fits {
            true => Ok(id.to_owned()),
            false => Err(WebhookError::bad_value(
                name,
                id,
                "an id such as SM and 32 hex digits",
            )),
        };
    }
    Err(WebhookError::Missing("MessageSid"))
}

fn remote_files(form: &Form) -> Result<Vec<RemoteFile>, WebhookError> {
    let claimed = form
        .one("NumMedia")?
        .filter(|number| !number.is_empty())
        .unwrap_or("0");
    let count = claimed
        .parse::<usize>()
        .ok()
        .filter(|count| *count <= MAX_MEDIA)
        .ok_or_else(|| WebhookError::bad_value("NumMedia", claimed, "a number from 0 to 50"))?;
    let value = |name: String| {
        form.pairs()
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.as_str())
    };
    (0..count)
        .map(|index| {
            let url = value(format!("MediaUrl{index}")).ok_or(WebhookError::Missing("MediaUrl"))?;
            let good = Url::parse(url)
                .ok()
                .filter(|parsed| matches!(parsed.scheme(), "http" | "https"));
            let url = good
                .ok_or_else(|| WebhookError::bad_value("MediaUrl", url, "an http or https URL"))?;
            let media_type =
                value(format!("MediaContentType{index}")).filter(|text| !text.is_empty());
            Ok(RemoteFile {
                url: url.into(),
                media_type: shown(media_type.unwrap_or("application/octet-stream")),
            })
        })
        .collect()
}

/// The wish the provider itself has understood and answered (its Advanced Opt-Out).
fn provider_wish(form: &Form) -> Result<Option<Wish>, WebhookError> {
    Ok(
        match form
            .one("OptOutType")?
            .map(str::to_ascii_uppercase)
            .as_deref()
        {
            Some("STOP") => Some(Wish::Stop),
            Some("START") => Some(Wish::Start),
            Some("HELP") => Some(Wish::Help),
            _ => None,
        },
    )
}

fn details(form: &Form, wish: Option<Wish>, answered: bool) -> Result<Value, WebhookError> {
    let mut details = Map::new();
    for (key, name) in [
        ("to", "To"),
        ("from_country", "FromCountry"),
        ("messaging_service", "MessagingServiceSid"),
    ] {
        if let Some(value) = form.one(name)?.filter(|value| !value.is_empty()) {
            details.insert(key.to_owned(), json!(shown(value)));
        }
    }
    if let Some(wish) = wish {
        details.insert("wish".to_owned(), json!(wish.as_str()));
        details.insert("answered_by_provider".to_owned(), json!(answered));
    }
    Ok(Value::Object(details))
}

fn status(url: &str, form: &Form) -> Result<StatusNews, WebhookError> {
    let word = form.required("MessageStatus")?;
    let code = form
        .one("ErrorCode")?
        .filter(|code| !code.is_empty() && *code != "0")
        .map(shown);
    let words = form
        .one("ErrorMessage")?
        .filter(|words| !words.is_empty())
        .map(shown);
    let advice = code
        .as_deref()
        .and_then(|code| code.parse().ok())
        .and_then(advice::for_code)
        .map(str::to_owned);
    Ok(StatusNews {
        provider_id: provider_id(form)?,
        delivery: delivery(url)?,
        status: standing(word).ok_or_else(|| {
            WebhookError::bad_value("MessageStatus", word, "a status of an outbound message")
        })?,
        code,
        reason: advice.or(words),
    })
}

/// Where a delivery stands by the provider's word. Whatever the provider still has to do itself
/// (`accepted` to `sending`) is `sent` to us: it has taken the message.
fn standing(word: &str) -> Option<DeliveryStatus> {
    Some(match word.to_ascii_lowercase().as_str() {
        "accepted" | "scheduled" | "queued" | "sending" | "sent" => DeliveryStatus::Sent,
        "delivered" | "partially_delivered" => DeliveryStatus::Delivered,
        "read" => DeliveryStatus::Read,
        "undelivered" | "failed" | "canceled" => DeliveryStatus::Failed,
        _ => return None,
    })
}

/// Our delivery's id, which we put into the callback's URL.
fn delivery(url: &str) -> Result<Option<DeliveryId>, WebhookError> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let query = query.split_once('#').map_or(query, |(query, _)| query);
    let Some(id) = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("delivery="))
    else {
        return Ok(None);
    };
    id.parse().map(Some).map_err(|_| {
        WebhookError::bad_value(
            DELIVERY_PARAMETER,
            id,
            "the delivery id this installation put there",
        )
    })
}

/// Somebody else's short text, without control characters and with an end.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}
