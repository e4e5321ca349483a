//! `POST /hooks/sms/{endpoint}`: a text message came in, or there is news about one of ours.
//!
//! The provider is answered after the commit; whatever it repeats is stored once.

use crate::app::{App, ConfiguredEndpoint};
use crate::problem::Problem;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use throughline_channels::sms::opt_out::Wish;
use throughline_channels::sms::webhook::{self, Call, Incoming, Notice};
use throughline_channels::sms::{ApiKey, Secret, SmsConfig, WebhookError};
use throughline_config::Sms;
use throughline_engine::consent;
use throughline_engine::intake::{self, Circumstances};
use throughline_engine::{Error, delivery};
use throughline_model::channel::Channel;
use throughline_model::id::EndpointId;
use throughline_model::outbound::StatusNews;
use url::Url;

/// How the channel talks to the provider for one endpoint; none when the endpoint has no SMS settings.
pub fn sms_config(endpoint: &ConfiguredEndpoint, public_base: &str) -> Option<SmsConfig> {
    let settings = endpoint.config.sms.as_ref()?;
    Some(SmsConfig {
        account_sid: settings.account_sid.clone(),
        auth_tokens: settings
            .auth_tokens
            .iter()
            .map(|token| Secret::new(token.expose()))
            .collect(),
        api_key: api_key(settings),
        api_base: settings.api_base().parse().ok()?,
        from: Some(endpoint.record.address.clone()),
        messaging_service_sid: settings.messaging_service_sid.clone(),
        status_callback_base: hook_url(public_base, &endpoint.record.name),
        timeout_ms: settings.timeout_ms,
    })
}

/// The key to call the API with in place of the account's token, where one is configured.
fn api_key(settings: &Sms) -> Option<ApiKey> {
    let secret = settings.api_key_secret.as_ref()?;
    Some(ApiKey {
        sid: settings.api_key_sid.clone()?,
        secret: Secret::new(secret.expose()),
    })
}

/// The URL the provider calls for an endpoint.
fn hook_url(public_base: &str, name: &str) -> Option<Url> {
    Url::parse(public_base)
        .ok()?
        .join(&format!("hooks/sms/{name}"))
        .ok()
}

/// Takes one call of the provider.
pub async fn call(
    State(app): State<App>,
    Path(name): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let endpoint = app.endpoint(&name, &[Channel::Sms])?;
    let public_base = app.config().server.public_base();
    let config = sms_config(endpoint, &public_base).ok_or_else(|| {
        Problem::not_found(format!("endpoint '{name}' has no [endpoint.sms] settings"))
    })?;
    // The provider signs the URL it called: the public one, whatever proxies made of it on the way.
    let url = format!(
        "{}{}",
        public_base.trim_end_matches('/'),
        uri.path_and_query().map_or("", |path| path.as_str())
    );
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let call = Call {
        endpoint: endpoint.record.id,
        url: &url,
        signature: text("x-twilio-signature"),
        settings: text("x-twilio-webhooks-signature-settings"),
        media_type: text(header::CONTENT_TYPE.as_str()),
        body: &body,
        received_at: app.setup().clock.now(),
    };
    let notice = webhook::receive(&config, &call).map_err(|error| refused(&name, &error))?;
    match notice {
        Notice::Message(incoming) => message(&app, endpoint, *incoming).await?,
        Notice::Status(news) => status(&app, endpoint.record.id, news).await?,
    }
    Ok((
        [(header::CONTENT_TYPE, webhook::ANSWER_MEDIA_TYPE)],
        webhook::ANSWER,
    )
        .into_response())
}

async fn message(
    app: &App,
    endpoint: &ConfiguredEndpoint,
    incoming: Incoming,
) -> Result<(), Problem> {
    let wish = match incoming.wish {
        Some(Wish::Stop) => Some(consent::Wish::OptOut {
            confirm: !incoming.answered_by_provider,
        }),
        Some(Wish::Start) => Some(consent::Wish::OptIn),
        Some(Wish::Help) | None => None,
    };
    let circumstances = Circumstances {
        brand: endpoint.record.brand.clone(),
        wish,
        ..Circumstances::default()
    };
    let received = intake::receive(
        app.db(),
        app.setup(),
        app.files(),
        incoming.inbound,
        circumstances,
    )
    .await?;
    tracing::info!(endpoint = endpoint.record.name, conversation = %received.conversation, seq = received.seq, duplicate = received.duplicate, "a text message came in");
    Ok(())
}

async fn status(app: &App, endpoint: EndpointId, news: StatusNews) -> Result<(), Problem> {
    let setup = app.setup().clone();
    let provider_id = news.provider_id.clone();
    let known = app
        .db()
        .write(move |tx| -> Result<bool, Error> { delivery::note(tx, &setup, endpoint, &news) })
        .await?;
    if !known {
        tracing::warn!(provider_id, "news about a message that is not ours");
    }
    Ok(())
}

fn refused(name: &str, error: &WebhookError) -> Problem {
    tracing::warn!(endpoint = name, %error, "a webhook call was refused");
    let status = StatusCode::from_u16(error.http_status()).unwrap_or(StatusCode::BAD_REQUEST);
    let kind = match status {
        StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => "forbidden",
        StatusCode::PAYLOAD_TOO_LARGE => "too_large",
        _ => "invalid",
    };
    Problem::new(status, kind, error.to_string())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;
    use throughline_engine::endpoint::Endpoint;

    fn configured(settings: &str) -> SmsConfig {
        let text = format!(
            "[[endpoint]]\nname = \"sms\"\nchannel = \"sms\"\naddress = \"+4930123456\"\n[endpoint.sms]\naccount_sid = \"AC1\"\nauth_tokens = [{{ insecure_value = \"token\" }}]\n{settings}"
        );
        let config = throughline_config::parse(&text, std::iter::empty()).unwrap();
        let one = config.endpoints.into_iter().next().unwrap();
        let endpoint = ConfiguredEndpoint {
            record: Endpoint {
                id: EndpointId(uuid::Uuid::nil()),
                name: one.name.clone(),
                channel: one.channel,
                address: one.address.clone(),
                brand: one.brand.clone(),
            },
            config: one,
        };
        sms_config(&endpoint, "https://support.shop.example/").unwrap()
    }

    #[test]
    fn an_endpoint_calls_its_provider_as_it_is_configured() {
        let plain = configured("");
        assert!(plain.api_key.is_none());
        assert_eq!(plain.timeout_ms, 15_000);
        assert_eq!(
            plain.status_callback_base.unwrap().as_str(),
            "https://support.shop.example/hooks/sms/sms"
        );
        let keyed = configured(
            "api_key_sid = \"SK1\"\napi_key_secret = { insecure_value = \"key\" }\ntimeout_ms = 4000",
        );
        let key = keyed.api_key.unwrap();
        assert_eq!((key.sid.as_str(), key.secret.expose()), ("SK1", "key"));
        assert_eq!(keyed.timeout_ms, 4000);
    }
}
