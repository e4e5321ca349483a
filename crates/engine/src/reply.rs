//! Answers to the customer: an entry and an outbox row in one transaction. They leave through the endpoint the
//! customer's interaction came in on, to the very address it came from.

use crate::conversation::{self, Author, Interaction, NewEntry};
use crate::delivery;
use crate::error::{Error, Result};
use crate::queries::reply as queries;
use crate::{Setup, attachment, identity};
use serde::Serialize;
use serde_json::json;
use throughline_model::channel::Channel;
use throughline_model::conversation::{Direction, EntryKind, MESSAGE_TEXT_LIMIT};
use throughline_model::id::{AttachmentId, ConversationId, DeliveryId, EntryId, InteractionId};
use throughline_model::outbound::DeliveryStatus;
use throughline_model::prompt::Prompt;
use throughline_policy::delivery::Purpose;
use throughline_storage::{Tx, params};

/// A message to the customer.
#[derive(Clone, Debug)]
pub struct NewReply {
    /// Where.
    pub conversation: ConversationId,
    /// What.
    pub text: String,
    /// Over which interaction; by default the one the customer used last.
    pub via: Option<InteractionId>,
    /// The writer's id of this message: the same id never sends twice.
    pub client_message_id: String,
    /// Who writes.
    pub author: Author,
    /// True when no human wrote it.
    pub automatic: bool,
    /// What it is for, which decides with the channel whether and when it may go out.
    pub purpose: Purpose,
    /// Files uploaded before.
    pub attachments: Vec<AttachmentId>,
    /// Subject, where the channel has one; by default the conversation's.
    pub subject: Option<String>,
    /// What it asks for. A channel that only has text shows it as lines beneath the text.
    pub prompt: Option<Prompt>,
}

impl NewReply {
    /// A plain answer over the interaction the customer used last.
    pub fn new(
        conversation: ConversationId,
        text: String,
        client_message_id: String,
        author: Author,
    ) -> Self {
        Self {
            conversation,
            text,
            via: None,
            client_message_id,
            author,
            automatic: false,
            purpose: Purpose::Answer,
            attachments: Vec::new(),
            subject: None,
            prompt: None,
        }
    }
}

/// An answer on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Sent {
    /// Its entry's number in the conversation.
    pub seq: i64,
    /// Its entry.
    pub entry: EntryId,
    /// Its way out.
    pub delivery: DeliveryId,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// True when this client message id had been sent before; nothing was sent now.
    pub duplicate: bool,
}

/// Writes an answer into the timeline and the outbox.
///
/// # Errors
/// [`Error::Invalid`] for a text that cannot be sent, [`Error::Conflict`] when the address may not be written to.
pub fn send(tx: &mut Tx<'_>, setup: &Setup, reply: NewReply) -> Result<Sent> {
    check(&reply)?;
    conversation::lock(tx, reply.conversation)?;
    if let Some(before) = sent_before(tx, &reply)? {
        return Ok(before);
    }
    let line = choose_line(tx, &reply)?;
    check_recipient(tx, &line)?;
    let asked = delivery::ask(tx, setup, line.way(), reply.purpose)?;
    asked.require()?;
    let now = setup.clock.now();
    let mut body = json!({ "client_message_id": reply.client_message_id });
    if let Some(subject) = &reply.subject {
        body["subject"] = subject.as_str().into();
    }
    if reply.automatic {
        body["automatic"] = true.into();
    }
    if reply.purpose != Purpose::Answer {
        body["purpose"] = reply.purpose.as_str().into();
    }
    let mut text = reply.text.clone();
    if let Some(prompt) = &reply.prompt {
        body["prompt"] = json!(prompt);
        if !matches!(line.channel, Channel::Webchat | Channel::InApp) {
            text.push('\n');
            text.push_str(&prompt.as_text());
        }
    }
    let entry = NewEntry {
        conversation: reply.conversation,
        at: now,
        kind: EntryKind::Message,
        direction: Direction::Out,
        author: reply.author.clone(),
        interaction: Some(line.id),
        channel: Some(line.channel),
        public: true,
        text,
        body,
    };
    let (entry, seq) = conversation::append(tx, setup, &entry)?;
    attachment::claim_by_business(tx, &reply.attachments, reply.conversation, entry)?;
    let (delivery, status) = delivery::post(
        tx,
        setup,
        &line,
        seq,
        &reply.client_message_id,
        reply.automatic,
    )?;
    asked.record(tx, delivery)?;
    Ok(Sent {
        seq,
        entry,
        delivery,
        status,
        duplicate: false,
    })
}

fn check(reply: &NewReply) -> Result<()> {
    if reply.text.trim().is_empty() && reply.attachments.is_empty() {
        return Err(Error::invalid("text", "write something or attach a file"));
    }
    if reply.text.chars().count() > MESSAGE_TEXT_LIMIT {
        return Err(Error::invalid(
            "text",
            format!("use at most {MESSAGE_TEXT_LIMIT} characters"),
        ));
    }
    if let Some(prompt) = &reply.prompt {
        prompt
            .check()
            .map_err(|problem| Error::invalid("prompt", problem))?;
        if reply.text.trim().is_empty() {
            return Err(Error::invalid("text", "say in words what is asked for"));
        }
    }
    if reply.client_message_id.is_empty() || reply.client_message_id.len() > 200 {
        return Err(Error::invalid(
            "client_message_id",
            "use 1 to 200 characters",
        ));
    }
    Ok(())
}

fn sent_before(tx: &mut Tx<'_>, reply: &NewReply) -> Result<Option<Sent>> {
    Ok(tx.optional(
        &queries::SENT_BEFORE,
        params![reply.conversation, &reply.client_message_id],
        |row| {
            Ok(Sent {
                seq: row.get("seq")?,
                entry: row.get("entry_id")?,
                delivery: row.get("id")?,
                status: row.word("status")?,
                duplicate: true,
            })
        },
    )?)
}

fn choose_line(tx: &mut Tx<'_>, reply: &NewReply) -> Result<Interaction> {
    let lines = conversation::interactions(tx, reply.conversation)?;
    let chosen = match reply.via {
        Some(id) => lines.into_iter().find(|line| line.id == id),
        None => lines.into_iter().next(),
    };
    chosen.ok_or_else(|| {
        Error::invalid(
            "via",
            "this conversation has no such interaction to answer over",
        )
    })
}

fn check_recipient(tx: &mut Tx<'_>, line: &Interaction) -> Result<()> {
    let to = identity::identifier(tx, line.identifier)?;
    if to.value.starts_with("unproven-") {
        return Err(Error::Conflict(
            "the sender of this message failed authentication, so an answer would reach somebody else; contact the customer on a proven address".to_owned(),
        ));
    }
    Ok(())
}
