//! An [`Outbound`] to the bytes that go on the wire (RFC 5322).
//!
//! The same message gives the same bytes at every attempt, so that two copies sent around a crash
//! carry one Message-ID. Headers cannot be injected: addresses are checked, and everything else loses
//! its control characters before it becomes a header.

mod dkim;

pub use dkim::{BadDkimKey, DkimSignature};

use crate::address::MailAddress;
use crate::cleaning::{many_lines, one_line};
use crate::parse::{file_name, message_id};
use crate::sanitise;
use crate::tokens::MailKeys;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MessageBuilder, MultiPart, SinglePart};
use sha2::{Digest, Sha256};
use std::time::{Duration, UNIX_EPOCH};
use throughline_model::clock::Millis;
use throughline_model::inbound::File;
use throughline_model::outbound::Outbound;

/// Most ids in References; with more, the first and the newest are kept (RFC 5322, section 3.6.4
/// leaves it open; mail systems cut headers that grow without bound).
const REFERENCES: usize = 20;

/// Longest subject sent, in characters.
const SUBJECT_CHARS: usize = 250;

/// Who the business is in its mail.
#[derive(Clone, Debug)]
pub struct Letterhead {
    /// The From address, which is also where answers go.
    pub from: MailAddress,
    /// The domain of our Message-IDs; usually that of the From address.
    pub message_id_domain: String,
    /// True when the mail server delivers `support+anything@…` to `support@…`: Reply-To then names
    /// the conversation.
    pub plus_addressing: bool,
    /// How mail is signed; none when the relay signs it.
    pub dkim: Option<DkimSignature>,
}

/// One mail, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuiltMail {
    /// Its Message-ID, without angle brackets.
    pub message_id: String,
    /// The envelope sender: where bounces go.
    pub mail_from: String,
    /// The envelope recipient.
    pub rcpt_to: String,
    /// The bytes, lines ended by CRLF.
    pub bytes: Vec<u8>,
}

/// Why no mail can be made of a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadOutbound {
    /// Not an address mail can be sent to or from.
    #[error("'{0}' is not an address mail can be sent to or from: {1}")]
    Address(String, String),
    /// The signing key refused to sign.
    #[error("the mail could not be signed: {0}")]
    Signature(String),
    /// Something the mail format has no room for.
    #[error("the mail could not be put together: {0}")]
    Form(String),
}

/// Makes the mail for `message`, dated `now_ms`.
///
/// # Errors
/// [`BadOutbound`] when an address is not one or signing fails; trying again will not help.
pub fn build(
    message: &Outbound,
    letterhead: &Letterhead,
    keys: &MailKeys,
    now_ms: Millis,
) -> Result<BuiltMail, BadOutbound> {
    let rcpt_to = message.to.value.clone();
    let id = keys.message_id(
        message.conversation,
        message.delivery,
        &rcpt_to,
        &letterhead.message_id_domain,
    );
    let mut builder = Message::builder()
        .from(mailbox(
            &letterhead.from.address,
            letterhead.from.name.as_deref(),
        )?)
        .to(mailbox(&rcpt_to, message.to_name.as_deref())?)
        .date(UNIX_EPOCH + Duration::from_millis(now_ms.max(0).unsigned_abs()))
        .subject(subject(message));
    builder = with_header(builder, "Message-ID", &format!("<{id}>"))?;
    builder = threaded(builder, message)?;
    if letterhead.plus_addressing
        && let Some(address) =
            keys.plus_address(&letterhead.from.address, message.conversation, &rcpt_to)
    {
        builder = builder.reply_to(mailbox(&address, letterhead.from.name.as_deref())?);
    }
    if message.automatic {
        builder = with_header(builder, "Auto-Submitted", "auto-generated")?;
        // Exchange answers automatic mail with vacation notices unless told not to.
        builder = with_header(builder, "X-Auto-Response-Suppress", "All")?;
    }
    let mail = with_body(builder, message, &id)?;
    let mut bytes = mail.formatted();
    if let Some(dkim) = &letterhead.dkim {
        let header = dkim.sign(&bytes).map_err(BadOutbound::Signature)?;
        bytes.splice(0..0, header.into_bytes());
    }
    Ok(BuiltMail {
        message_id: id,
        mail_from: letterhead.from.address.clone(),
        rcpt_to,
        bytes,
    })
}

