//! The adapters that carry messages out, one per endpoint.

use crate::installation::Installation;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use throughline_channels::email::smtp_out::{EmailAdapter, MailSecurity, SmtpRelay};
use throughline_channels::sms::{MediaLinks, SmsAdapter};
use throughline_config::{EmailEndpoint, Smtp};
use throughline_engine::Setup;
use throughline_engine::delivery::{self, Adapters, Rate};
use throughline_engine::fetch::{Credential, Credentials, Outside, Reach};
use throughline_http::ConfiguredEndpoint;
use throughline_http::hooks::{media, sms::sms_config};
use throughline_mail::address::MailAddress;
use throughline_mail::build::{DkimSignature, Letterhead};
use throughline_model::channel::{Channel, ChannelAdapter};
use throughline_model::id::EndpointId;
use throughline_model::inbound::File;
use throughline_model::outbound::Outbound;
use throughline_storage::Db;
use url::Url;

/// The adapters of all endpoints, and how fast each may send.
pub fn adapters(
    installation: &Installation,
) -> Result<(Adapters, HashMap<EndpointId, Rate>), String> {
    let mut adapters = Adapters::new();
    let mut rates = HashMap::new();
    for endpoint in &installation.endpoints {
        let named = |error: String| format!("endpoint '{}': {error}", endpoint.record.name);
        let adapter: Option<Arc<dyn ChannelAdapter>> = match endpoint.record.channel {
            Channel::Sms => {
                let rate = endpoint
                    .config
                    .sms
                    .as_ref()
                    .map_or(1, |sms| sms.rate_per_second);
                rates.insert(endpoint.record.id, Rate { per_second: rate });
                sms(installation, endpoint).map_err(named)?
            }
            Channel::Email => email(installation, endpoint).map_err(named)?,
            // A chat reads its messages from the timeline.
            _ => None,
        };
        if let Some(adapter) = adapter {
            adapters.insert(endpoint.record.id, adapter);
        }
    }
    Ok((adapters, rates))
}

/// The way to addresses that others name. A provider's own API is vouched for by configuring it.
pub fn outside(installation: &Installation) -> Result<Outside, String> {
    let settings = &installation.config.outside;
    let providers = installation
        .endpoints
        .iter()
        .filter_map(|endpoint| provider_api(endpoint)?.host_str().map(str::to_owned));
    let reach = Reach {
        allow_private: settings.allow_private,
        vouched_hosts: settings
            .vouched_hosts
            .iter()
            .cloned()
            .chain(providers)
            .collect(),
    };
    Outside::new(reach).map_err(|error| error.to_string())
}

/// What providers want to be shown when a file is fetched from them.
pub fn media_credentials(installation: &Installation) -> Credentials {
    let mut credentials = Credentials::new();
    for endpoint in &installation.endpoints {
        let (Some(place), Some(sms)) = (provider_api(endpoint), &endpoint.config.sms) else {
            continue;
        };
        let shown = sms.auth_tokens.iter().map(|token| Credential {
            place: place.clone(),
            user: sms.account_sid.clone(),
            password: token.expose().to_owned(),
        });
        credentials.insert(endpoint.record.id, shown.collect());
    }
    credentials
}

fn provider_api(endpoint: &ConfiguredEndpoint) -> Option<Url> {
    Url::parse(endpoint.config.sms.as_ref()?.api_base()).ok()
}

fn sms(
    installation: &Installation,
    endpoint: &ConfiguredEndpoint,
) -> Result<Option<Arc<dyn ChannelAdapter>>, String> {
    let public_base = installation.config.server.public_base();
    let Some(config) = sms_config(endpoint, &public_base) else {
        return Ok(None);
    };
    let adapter = SmsAdapter::new(
        config,
        installation.http.clone(),
        installation.setup.clock.clone(),
    )
    .map_err(|error| error.to_string())?;
    let links = FileLinks {
        db: installation.db.clone(),
        setup: installation.setup.clone(),
        public_base,
    };
    Ok(Some(Arc::new(adapter.with_media(Arc::new(links)))))
}

/// Links under which a provider fetches the files of a message.
struct FileLinks {
    db: Db,
    setup: Setup,
    public_base: String,
}

