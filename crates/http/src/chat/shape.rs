//! What the chat tells a browser, in JSON.

use super::guest::Guest;
use super::look::look;
use crate::app::{App, ConfiguredEndpoint};
use crate::problem::Problem;
use serde::Serialize;
use throughline_engine::attachment::{self, StoredFile, may_show_inline};
use throughline_engine::rating;
use throughline_engine::visitor::{self, Line, Sight, Visitor};
use throughline_model::assurance::Assurance;
use throughline_model::channel::Channel;
use throughline_model::clock::Millis;
use throughline_model::conversation::{AuthorKind, CaseStatus, EntryKind};
use throughline_model::id::{AttachmentId, ConversationId, EntryId};
use throughline_model::outbound::DeliveryStatus;
use throughline_model::prompt::Prompt;
use throughline_storage::Tx;

/// Where a visitor stands.
#[derive(Clone, Debug, Serialize)]
pub struct Me {
    /// The name they gave.
    pub name: Option<String>,
    /// The chat.
    pub endpoint: ChatInfo,
    /// How well they are proven.
    pub assurance: Assurance,
    /// The conversation they are in.
    pub conversation: Option<ConversationInfo>,
    /// The largest file they may send, in bytes.
    pub max_upload_bytes: usize,
}

/// A chat as its page needs it.
#[derive(Clone, Debug, Serialize)]
pub struct ChatInfo {
    /// What it is called in URLs.
    pub name: String,
    /// The title above it.
    pub title: String,
    /// The first line a visitor sees.
    pub greeting: Option<String>,
    /// Where a conversation can go on: `email`, `sms`.
    pub continue_on: Vec<Channel>,
}

/// The visitor's conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ConversationInfo {
    /// Its id.
    pub id: ConversationId,
    /// Where it stands.
    pub status: CaseStatus,
    /// Up to which number the visitor has read.
    pub read_seq: i64,
    /// How the customer said they were served, 1 to 5.
    pub rating: Option<i64>,
}

/// One visible line of the conversation.
#[derive(Clone, Debug, Serialize)]
pub struct ChatEntry {
    /// The conversation.
    pub conversation: ConversationId,
    /// The number there.
    pub seq: i64,
    /// Its id.
    pub id: EntryId,
    /// When, in milliseconds since 1970.
    pub at: Millis,
    /// Who wrote it.
    pub from: From,
    /// The name of whoever wrote it.
    pub name: Option<String>,
    /// Over which channel.
    pub channel: Option<Channel>,
    /// The text. Text, not markup.
    pub text: String,
    /// Its files.
    pub files: Vec<ChatFile>,
    /// The id the visitor's browser gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_message_id: Option<String>,
    /// What it asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<Prompt>,
    /// What was chosen or filled in, and the number of the message that asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<serde_json::Value>,
    /// How far an answer came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<DeliveryStatus>,
}

/// Who wrote a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// This visitor.
    You,
    /// The same customer, somewhere else.
    YouElsewhere,
    /// A person at the desk.
    Agent,
    /// The AI agent.
    Assistant,
    /// The platform.
    System,
}

/// A file of a line.
#[derive(Clone, Debug, Serialize)]
pub struct ChatFile {
    /// Its id, for `/chat/v1/files/{id}`.
    pub id: AttachmentId,
    /// Its name.
    pub name: String,
    /// What it is, by its content.
    pub media_type: String,
    /// Its size in bytes.
    pub size: i64,
    /// True when the page may show it.
    pub inline: bool,
    /// False when it cannot be fetched (refused, or not here yet).
    pub available: bool,
}

impl From {
    fn of(line: &Line) -> Self {
        match line.entry.author.kind {
            AuthorKind::Customer if line.own => Self::You,
            AuthorKind::Customer => Self::YouElsewhere,
            AuthorKind::Ai => Self::Assistant,
            AuthorKind::System => Self::System,
            AuthorKind::Member | AuthorKind::Api => Self::Agent,
        }
    }
}

impl ChatFile {
    /// A stored file as a visitor knows it.
    pub fn of(file: StoredFile) -> Self {
        Self {
            id: file.id,
            inline: may_show_inline(&file.media_type),
            available: file.state == "stored",
            name: file.name,
            media_type: file.media_type,
            size: file.size,
        }
    }
}