fn mailbox(address: &str, name: Option<&str>) -> Result<Mailbox, BadOutbound> {
    let bad = |why: String| BadOutbound::Address(one_line(address, 100), why);
    if address.chars().any(|c| {
        c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';' | '"' | '\\')
    }) {
        return Err(bad("it has characters no address has".to_owned()));
    }
    let address = address
        .parse()
        .map_err(|error: lettre::address::AddressError| bad(error.to_string()))?;
    let name = name
        .map(|name| one_line(name, 100))
        .filter(|name| !name.is_empty());
    Ok(Mailbox::new(name, address))
}

fn subject(message: &Outbound) -> String {
    one_line(
        message.subject.as_deref().unwrap_or_default(),
        SUBJECT_CHARS,
    )
}

fn threaded(builder: MessageBuilder, message: &Outbound) -> Result<MessageBuilder, BadOutbound> {
    let answered = message.in_reply_to.as_deref().and_then(sendable_id);
    let mut ids: Vec<String> = message
        .references
        .iter()
        .filter_map(|id| sendable_id(id))
        .collect();
    ids.retain(|id| Some(id) != answered.as_ref());
    ids.extend(answered.clone());
    if ids.len() > REFERENCES {
        ids.drain(1..=ids.len() - REFERENCES);
    }
    let mut builder = builder;
    if let Some(id) = answered {
        builder = with_header(builder, "In-Reply-To", &format!("<{id}>"))?;
    }
    if !ids.is_empty() {
        let folded = ids
            .iter()
            .map(|id| format!("<{id}>"))
            .collect::<Vec<_>>()
            .join("\r\n ");
        builder = with_header(builder, "References", &folded)?;
    }
    Ok(builder)
}

/// An id as it may stand in a header: printable ASCII only, and short enough for one line.
fn sendable_id(id: &str) -> Option<String> {
    message_id(id).filter(|id| id.len() <= 900 && id.bytes().all(|byte| byte.is_ascii_graphic()))
}

/// Sets a header whose value needs no encoding. Only this module's own values and checked ids come
/// here; anything else is refused rather than written.
fn with_header(
    builder: MessageBuilder,
    name: &'static str,
    value: &str,
) -> Result<MessageBuilder, BadOutbound> {
    let unfolded = value.replace("\r\n ", " ");
    if !unfolded
        .bytes()
        .all(|byte| byte.is_ascii_graphic() || byte == b' ')
    {
        return Err(BadOutbound::Form(format!(
            "the {name} header would contain unprintable characters"
        )));
    }
    let name = HeaderName::new_from_ascii_str(name);
    Ok(builder.raw_header(HeaderValue::dangerous_new_pre_encoded(
        name,
        unfolded,
        value.to_owned(),
    )))
}

fn with_body(
    builder: MessageBuilder,
    message: &Outbound,
    id: &str,
) -> Result<Message, BadOutbound> {
    let text = many_lines(&message.text);
    let html = format!(
        "<!DOCTYPE html>\r\n<html><body>\r\n{}\r\n</body></html>",
        sanitise::from_text(&text)
    );
    let readable = MultiPart::alternative()
        .boundary(boundary("alternative", id))
        .singlepart(SinglePart::plain(text))
        .singlepart(SinglePart::html(html));
    let form = |error: lettre::error::Error| BadOutbound::Form(error.to_string());
    if message.files.is_empty() {
        return builder.multipart(readable).map_err(form);
    }
    let whole = MultiPart::mixed()
        .boundary(boundary("mixed", id))
        .multipart(readable);
    let whole = message
        .files
        .iter()
        .fold(whole, |whole, file| whole.singlepart(attachment(file)));
    builder.multipart(whole).map_err(form)
}

fn attachment(file: &File) -> SinglePart {
    let octets =
        || ContentType::parse("application/octet-stream").unwrap_or(ContentType::TEXT_PLAIN);
    let media_type = one_line(&file.media_type, 100);
    // Attached mails and multiparts must not be encoded, and we never send them as such.
    let opaque = media_type.starts_with("message/") || media_type.starts_with("multipart/");
    let content_type = if opaque {
        octets()
    } else {
        ContentType::parse(&media_type).unwrap_or_else(|_| octets())
    };
    let name = file_name::clean(Some(&file.name), &media_type);
    Attachment::new(name).body(file.body.to_vec(), content_type)
}

/// Fixed for a mail, different for every other, and not to be found in anything people write.
fn boundary(kind: &str, id: &str) -> String {
    let hash = Sha256::new().chain_update(kind).chain_update(id).finalize();
    let digits: String = hash
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("={kind}_{digits}")
}

#[cfg(test)]
mod tests;
