//! The tables of the configuration file, one struct each.

mod agent;
mod conversation;
mod email;
mod endpoint;
mod files;
mod language_model;
mod observation;
mod outside;
mod server;
mod storage;
mod widget;

pub use agent::Agent;
pub use conversation::{Conversation, Limits, Retention, Security};
pub use email::{Email, MailSecurity, Smtp, SmtpListener};
pub use endpoint::{
    Dkim, EmailEndpoint, Endpoint, Imap, ImapSecurity, JwtAlgorithm, JwtPublicKey, Sms,
    SmsProvider, SpoofPolicy, Webchat,
};
pub use files::{FileStore, Files, S3};
pub use language_model::{LanguageModel, Structured, Wire};
pub use observation::{Log, LogFormat, Metrics};
pub use outside::Outside;
pub use server::Server;
pub use storage::{Database, Storage, StorageUrl};
pub use widget::{Asked, Position, WIDGET_LANGUAGES, WaitingTold, Widget, WidgetTexts};

use crate::section::section;

section! {
    /// Everything an operator may set. Each key has a default or may be left out; the values shown
    /// after `#` are the defaults, or examples where there is no default.
    pub struct Config {
        /// Where the program listens, and who stands in front of it.
        pub server: Server = table(),
        /// Where conversations are kept.
        pub storage: Storage = table(),
        /// Where attachments are kept, and what may be attached.
        pub files: Files = table(),
        /// Keys, sessions and log-in.
        pub security: Security = table(),
        /// How often anyone may do something.
        pub limits: Limits = table(),
        /// How messages join into conversations.
        pub conversation: Conversation = table(),
        /// Mail in general; each mailbox is an endpoint below.
        pub email: Email = table(),
        /// The AI agent.
        pub agent: Agent = table(),
        /// A language model that helps the AI agent understand and phrase.
        pub language_model: Option<LanguageModel> = table(),
        /// How far calls to addresses that others name may go.
        pub outside: Outside = table(),
        /// What the program writes about its own work.
        pub log: Log = table(),
        /// Figures for Prometheus.
        pub metrics: Metrics = table(),
        /// How long raw material is kept. Conversations themselves are kept until deleted.
        pub retention: Retention = table(),
        /// The addresses at which customers reach you. Repeat the block for each.
        pub endpoints as "endpoint": Vec<Endpoint> = table(),
    }
}

impl Config {
    /// Where `serve` keeps the key it makes when `security.secret_key` is absent.
    pub fn secret_key_file(&self) -> std::path::PathBuf {
        self.storage.data_dir.join("secret.key")
    }

    /// Where the database is.
    pub fn database(&self) -> Database {
        self.storage.database()
    }

    /// Where attachments are kept.
    pub fn file_store(&self) -> FileStore {
        self.files.store(&self.storage.data_dir)
    }

    /// The SMTP server that messages of `endpoint` leave through: its own, or the common one.
    pub fn smtp_for<'c>(&'c self, endpoint: &'c EmailEndpoint) -> Option<&'c Smtp> {
        endpoint.smtp.as_ref().or(self.email.smtp.as_ref())
    }
}
