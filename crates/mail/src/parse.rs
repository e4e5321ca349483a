//! Raw bytes to a [`ParsedMail`].
//!
//! Mail on the open internet is often malformed, sometimes on purpose. [`parse`] is a pure function
//! that takes whatever comes, never panics and loses no content: what it cannot read as text it
//! hands over as a file. The caller keeps the raw bytes.

pub mod automatic;
mod body;
pub mod bounce;
pub mod file_name;
mod nesting;

use crate::address::{self, MailAddress};
use crate::cleaning::one_line;
use automatic::Automatic;
use bounce::Bounce;
use mail_parser::{HeaderName, HeaderValue, Message, MessageParser};
use sha2::{Digest, Sha256};
use throughline_model::clock::Millis;
use throughline_model::inbound::File;

/// Longest subject kept, in characters.
const SUBJECT_CHARS: usize = 500;

/// Longest Message-ID kept; longer ones are nobody's.
const MESSAGE_ID_BYTES: usize = 998;

/// Most Message-IDs of a thread that are looked at, newest first.
const REFERENCES: usize = 100;

/// Why bytes are not a mail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadMail {
    /// Nothing in it.
    #[error("the mail is empty")]
    Empty,
    /// Not one header line.
    #[error("this is not a mail: it has no header; send it in the form of RFC 5322")]
    NoHeader,
    /// Nobody to answer to.
    #[error(
        "the mail names no sender: neither a From header nor an envelope sender is a valid address"
    )]
    NoSender,
}

/// One mail, taken apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParsedMail {
    /// The author; the first one when there are several.
    pub from: Option<MailAddress>,
    /// True when there is exactly one From header with exactly one address. Anything else is never
    /// taken as proven, since checks and readers may look at different ones.
    pub from_is_unambiguous: bool,
    /// Who sent it on the author's behalf.
    pub sender: Option<MailAddress>,
    /// Where the author wants answers.
    pub reply_to: Vec<MailAddress>,
    /// The recipients.
    pub to: Vec<MailAddress>,
    /// The recipients of copies.
    pub cc: Vec<MailAddress>,
    /// The subject, decoded, on one line.
    pub subject: Option<String>,
    /// The mail's own id.
    pub message_id: Option<String>,
    /// Ids of the mails it answers: In-Reply-To, then References newest first, each once.
    pub references: Vec<String>,
    /// When its author says it was written, in milliseconds since the epoch. Not trustworthy.
    pub date: Option<Millis>,
    /// The whole text, quotes and signature included. HTML is turned into text where there is no
    /// other.
    pub text: String,
    /// The text a person would keep: without quoted mail and signature.
    pub reply_text: String,
    /// True when [`ParsedMail::reply_text`] is less than [`ParsedMail::text`].
    pub stripped: bool,
    /// The HTML as it came. Hostile until proven otherwise: never show it.
    pub html: Option<String>,
    /// The HTML, safe to show; none when there is none or too much of it.
    pub safe_html: Option<String>,
    /// Everything that is not the text: attachments, inline images, attached mails.
    pub files: Vec<File>,
    /// How many more files there are than anybody attaches; they are in the raw mail only.
    pub omitted_files: usize,
    /// Why it counts as written by a machine, if it does.
    pub automatic: Option<Automatic>,
    /// What it reports as undeliverable, if it is such a report.
    pub bounce: Option<Bounce>,
    /// SHA-256 over author, Message-ID, Date, Subject and body. The same for the same mail received
    /// twice over different ways; another one when anybody else's mail claims the same Message-ID.
    pub fingerprint: [u8; 32],
}

