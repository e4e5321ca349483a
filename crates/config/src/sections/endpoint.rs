//! `[[endpoint]]`: the addresses at which customers reach the business.

use super::email::Smtp;
use super::widget::Widget;
use crate::reader::Reader;
use crate::secret::Secret;
use crate::section::{record, section};
use crate::setting::{Setting, parsed, quoted, setting_words};
use std::path::PathBuf;
use throughline_model::channel::Channel;
use url::Url;

record! {
    /// One address at which customers reach you. Repeat the block for each; write the table of its
    /// own channel (`webchat`, `email` or `sms`) and leave the others out.
    pub struct Endpoint {
        /// What this endpoint is called in URLs, settings and reports: small letters, digits and
        /// hyphens. It must not change once messages came through it.
        pub name: String = required("shop-chat"),
        /// The medium: "webchat", "email" or "sms".
        pub channel: Channel = required("webchat"),
        /// The phone number (+49…), the mail address, or the site the chat stands on.
        pub address: String = required("www.shop.example"),
        /// The brand this endpoint speaks for.
        pub brand: String = default("default".to_owned()),
        /// For the chat on a web page.
        pub webchat: Option<Webchat> = table(),
        /// For a mailbox.
        pub email: Option<EmailEndpoint> = table(),
        /// For a phone number that receives text messages.
        pub sms: Option<Sms> = table(),
    }
}

impl Setting for Channel {
    fn read(value: &toml::Value, at: &mut Reader<'_>) -> Option<Self> {
        parsed(value, "a channel", "\"webchat\", \"email\" or \"sms\"", at)
    }

    fn render(&self) -> String {
        quoted(self.as_str())
    }
}

section! {
    /// For the chat on a web page.
    pub struct Webchat {
        /// The origins whose pages may embed the chat. None: only the hosted page.
        pub allowed_origins: Vec<Url> = example(["https://www.shop.example"]),
        /// The title above the chat.
        pub title: String = default("Chat with us".to_owned()),
        /// The first line a visitor sees.
        pub greeting: Option<String> = example("Hello! How can we help?"),
        /// Secrets with which your shop signs the tokens of logged-in customers (HS256). Several,
        /// so that one can be replaced without a gap.
        pub jwt_keys: Vec<Secret> = example([{ env = "CHAT_JWT_KEY" }]),
        /// Public keys for the same, where your shop signs with a private key.
        pub jwt_public_keys: Vec<JwtPublicKey> = example([{ algorithm = "ES256", file = "/etc/throughline/shop.pem" }]),
        /// The audience (`aud`) the tokens must be made for. Without it, the endpoint's name.
        pub jwt_audience: Option<String> = example("shop-chat"),
        /// The endpoint that answers by mail when the visitor has gone.
        pub offline_email_endpoint: Option<String> = example("shop-mail"),
        /// How it looks and behaves on your pages, until it is set at the desk: with the title and
        /// the greeting, what is set there counts instead.
        pub widget: Widget = table(),
    }
}

record! {
    /// A key that verifies the tokens of logged-in customers.
    pub struct JwtPublicKey {
        /// "RS256", "ES256" or "EdDSA". A token that names another one is refused.
        pub algorithm: JwtAlgorithm = required("ES256"),
        /// The public key, as PEM.
        pub file: PathBuf = required("/etc/throughline/shop.pem"),
    }
}

setting_words! {
    /// How a token is signed.
    pub enum JwtAlgorithm {
        /// RSA with SHA-256.
        Rs256 = "RS256",
        /// ECDSA on P-256 with SHA-256.
        Es256 = "ES256",
        /// Ed25519.
        EdDsa = "EdDSA",
    }
}

