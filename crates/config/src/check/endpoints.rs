//! What is checked of each endpoint, and of endpoints against each other.

use super::widget::check_webchat_look;
use super::{LEAST_KEY_CHARACTERS, check_file, check_smtp, warn_of_inline};
use crate::problem::Problem;
use crate::secret::Secret;
use crate::sections::{Config, EmailEndpoint, Endpoint, Sms, Webchat};
use std::collections::BTreeSet;
use throughline_model::channel::Channel;
use throughline_model::identifier::Identifier;

pub(super) fn check_endpoints(config: &Config, found: &mut Vec<Problem>) {
    let mut names = BTreeSet::new();
    let mut addresses = BTreeSet::new();
    for endpoint in &config.endpoints {
        let path = format!("endpoint[{}]", endpoint.name);
        if !names.insert(endpoint.name.as_str()) {
            found.push(Problem::error(
                format!("{path}.name"),
                "two endpoints have this name",
                "give each its own",
            ));
        }
        if !addresses.insert((endpoint.channel, endpoint.address.to_lowercase())) {
            found.push(Problem::error(
                format!("{path}.address"),
                format!(
                    "two {} endpoints have the address {}",
                    endpoint.channel, endpoint.address
                ),
                "give each its own",
            ));
        }
        check_name(&endpoint.name, &path, found);
        check_channel_tables(endpoint, &path, found);
        match endpoint.channel {
            Channel::Webchat => check_webchat(endpoint.webchat.as_ref(), config, &path, found),
            Channel::Email => check_email(endpoint, config, &path, found),
            Channel::Sms => check_sms(endpoint, &path, found),
            other => found.push(Problem::error(
                format!("{path}.channel"),
                format!("endpoints on '{other}' are not supported"),
                "use \"webchat\", \"email\" or \"sms\"",
            )),
        }
    }
}

fn check_name(name: &str, path: &str, found: &mut Vec<Problem>) {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
        found.push(Problem::error(
            format!("{path}.name"),
            format!("'{name}' is not a name for an endpoint"),
            "use 1 to 64 small letters, digits and hyphens",
        ));
    }
}

fn check_channel_tables(endpoint: &Endpoint, path: &str, found: &mut Vec<Problem>) {
    let tables = [
        (Channel::Webchat, endpoint.webchat.is_some()),
        (Channel::Email, endpoint.email.is_some()),
        (Channel::Sms, endpoint.sms.is_some()),
    ];
    for (channel, present) in tables {
        if present && channel != endpoint.channel {
            found.push(Problem::error(
                format!("{path}.{channel}"),
                format!("the endpoint's channel is '{}'", endpoint.channel),
                format!("remove this table, or write channel = \"{channel}\""),
            ));
        }
    }
}

fn check_webchat(webchat: Option<&Webchat>, config: &Config, path: &str, found: &mut Vec<Problem>) {
    let Some(webchat) = webchat else { return };
    for origin in &webchat.allowed_origins {
        if !matches!(origin.scheme(), "http" | "https") || origin.path() != "/" {
            found.push(Problem::error(
                format!("{path}.webchat.allowed_origins"),
                format!("'{origin}' is not an origin"),
                "write scheme and host only, like \"https://www.shop.example\"",
            ));
        }
    }
    let short = |key: &Secret| key.expose().len() < LEAST_KEY_CHARACTERS;
    if webchat.jwt_keys.iter().any(short) {
        found.push(Problem::error(
            format!("{path}.webchat.jwt_keys"),
            format!("a key is shorter than {LEAST_KEY_CHARACTERS} bytes (RFC 7518, 3.2)"),
            "make one with `openssl rand -hex 32`",
        ));
    }
    warn_of_inline(
        &webchat.jwt_keys,
        &format!("{path}.webchat.jwt_keys"),
        found,
    );
    check_webchat_look(webchat, &format!("{path}.webchat"), found);
    for key in &webchat.jwt_public_keys {
        check_file(&key.file, &format!("{path}.webchat.jwt_public_keys"), found);
    }
    if let Some(name) = &webchat.offline_email_endpoint {
        let is_it = |other: &Endpoint| other.name == *name && other.channel == Channel::Email;
        if !config.endpoints.iter().any(is_it) {
            found.push(Problem::error(
                format!("{path}.webchat.offline_email_endpoint"),
                format!("there is no email endpoint named '{name}'"),
                "add it, or name another",
            ));
        }
    }
}

