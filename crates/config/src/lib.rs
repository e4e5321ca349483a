//! What an operator may set, read from one TOML file and from the environment.
//!
//! Each table of the file is a struct in [`sections`], written once with its documentation and its
//! defaults; the reader, the list of known keys and the commented example file all come from there.
//!
//! * [`load`] reads a file and the environment, and gives every mistake at once,
//! * [`problems`] looks at what was read as a whole: it is what `throughline doctor` prints,
//! * [`example_toml`] writes `throughline.example.toml`.
//!
//! # Environment
//!
//! `THROUGHLINE__SECTION__KEY` overrides `key` in `[section]`, whether or not the file has it:
//!
//! ```text
//! THROUGHLINE__SERVER__BIND=0.0.0.0:8080
//! THROUGHLINE__SERVER__TRUSTED_PROXIES=10.0.0.0/8,fd00::/8     lists: commas, or a TOML list
//! THROUGHLINE__SECURITY__SECRET_KEY=…                          a secret may stand here itself
//! THROUGHLINE__ENDPOINT__SHOP_MAIL__ADDRESS=help@shop.example  endpoint 'shop-mail' of the file
//! ```

mod check;
mod cidr;
mod example;
mod key_file;
mod look;
mod overrides;
mod problem;
mod reader;
mod secret;
mod section;
pub mod sections;
mod setting;

pub use check::problems;
pub use cidr::Cidr;
pub use example::example_toml;
pub use key_file::open_or_create_secret_key;
pub use look::Look;
pub use problem::{ConfigErrors, Problem, Severity};
pub use secret::Secret;
pub use sections::{
    Agent, Asked, Config, Conversation, Database, Dkim, Email, EmailEndpoint, Endpoint, FileStore,
    Files, Imap, ImapSecurity, JwtAlgorithm, JwtPublicKey, LanguageModel, Limits, Log, LogFormat,
    MailSecurity, Metrics, Outside, Position, Retention, S3, Security, Server, Sms, SmsProvider,
    Smtp, SmtpListener, SpoofPolicy, Storage, StorageUrl, Structured, WIDGET_LANGUAGES,
    WaitingTold, Webchat, Widget, WidgetTexts, Wire,
};

use std::collections::BTreeMap;
use std::path::Path;

/// Reads the configuration: the file when one is given, then the environment over it.
///
/// `env` is the whole environment (`std::env::vars()`): overrides are taken from it, and the secrets
/// that the file asks for by name.
///
/// # Errors
/// Every mistake found, each with its place and what to do. Warnings are not errors: see [`problems`].
pub fn load(
    path: Option<&Path>,
    env: impl Iterator<Item = (String, String)>,
) -> Result<Config, ConfigErrors> {
    let text = match path {
        Some(path) => std::fs::read_to_string(path).map_err(|error| {
            ConfigErrors::from(Problem::error(
                path.display().to_string(),
                format!("the file cannot be read: {error}"),
                "give the path of a readable file with --config, or leave it out to use the defaults",
            ))
        })?,
        None => String::new(),
    };
    parse(&text, env)
}

/// The same as [`load`], from text already at hand.
///
/// # Errors
/// As [`load`].
pub fn parse(
    text: &str,
    env: impl Iterator<Item = (String, String)>,
) -> Result<Config, ConfigErrors> {
    let mut tree: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        ConfigErrors::from(Problem::error(
            String::new(),
            format!(
                "the file is not valid TOML: {}",
                error.to_string().trim_end()
            ),
            "correct the place it points at; throughline.example.toml shows every key",
        ))
    })?;
    let environment: BTreeMap<String, String> = env.collect();
    let mut reader = reader::Reader::new(&environment);
    overrides::apply(&mut tree, &mut reader);
    let config = <Config as setting::Setting>::read(&toml::Value::Table(tree), &mut reader);
    let mut found = reader.into_problems();
    if let Some(config) = &config {
        found.extend(problems(config));
    }
    found.retain(|problem| problem.severity == Severity::Error);
    match config {
        Some(config) if found.is_empty() => Ok(config),
        _ => Err(ConfigErrors::new(found)),
    }
}
