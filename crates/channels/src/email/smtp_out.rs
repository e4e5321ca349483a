//! Mail out, over a relay's SMTP server.
//!
//! What an attempt comes to depends on how far it got:
//!
//! | it failed | outcome |
//! | --- | --- |
//! | before the mail's content was sent: no connection, no encryption, log-in refused, timeout | retry: the relay certainly does not have it |
//! | sender, recipient or content refused with 4xx | retry |
//! | sender, recipient or content refused with 5xx | permanent |
//! | while or after the content was sent, without an answer | unknown: the relay may have it |
//!
//! lettre's transport does not tell the second line from the last, so its connection is driven here
//! command by command.

use async_trait::async_trait;
use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::{Error, response::Response};
use std::fmt;
use std::future::Future;
use std::time::Duration;
use throughline_mail::build::{BuiltMail, Letterhead, build};
use throughline_mail::tokens::MailKeys;
use throughline_model::channel::ChannelAdapter;
use throughline_model::clock::Clock;
use throughline_model::outbound::{Outbound, SendOutcome};

/// How the connection to a mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MailSecurity {
    /// Not at all: for a server on the same machine.
    Plain,
    /// Encrypted after STARTTLS, or not used at all.
    StartTls,
    /// Encrypted after STARTTLS where the server offers it. A mailbox is never read like that: there it means
    /// [`MailSecurity::StartTls`].
    StartTlsIfOffered,
    /// Encrypted from the first byte.
    #[default]
    Tls,
}

/// The relay mail goes out through.
#[derive(Clone)]
pub struct SmtpRelay {
    /// Its host name, which its certificate must bear.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: MailSecurity,
    /// User and password, if it wants them.
    pub credentials: Option<(String, String)>,
    /// Our own host name, as the greeting shows it.
    pub hello: String,
    /// Longest wait for a connection and for each answer but the last.
    pub command_timeout: Duration,
    /// Longest wait for the last answer, in which the relay takes responsibility.
    pub data_timeout: Duration,
    /// A certificate to trust beside the public ones, in PEM form.
    pub extra_root_pem: Option<String>,
}

impl fmt::Debug for SmtpRelay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpRelay")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .finish_non_exhaustive()
    }
}

impl SmtpRelay {
    /// A relay with the timeouts of RFC 5321, section 4.5.3.2, and no log-in.
    pub fn new(
        host: impl Into<String>,
        port: u16,
        security: MailSecurity,
        hello: impl Into<String>,
    ) -> Self {
        Self {
            host: host.into(),
            port,
            security,
            credentials: None,
            hello: hello.into(),
            command_timeout: Duration::from_secs(60),
            data_timeout: Duration::from_secs(600),
            extra_root_pem: None,
        }
    }
}

/// Sends the mail of one endpoint.
pub struct EmailAdapter {
    relay: SmtpRelay,
    letterhead: Letterhead,
    keys: MailKeys,
    clock: Clock,
}

impl EmailAdapter {
    /// Sends through `relay` as `letterhead`.
    pub fn new(relay: SmtpRelay, letterhead: Letterhead, keys: MailKeys, clock: Clock) -> Self {
        Self {
            relay,
            letterhead,
            keys,
            clock,
        }
    }

