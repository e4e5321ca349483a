//! Our message in the form of the Messages resource.

use super::config::SmsConfig;
use super::webhook::DELIVERY_PARAMETER;
use throughline_model::id::DeliveryId;
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_model::outbound::{Outbound, SendOutcome};
use url::Url;

/// The most files one message takes.
const MAX_FILES: usize = 10;

/// Parameters of a call, in order.
pub(super) type Parameters = Vec<(&'static str, String)>;

/// Where the account's messages live.
pub(super) fn messages_url(config: &SmsConfig) -> Url {
    let mut url = config.api_base.clone();
    // The configuration's check has made sure that the base can carry a path.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend([
            "2010-04-01",
            "Accounts",
            &config.account_sid,
            "Messages.json",
        ]);
    }
    url
}

/// The callback that tells us what becomes of a delivery.
fn status_callback(base: &Url, delivery: DeliveryId) -> Url {
    let mut url = base.clone();
    url.query_pairs_mut()
        .append_pair(DELIVERY_PARAMETER, &delivery.to_string());
    url
}

/// The address the provider knows the recipient by.
///
/// # Errors
/// A permanent outcome when no text message can reach them.
pub(super) fn recipient(to: &Identifier) -> Result<&str, SendOutcome> {
    let refused = |code: &str, reason: String| SendOutcome::Permanent {
        code: code.to_owned(),
        reason,
    };
    match to.kind {
        IdentifierKind::Phone => Ok(&to.value),
        IdentifierKind::Social => {
            let address = to.value.strip_prefix("sms:").ok_or_else(|| {
                refused(
                    "wrong_channel",
                    format!(
                        "{to} is not reached by SMS; answer through an endpoint of its own network"
                    ),
                )
            })?;
            // A short code has digits, another network's address a scheme; a mere name takes no answers.
            let answerable = address.contains(':') || address.chars().all(|c| c.is_ascii_digit());
            answerable.then_some(address).ok_or_else(|| {
                refused("not_answerable", format!("the sender name '{address}' takes no answers; use another way to reach them"))
            })
        }
        _ => Err(refused(
            "wrong_channel",
            format!("{to} is not a phone number; send to a phone number of the customer"),
        )),
    }
}

/// The parameters of a message.
///
/// # Errors
/// A permanent outcome when the message cannot be sent as it is.
pub(super) fn parameters(
    config: &SmsConfig,
    message: &Outbound,
    media: &[Url],
) -> Result<Parameters, SendOutcome> {
    let refused = |code: &str, reason: &str| {
        Err(SendOutcome::Permanent {
            code: code.to_owned(),
            reason: reason.to_owned(),
        })
    };
    if message.text.trim().is_empty() && media.is_empty() {
        return refused(
            "empty",
            "the message is empty; write a text or attach a file",
        );
    }
    if media.len() > MAX_FILES {
        return refused(
            "too_many_files",
            "more than ten files; send them in several messages",
        );
    }
    let mut parameters: Parameters = vec![("To", recipient(&message.to)?.to_owned())];
    match (&config.messaging_service_sid, &config.from) {
        (Some(service), _) => parameters.push(("MessagingServiceSid", service.clone())),
        (None, Some(from)) => parameters.push(("From", from.clone())),
        (None, None) => {
            return refused(
                "no_sender",
                "the endpoint has no number to send from; set one",
            );
        }
    }
    if !message.text.is_empty() {
        parameters.push(("Body", message.text.clone()));
    }
    parameters.extend(media.iter().map(|url| ("MediaUrl", url.to_string())));
    if let Some(base) = &config.status_callback_base {
        parameters.push((
            "StatusCallback",
            status_callback(base, message.delivery).into(),
        ));
    }
    Ok(parameters)
}