fn check_email(endpoint: &Endpoint, config: &Config, path: &str, found: &mut Vec<Problem>) {
    if Identifier::email(&endpoint.address).is_err() {
        found.push(Problem::error(
            format!("{path}.address"),
            format!("'{}' is not a mail address", endpoint.address),
            "write it like \"help@shop.example\"",
        ));
    }
    let none = EmailEndpoint::default();
    let email = endpoint.email.as_ref().unwrap_or(&none);
    if config.smtp_for(email).is_none() {
        found.push(Problem::warning(
            format!("{path}.email.smtp"),
            "no server is named that mail could leave through, so replies wait",
            "write [email.smtp], or the same table for this endpoint",
        ));
    }
    if email.imap.is_none() && !config.email.listener.enabled {
        found.push(Problem::warning(
            format!("{path}.email.imap"),
            "mail reaches this endpoint neither by IMAP nor by the listener",
            "write the imap table, or set email.listener.enabled = true",
        ));
    }
    if let Some(smtp) = &email.smtp {
        check_smtp(smtp, &format!("{path}.email.smtp"), found);
    }
    if let Some(imap) = &email.imap {
        warn_of_inline(
            [&imap.password],
            &format!("{path}.email.imap.password"),
            found,
        );
    }
    if let Some(dkim) = &email.dkim {
        warn_of_inline([&dkim.key], &format!("{path}.email.dkim.key"), found);
    }
}

fn check_sms(endpoint: &Endpoint, path: &str, found: &mut Vec<Problem>) {
    let Some(sms) = &endpoint.sms else {
        found.push(Problem::error(
            format!("{path}.sms"),
            "an sms endpoint needs to know its provider",
            "write the sms table with account_sid and auth_tokens",
        ));
        return;
    };
    check_sms_account(sms, path, found);
    if !is_e164(&endpoint.address) {
        found.push(Problem::error(
            format!("{path}.address"),
            format!(
                "'{}' is not a phone number in international form",
                endpoint.address
            ),
            "write it like \"+493012345678\"",
        ));
    }
}

fn check_sms_account(sms: &Sms, path: &str, found: &mut Vec<Problem>) {
    if sms.auth_tokens.is_empty() {
        found.push(Problem::error(
            format!("{path}.sms.auth_tokens"),
            "there is no token, so no webhook could be verified",
            "write at least one: [{ env = \"NAME\" }]",
        ));
    }
    warn_of_inline(&sms.auth_tokens, &format!("{path}.sms.auth_tokens"), found);
    if sms.api_key_sid.is_some() != sms.api_key_secret.is_some() {
        found.push(Problem::error(
            format!("{path}.sms.api_key_sid"),
            "an API key needs both api_key_sid and api_key_secret",
            "set both, or neither to use the account's token",
        ));
    }
    warn_of_inline(
        &sms.api_key_secret,
        &format!("{path}.sms.api_key_secret"),
        found,
    );
    let numbers = [
        ("rate_per_second", u64::from(sms.rate_per_second)),
        ("timeout_ms", sms.timeout_ms),
    ];
    for (key, _) in numbers.iter().filter(|(_, value)| *value == 0) {
        let path = format!("{path}.sms.{key}");
        found.push(Problem::error(path, "it may not be 0", "write 1 or more"));
    }
}

/// `+`, then 7 to 15 digits that do not start with 0 (ITU-T E.164).
pub(super) fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0')
    })
}