    async fn transfer(&self, mail: &BuiltMail) -> Result<(), SendOutcome> {
        let sender = address(&mail.mail_from)?;
        let recipient = address(&mail.rcpt_to)?;
        let mut connection = self.connect().await?;
        let parameters = parameters(&connection, &sender, &recipient, mail)?;
        self.command(
            connection.command(Mail::new(Some(sender), parameters)),
            "the sender",
        )
        .await?;
        self.command(
            connection.command(Rcpt::new(recipient, Vec::new())),
            "the recipient",
        )
        .await?;
        self.command(connection.command(Data), "the mail").await?;
        let answer =
            tokio::time::timeout(self.relay.data_timeout, connection.message(&mail.bytes)).await;
        let outcome = match answer {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.status().is_some() => Err(refused(&error, "the mail")),
            Ok(Err(error)) => return Err(unknown(&error.to_string())),
            Err(_) => return Err(unknown("the relay did not answer in time")),
        };
        // The mail is taken or not; how the connection ends changes nothing.
        let _ = tokio::time::timeout(Duration::from_secs(5), connection.quit()).await;
        outcome
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SendOutcome> {
        let relay = &self.relay;
        let hello = ClientId::Domain(relay.hello.clone());
        let wrapped = match relay.security {
            MailSecurity::Tls => Some(self.tls()?),
            _ => None,
        };
        let server = (relay.host.as_str(), relay.port);
        let connecting = AsyncSmtpConnection::connect_tokio1(
            server,
            Some(relay.command_timeout),
            &hello,
            wrapped,
            None,
        );
        let mut connection = self
            .reach(connecting, "the relay cannot be reached")
            .await?;
        let offered = connection
            .server_info()
            .supports_feature(Extension::StartTls);
        if relay.security == MailSecurity::StartTls
            || (relay.security == MailSecurity::StartTlsIfOffered && offered)
        {
            let upgrading = connection.starttls(self.tls()?, &hello);
            self.reach(upgrading, "the connection to the relay cannot be encrypted")
                .await?;
        }
        if let Some((user, password)) = &relay.credentials {
            let credentials = Credentials::new(user.clone(), password.clone());
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            let login = connection.auth(&mechanisms, &credentials);
            self.reach(
                login,
                "the relay refuses the log-in; check user and password",
            )
            .await?;
        }
        Ok(connection)
    }

    fn tls(&self) -> Result<TlsParameters, SendOutcome> {
        let mut builder = TlsParameters::builder(self.relay.host.clone());
        if let Some(pem) = &self.relay.extra_root_pem {
            let bad =
                |error: Error| retry(format!("the extra root certificate is not valid: {error}"));
            builder =
                builder.add_root_certificate(Certificate::from_pem(pem.as_bytes()).map_err(bad)?);
        }
        builder
            .build_rustls()
            .map_err(|error| retry(format!("encryption is not possible: {error}")))
    }

    /// A step before the mail is named: whatever goes wrong, the mail is not to blame.
    async fn reach<T>(
        &self,
        step: impl Future<Output = Result<T, Error>>,
        problem: &str,
    ) -> Result<T, SendOutcome> {
        match tokio::time::timeout(self.relay.command_timeout, step).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(retry(format!("{problem}: {error}"))),
            Err(_) => Err(retry(format!("{problem}: no answer in time"))),
        }
    }

    /// A step before the content is sent.
    async fn command(
        &self,
        step: impl Future<Output = Result<Response, Error>>,
        what: &str,
    ) -> Result<(), SendOutcome> {
        match tokio::time::timeout(self.relay.command_timeout, step).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.status().is_some() => Err(refused(&error, what)),
            Ok(Err(error)) => Err(retry(format!(
                "the connection broke before the mail was sent: {error}"
            ))),
            Err(_) => Err(retry(
                "the relay did not answer before the mail was sent".to_owned(),
            )),
        }
    }
}

#[async_trait]
impl ChannelAdapter for EmailAdapter {
    async fn send(&self, message: &Outbound) -> SendOutcome {
        let mail = match build(message, &self.letterhead, &self.keys, self.clock.now()) {
            Ok(mail) => mail,
            Err(error) => return permanent("mail_not_built", error.to_string()),
        };
        match self.transfer(&mail).await {
            Ok(()) => SendOutcome::Sent {
                provider_id: mail.message_id,
                parts: None,
            },
            Err(outcome) => outcome,
        }
    }
}

fn address(text: &str) -> Result<Address, SendOutcome> {
    text.parse().map_err(|error| {
        permanent(
            "bad_address",
            format!("'{text}' is not a mail address: {error}"),
        )
    })
}

/// What the relay must be told about the mail in advance.
fn parameters(
    connection: &AsyncSmtpConnection,
    sender: &Address,
    recipient: &Address,
    mail: &BuiltMail,
) -> Result<Vec<MailParameter>, SendOutcome> {
    let supports = |extension| connection.server_info().supports_feature(extension);
    let mut parameters = Vec::new();
    let international = [sender, recipient]
        .iter()
        .any(|address| !AsRef::<str>::as_ref(address).is_ascii());
    if international {
        if !supports(Extension::SmtpUtfEight) {
            let reason = "the relay takes no addresses with international characters (SMTPUTF8)";
            return Err(permanent("smtputf8", reason.to_owned()));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    // Bodies are built in seven bits; the addresses of the header are what may be more.
    debug_assert!(international || mail.bytes.is_ascii());
    Ok(parameters)
}

fn refused(error: &Error, what: &str) -> SendOutcome {
    let reason = format!("the relay refuses {what}: {error}");
    match error.status() {
        Some(code) if error.is_permanent() => permanent(&code.to_string(), reason),
        _ => retry(reason),
    }
}

fn permanent(code: &str, reason: String) -> SendOutcome {
    SendOutcome::Permanent {
        code: code.to_owned(),
        reason,
    }
}

fn retry(reason: String) -> SendOutcome {
    SendOutcome::Retry {
        reason,
        after_ms: None,
    }
}

fn unknown(reason: &str) -> SendOutcome {
    SendOutcome::Unknown {
        reason: format!("the mail was sent, but the relay's answer is missing: {reason}"),
    }
}
