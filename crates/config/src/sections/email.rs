//! `[email]`: mail in general. Each mailbox is an endpoint.

use crate::secret::Secret;
use crate::section::{record, section};
use crate::setting::setting_words;
use std::net::SocketAddr;
use std::path::PathBuf;
use url::Url;

section! {
    /// Mail in general; each mailbox is an endpoint below.
    pub struct Email {
        /// The domain of the Message-IDs of our own mail. Without it, that of the endpoint's
        /// address.
        pub message_id_domain: Option<String> = example("support.example.com"),
        /// How long one exchange with a mail server may take, in milliseconds.
        pub timeout_ms: u64 = default(30_000),
        /// Automatic messages to one address, per hour; more are not sent.
        pub automatic_per_sender_per_hour: u32 = default(5),
        /// Mail received here directly, over SMTP or LMTP.
        pub listener: SmtpListener = table(),
        /// The server that mail leaves through, for endpoints that name none of their own.
        pub smtp: Option<Smtp> = table(),
    }
}

section! {
    /// Mail received here directly, over SMTP or LMTP.
    pub struct SmtpListener {
        /// Whether to listen.
        pub enabled: bool = default(false),
        /// The address and port to listen on.
        pub bind: SocketAddr = default(SocketAddr::from(([127, 0, 0, 1], 2525))),
        /// Speak LMTP, for a mail server such as Postfix or Dovecot that delivers to us. Sender
        /// checks then come from that server: see `trusted_authserv_id` of the endpoint.
        pub lmtp: bool = default(false),
        /// The name this server greets with. Without it, the host of `server.public_url`.
        pub hostname: Option<String> = example("mx.support.example.com"),
        /// The largest message, in bytes; a larger one is refused while it arrives.
        pub max_message_bytes: u64 = default(36 * 1024 * 1024),
        /// The certificate chain for STARTTLS, as PEM.
        pub tls_certificate: Option<PathBuf> = example("/etc/throughline/mx.pem"),
        /// The key to `tls_certificate`, as PEM.
        pub tls_key: Option<PathBuf> = example("/etc/throughline/mx.key"),
    }
}

record! {
    /// A server that mail leaves through.
    pub struct Smtp {
        /// `smtps://user@host:465` for TLS from the start, `smtp://user@host:587` for STARTTLS
        /// (`security` says whether it is insisted on). A user name's `@` is written `%40`.
        pub url: Url = required("smtp://support%40example.com@smtp.example.com:587"),
        /// The password of the user in `url`.
        pub password: Option<Secret> = example({ env = "SMTP_PASSWORD" }),
        /// "tls" refuses to send without encryption; "opportunistic" uses it where offered; "none"
        /// never does, for a server on this machine.
        pub security: MailSecurity = default(MailSecurity::Tls),
    }
}

setting_words! {
    /// How the way to a server that mail leaves through is secured.
    pub enum MailSecurity {
        /// Encrypted, or not at all.
        Tls = "tls",
        /// Encrypted where the server offers it.
        Opportunistic = "opportunistic",
        /// In the clear.
        None = "none",
    }
}

/// A URL shown without the password it may hold.
pub(crate) fn without_password(url: &Url) -> String {
    let mut shown = url.clone();
    if shown.password().is_some() {
        // Fails only for URLs that cannot hold a password, and this one does.
        let _: Result<(), ()> = shown.set_password(Some("-"));
    }
    shown.to_string()
}