/// Takes a mail apart.
///
/// # Errors
/// [`BadMail::Empty`] and [`BadMail::NoHeader`] when the bytes are no mail at all.
pub fn parse(raw: &[u8]) -> Result<ParsedMail, BadMail> {
    if raw.iter().all(u8::is_ascii_whitespace) {
        return Err(BadMail::Empty);
    }
    let tamed = nesting::tame(raw);
    let message = MessageParser::default()
        .parse(tamed.as_ref())
        .ok_or(BadMail::NoHeader)?;
    let has_header = message.headers().iter().any(|header| {
        let colon = (header.offset_start() as usize).checked_sub(1);
        colon.and_then(|position| raw.get(position)) == Some(&b':')
    });
    if !has_header {
        return Err(BadMail::NoHeader);
    }
    let bodies = body::read(raw, &message);
    let bounce = bounce::read(&message, &bodies);
    let from = address::list(message.from());
    let mut mail = ParsedMail {
        from_is_unambiguous: from.len() == 1
            && message.header_values(HeaderName::From).count() == 1,
        from: from.into_iter().next(),
        sender: address::list(message.sender()).into_iter().next(),
        reply_to: address::list(message.reply_to()),
        to: message
            .all_to()
            .flat_map(|header| address::list(Some(header)))
            .collect(),
        cc: message
            .all_cc()
            .flat_map(|header| address::list(Some(header)))
            .collect(),
        subject: message
            .subject()
            .map(|text| one_line(text, SUBJECT_CHARS))
            .filter(|text| !text.is_empty()),
        message_id: ids(message.header(HeaderName::MessageId))
            .into_iter()
            .next(),
        references: references(&message),
        date: message
            .date()
            .map(|date| date.to_timestamp().saturating_mul(1_000)),
        text: bodies.text,
        reply_text: bodies.reply.text,
        stripped: bodies.reply.stripped,
        html: bodies.html,
        safe_html: bodies.safe_html,
        files: bodies.files,
        omitted_files: bodies.omitted_files,
        automatic: automatic::classify(&message, bounce.is_some()),
        bounce,
        fingerprint: [0; 32],
    };
    mail.fingerprint = fingerprint(raw, &message, &mail);
    Ok(mail)
}

fn references(message: &Message<'_>) -> Vec<String> {
    let mut newest_first = ids(message.header(HeaderName::InReplyTo));
    newest_first.extend(
        ids(message.header(HeaderName::References))
            .into_iter()
            .rev(),
    );
    let mut unique = Vec::new();
    for id in newest_first {
        if unique.len() >= REFERENCES {
            break;
        }
        if !unique.contains(&id) {
            unique.push(id);
        }
    }
    unique
}

/// The Message-IDs of a header, without angle brackets.
fn ids(header: Option<&HeaderValue<'_>>) -> Vec<String> {
    let texts: Vec<&str> = match header {
        Some(HeaderValue::Text(text)) => vec![text.as_ref()],
        Some(HeaderValue::TextList(texts)) => texts.iter().map(AsRef::as_ref).collect(),
        _ => Vec::new(),
    };
    texts.into_iter().filter_map(message_id).collect()
}

/// `text` as a Message-ID without angle brackets; none when it is empty, too long or has blanks in
/// it, which no id has.
pub fn message_id(text: &str) -> Option<String> {
    let id = text
        .trim()
        .trim_start_matches('<')
        .trim_end_matches('>')
        .trim();
    let odd = id.is_empty()
        || id.len() > MESSAGE_ID_BYTES
        || id
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>'));
    (!odd).then(|| id.to_owned())
}

/// Trace headers differ between two deliveries of the same mail, its author, date, subject and body
/// do not. Where the mail has neither id nor date, everything counts: such mails are too alike.
fn fingerprint(raw: &[u8], message: &Message<'_>, mail: &ParsedMail) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    let author = mail.from.as_ref().map_or("", |from| from.address.as_str());
    part(author.to_lowercase().as_bytes());
    if mail.message_id.is_none() && mail.date.is_none() {
        part(raw);
    } else {
        part(mail.message_id.as_deref().unwrap_or_default().as_bytes());
        part(
            message
                .header_raw(HeaderName::Date)
                .unwrap_or_default()
                .trim()
                .as_bytes(),
        );
        part(mail.subject.as_deref().unwrap_or_default().as_bytes());
        let body = raw
            .get(message.root_part().raw_body_offset() as usize..)
            .unwrap_or_default();
        part(body.trim_ascii_end());
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests;