#[async_trait::async_trait]
impl MediaLinks for FileLinks {
    async fn link(&self, message: &Outbound, file: &File) -> Result<Url, String> {
        let id = message.delivery;
        let files = self
            .db
            .read(move |tx| delivery::files(tx, id))
            .await
            .map_err(|error| error.to_string())?;
        let named = files
            .iter()
            .find(|stored| stored.name == file.name)
            .ok_or("the file is not part of this message")?;
        media::link(
            &self.setup.keys,
            &self.public_base,
            named.id,
            self.setup.clock.now(),
        )
        .ok_or_else(|| "server.public_url cannot carry links".to_owned())
    }
}

fn email(
    installation: &Installation,
    endpoint: &ConfiguredEndpoint,
) -> Result<Option<Arc<dyn ChannelAdapter>>, String> {
    let config = &installation.config;
    let Some(settings) = &endpoint.config.email else {
        return Ok(None);
    };
    let Some(smtp) = config.smtp_for(settings) else {
        tracing::warn!(
            endpoint = endpoint.record.name,
            "no [email.smtp] is configured: answers by mail wait until there is"
        );
        return Ok(None);
    };
    let relay = relay(installation, smtp)?;
    let letterhead = letterhead(installation, endpoint, settings)?;
    Ok(Some(Arc::new(EmailAdapter::new(
        relay,
        letterhead,
        installation.mail_keys.clone(),
        installation.setup.clock.clone(),
    ))))
}

/// Our own host name, as mail servers see it.
pub fn mail_host(installation: &Installation) -> String {
    let config = &installation.config;
    let configured = config
        .email
        .listener
        .hostname
        .clone()
        .or_else(|| config.email.message_id_domain.clone());
    let public = config
        .server
        .public_url
        .as_ref()
        .and_then(|url| url.host_str().map(str::to_owned));
    configured
        .or(public)
        .unwrap_or_else(|| "localhost".to_owned())
}

fn relay(installation: &Installation, smtp: &Smtp) -> Result<SmtpRelay, String> {
    use throughline_config::MailSecurity as Configured;
    let host = smtp.url.host_str().ok_or("the SMTP URL names no host")?;
    let from_start = smtp.url.scheme() == "smtps";
    let security = match smtp.security {
        Configured::None => MailSecurity::Plain,
        _ if from_start => MailSecurity::Tls,
        Configured::Tls => MailSecurity::StartTls,
        Configured::Opportunistic => MailSecurity::StartTlsIfOffered,
    };
    let port = smtp
        .url
        .port()
        .unwrap_or(if from_start { 465 } else { 587 });
    let mut relay = SmtpRelay::new(host, port, security, mail_host(installation));
    relay.command_timeout = Duration::from_millis(installation.config.email.timeout_ms);
    if !smtp.url.username().is_empty() {
        let user = percent_decoded(smtp.url.username());
        relay.credentials = Some((
            user,
            smtp.password
                .as_ref()
                .map(|password| password.expose().to_owned())
                .unwrap_or_default(),
        ));
    }
    Ok(relay)
}

/// Who the business is in the mail of an endpoint.
pub fn letterhead(
    installation: &Installation,
    endpoint: &ConfiguredEndpoint,
    settings: &EmailEndpoint,
) -> Result<Letterhead, String> {
    let address = endpoint.record.address.clone();
    let domain = address
        .rsplit_once('@')
        .map(|(_, domain)| domain.to_owned())
        .ok_or("its address is no mail address")?;
    let dkim = settings
        .dkim
        .as_ref()
        .map(|dkim| {
            DkimSignature::new(&dkim.domain, &dkim.selector, dkim.key.expose())
                .map_err(|error| error.to_string())
        })
        .transpose()?;
    Ok(Letterhead {
        from: MailAddress {
            name: Some(
                settings
                    .from_name
                    .clone()
                    .unwrap_or_else(|| endpoint.record.brand.clone()),
            ),
            address,
        },
        message_id_domain: installation
            .config
            .email
            .message_id_domain
            .clone()
            .unwrap_or(domain),
        plus_addressing: installation.config.email.listener.enabled,
        dkim,
    })
}

/// `user%40example.com` is how a URL writes `user@example.com`.
fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(hex.unwrap_or(bytes[at]));
        at += if hex.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}
