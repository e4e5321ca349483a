//! Answers to the customer: an entry and an outbox row in one transaction. They leave through the endpoint the
//! customer's interaction came in on, to the very address it came from.

use crate::conversation::{self, Author, Interaction, NewEntry};
use crate::delivery;
use crate::error::{Error, Result};
use crate::queries::reply as queries;
use crate::{Setup, attachment, consent, identity};
use serde::Serialize;
use serde_json::json;
use throughline_model::conversation::{Direction, EntryKind, MESSAGE_TEXT_LIMIT};
use throughline_model::id::{AttachmentId, ConversationId, DeliveryId, EntryId, InteractionId};
use throughline_model::outbound::DeliveryStatus;
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
    /// True only for the confirmation of an opting-out.
    pub despite_opt_out: bool,
    /// Files uploaded before.
    pub attachments: Vec<AttachmentId>,
    /// Subject, where the channel has one; by default the conversation's.
    pub subject: Option<String>,
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
            despite_opt_out: false,
            attachments: Vec::new(),
            subject: None,
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
    check_recipient(tx, &reply, &line)?;
    let now = setup.clock.now();
    let mut body = json!({ "client_message_id": reply.client_message_id });
    if let Some(subject) = &reply.subject {
        body["subject"] = subject.as_str().into();
    }
    if reply.automatic {
        body["automatic"] = true.into();
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
        text: reply.text.clone(),
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

fn check_recipient(tx: &mut Tx<'_>, reply: &NewReply, line: &Interaction) -> Result<()> {
    if !reply.despite_opt_out && consent::opted_out(tx, line.endpoint, line.identifier)? {
        return Err(Error::Conflict(format!(
            "the customer does not want {} messages from this endpoint; answer on another channel",
            line.channel
        )));
    }
    let to = identity::identifier(tx, line.identifier)?;
    if to.value.starts_with("unproven-") {
        return Err(Error::Conflict(
            "the sender of this message failed authentication, so an answer would reach somebody else; contact the customer on a proven address".to_owned(),
        ));
    }
    Ok(())
}
