//! Mail no person wrote. Judged by headers alone: a subject such as "Out of office" proves nothing.

use mail_parser::{HeaderName, HeaderValue, Message};

/// Why a mail counts as written by a machine. Such mail is never answered automatically, or two
/// machines would talk forever (RFC 3834, section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Automatic {
    /// A report about mail that could not be delivered.
    Bounce,
    /// A vacation notice or another automatic answer.
    Reply,
    /// A machine's notice: `Auto-Submitted` with anything but `no`.
    Generated,
    /// Mail of a list.
    List,
    /// Bulk or junk by its own account.
    Bulk,
    /// Its sender asks not to be answered automatically (`X-Auto-Response-Suppress`).
    AnswerSuppressed,
    /// An empty return path: nobody to report failures to.
    NoReturnPath,
}

impl Automatic {
    /// The word for logs and stored details.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bounce => "bounce",
            Self::Reply => "auto_reply",
            Self::Generated => "auto_generated",
            Self::List => "list",
            Self::Bulk => "bulk",
            Self::AnswerSuppressed => "answer_suppressed",
            Self::NoReturnPath => "no_return_path",
        }
    }
}

/// Headers that only answering machines write, from the days before `Auto-Submitted`.
const ANSWERING_MACHINES: &[&str] = &[
    "X-Autoreply",
    "X-Autorespond",
    "X-Autoresponder",
    "X-Auto-Reply",
    "X-Auto-Reply-From",
    "X-Mail-Autoreply",
    "X-Vacation",
    "X-FC-MachineGenerated",
];

pub(super) fn classify(message: &Message<'_>, is_bounce: bool) -> Option<Automatic> {
    let value = |name: &str| header(message, name).map(|value| value.to_ascii_lowercase());
    if is_bounce {
        return Some(Automatic::Bounce);
    }
    let submitted = value("Auto-Submitted").unwrap_or_default();
    // Comments and parameters may follow the keyword (RFC 3834, section 5).
    let keyword = submitted
        .split([';', '(', ' ', '\t'])
        .find(|word| !word.is_empty())
        .unwrap_or("no");
    if keyword.starts_with("auto-replied") || value("Preference").as_deref() == Some("auto_reply") {
        return Some(Automatic::Reply);
    }
    if ANSWERING_MACHINES
        .iter()
        .any(|name| value(name).is_some_and(|value| value != "no"))
    {
        return Some(Automatic::Reply);
    }
    if keyword != "no" {
        return Some(Automatic::Generated);
    }
    if has(message, "List-Id") {
        return Some(Automatic::List);
    }
    match value("Precedence").as_deref() {
        Some("list") => return Some(Automatic::List),
        Some("bulk" | "junk") => return Some(Automatic::Bulk),
        Some("auto_reply") => return Some(Automatic::Reply),
        _ => {}
    }
    if value("X-Auto-Response-Suppress").is_some_and(|value| suppresses_answers(&value)) {
        return Some(Automatic::AnswerSuppressed);
    }
    header(message, "Return-Path")
        .filter(|path| path == "<>")
        .map(|_| Automatic::NoReturnPath)
}

/// `DR`, `RN` and `NRN` only ask for no delivery and read reports, which we never send.
fn suppresses_answers(value: &str) -> bool {
    value
        .split(',')
        .any(|word| matches!(word.trim(), "all" | "oof" | "autoreply"))
}

fn has(message: &Message<'_>, name: &str) -> bool {
    message
        .headers()
        .iter()
        .any(|header| header.name().eq_ignore_ascii_case(name))
}

/// The raw value of a header on one line.
pub(super) fn header(message: &Message<'_>, name: &str) -> Option<String> {
    let header = message
        .headers()
        .iter()
        .find(|header| header.name().eq_ignore_ascii_case(name))?;
    let raw = message
        .raw_message()
        .get(header.offset_start() as usize..header.offset_end() as usize)?;
    Some(
        String::from_utf8_lossy(raw)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
    )
}

/// True when the mail's Content-Type is `multipart/report` for delivery status.
pub(super) fn is_delivery_report(message: &Message<'_>) -> bool {
    let Some(HeaderValue::ContentType(content_type)) = message.header(HeaderName::ContentType)
    else {
        return false;
    };
    content_type.ctype() == "multipart"
        && content_type.subtype() == Some("report")
        && content_type
            .attribute("report-type")
            .is_none_or(|kind| kind.to_ascii_lowercase().contains("delivery-status"))
}
