//! A parsed mail as the [`Inbound`] that intake takes.

use crate::cleaning::one_line;
use crate::parse::{BadMail, ParsedMail};
use crate::tokens::MailKeys;
use bytes::Bytes;
use throughline_model::channel::Channel;
use throughline_model::clock::{Clock, Millis};
use throughline_model::id::{ConversationId, EndpointId};
use throughline_model::identifier::Identifier;
use throughline_model::inbound::{Content, Evidence, Inbound, Raw, Thread};

/// Longest part of a Message-ID that is kept in a provider id.
const MESSAGE_ID_CHARS: usize = 150;

/// No mail was sent before 1982-08-13, when RFC 822 appeared.
const FIRST_MAIL_MS: Millis = 397_958_400_000;

/// Who and whom the transport says a mail is from and for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// The envelope sender. Empty is the null return path of bounces; none when the transport does
    /// not tell (IMAP).
    pub mail_from: Option<String>,
    /// The envelope recipients.
    pub rcpt_to: Vec<String>,
}

/// A mail for intake.
///
/// The provider id is the Message-ID with a digest over author, Message-ID, date, subject and body
/// behind it. The Message-ID alone would let a stranger who guesses or sees one send it first, with
/// other words, and have the genuine mail dropped as a duplicate. The digest leaves trace headers
/// out, so the same mail delivered twice is still one.
///
/// # Errors
/// [`BadMail::NoSender`] when neither From nor the envelope has an address to answer to.
pub fn to_inbound(
    endpoint: EndpointId,
    raw: Bytes,
    mail: ParsedMail,
    envelope: &Envelope,
    evidence: Evidence,
    keys: &MailKeys,
    clock: &Clock,
) -> Result<Inbound, BadMail> {
    let author = mail
        .from
        .as_ref()
        .and_then(|from| Identifier::email(&from.address).ok());
    let (from, evidence) = match author {
        Some(author) => (author, evidence),
        None => (
            envelope_sender(envelope).ok_or(BadMail::NoSender)?,
            of_envelope_sender(evidence),
        ),
    };
    let thread = Thread {
        conversation: conversation(&mail, envelope, &from.value, keys),
        new_issue: false,
        message_id: mail.message_id.clone(),
        references: mail.references.clone(),
    };
    let now = clock.now();
    Ok(Inbound {
        endpoint,
        channel: Channel::Email,
        provider_id: provider_id(&mail),
        sent_at: mail
            .date
            .filter(|date| (FIRST_MAIL_MS..=now).contains(date))
            .unwrap_or(now),
        from,
        from_name: mail.from.as_ref().and_then(|from| from.name.clone()),
        thread,
        evidence,
        automatic: mail.automatic.is_some() || envelope.mail_from.as_deref() == Some(""),
        content: Content {
            full_text: mail.stripped.then_some(mail.text),
            text: mail.reply_text,
            html: mail.safe_html,
            subject: mail.subject,
            files: mail.files,
            ..Content::default()
        },
        raw: Raw {
            media_type: "message/rfc822".to_owned(),
            body: raw,
        },
    })
}

/// The conversation a mail from `sender` names by a token of ours: a signed Message-ID among those it
/// answers, newest first, then a plus-address it was sent to. Ids of other systems are looked up by
/// whoever stores messages; the subject is never asked.
pub fn conversation(
    mail: &ParsedMail,
    envelope: &Envelope,
    sender: &str,
    keys: &MailKeys,
) -> Option<ConversationId> {
    let by_message_id = mail
        .references
        .iter()
        .find_map(|id| keys.open_message_id(id, sender));
    if let Some(ours) = by_message_id {
        return Some(ours.conversation);
    }
    let visible = mail
        .to
        .iter()
        .chain(&mail.cc)
        .map(|recipient| recipient.address.as_str());
    let mut recipients = envelope.rcpt_to.iter().map(String::as_str).chain(visible);
    recipients.find_map(|recipient| keys.open_plus_address(recipient, sender))
}

fn provider_id(mail: &ParsedMail) -> String {
    let digest: String = mail
        .fingerprint
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    match &mail.message_id {
        Some(id) => format!("{}#{digest}", one_line(id, MESSAGE_ID_CHARS)),
        None => format!("no-message-id#{digest}"),
    }
}

fn envelope_sender(envelope: &Envelope) -> Option<Identifier> {
    Identifier::email(envelope.mail_from.as_deref()?).ok()
}

/// Checks of the author say nothing about the envelope sender.
fn of_envelope_sender(evidence: Evidence) -> Evidence {
    Evidence {
        contradicted: evidence.contradicted,
        details: evidence.details,
        ..Evidence::default()
    }
}

#[cfg(test)]
mod tests;
