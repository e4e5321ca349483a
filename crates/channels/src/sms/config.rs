//! What the adapter must be told about an account.

use std::fmt;
use url::{Host, Url};

/// A token or key. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value that is not to be shown.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value. Call this only where it is used, never on the way to a log.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A key that may call the API in place of the account's token.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// Its id, `SK…`.
    pub sid: String,
    /// Its secret.
    pub secret: Secret,
}

/// One phone number, or messaging service, of one account.
#[derive(Clone, Debug)]
pub struct SmsConfig {
    /// The account's id, `AC…`.
    pub account_sid: String,
    /// The account's tokens, newest first. Webhooks signed with any of them are accepted; the API is
    /// called with the first, and with the next when that one is refused.
    pub auth_tokens: Vec<Secret>,
    /// Calls the API with this key instead of a token.
    pub api_key: Option<ApiKey>,
    /// The provider's API, `https://api.twilio.com/`.
    pub api_base: Url,
    /// The number, short code or sender name messages leave from.
    pub from: Option<String>,
    /// The messaging service that picks the number, `MG…`; goes before `from`.
    pub messaging_service_sid: Option<String>,
    /// The public URL that takes status callbacks; `?delivery=<id>` is added to it.
    pub status_callback_base: Option<Url>,
    /// How long one call may take, in milliseconds.
    pub timeout_ms: u64,
}

/// Why a configuration cannot work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSmsConfig {
    /// The account id is no id.
    #[error(
        "account_sid '{0}' is not an account id; copy it from the provider's console (AC and 32 hex digits)"
    )]
    AccountSid(String),
    /// No token at all.
    #[error("auth_tokens is empty; give the account's auth token, or no webhook can be verified")]
    NoToken,
    /// A token without characters.
    #[error("auth_tokens holds an empty token; remove it or fill the variable it is read from")]
    EmptyToken,
    /// Nothing to send from.
    #[error("neither from nor messaging_service_sid is set; give the number messages leave from")]
    NoSender,
    /// The token would travel in the clear.
    #[error("api_base '{0}' is not https; use https, or http on this machine only")]
    InsecureBase(Url),
    /// A URL that cannot carry a path.
    #[error("api_base '{0}' cannot be extended by a path; write it like https://api.twilio.com/")]
    BadBase(Url),
    /// The provider could not call back.
    #[error(
        "status_callback_base '{0}' is not http or https; give the public URL of this installation"
    )]
    BadCallback(Url),
    /// Every call would fail.
    #[error("timeout_ms is 0; give the provider time to answer, for example 10000")]
    NoTime,
}

impl SmsConfig {
    /// Checks what can be checked without the network.
    ///
    /// # Errors
    /// [`BadSmsConfig`] for the first thing that cannot work.
    pub fn check(&self) -> Result<(), BadSmsConfig> {
        let word = |text: &str| {
            (1..=64).contains(&text.len())
                && text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
        };
        if !word(&self.account_sid) {
            return Err(BadSmsConfig::AccountSid(self.account_sid.clone()));
        }
        if self.auth_tokens.is_empty() {
            return Err(BadSmsConfig::NoToken);
        }
        if self
            .auth_tokens
            .iter()
            .any(|token| token.expose().is_empty())
        {
            return Err(BadSmsConfig::EmptyToken);
        }
        if self.from.is_none() && self.messaging_service_sid.is_none() {
            return Err(BadSmsConfig::NoSender);
        }
        if self.api_base.cannot_be_a_base() {
            return Err(BadSmsConfig::BadBase(self.api_base.clone()));
        }
        if self.api_base.scheme() != "https"
            && !(self.api_base.scheme() == "http" && is_this_machine(&self.api_base))
        {
            return Err(BadSmsConfig::InsecureBase(self.api_base.clone()));
        }
        if let Some(callback) = &self.status_callback_base
            && !matches!(callback.scheme(), "http" | "https")
        {
            return Err(BadSmsConfig::BadCallback(callback.clone()));
        }
        if self.timeout_ms == 0 {
            return Err(BadSmsConfig::NoTime);
        }
        Ok(())
    }

    /// The names and passwords to call the API with, in the order to try them.
    pub(crate) fn credentials(&self) -> Vec<(&str, &str)> {
        match &self.api_key {
            Some(key) => vec![(key.sid.as_str(), key.secret.expose())],
            None => self
                .auth_tokens
                .iter()
                .map(|token| (self.account_sid.as_str(), token.expose()))
                .collect(),
        }
    }

    /// Name and password for fetching a file of an inbound message; none unless the file lies with
    /// the provider itself, so that the token is never sent anywhere else.
    pub fn media_credentials(&self, file: &Url) -> Option<(&str, &str)> {
        (file.origin() == self.api_base.origin())
            .then(|| self.credentials().first().copied())
            .flatten()
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
