//! What can only be seen with the whole configuration in view.

mod endpoints;
mod language_model;
mod widget;

pub(crate) use widget::check_look;

use crate::problem::Problem;
use crate::secret::Secret;
use crate::sections::{Config, Smtp, SmtpListener, StorageUrl};
use std::path::Path;
use url::Url;

/// Providers repeat webhooks for up to this many days.
const LEAST_DEDUPE_DAYS: u64 = 30;
/// Characters of the secret key below which it could be guessed.
const LEAST_KEY_CHARACTERS: usize = 32;

/// Every problem of a configuration that could be read: errors, which [`crate::load`] refuses, and
/// warnings, which an operator should know of. In the order of the file.
pub fn problems(config: &Config) -> Vec<Problem> {
    let mut found = Vec::new();
    check_server(config, &mut found);
    check_numbers(config, &mut found);
    check_security(config, &mut found);
    check_listener(&config.email.listener, &mut found);
    if let Some(smtp) = &config.email.smtp {
        check_smtp(smtp, "email.smtp", &mut found);
    }
    check_agent(config, &mut found);
    if let Some(model) = &config.language_model {
        language_model::check_language_model(model, &mut found);
    }
    if !config.metrics.path.starts_with('/') {
        found.push(Problem::error(
            "metrics.path",
            format!("'{}' does not start with a slash", config.metrics.path),
            "write it like \"/metrics\"",
        ));
    }
    endpoints::check_endpoints(config, &mut found);
    found
}

fn check_agent(config: &Config, found: &mut Vec<Problem>) {
    if let Some(folder) = &config.agent.folder
        && !folder.is_dir()
    {
        found.push(Problem::error(
            "agent.folder",
            format!("there is no folder {}", folder.display()),
            "name the folder that holds procedures/, tools/ and policy/",
        ));
    }
    if config.agent.folder.is_none() && config.agent.enabled {
        found.push(Problem::error(
            "agent.folder",
            "the AI agent does not know what it may do",
            "name the folder that holds procedures/, tools/ and policy/; demo/shop is one",
        ));
    }
    if config.agent.folder.is_some() && !config.agent.enabled {
        found.push(Problem::warning(
            "agent.enabled",
            "the AI agent has its folder but answers nobody",
            "set it to true when the agent shall answer customers",
        ));
    }
}

fn check_server(config: &Config, found: &mut Vec<Problem>) {
    let server = &config.server;
    match &server.public_url {
        Some(url) if !matches!(url.scheme(), "http" | "https") || !url.has_host() => {
            found.push(Problem::error(
                "server.public_url",
                format!("'{url}' is not an http or https address"),
                "write it like \"https://support.example.com/\"",
            ));
        }
        Some(url) if url.scheme() == "http" && !is_local(url) => found.push(Problem::warning(
            "server.public_url",
            format!("'{url}' is not encrypted"),
            "put a proxy with TLS in front, and write https",
        )),
        None if !server.bind.ip().is_loopback() => found.push(Problem::warning(
            "server.public_url",
            "it is not set, so links in messages lead to the listener's own address",
            "set it to the address customers and providers reach this server at",
        )),
        _ => {}
    }
}

fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

fn check_numbers(config: &Config, found: &mut Vec<Problem>) {
    let at_least_one: [(&str, u64); 15] = [
        (
            "server.request_timeout_ms",
            config.server.request_timeout_ms,
        ),
        ("server.max_body_bytes", config.server.max_body_bytes),
        (
            "storage.postgres_connections",
            config.storage.postgres_connections.into(),
        ),
        (
            "storage.sqlite_readers",
            config.storage.sqlite_readers.into(),
        ),
        ("files.max_upload_bytes", config.files.max_upload_bytes),
        ("security.session_hours", config.security.session_hours),
        (
            "security.login_attempts_per_minute",
            config.security.login_attempts_per_minute.into(),
        ),
        (
            "limits.api_requests_per_minute",
            config.limits.api_requests_per_minute.into(),
        ),
        (
            "limits.chat_messages_per_minute",
            config.limits.chat_messages_per_minute.into(),
        ),
        ("limits.codes_per_hour", config.limits.codes_per_hour.into()),
        (
            "conversation.visitor_days",
            config.conversation.visitor_days,
        ),
        ("email.timeout_ms", config.email.timeout_ms),
        (
            "email.listener.max_message_bytes",
            config.email.listener.max_message_bytes,
        ),
        ("retention.dedupe_days", config.retention.dedupe_days),
        ("retention.raw_days", config.retention.raw_days),
    ];
    for (path, _) in at_least_one.iter().filter(|(_, value)| *value == 0) {
        found.push(Problem::error(*path, "it may not be 0", "write 1 or more"));
    }
    let days = config.retention.dedupe_days;
    if (1..LEAST_DEDUPE_DAYS).contains(&days) {
        found.push(Problem::error(
            "retention.dedupe_days",
            format!("{days} days is shorter than providers repeat messages"),
            format!("write {LEAST_DEDUPE_DAYS} or more"),
        ));
    }
}

