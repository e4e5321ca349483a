//! What a channel's adapter hands to intake: verified and normalised, still whole.

use crate::assurance::Assurance;
use crate::channel::Channel;
use crate::clock::Millis;
use crate::id::{ConversationId, EndpointId};
use crate::identifier::Identifier;
use crate::prompt::Answer;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// One message from a customer.
#[derive(Clone, Debug)]
pub struct Inbound {
    /// The business's address it came in on.
    pub endpoint: EndpointId,
    /// The medium of that endpoint.
    pub channel: Channel,
    /// The provider's id of the message; `(endpoint, provider_id)` is stored once.
    pub provider_id: String,
    /// When the customer sent it, as far as the provider tells; otherwise when it came in.
    pub sent_at: Millis,
    /// Who it came from: the address a reply goes to.
    pub from: Identifier,
    /// The name the sender goes by on that channel, if the channel tells.
    pub from_name: Option<String>,
    /// What the sender wrote.
    pub content: Content,
    /// Which conversation it answers, if the message itself says so.
    pub thread: Thread,
    /// What is known about the sender.
    pub evidence: Evidence,
    /// True for machine-made messages (vacation notices, list mail): never answered automatically.
    pub automatic: bool,
    /// The payload exactly as it came, kept for replay and for audits.
    pub raw: Raw,
}

/// The payload as the provider sent it.
#[derive(Clone, Debug, Default)]
pub struct Raw {
    /// Its media type.
    pub media_type: String,
    /// The bytes.
    pub body: Bytes,
}

/// What a person wrote or attached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// The text a person would read, without quotes and signatures.
    pub text: String,
    /// The whole text before anything was stripped; none when nothing was.
    pub full_text: Option<String>,
    /// Sanitised HTML, safe to show.
    pub html: Option<String>,
    /// The subject, where the channel has one.
    pub subject: Option<String>,
    /// Files that came along.
    pub files: Vec<File>,
    /// Files the provider holds for us to fetch.
    pub remote_files: Vec<RemoteFile>,
    /// What was chosen or filled in, checked against what was asked.
    pub answer: Option<Answer>,
}

/// A file inside a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The name the sender gave it, cleaned of paths and control characters.
    pub name: String,
    /// The media type the sender claims.
    pub media_type: String,
    /// Content-ID for images shown inside HTML mail.
    pub content_id: Option<String>,
    /// The bytes.
    pub body: Bytes,
}

/// A file to fetch from the provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteFile {
    /// Where it is.
    pub url: String,
    /// The media type the provider claims.
    pub media_type: String,
}

/// How a message names the conversation it answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thread {
    /// The conversation named by a token of ours that could not have been guessed: a signed
    /// Message-ID, a plus-address token, a resume link.
    pub conversation: Option<ConversationId>,
    /// True when the customer explicitly asked for a new issue.
    pub new_issue: bool,
    /// The message's own id, for the reply's `In-Reply-To`.
    pub message_id: Option<String>,
    /// Ids of the messages it answers, newest first.
    pub references: Vec<String>,
}

/// What is known about the sender of one message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Evidence {
    /// How well the sender is proven by this message alone.
    pub assurance: Assurance,
    /// Which check said so: `dmarc`, `otp`, `jwt`, `reply_token`; none when nothing did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// True when a check says the sender is NOT who the message claims (DMARC failed). Such a
    /// message never joins the claimed sender's conversation.
    #[serde(default)]
    pub contradicted: bool,
    /// Details worth keeping, for example `{"spf":"pass","dkim":"pass","dmarc":"pass"}`.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub details: serde_json::Value,
}