section! {
    /// For a mailbox.
    pub struct EmailEndpoint {
        /// The name that mail from this endpoint comes from. Without it, the brand.
        pub from_name: Option<String> = example("Example Shop"),
        /// The mail server whose Authentication-Results are believed, by the name it writes there.
        /// Needed when another server receives the mail (IMAP, LMTP); ours checks for itself.
        pub trusted_authserv_id: Option<String> = example("mx.example.com"),
        /// What to do with mail whose sender fails DMARC: "flag" shows it as unproven, "quarantine"
        /// keeps it out of conversations until a person looks, "reject" refuses it.
        pub on_spoof: SpoofPolicy = default(SpoofPolicy::Flag),
        /// The server that mail leaves through, if not the one in `[email.smtp]`.
        pub smtp: Option<Smtp> = table(),
        /// Fetches the mailbox from another server. Mail is left there, marked as seen.
        pub imap: Option<Imap> = table(),
        /// Signs mail that leaves.
        pub dkim: Option<Dkim> = table(),
    }
}

setting_words! {
    /// What happens to mail whose sender fails DMARC.
    pub enum SpoofPolicy {
        /// It is accepted, and shown as unproven.
        Flag = "flag",
        /// It is kept, apart from any conversation, until a person looks.
        Quarantine = "quarantine",
        /// It is refused.
        Reject = "reject",
    }
}

record! {
    /// A mailbox on another server.
    pub struct Imap {
        /// The server's name.
        pub host: String = required("imap.example.com"),
        /// The server's port.
        pub port: u16 = default(993),
        /// "tls" encrypts from the start, "starttls" before logging in; "none" does not encrypt, for
        /// a server on this machine.
        pub security: ImapSecurity = default(ImapSecurity::Tls),
        /// The user to log in as.
        pub user: String = required("help@shop.example"),
        /// That user's password.
        pub password: Secret = required({ env = "IMAP_PASSWORD" }),
        /// The folder to fetch from.
        pub folder: String = default("INBOX".to_owned()),
        /// How often to look, in seconds.
        pub poll_seconds: u64 = default(30),
    }
}

setting_words! {
    /// How the way to an IMAP server is secured.
    pub enum ImapSecurity {
        /// Encrypted from the start.
        Tls = "tls",
        /// Encrypted by STARTTLS before logging in, or not used at all.
        Starttls = "starttls",
        /// In the clear.
        None = "none",
    }
}

record! {
    /// The signature on mail that leaves.
    pub struct Dkim {
        /// The name under `_domainkey` where the public key is published.
        pub selector: String = required("throughline"),
        /// The domain that signs.
        pub domain: String = required("shop.example"),
        /// The private key in PEM form, RSA or Ed25519.
        pub key: Secret = required({ file = "/etc/throughline/dkim.pem" }),
    }
}

record! {
    /// For a phone number that receives text messages.
    pub struct Sms {
        /// The contract the provider speaks.
        pub provider: SmsProvider = default(SmsProvider::Twilio),
        /// The account's id.
        pub account_sid: String = required("AC00000000000000000000000000000000"),
        /// The account's tokens. Messages are sent with the first; webhooks signed with any are
        /// accepted, so that one can be replaced without a gap.
        pub auth_tokens: Vec<Secret> = required([{ env = "TWILIO_AUTH_TOKEN" }]),
        /// The provider's API.
        pub api_base: Option<Url> = example("https://api.twilio.com/"),
        /// The id of an API key (`SK…`) to call the API with in place of the account's token.
        pub api_key_sid: Option<String> = example("SK00000000000000000000000000000000"),
        /// The secret of that API key.
        pub api_key_secret: Option<Secret> = example({ env = "TWILIO_API_KEY_SECRET" }),
        /// How long one call of the API may take, in milliseconds.
        pub timeout_ms: u64 = default(15_000),
        /// Send through this messaging service instead of from the endpoint's number.
        pub messaging_service_sid: Option<String> = example("MG00000000000000000000000000000000"),
        /// Messages sent, per second; carriers allow one for an ordinary number.
        pub rate_per_second: u32 = default(1),
    }
}

impl Sms {
    /// `api_base`, or the provider's public API.
    pub fn api_base(&self) -> &str {
        self.api_base
            .as_ref()
            .map_or("https://api.twilio.com/", Url::as_str)
    }
}

setting_words! {
    /// The contract an SMS provider speaks.
    pub enum SmsProvider {
        /// Twilio's REST API and webhooks.
        Twilio = "twilio",
    }
}
