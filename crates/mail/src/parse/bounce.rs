//! Reports about mail that could not be delivered.
//!
//! Anybody can write such a report. Before believing one, check that
//! [`Bounce::original_message_id`] is one of ours and was made for the failed recipient:
//! [`crate::tokens::MailKeys::open_message_id`].

use super::automatic::{header, is_delivery_report};
use super::body::Bodies;
use super::message_id;
use crate::cleaning::one_line;
use mail_parser::Message;

/// One report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounce {
    /// Who was not reached.
    pub recipients: Vec<FailedRecipient>,
    /// The id of the mail that did not arrive, if the report says.
    pub original_message_id: Option<String>,
}

/// One recipient of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailedRecipient {
    /// The address.
    pub address: String,
    /// What was done: `failed`, `delayed`, `delivered`, `relayed`, `expanded` (RFC 3464, 2.3.3).
    pub action: String,
    /// The enhanced status code, such as `5.1.1` (RFC 3463).
    pub status: Option<String>,
    /// What the other server said.
    pub diagnostic: Option<String>,
}

impl FailedRecipient {
    /// True when the mail will not arrive; a delay may still end well.
    pub fn is_permanent(&self) -> bool {
        self.action == "failed"
            && !self
                .status
                .as_deref()
                .is_some_and(|status| status.starts_with('4'))
    }
}

/// Most recipients read of one report.
const RECIPIENTS: usize = 50;

pub(super) fn read(message: &Message<'_>, bodies: &Bodies) -> Option<Bounce> {
    if is_delivery_report(message) {
        let report = standard(bodies);
        if !report.recipients.is_empty() {
            return Some(report);
        }
    }
    qmail(bodies).or_else(|| exim(message, bodies))
}

/// RFC 3464: a `message/delivery-status` part beside the original mail or its header.
fn standard(bodies: &Bodies) -> Bounce {
    let mut bounce = Bounce::default();
    for file in &bodies.files {
        let text = String::from_utf8_lossy(&file.body);
        match file.media_type.as_str() {
            "message/delivery-status" | "message/global-delivery-status" => {
                bounce.recipients.extend(recipients(&text));
            }
            "message/rfc822"
            | "message/global"
            | "text/rfc822-headers"
            | "message/rfc822-headers"
            | "message/global-headers" => {
                bounce.original_message_id = bounce
                    .original_message_id
                    .or_else(|| find_message_id(&text));
            }
            _ => {}
        }
    }
    bounce.recipients.truncate(RECIPIENTS);
    bounce
}

/// The recipient blocks of a delivery status. The first block is about the mail as a whole.
fn recipients(text: &str) -> Vec<FailedRecipient> {
    let text = text.replace("\r\n", "\n");
    text.split("\n\n").filter_map(recipient).collect()
}

fn recipient(block: &str) -> Option<FailedRecipient> {
    let mut failed = FailedRecipient::default();
    let mut original = None;
    for (name, value) in fields(block) {
        match name.to_ascii_lowercase().as_str() {
            "final-recipient" => failed.address = typed(&value),
            "original-recipient" => original = Some(typed(&value)),
            "action" => failed.action = value.to_ascii_lowercase(),
            "status" => failed.status = value.split_whitespace().next().map(str::to_owned),
            "diagnostic-code" => failed.diagnostic = Some(one_line(&value, 500)),
            _ => {}
        }
    }
    if let Some(original) = original.filter(|original| original.contains('@')) {
        // The address we wrote to, before the other side's forwarding.
        failed.address = original;
    }
    (!failed.address.is_empty()).then_some(failed)
}

/// `name: value` lines, folded ones joined.
fn fields(block: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in block.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    fields
}

/// The address of `rfc822; ana@example.com`.
fn typed(value: &str) -> String {
    let address = value.split_once(';').map_or(value, |(_, address)| address);
    one_line(
        address.trim().trim_start_matches('<').trim_end_matches('>'),
        320,
    )
}

/// `Hi. This is the qmail-send program at …`: `<address>:` paragraphs, then a copy of the mail.
fn qmail(bodies: &Bodies) -> Option<Bounce> {
    let (report, copy) = bodies
        .text
        .split_once("--- Below this line is a copy of the message.")?;
    if !report.contains("qmail-send program") {
        return None;
    }
    let recipients = report
        .split("\n\n")
        .filter_map(|paragraph| {
            let (address, reason) = paragraph.trim().strip_prefix('<')?.split_once(">:")?;
            Some(failed(address, reason))
        })
        .take(RECIPIENTS)
        .collect();
    Some(Bounce {
        recipients,
        original_message_id: find_message_id(copy),
    })
}

/// Exim names the recipients in a header and quotes the mail at the end of its text.
fn exim(message: &Message<'_>, bodies: &Bodies) -> Option<Bounce> {
    let addresses = header(message, "X-Failed-Recipients")?;
    let recipients = addresses
        .split(',')
        .map(str::trim)
        .filter(|address| address.contains('@'))
        .map(|address| failed(address, ""))
        .take(RECIPIENTS)
        .collect();
    let attached = bodies
        .files
        .iter()
        .find(|file| file.media_type == "message/rfc822");
    let original_message_id = attached
        .and_then(|file| find_message_id(&String::from_utf8_lossy(&file.body)))
        .or_else(|| find_message_id(&bodies.text));
    Some(Bounce {
        recipients,
        original_message_id,
    })
}

fn failed(address: &str, reason: &str) -> FailedRecipient {
    let reason = one_line(reason, 500);
    FailedRecipient {
        address: one_line(address, 320),
        action: "failed".to_owned(),
        status: enhanced_status(&reason),
        diagnostic: (!reason.is_empty()).then_some(reason),
    }
}

/// The first `#5.1.1` or `5.1.1` of a reason.
fn enhanced_status(reason: &str) -> Option<String> {
    reason
        .split(|c: char| !c.is_ascii_digit() && c != '.')
        .find(|word| {
            let mut numbers = word.split('.');
            matches!(numbers.next(), Some("4" | "5"))
                && numbers.clone().count() == 2
                && numbers.all(|number| !number.is_empty() && number.len() <= 3)
        })
        .map(str::to_owned)
}

/// The Message-ID of a quoted header.
fn find_message_id(text: &str) -> Option<String> {
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(name) = line.get(..11) else { continue };
        if name.eq_ignore_ascii_case("message-id:") {
            let value = line.get(11..).unwrap_or_default().trim();
            let folded = if value.is_empty() {
                lines.next().unwrap_or_default().trim()
            } else {
                value
            };
            return message_id(folded);
        }
    }
    None
}