/// Lines as a browser gets them; what is no message is left out.
///
/// # Errors
/// When the database fails.
pub fn entries(tx: &mut Tx<'_>, lines: Vec<Line>) -> throughline_engine::Result<Vec<ChatEntry>> {
    let messages = lines
        .into_iter()
        .filter(|line| line.entry.kind == EntryKind::Message);
    messages.map(|line| entry(tx, line)).collect()
}

fn entry(tx: &mut Tx<'_>, line: Line) -> throughline_engine::Result<ChatEntry> {
    let files = attachment::of_entry(tx, line.entry.id)?;
    Ok(ChatEntry {
        from: From::of(&line),
        prompt: visitor::prompt_of(&line.entry),
        answer: line.entry.body.get("answer").cloned(),
        conversation: line.entry.conversation,
        seq: line.entry.seq,
        id: line.entry.id,
        at: line.entry.at,
        name: line.entry.author.name,
        channel: line.entry.channel,
        text: line.entry.text,
        files: files.into_iter().map(ChatFile::of).collect(),
        client_message_id: line.client_message_id,
        status: line.delivery,
    })
}

/// The conversation as far as the visitor is in it.
///
/// # Errors
/// When the database fails.
pub fn conversation(
    tx: &mut Tx<'_>,
    sight: &Sight,
) -> throughline_engine::Result<Option<ConversationInfo>> {
    let Some(one) = &sight.conversation else {
        return Ok(None);
    };
    Ok(Some(ConversationInfo {
        id: one.id,
        status: one.status,
        read_seq: sight.line.as_ref().map_or(0, |line| line.read_seq),
        rating: rating::of_conversation(tx, one.id)?.map(|rating| rating.score),
    }))
}

/// Where a visitor stands.
///
/// # Errors
/// When the database fails.
pub async fn me(app: &App, chat: &ConfiguredEndpoint, visitor: Visitor) -> Result<Me, Problem> {
    let setup = app.setup().clone();
    let (name, assurance, conversation) = app
        .db()
        .read(move |tx| {
            let sight = visitor::sight(tx, &setup, &visitor)?;
            let conversation = conversation(tx, &sight)?;
            let (name, assurance) = (visitor.name.clone(), sight.assurance);
            Ok::<_, throughline_engine::Error>((name, assurance, conversation))
        })
        .await?;
    let look = look(app, chat).await;
    Ok(Me {
        name,
        endpoint: ChatInfo {
            name: chat.record.name.clone(),
            title: look.title,
            greeting: look.greeting,
            continue_on: outlets(app, chat),
        },
        assurance,
        conversation,
        max_upload_bytes: app.files().max_bytes(),
    })
}

/// [`me`] of a guest.
///
/// # Errors
/// When the database fails.
pub async fn me_of(app: &App, guest: &Guest) -> Result<Me, Problem> {
    me(app, &guest.chat, guest.visitor.clone()).await
}

/// The channels a conversation of this chat can go on over.
pub fn outlets(app: &App, chat: &ConfiguredEndpoint) -> Vec<Channel> {
    [Channel::Email, Channel::Sms]
        .into_iter()
        .filter(|channel| outlet(app, chat, *channel).is_some())
        .collect()
}

/// The endpoint through which messages of this chat leave on another channel: for mail the one configured, else
/// one of the same brand.
pub fn outlet<'a>(
    app: &'a App,
    chat: &ConfiguredEndpoint,
    channel: Channel,
) -> Option<&'a ConfiguredEndpoint> {
    let configured = chat
        .config
        .webchat
        .as_ref()
        .and_then(|chat| chat.offline_email_endpoint.as_deref())
        .filter(|_| channel == Channel::Email);
    if let Some(name) = configured {
        return app.endpoint(name, &[channel]).ok();
    }
    let mut fitting: Vec<_> = app
        .endpoints()
        .filter(|one| one.record.channel == channel && one.record.brand == chat.record.brand)
        .collect();
    fitting.sort_by(|a, b| a.record.name.cmp(&b.record.name));
    fitting.into_iter().next()
}