fn check_security(config: &Config, found: &mut Vec<Problem>) {
    let secrets = [
        (
            "storage.postgres_password",
            &config.storage.postgres_password,
        ),
        ("security.secret_key", &config.security.secret_key),
        ("metrics.token", &config.metrics.token),
    ];
    for (path, secret) in secrets {
        warn_of_inline(secret.as_ref(), path, found);
    }
    if let StorageUrl::Postgres(url) = &config.storage.url
        && url.password().is_some()
    {
        found.push(Problem::warning(
            "storage.url",
            "the password stands in the configuration file",
            "move it to postgres_password, as { env = \"NAME\" } or { file = \"path\" }",
        ));
    }
    if let Some(key) = &config.security.secret_key
        && key.expose().chars().count() < LEAST_KEY_CHARACTERS
    {
        found.push(Problem::error(
            "security.secret_key",
            format!("it is shorter than {LEAST_KEY_CHARACTERS} characters"),
            "make one with `openssl rand -hex 32`",
        ));
    }
    if let Some(s3) = &config.files.s3 {
        warn_of_inline(
            Some(&s3.secret_access_key),
            "files.s3.secret_access_key",
            found,
        );
    }
}

fn warn_of_inline<'s>(
    secrets: impl IntoIterator<Item = &'s Secret>,
    path: &str,
    found: &mut Vec<Problem>,
) {
    if secrets.into_iter().any(Secret::is_inline) {
        found.push(Problem::warning(
            path,
            "the secret stands in the configuration file",
            "move it out: { env = \"NAME\" } or { file = \"path\" }",
        ));
    }
}

fn check_listener(listener: &SmtpListener, found: &mut Vec<Problem>) {
    match (&listener.tls_certificate, &listener.tls_key) {
        (Some(_), None) => found.push(Problem::error(
            "email.listener.tls_key",
            "there is a certificate without its key",
            "set it, or remove tls_certificate",
        )),
        (None, Some(_)) => found.push(Problem::error(
            "email.listener.tls_certificate",
            "there is a key without its certificate",
            "set it, or remove tls_key",
        )),
        (Some(certificate), Some(key)) if listener.enabled => {
            check_file(certificate, "email.listener.tls_certificate", found);
            check_file(key, "email.listener.tls_key", found);
        }
        _ => {}
    }
}

fn check_file(file: &Path, path: &str, found: &mut Vec<Problem>) {
    if let Err(error) = std::fs::File::open(file) {
        found.push(Problem::error(
            path,
            format!("{} cannot be read: {error}", file.display()),
            "give the path of a file readable by the user the program runs as",
        ));
    }
}

fn check_smtp(smtp: &Smtp, path: &str, found: &mut Vec<Problem>) {
    let url_path = format!("{path}.url");
    if !matches!(smtp.url.scheme(), "smtp" | "smtps") || !smtp.url.has_host() {
        found.push(Problem::error(
            &url_path,
            "this is not the address of a mail server",
            "write it like \"smtp://user@host:587\" or \"smtps://user@host:465\"",
        ));
    }
    if smtp.url.password().is_some() {
        found.push(Problem::error(
            &url_path,
            "the password stands in the address",
            "move it to `password`, as { env = \"NAME\" } or { file = \"path\" }",
        ));
    }
    if smtp.password.is_some() && smtp.url.username().is_empty() {
        found.push(Problem::error(
            &url_path,
            "there is a password but no user",
            "write the user in front of the host: \"smtp://user@host:587\"",
        ));
    }
    warn_of_inline(&smtp.password, &format!("{path}.password"), found);
}
